//! The six types: what each asks for on its way, who decides, and what ties tickets together. A file a type, and one for what they share.

mod by_link;
mod change;
mod incident;
mod merge;
mod merged_along;
mod no_way_round;
mod notices;
mod offer;
mod problem;
mod reminders;
mod response_teams;
mod service;
mod terms;
mod tickets;
mod told;

use serde_json::{Value, json};

use crate::support::{Answer, Desk, request as of_type};

/// The same with more fields, which take the place of those that are there.
fn with(mut body: Value, more: Value) -> Value {
    if let (Some(fields), Value::Object(more)) = (body.as_object_mut(), more) {
        fields.extend(more);
    }
    body
}

/// Applies the example agreement as another one, with keys before its tables, in the place of its own, and tables after them.
async fn agreement(desk: &Desk, id: &str, keys: &str, tables: &str) {
    let named: Vec<_> = keys.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| format!("{key} = ")).collect();
    let kept = include_str!("../../../config/contracts/dap-example.toml").lines();
    let kept: Vec<_> = kept.filter(|line| !named.iter().any(|key| line.starts_with(key))).collect();
    let text = kept.join("\n").replacen("id = \"dap-example\"", &format!("id = \"{id}\"\n{keys}"), 1);
    let applied = desk.post("/v1/contracts", &json!({ "contract": format!("{text}\n{tables}\n") })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
}

fn told(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.body["code"].clone())
}

/// Where the errors of a refusal point to, each with its code.
fn errors(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}

fn pair(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

/// The mails to an address, by subject.
fn subjects_to(desk: &Desk, address: &str) -> Vec<String> {
    let is_to = |mail: &&String| mail.lines().any(|line| line.starts_with("To: ") && line.contains(address));
    let subject = |mail: &String| mail.lines().find_map(|line| line.strip_prefix("Subject: ").map(str::to_owned)).unwrap_or_default();
    desk.mails().iter().filter(is_to).map(subject).collect()
}

async fn merged(desk: &Desk, number: &str, into: &str) {
    let done = desk.post(&format!("/v1/tickets/{number}/merges"), &json!({ "into": into, "reason": "Twee keer gemeld." })).await;
    assert_eq!(done.status, 201, "{}", done.body);
}

async fn undone(desk: &Desk, number: &str) {
    let done = desk.post(&format!("/v1/tickets/{number}/merge-removals"), &json!({ "reason": "Toch iets anders." })).await;
    assert_eq!(done.status, 201, "{}", done.body);
}
