//! Mail of machines that a mailbox names: monitoring reports, and nobody answers it.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(what_a_named_machine_sends_is_a_ticket_that_nobody_reported_and_nobody_answers);

const SETTINGS: &str = "[mailboxes.servicedesk.alert_senders]\n\"NoReply@monitoring.example\" = \"incident\"\n";

fn alert(from: &str, subject: &str, id: &str, more: &str) -> String {
    format!(
        "From: Wachter <{from}>\nSubject: {subject}\nMessage-ID: <{id}@monitoring.example>\nAuto-Submitted: auto-generated\n{more}\nSchijf vol.\n"
    )
}

async fn what_a_named_machine_sends_is_a_ticket_that_nobody_reported_and_nobody_answers(desk: &Desk) {
    let desk = &Desk::open_with_file(desk.on(), SETTINGS).await;
    let of_anna = desk.registers(&incident("p3")).await;
    desk.passes("PT1M").await;
    let comes = async |mail: String| desk.mail_arrives("servicedesk", &mail).await.body;
    let first = comes(alert("noreply@monitoring.example", "ALERT db1", "1", "")).await;
    assert_eq!((&first["outcome"], &first["reason"]), (&json!("ticket"), &Value::Null), "{first}");
    let number = first["ticket"].as_str().expect("a ticket").to_owned();
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
    let shown = ["type", "channel", "requester", "organisation"].map(|field| ticket[field].clone());
    assert_eq!(shown, [json!("incident"), json!("monitoring"), Value::Null, json!("ipo")], "{ticket}");

    // That it is over belongs to it, and answers nothing that was asked.
    let over = comes(alert("noreply@monitoring.example", "OK db1", "2", "In-Reply-To: <1@monitoring.example>\n")).await;
    assert_eq!((&over["outcome"], &over["ticket"]), (&json!("reply"), &json!(number)), "{over}");
    // It takes part in what machines reported, and in nothing else.
    let other = comes(alert("noreply@monitoring.example", &format!("[{of_anna}] ALERT"), "3", "")).await;
    assert!(other["outcome"] == "ticket" && other["ticket"] != json!(of_anna), "{other}");
    for (from, more) in [("noreply@anders.example", ""), ("noreply@monitoring.example", "X-Uurwerk-Loop: 1\n")] {
        let came = comes(alert(from, "ALERT db2", &format!("{}{}", from.len(), more.len()), more)).await;
        assert_eq!(came["outcome"], "automatic", "another machine, and our own mail that came back: {came}");
    }
    desk.passes("PT1M").await;
    assert!(desk.mails().iter().all(|mail| !mail.contains("monitoring.example")), "{:?}", desk.mails());
}
