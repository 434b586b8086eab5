//! Tickets that few may see: who does, what others find instead, who is told, and what reports say.

mod classes;
mod doors;
mod holds;
mod notices;
mod redaction;
mod requests;
mod rows;
mod signals;

pub use redaction::redact;

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::usecases::tokens::NewToken;

use crate::support::{Desk, incident};

/// An incident with these flags, from its registration.
fn flagged(flags: &[&str]) -> Value {
    let mut body = incident("p3");
    body["flags"] = json!(flags);
    if flags.contains(&"security") {
        body["securityAspects"] = json!(["confidentiality"]);
    }
    body
}

/// A token of somebody of IPO who is known by an address.
pub async fn person(desk: &Desk, address: &str, role: Role) -> String {
    let new = NewToken {
        name: "portaal".to_owned(),
        organisation: Some("ipo".to_owned()),
        roles: vec![role],
        person: Some(address.to_owned()),
        ..NewToken::default()
    };
    uurwerk::usecases::tokens::create(&desk.app, &new).await.expect("a token")
}

/// The status with which a ticket is shown to somebody.
async fn status(desk: &Desk, token: &str, number: &str) -> u16 {
    desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}"), None).await.status
}
