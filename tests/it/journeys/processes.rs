//! Two processes on one database: what one applies, the other works under at once, whichever way work comes to it.

use serde_json::{Value, json};
use uurwerk::domain::Instant;
use uurwerk::jobs;

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    an_agreement_that_one_process_applied_is_known_to_the_other_at_once,
    a_closed_day_that_one_process_recorded_moves_the_terms_of_the_other_at_once,
);

/// The example agreement under an id of its own, in another version, with P2 solved within 4 hours.
fn agreement(id: &str, version: &str) -> Value {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let text = std::fs::read_to_string(file).expect("a contract");
    let text = text.replacen("id = \"dap-example\"", &format!("id = \"{id}\""), 1);
    let text = text.replacen("version = \"1.0\"", &format!("version = \"{version}\""), 1);
    let text = text.replacen("effective_from = 2025-01-01", "effective_from = 2026-03-02", 1);
    json!({ "contract": text.replacen("{ share = 90, within = \"8h\" }", "{ share = 90, within = \"4h\" }", 1) })
}

async fn applies(desk: &Desk, agreement: &Value) {
    let applied = desk.post("/v1/contracts", agreement).await;
    assert_eq!((applied.status, &applied.body["isApplied"]), (201, &json!(true)), "{}", applied.body);
}

/// How a ticket is to be solved, as a process tells it.
async fn target(desk: &Desk, number: &str) -> Value {
    desk.clock(number, "resolution").await["goals"][0]["target"].clone()
}

async fn an_agreement_that_one_process_applied_is_known_to_the_other_at_once(desk: &Desk) {
    let other = desk.another_door().await;
    // What comes by mail is registered under the version in force.
    applies(desk, &agreement("dap-example", "1.1")).await;
    let mail = "From: anna@ipo.example\nSubject: Printer\nMessage-ID: <1@ipo.example>\n\nKapot.\n";
    let arrived = other.mail_arrives("servicedesk", mail).await;
    assert_eq!((arrived.status, &arrived.body["outcome"]), (201, &json!("ticket")), "{}", arrived.body);
    let by_mail = arrived.body["ticket"].as_str().expect("a ticket");
    assert_eq!(desk.patch(&format!("/v1/tickets/{by_mail}"), &json!({ "priority": "p2" })).await.status, 200);
    assert_eq!(target(&other, by_mail).await, "4h");

    // What comes by the API, too, under a contract that was not there before.
    applies(desk, &agreement("dap-nieuw", "1.0")).await;
    let mut ticket = incident("p2");
    ticket["contract"] = json!("dap-nieuw");
    let by_api = other.registers(&ticket).await;
    assert_eq!(target(&other, &by_api).await, "4h");
    assert_eq!(other.get("/v1/contracts/dap-nieuw").await.status, 200);

    // Its event handlers tell of a ticket of an agreement it has not looked at, and its timers find it late.
    applies(desk, &agreement("dap-nieuwer", "1.0")).await;
    ticket["contract"] = json!("dap-nieuwer");
    let registered = desk.registers(&ticket).await;
    jobs::work_off(&other.app).await.expect("the handlers work");
    assert!(desk.mails().iter().any(|mail| mail.contains(&registered)), "the requester is told");
    applies(desk, &agreement("dap-nieuwst", "1.0")).await;
    ticket["contract"] = json!("dap-nieuwst");
    let registered = desk.registers(&ticket).await;
    other.app.time.advance("2026-03-02T13:00:00+01:00".parse::<Instant>().expect("an instant"));
    jobs::work_off(&other.app).await.expect("the timers work");
    let breached = other.events(&registered).await.into_iter().filter(|event| event["type"] == "clock.breached").count();
    assert!(breached > 0, "four hours of work have passed");
}

async fn a_closed_day_that_one_process_recorded_moves_the_terms_of_the_other_at_once(desk: &Desk) {
    let other = desk.another_door().await;
    let ticket = other.registers(&incident("p2")).await;
    assert_eq!(other.clock(&ticket, "resolution").await["goals"][0]["dueAt"], "2026-03-02T15:00:00Z");
    let closed = json!({ "calendar": "support", "date": "2026-03-03", "change": "closed", "reason": "Het pand is dicht." });
    let amended = desk.post("/v1/contracts/dap-example/calendar-amendments", &closed).await;
    assert_eq!(amended.status, 201, "{}", amended.body);
    desk.reaches("2026-03-02T16:30:00+01:00").await;
    other.app.time.advance(desk.app.time.now());
    let later = other.registers(&incident("p2")).await;
    let due = other.clock(&later, "resolution").await["goals"][0]["dueAt"].clone();
    assert!(due.as_str().is_some_and(|due| due.starts_with("2026-03-04")), "the third is closed: {due}");
}
