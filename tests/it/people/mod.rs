//! Who is who: the roles and subjects of agreements, and what only some people may.

mod calls;
mod colleagues;
mod contacts;
mod directory;
mod files;
mod reserved;
mod roles;

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::usecases::tokens::{self, NewToken};

use crate::support::{Answer, Desk};

/// A contract in which everything about people can be said; tests change it.
const SOUND: &str = r#"
id = "people"
version = "1.0"
title = "People"
effective_from = 2026-01-01
time_zone = "Europe/Amsterdam"
contacts = { most = 3 }
functional_administration = { by = "client" }
supplier_levels = ["tactical"]
[[clients]]
organisation = "acme"
contacts = { most = 5, agreed = "Brief van 1 februari 2026" }
roles = { contact = ["contact@acme.example"] }
mail_domains = ["acme.example"]
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
[roles.contact]
side = "client"
each_client = true
[roles.buyer]
side = "client"
mail = ["buyer@acme.example"]
origin = "Annex 2"
[roles.manager]
side = "supplier"
level = "tactical"
mail = ["manager@desk.example"]
[[subjects]]
id = "invoices"
roles = ["buyer", "manager"]
[[reserved]]
types = ["change_request"]
roles = ["buyer"]
people = ["Anna@acme.example"]
"#;

/// The sound contract with each `from` made `to`.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SOUND.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from} stands once in the sound contract");
        text.replace(from, to)
    })
}

/// Records somebody of an organisation; their id.
async fn recorded(desk: &Desk, organisation: &str, name: &str, email: &str) -> String {
    let made = desk.post("/v1/people", &json!({ "organisation": organisation, "name": name, "email": email })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().expect("an id").to_owned()
}

/// A token of somebody who is recorded.
async fn token_of(desk: &Desk, organisation: &str, email: &str, role: Role) -> String {
    let (organisation, person) = (Some(organisation.to_owned()), Some(email.to_owned()));
    let new = NewToken { name: "portaal".to_owned(), organisation, roles: vec![role], person, ..NewToken::default() };
    tokens::create(&desk.app, &new).await.expect("a token")
}

/// Applies a contract text.
async fn applies(desk: &Desk, text: &str) {
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
}

fn refusal(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.body["code"].clone())
}
