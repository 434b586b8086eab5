//! Mail that does not leave (design § 5): it is tried for days, and what is given up then is seen and sent again.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use uurwerk::usecases::dead_letters;

use crate::on_both_databases;
use crate::support::{Desk, On, incident};

on_both_databases!(
    a_mail_server_that_is_away_for_a_weekend_costs_no_mail,
    what_is_given_up_after_five_days_is_seen_everywhere_and_sent_again_once,
    an_address_nobody_can_mail_to_is_given_up_at_once_and_holds_up_no_other_mail,
    mail_that_was_given_up_is_the_desks_business_alone,
);

/// The mail folder is away: a file stands in its place.
struct Away(PathBuf);

impl Away {
    fn begins(desk: &Desk) -> Self {
        let folder = desk.app.settings.mail.folder.clone();
        let _none_yet = std::fs::remove_dir_all(&folder);
        std::fs::write(&folder, "").expect("a file in the way");
        Self(folder)
    }

    fn ends(self) {
        std::fs::remove_file(self.0).expect("the way is free");
    }
}

/// Mails to those who report. What the operational contact is told of progress (TKT-06) is sent beside it in the same way.
async fn outbound(desk: &Desk, query: &str) -> Vec<Value> {
    let mails = desk.get(&format!("/v1/outbound-messages?{query}")).await.body["items"].as_array().cloned().expect("a page of mails");
    mails.into_iter().filter(|mail| mail["template"] != "progress").collect()
}

/// What Anna got about a ticket, in the order sent.
fn told(desk: &Desk, number: &str) -> Vec<&'static str> {
    let of_ticket = desk.mails().into_iter().filter(|mail| mail.contains("To: anna@ipo.example") && mail.contains(&format!("[{number}]")));
    of_ticket.map(|mail| if mail.contains("Auto-Submitted: auto-replied") { "confirmation" } else { "reply" }).collect()
}

async fn a_mail_server_that_is_away_for_a_weekend_costs_no_mail(desk: &Desk) {
    desk.reaches("2026-03-06T17:00:00+01:00").await;
    let away = Away::begins(desk);
    let number = desk.registers(&incident("p3")).await;
    let reply = json!({ "visibility": "public", "body": "Zet de server niet uit." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/messages"), &reply).await.status, 201);
    let others = [desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await];
    desk.reaches("2026-03-09T09:00:00+01:00").await;
    assert_eq!(outbound(desk, "state=failed").await, Vec::<Value>::new());
    assert_eq!(outbound(desk, &format!("state=pending&ticket={number}")).await.len(), 2);

    away.ends();
    desk.reaches("2026-03-09T09:15:00+01:00").await;
    assert_eq!(told(desk, &number), ["confirmation", "reply"], "in the order they were written");
    assert!(others.iter().all(|other| told(desk, other) == ["confirmation"]));
    assert_eq!(desk.get("/readyz").await.body, json!({ "status": "ok", "deadLetters": 0, "undeliveredMails": 0, "waitingMails": 0 }));
    desk.passes("P7D").await;
    assert_eq!(told(desk, &number).len(), 2, "each of them once");
}

async fn what_is_given_up_after_five_days_is_seen_everywhere_and_sent_again_once(desk: &Desk) {
    let away = Away::begins(desk);
    let number = desk.registers(&incident("p3")).await;
    desk.passes("P4DT23H").await;
    let ready = desk.get("/readyz").await.body;
    assert_eq!(ready["undeliveredMails"], 0);
    assert!(ready["waitingMails"].as_u64().is_some_and(|mails| mails > 0), "{ready}");
    desk.passes("PT2H").await;

    let ready = desk.get("/readyz").await;
    assert_eq!((ready.status, &ready.body["undeliveredMails"]), (200, &json!(2)));
    let [failed] = &outbound(desk, "state=failed").await[..] else { panic!("one mail is given up") };
    assert_eq!((&failed["template"], &failed["ticket"]), (&json!("confirmation"), &json!(number)));
    assert!(failed["lastError"].as_str().is_some_and(|error| error.contains("mail folder")), "{failed}");
    let history = desk.history(&number).await;
    assert!(history.contains(&("mail.given_up".to_owned(), "2026-03-07T07:06:00Z".to_owned())), "{history:?}");

    away.ends();
    let attempts = format!("/v1/outbound-messages/{}/attempts", failed["id"].as_str().expect("an id"));
    let again = desk.post(&attempts, &Value::Null).await;
    assert_eq!((again.status, &again.body["state"]), (201, &json!("pending")), "{}", again.body);
    desk.passes("PT1M").await;
    assert_eq!(told(desk, &number), ["confirmation"]);
    assert_eq!(desk.get("/readyz").await.body["undeliveredMails"], 1, "the other one waits to be sent again");
    let events = desk.events(&number).await;
    assert!(events.iter().any(|event| event["type"] == "mail.sent_again" && event["data"]["message"] == failed["id"]), "{events:?}");
    let refused = desk.post(&attempts, &Value::Null).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("not_given_up")), "what left is not sent twice");
    let unknown = desk.post("/v1/outbound-messages/01990000-0000-7000-8000-000000000000/attempts", &Value::Null).await;
    assert_eq!(unknown.status, 404);
}

