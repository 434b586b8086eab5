//! A desk behind a real mail server: mail comes by LMTP and leaves by SMTP.

mod server;

use std::time::Duration;

use serde_json::json;

use super::lmtp::Listening;
use crate::support::{Desk, On, incident};
use server::Postfix;

const DESK: &str = "servicedesk@uurwerk.example";
const ANNA: &str = "anna@ipo.example";

/// A desk that sends by it and is brought mail by it.
async fn behind(server: &Postfix) -> Desk {
    let port = server.port.to_string();
    let settings = [
        ("UURWERK_MAIL_TRANSPORT", "smtp"),
        ("UURWERK_MAIL_SMTP_HOST", "127.0.0.1"),
        ("UURWERK_MAIL_SMTP_PORT", &port),
        ("UURWERK_MAIL_SMTP_TLS", "none"),
    ];
    Desk::open_with(On::Sqlite, &settings).await
}

/// Looks every tenth of a second, a minute at most, until something is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: it did not come to that")
}

async fn tickets(desk: &Desk) -> Vec<String> {
    let listed = desk.get("/v1/tickets").await.body["items"].clone();
    listed.as_array().expect("tickets").iter().map(|one| one["number"].as_str().expect("a number").to_owned()).collect()
}

/// A header of a mail, on one line.
fn header(mail: &str, name: &str) -> String {
    let unfolded = mail.replace("\r\n", "\n").replace("\n ", " ");
    let line = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
    line.unwrap_or_else(|| panic!("no {name} in {mail}"))
}

#[actix_web::test]
async fn a_mail_becomes_a_ticket_is_confirmed_and_its_answer_is_heard() {
    let Some(server) = Postfix::start() else { return };
    let desk = behind(&server).await;
    let _listening = Listening::at(&desk, &server.lmtp).await;
    let report =
        format!("From: Anna <{ANNA}>\nTo: {DESK}\nSubject: Printer kapot\nMessage-ID: <1@ipo.example>\n\nHij doet niets.\n.punt\n");
    server.sends(ANNA, DESK, &report.replace("\n.", "\n..")).await;
    until("there is a ticket", async || tickets(&desk).await.len() == 1).await;
    let number = tickets(&desk).await.remove(0);
    let shown = desk.get(&format!("/v1/tickets/{number}")).await.body;
    assert_eq!((&shown["title"], shown["description"].as_str()), (&json!("Printer kapot"), Some("Hij doet niets.\n.punt")));

    desk.passes("PT1M").await;
    until("Anna has its confirmation", async || server.has_for_anna().len() == 1).await;
    let confirmation = server.has_for_anna().remove(0);
    assert!(header(&confirmation, "Subject").contains(&format!("[{number}]")), "{confirmation}");
    assert_eq!(header(&confirmation, "In-Reply-To"), "<1@ipo.example>");

    let id = header(&confirmation, "Message-ID");
    let answer = format!(
        "From: Anna <{ANNA}>\nTo: {DESK}\nSubject: Re: iets anders\nMessage-ID: <2@ipo.example>\nIn-Reply-To: {id}\n\nNu doet hij het weer.\n"
    );
    server.sends(ANNA, DESK, &answer).await;
    let messages = async || desk.get(&format!("/v1/tickets/{number}/messages")).await.body;
    until("her answer is there", async || messages().await.to_string().contains("Nu doet hij het weer.")).await;
    assert_eq!((tickets(&desk).await, server.keeps()), (vec![number], 0));
}

/// A desk that is away, and then a mail server that is: whoever has the mail keeps it, and nobody has it twice.
#[actix_web::test]
async fn what_is_sent_while_either_is_away_arrives_once() {
    let Some(mut server) = Postfix::start() else { return };
    let desk = behind(&server).await;
    for at in 0..5 {
        let mail = format!("From: {ANNA}\nTo: {DESK}\nSubject: Printer {at}\nMessage-ID: <{at}@ipo.example>\n\nKapot.\n");
        server.sends(ANNA, DESK, &mail).await;
    }
    until("the mail server keeps them", async || server.keeps() == 5).await;
    let listening = Listening::at(&desk, &server.lmtp).await;
    until("they are tickets", async || tickets(&desk).await.len() == 5).await;
    until("and it keeps none", async || server.keeps() == 0).await;
    drop(listening);

    server.stops();
    desk.passes("PT1M").await;
    // A confirmation each, and what the client's functional administration hears of progress.
    assert_eq!((desk.get("/readyz").await.body["waitingMails"].clone(), server.has_for_anna().len()), (json!(10), 0));
    server.starts();
    until("they are sent", async || {
        desk.passes("PT1H").await;
        desk.get("/readyz").await.body["waitingMails"] == 0
    })
    .await;
    until("Anna has them", async || server.has_for_anna().len() == 5).await;
    let mut ids: Vec<_> = server.has_for_anna().iter().map(|mail| header(mail, "In-Reply-To")).collect();
    ids.sort();
    assert_eq!(ids, [0, 1, 2, 3, 4].map(|at| format!("<{at}@ipo.example>")));
}

/// The report that a mail server writes about a mail it took and cannot deliver.
#[actix_web::test]
async fn a_mail_that_comes_back_marks_its_address_and_makes_no_ticket() {
    let Some(server) = Postfix::start() else { return };
    let desk = behind(&server).await;
    let _listening = Listening::at(&desk, &server.lmtp).await;
    let mut body = incident("p3");
    body["requester"] = json!({ "name": "Weg", "email": "weg@ipo.example" });
    let number = desk.registers(&body).await;
    desk.passes("PT1M").await;
    until("the report is there", async || {
        let mails = desk.get("/v1/inbound-messages").await.body;
        mails["items"].as_array().is_some_and(|mails| mails.iter().any(|one| one["outcome"] == "bounce"))
    })
    .await;
    let people = desk.get("/v1/people?organisation=ipo").await.body;
    let gone = people["items"].as_array().and_then(|all| all.iter().find(|one| one["email"] == "weg@ipo.example")).cloned();
    assert_eq!(gone.expect("a person")["warnings"][0]["code"], "mail_bounces");
    assert_eq!(tickets(&desk).await, [number]);
}
