//! What is taken away for good leaves nothing behind, whoever was writing at that moment; and nothing is added to it afterwards.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use uurwerk::store::{self, Scope};
use uurwerk::usecases::rebuild::rebuild;
use uurwerk::{jobs, outbox};

use crate::on_both_databases;
use crate::support::{Answer, Desk, On, incident};

on_both_databases!(
    nothing_of_an_erased_person_is_left_in_the_files_of_the_database,
    what_an_erasure_that_was_killed_leaves_is_cleared_by_the_next_start,
    an_erased_person_is_read_only_for_ever,
    a_copy_of_an_erased_mail_brings_nobody_back,
    somebody_of_the_desk_is_exported_and_erased_as_others_are,
    nobody_is_erased_while_their_address_is_being_written,
);

async fn erases(desk: &Desk, person: &str) -> Answer {
    desk.post("/v1/erasures", &json!({ "person": person, "reason": "Verzoek van de betrokkene." })).await
}

async fn of(desk: &Desk, name: &str) -> (String, String) {
    let mut ticket = incident("p3");
    ticket["requester"] = json!({ "name": format!("{name} Zwaluwtong"), "email": format!("{}@ipo.example", name.to_lowercase()) });
    let number = desk.registers(&ticket).await;
    let id = desk.get(&format!("/v1/tickets/{number}")).await.body["requester"]["id"].as_str().expect("an id").to_owned();
    (number, id)
}

async fn nothing_of_an_erased_person_is_left_in_the_files_of_the_database(desk: &Desk) {
    let (number, anna) = of(desk, "Anna").await;
    let mail = "From: Anna Zwaluwtong <anna@ipo.example>\nMessage-ID: <anna.zwaluwtong.1@ipo.example>\n";
    desk.mail_arrives("servicedesk", &format!("{mail}Subject: Re: [{number}] Mail hapert\n\nNog steeds.\n")).await;
    let reply = json!({ "visibility": "public", "body": "Wij zijn bezig." });
    desk.post(&format!("/v1/tickets/{number}/messages"), &reply).await;
    desk.passes("PT1M").await;
    let sent = desk.mails().into_iter().find(|mail| mail.contains("To: anna@ipo.example")).expect("a mail to her");
    let ours = sent.lines().find_map(|line| line.strip_prefix("Message-ID: ")).expect("an id").to_owned();
    let report = format!(
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMessage-ID: <b1@mx.example>\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"rapport\"\n\n--rapport\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; anna@ipo.example\n\
         Action: failed\nStatus: 5.1.1\n\n--rapport\nContent-Type: message/rfc822\n\nTo: anna@ipo.example\nMessage-ID: {ours}\n\n\
         Ontvangen.\n--rapport--\n"
    );
    assert_eq!(desk.mail_arrives("servicedesk", &report).await.body["outcome"], "bounce");
    assert!(!desk.traces("waluwtong").await.is_empty() && !desk.traces("anna.zwaluwtong.1").await.is_empty());
    assert_eq!(erases(desk, &anna).await.status, 201);
    for text in ["waluwtong", "anna@ipo.example"] {
        assert_eq!(desk.traces(text).await, Vec::<String>::new(), "{text}");
    }
}

async fn what_an_erasure_that_was_killed_leaves_is_cleared_by_the_next_start(desk: &Desk) {
    let person = json!({ "organisation": "ipo", "name": "Kees Zwaluwtong", "email": "kees@ipo.example" });
    let kees = desk.post("/v1/people", &person).await.body["id"].as_str().expect("an id").parse().expect("an id");
    let (now, left) = (desk.app.time.now(), desk.app.time.id());
    // As far as the commit.
    let erased = async |tx: &store::Tx| {
        store::erasures::person(tx, kees, now).await?;
        Ok(store::remains::leave(tx, store::remains::Left { id: left, of_search: false }, now).await?)
    };
    desk.app.keep_books(&Scope::ALL, erased).await.expect("it is committed");
    assert_eq!(desk.traces("Zwaluwtong").await.is_empty(), desk.on() == On::Postgres, "the log still has it");
    jobs::work_off(&desk.app).await.expect("the workers work");
    assert_eq!(desk.traces("Zwaluwtong").await, Vec::<String>::new());
    assert!(store::remains::left(&desk.app.all()).await.expect("read").is_empty());
}