async fn an_address_nobody_can_mail_to_is_given_up_at_once_and_holds_up_no_other_mail(desk: &Desk) {
    let mut bad = incident("p3");
    bad["requester"]["email"] = json!("jan@ipo.example");
    let (number, good) = (desk.registers(&bad).await, desk.registers(&incident("p3")).await);
    let id = desk.get(&format!("/v1/tickets/{number}")).await.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    // None is taken in; one may have been recorded long ago.
    desk.spoils("UPDATE person SET email = 'jan..x@ipo.example' WHERE id = (SELECT requester_id FROM ticket WHERE id = $1)", id).await;
    desk.passes("PT1M").await;
    assert_eq!(told(desk, &good), ["confirmation"]);
    let [failed] = &outbound(desk, "state=failed").await[..] else { panic!("one mail is given up") };
    assert_eq!((&failed["ticket"], &failed["attempts"]), (&json!(number), &json!(1)));

    // By command: everything at once. It cannot be mailed this time either, and is seen again.
    assert_eq!(dead_letters::retry_all(&desk.app).await.expect("a retry"), 1);
    desk.passes("PT1M").await;
    let [failed] = &outbound(desk, "state=failed").await[..] else { panic!("one mail is given up") };
    assert_eq!(failed["ticket"], json!(number));
    let given_up = desk.history(&number).await.iter().filter(|event| event.0 == "mail.given_up").count();
    assert_eq!(given_up, 2, "each time is told");
}

async fn mail_that_was_given_up_is_the_desks_business_alone(desk: &Desk) {
    let away = Away::begins(desk);
    let number = desk.registers(&incident("p3")).await;
    desk.passes("P6D").await;
    away.ends();
    let client = desk.token_of("ipo").await;
    assert_eq!(desk.ask(Some(&client), "GET", "/v1/outbound-messages", None).await.status, 403);
    let [failed] = &outbound(desk, "state=failed").await[..] else { panic!("one mail is given up") };
    let path = format!("/v1/outbound-messages/{}", failed["id"].as_str().expect("an id"));
    assert_eq!(desk.ask(Some(&client), "GET", &path, None).await.status, 403);
    assert_eq!(desk.ask(Some(&client), "POST", &format!("{path}/attempts"), None).await.status, 403);
    let events = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{number}/events"), None).await;
    assert!(!events.body.to_string().contains("mail.given_up"), "{}", events.body);
}

/// A mail server that knows no `gone@`, lets `later@` wait once, and takes the rest.
struct Server {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn opens() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (taken, put_off) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(Mutex::new(false)));
        let known = taken.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (known, put_off) = (known.clone(), put_off.clone());
                std::thread::spawn(move || Self::speaks(&stream, &known, &put_off));
            }
        });
        Self { port, taken }
    }

    fn speaks(mut stream: &TcpStream, taken: &Mutex<Vec<String>>, put_off: &Mutex<bool>) -> Option<()> {
        let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
        writeln!(stream, "220 hier\r").ok()?;
        let mut recipient = String::new();
        while let Some(Ok(line)) = lines.next() {
            let answer = match line.get(..4).unwrap_or_default() {
                "RCPT" if line.contains("gone@") => "550 5.1.1 onbekend",
                "RCPT" if line.contains("later@") && !std::mem::replace(&mut *put_off.lock().ok()?, true) => "451 4.7.1 later",
                "RCPT" => {
                    recipient.clone_from(&line);
                    "250 ok"
                }
                "DATA" => {
                    writeln!(stream, "354 ga door\r").ok()?;
                    while lines.next()?.ok()? != "." {}
                    taken.lock().ok()?.push(recipient.clone());
                    "250 ok"
                }
                "QUIT" => "221 dag",
                _ => "250 ok",
            };
            writeln!(stream, "{answer}\r").ok()?;
        }
        Some(())
    }
}

#[actix_web::test]
async fn a_server_that_knows_no_such_address_is_believed_and_one_that_says_later_is_asked_later() {
    let server = Server::opens();
    let port = server.port.to_string();
    let smtp = [
        ("UURWERK_MAIL_TRANSPORT", "smtp"),
        ("UURWERK_MAIL_SMTP_HOST", "127.0.0.1"),
        ("UURWERK_MAIL_SMTP_PORT", &port),
        ("UURWERK_MAIL_SMTP_TLS", "none"),
    ];
    let desk = Desk::open_with(On::Sqlite, &smtp).await;
    for address in ["gone@ipo.example", "andré@ipo.example", "later@ipo.example", "anna@ipo.example"] {
        let mut ticket = incident("p3");
        ticket["requester"]["email"] = json!(address);
        desk.registers(&ticket).await;
    }
    // What the operational contact is told is sent beside it.
    let is_theirs = |line: &&String| line.contains("ipo.example") && !line.contains("functioneel.beheer");
    let taken = || server.taken.lock().expect("a list").iter().filter(is_theirs).count();
    desk.passes("PT0S").await;
    assert_eq!(taken(), 1, "nobody waits for the two others");
    desk.passes("PT1M").await;
    assert_eq!(taken(), 2);
    let failed = outbound(&desk, "state=failed").await;
    let mut failed: Vec<_> =
        failed.iter().map(|mail| [&mail["recipient"], &mail["lastError"], &mail["attempts"]].map(Value::to_string)).collect();
    failed.sort();
    let letters = "\"the mail server takes no address with letters outside ASCII\"";
    assert_eq!(failed, [["\"andré@ipo.example\"", letters, "1"], ["\"gone@ipo.example\"", "\"the mail server answered 550\"", "1"]]);
}
