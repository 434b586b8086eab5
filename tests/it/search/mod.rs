//! What tickets are found by, by whom, and that nothing is found by what was taken away.

mod finding;
mod indexing;
mod leaving;
mod seeing;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::support::{ADMIN, Desk, as_handled_alone, incident};

/// An incident with fields of its own.
fn with(changes: &Value) -> Value {
    let mut ticket = incident("p3");
    for (key, value) in changes.as_object().expect("an object") {
        ticket[key] = value.clone();
    }
    ticket
}

/// The numbers of the tickets that somebody finds, lowest first.
async fn found_by(desk: &Desk, token: &str, text: &str) -> Vec<String> {
    let path = format!("/v1/tickets?text={}&sort=number&pageSize=100", utf8_percent_encode(text, NON_ALPHANUMERIC));
    let page = desk.ask(Some(token), "GET", &path, None).await;
    assert_eq!(page.status, 200, "{text}: {}", page.body);
    let items = page.body["items"].as_array().expect("items");
    items.iter().filter_map(|item| item["number"].as_str().map(str::to_owned)).collect()
}

/// Those that the desk finds.
async fn found(desk: &Desk, text: &str) -> Vec<String> {
    found_by(desk, ADMIN, text).await
}

/// Writes on a ticket as the desk; the id of the message.
async fn says(desk: &Desk, number: &str, visibility: &str, body: &str) -> String {
    let said = desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": visibility, "body": body })).await;
    assert_eq!(said.status, 201, "{}", said.body);
    said.body["id"].as_str().expect("an id").to_owned()
}

/// Moves a ticket as the desk, with a reason.
async fn moves(desk: &Desk, number: &str, to: &str, reason: &str) {
    let moved = desk.post(&format!("/v1/tickets/{number}/transitions"), &as_handled_alone(json!({ "to": to, "reason": reason }))).await;
    assert_eq!(moved.status, 201, "{}", moved.body);
}

/// A problem with its analysis; the number, and the version's id.
async fn explained(desk: &Desk, cause: &str, proposal: &str) -> (String, String) {
    let mut problem = with(&json!({ "type": "problem", "title": "Uitval", "description": "Steeds weer." }));
    problem.as_object_mut().expect("fields").remove("priority");
    let number = desk.registers(&problem).await;
    let analysis = json!({ "deeperCause": cause, "proposal": proposal });
    let written = desk.post(&format!("/v1/tickets/{number}/root-causes"), &analysis).await;
    assert_eq!(written.status, 201, "{}", written.body);
    (number, written.body["id"].as_str().expect("an id").to_owned())
}

/// The id of whoever reported a ticket.
async fn requester(desk: &Desk, number: &str) -> String {
    desk.get(&format!("/v1/tickets/{number}")).await.body["requester"]["id"].as_str().expect("an id").to_owned()
}