async fn an_erased_person_is_read_only_for_ever(desk: &Desk) {
    let (_, anna) = of(desk, "Anna").await;
    assert_eq!(erases(desk, &anna).await.status, 201);
    for change in
        [json!({ "name": "Iemand", "email": "iemand@ipo.example" }), json!({ "isActive": true }), json!({ "phone": "+31612345678" })]
    {
        let refused = desk.patch(&format!("/v1/people/{anna}"), &change).await;
        assert_eq!((refused.status, &refused.body["code"]), (409, &json!("person_erased")), "{change}");
    }
    let refused = desk.post("/v1/contracts/dap-example/contacts", &json!({ "person": anna })).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("person_erased")), "{}", refused.body);
    assert_eq!(desk.get(&format!("/v1/people/{anna}")).await.body["name"], "verwijderde persoon");
}

async fn a_copy_of_an_erased_mail_brings_nobody_back(desk: &Desk) {
    let mail = "From: Anna Zwaluwtong <anna@ipo.example>\nSubject: Vraag\nMessage-ID: <anna.1@ipo.example>\n\nHelp.\n";
    let came = desk.mail_arrives("servicedesk", mail).await;
    let number = came.body["ticket"].as_str().expect("a ticket").to_owned();
    let anna = desk.get(&format!("/v1/tickets/{number}")).await.body["requester"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(erases(desk, &anna).await.status, 201);
    let copy = desk.mail_arrives("servicedesk", mail).await;
    assert_eq!((copy.status, &copy.body["outcome"]), (201, &json!("duplicate")), "{}", copy.body);
    assert_eq!((&copy.body["sender"], &copy.body["subject"]), (&Value::Null, &Value::Null));
    for text in ["waluwtong", "anna.1@", "anna@ipo"] {
        assert_eq!(desk.traces(text).await, Vec::<String>::new(), "{text}");
    }
    let rebuilt = rebuild(&desk.app, false).await.expect("compared");
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
}

async fn somebody_of_the_desk_is_exported_and_erased_as_others_are(desk: &Desk) {
    let jan = desk.account("Jan Kanarie", "jan@leverancier.example").await.to_string();
    let number = desk.registers(&incident("p3")).await;
    for assignee in ["Jan Kanarie", "piet"] {
        assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": assignee })).await.status, 200);
    }
    let other = desk.registers(&incident("p3")).await;
    desk.patch(&format!("/v1/tickets/{other}"), &json!({ "assignee": "Jan Kanarie" })).await;
    let exported = desk.get(&format!("/v1/people/{jan}/export")).await;
    assert_eq!((exported.status, &exported.body["person"]["name"]), (200, &json!("Jan Kanarie")), "{}", exported.body);
    assert_eq!(exported.body["tickets"].as_array().map(Vec::len), Some(1), "{}", exported.body);
    let erased = erases(desk, &jan).await;
    assert_eq!((erased.status, &erased.body["organisation"]), (201, &Value::Null), "{}", erased.body);
    assert_eq!(desk.get(&format!("/v1/tickets/{other}")).await.body["assignee"], json!(jan), "by their id");
    for text in ["Kanarie", "jan@leverancier"] {
        assert_eq!(desk.traces(text).await, Vec::<String>::new(), "{text}");
    }
    let rebuilt = rebuild(&desk.app, false).await.expect("compared");
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
    let again = erases(desk, &jan).await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!("person_erased")), "{}", again.body);
    assert_eq!(erases(desk, &desk.app.time.id().to_string()).await.body["errors"][0]["code"], "unknown_person");
}

async fn nobody_is_erased_while_their_address_is_being_written(desk: &Desk) {
    let (number, anna) = of(desk, "Anna").await;
    desk.passes("PT1M").await;
    let told =
        desk.get(&format!("/v1/outbound-messages?ticket={number}")).await.body["items"][0]["id"].as_str().expect("a mail").to_owned();
    let mail = store::outbound::find(&desk.app.all(), told.parse().expect("an id")).await.expect("read").expect("a mail").mail;
    let (read, was_read) = tokio::sync::oneshot::channel();
    let read = Mutex::new(Some(read));
    let writes = desk.app.keep_books(&Scope::ALL, async |tx| {
        store::erasures::hold_off(tx).await?;
        let (id, event_id) = (desk.app.time.id(), desk.app.time.id());
        // The address was read; now the erasure begins.
        read.lock().expect("a sender").take().map(|read| read.send(()));
        tokio::time::sleep(Duration::from_millis(200)).await;
        let another = uurwerk::domain::mail::Outbound { id, event_id, ..mail.clone() };
        Ok(store::outbound::queue(tx, &[another]).await?)
    });
    let erasure = async {
        was_read.await.expect("it was read");
        assert_eq!(erases(desk, &anna).await.status, 201);
    };
    let (written, ()) = tokio::join!(writes, erasure);
    written.expect("it is written");
    assert_eq!(desk.traces("anna@ipo.example").await, Vec::<String>::new());
}

