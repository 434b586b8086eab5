//! Mail of the desk that is not delivered: the address is known for it, and its ticket is told once a day.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(an_address_that_does_not_work_is_known_for_it_until_somebody_writes_from_it);

/// What a mail server says of the last mail to Anna.
fn report(desk: &Desk, status: &str, id: u32) -> String {
    let mails = desk.mails();
    let ours = mails.iter().rfind(|mail| mail.contains("To: anna@ipo.example")).expect("a mail");
    let message_id = ours.lines().find_map(|line| line.strip_prefix("Message-ID: ")).expect("an id");
    format!(
        "From: MAILER-DAEMON@mx.ipo.example\nReturn-Path: <>\nSubject: Undelivered\nMessage-ID: <{id}@mx.ipo.example>\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nNot delivered.\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.ipo.example\n\nFinal-Recipient: rfc822; anna@ipo.example\nAction: failed\nStatus: {status}\n\n--b\n\
         Content-Type: text/rfc822-headers\n\nMessage-ID: {message_id}\nTo: anna@ipo.example\n--b--\n"
    )
}

async fn an_address_that_does_not_work_is_known_for_it_until_somebody_writes_from_it(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    desk.passes("PT1M").await;
    let warned = async || {
        let people = desk.get("/v1/people?organisation=ipo").await.body;
        let anna = people["items"].as_array().and_then(|people| people.iter().find(|one| one["email"] == "anna@ipo.example")).cloned();
        anna.expect("Anna")["warnings"].as_array().expect("warnings").iter().map(|one| one["code"].clone()).collect::<Vec<Value>>()
    };
    let notes = async || {
        let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await.body;
        messages["items"].as_array().expect("messages").iter().filter(|one| one["visibility"] == "internal").count()
    };
    assert_eq!(desk.mail_arrives("servicedesk", &report(desk, "4.2.2", 1)).await.body["outcome"], "bounce");
    assert_eq!((warned().await, notes().await), (vec![], 0), "it may still come");
    for id in [2, 3] {
        let came = desk.mail_arrives("servicedesk", &report(desk, "5.1.1", id)).await.body;
        assert_eq!((&came["outcome"], &came["ticket"]), (&json!("bounce"), &json!(number)), "{came}");
    }
    assert_eq!((warned().await, notes().await), (vec![json!("mail_bounces")], 1));
    desk.passes("P1DT1H").await;
    desk.mail_arrives("servicedesk", &report(desk, "5.1.1", 4)).await;
    assert_eq!(notes().await, 2, "another day");
    desk.mail_arrives("servicedesk", "From: anna@ipo.example\nSubject: Weer terug\nMessage-ID: <9@ipo.example>\n\nHallo.\n").await;
    assert_eq!(warned().await, Vec::<Value>::new());
}
