//! Roles that are held: in a contract's matrix, and of the desk.

mod agreed;
mod assignments;
mod departures;
mod gains;
mod matrix;
mod rights;

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use crate::support::{Answer, Desk, incident};

pub const ROLES: &str = "/v1/role-assignments";

/// A contract of which both sides sign for a change of holder, with a case that climbs when a person says so.
const MATRIX: &str = r#"
id = "matrix"
version = "1"
title = "Matrix"
effective_from = 2026-03-02
time_zone = "Europe/Amsterdam"
signs_role_changes = SIGNED
[[clients]]
organisation = "ipo"
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
[roles.klant]
side = "client"
mail = ["klant@ipo.example"]
[roles.team]
side = "supplier"
[[ladders]]
id = "op"
types = ["incident"]
[[ladders.levels]]
level = 1
client = ["klant"]
climb = [{ when = "decided", code = "hoger" }]
[[ladders.levels]]
level = 2
supplier = ["team"]
"#;

/// A desk with that contract, and with Anna and Bram of IPO known to it.
async fn with_matrix(desk: &Desk, is_signed: bool) {
    let contract = MATRIX.replace("SIGNED", &is_signed.to_string());
    let applied = desk.post("/v1/contracts", &json!({ "contract": contract })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    for (name, email) in [("Anna de Boer", "anna@ipo.example"), ("Bram Visser", "bram@ipo.example")] {
        let mut ticket = incident("p3");
        ticket["requester"] = json!({ "name": name, "email": email });
        desk.registers(&ticket).await;
    }
}

/// The role of the client in the matrix, to be held by somebody.
fn klant(holder: &str) -> Value {
    json!({ "kind": "matrix", "role": "klant", "contract": "matrix", "holder": holder, "reason": "Zo afgesproken." })
}

fn right(role: Role, holder: &str) -> Value {
    json!({ "kind": "right", "role": role.as_str(), "organisation": "ipo", "holder": holder, "reason": "Zo afgesproken." })
}

/// Grants a role, as somebody of the desk who may; the assignment.
async fn grants(desk: &Desk, body: &Value) -> Value {
    let answer = desk.ask(Some(&desk.signer().await), "POST", ROLES, Some(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body
}

fn path(assignment: &Value, below: &str) -> String {
    format!("{ROLES}/{}{below}", assignment["id"].as_str().expect("an id"))
}

async fn state(desk: &Desk, assignment: &Value) -> Value {
    desk.get(&path(assignment, "")).await.body["state"].clone()
}

/// Signs as the caller; the status and code of the answer.
async fn signs(desk: &Desk, token: &str, assignment: &Value, body: Value) -> (u16, Value) {
    let Answer { status, body, .. } = desk.ask(Some(token), "POST", &path(assignment, "/approvals"), Some(&body)).await;
    (status, body["code"].clone())
}

/// Whether anything was told, and when, as `type` at `occurredAt`.
async fn history(desk: &Desk, assignment: &Value) -> Vec<String> {
    let shown = desk.get(&path(assignment, "")).await.body;
    let events = shown["events"].as_array().expect("events").iter();
    events
        .map(|event| format!("{} {}", event["type"].as_str().unwrap_or_default(), event["occurredAt"].as_str().unwrap_or_default()))
        .collect()
}