#[actix_web::test]
async fn mail_is_written_by_nobody_while_somebody_is_being_erased() {
    let desk = Desk::open(On::Postgres).await;
    desk.registers(&incident("p3")).await;
    outbox::number(&desk.app).await.expect("numbered");
    let (go, gone) = tokio::sync::oneshot::channel();
    let (held, is_held) = tokio::sync::oneshot::channel();
    let ends = Mutex::new(Some((held, gone)));
    let erases = desk.app.keep_books(&Scope::ALL, async |tx| {
        store::erasures::alone(tx).await?;
        let ends = ends.lock().expect("both").take();
        if let Some((held, gone)) = ends {
            held.send(()).expect("somebody waits");
            drop(gone.await);
        }
        Ok(())
    });
    let writes = async {
        is_held.await.expect("it began");
        let waits = tokio::time::timeout(Duration::from_millis(300), outbox::handle(&desk.app)).await;
        assert!(waits.is_err(), "whoever writes mail waits");
        go.send(()).expect("somebody waits");
    };
    let (erased, ()) = tokio::join!(erases, writes);
    erased.expect("it ended");
    // What was given up above may hold its turn for a moment yet.
    for _ in 0..3000 {
        if outbox::handle(&desk.app).await.expect("it is handled") > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody writes mail any more");
}

/// A mail server that halts before it takes the first mail, until it is told to go on.
struct SlowServer {
    port: u16,
    halts: Receiver<()>,
    go: Sender<()>,
    /// The recipients it was told, as lines of the protocol.
    told: Arc<Mutex<Vec<String>>>,
}

fn slow_server() -> SlowServer {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let ((halted, halts), (go, goes)) = (channel(), channel());
    let told = Arc::<Mutex<Vec<String>>>::default();
    let known = told.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            speaks(&stream, &known, &halted, &goes);
        }
    });
    SlowServer { port, halts, go, told }
}

fn speaks(mut stream: &TcpStream, told: &Mutex<Vec<String>>, halted: &Sender<()>, goes: &Receiver<()>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    writeln!(stream, "220 hier\r").ok()?;
    while let Some(Ok(line)) = lines.next() {
        let answer = match line.get(..4).unwrap_or_default() {
            "RCPT" => {
                let first = told.lock().ok()?.is_empty();
                told.lock().ok()?.push(line.clone());
                if first {
                    halted.send(()).ok()?;
                    goes.recv().ok()?;
                }
                "250 ok"
            }
            "DATA" => {
                writeln!(stream, "354 ga door\r").ok()?;
                while lines.next()?.ok()? != "." {}
                "250 ok"
            }
            "QUIT" => "221 dag",
            _ => "250 ok",
        };
        writeln!(stream, "{answer}\r").ok()?;
    }
    Some(())
}

#[actix_web::test]
async fn a_mail_that_waits_its_turn_is_not_sent_to_somebody_erased_meanwhile() {
    let SlowServer { port, halts, go, told } = slow_server();
    let port = port.to_string();
    let smtp = [
        ("UURWERK_MAIL_TRANSPORT", "smtp"),
        ("UURWERK_MAIL_SMTP_HOST", "127.0.0.1"),
        ("UURWERK_MAIL_SMTP_PORT", &port),
        ("UURWERK_MAIL_SMTP_TLS", "none"),
    ];
    let desk = Desk::open_with(On::Sqlite, &smtp).await;
    of(&desk, "Bas").await;
    let (_, anna) = of(&desk, "Anna").await;
    let app = desk.app.clone();
    let works = actix_web::rt::spawn(async move { jobs::work_off(&app).await });
    let halts = actix_web::rt::task::spawn_blocking(move || halts.recv());
    halts.await.expect("it ended").expect("the first mail is on its way");
    assert_eq!(erases(&desk, &anna).await.status, 201);
    go.send(()).expect("it goes on");
    works.await.expect("it ended").expect("the workers work");
    let told = told.lock().expect("a list").clone();
    assert!(told.iter().any(|line| line.contains("bas@")) && !told.iter().any(|line| line.contains("anna@")), "{told:?}");
}
