//! A client checks its supplier: a ledger is counted again, and whatever was changed in it is found.

use serde_json::{Value, json};
use uurwerk::contracts;
use uurwerk::proof::{ClockLedger, verify};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    a_ledger_holds_offline_and_adds_up,
    one_changed_second_cause_or_version_is_found,
    a_ledger_is_for_those_who_see_the_ticket,
    what_is_said_of_a_cancelled_ticket_is_no_part_of_its_ledgers
);

/// A ticket with a priority change, a refused solution, and a day closed afterwards.
async fn eventful(desk: &Desk) -> (String, Value) {
    let number = desk.registers(&incident("p3")).await;
    let client = desk.token_of("ipo").await;
    desk.passes("PT3H").await;
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "priority": "p2", "priorityMotivation": "Iedereen heeft er last van." })).await;
    desk.moves(&number, "in_progress").await;
    desk.moves(&number, "resolved").await;
    desk.passes("PT20H").await;
    let refused = json!({ "to": "in_progress", "reason": "Het hapert nog." });
    desk.ask(Some(&client), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&refused)).await;
    let closed = json!({ "calendar": "support", "date": "2026-03-04", "change": "closed", "reason": "Verhuizing." });
    desk.post("/v1/contracts/dap-example/calendar-amendments", &closed).await;
    desk.reaches("2026-03-05T12:00:00+01:00").await;
    let ledger = desk.get(&format!("/v1/tickets/{number}/clocks/resolution/ledger")).await;
    assert_eq!(ledger.status, 200, "{}", ledger.body);
    (number, ledger.body)
}

/// What `uurwerk verify` says of a ledger under the example agreement's file; a document that is no ledger says one thing.
fn problems(ledger: &Value) -> Vec<String> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let source = contracts::load(&file).expect("a contract");
    match serde_json::from_value::<ClockLedger>(ledger.clone()) {
        Ok(claimed) => verify(&claimed, &source.contract, &source.text),
        Err(error) => vec![error.to_string()],
    }
}

async fn a_ledger_holds_offline_and_adds_up(desk: &Desk) {
    let (number, ledger) = eventful(desk).await;
    assert_eq!(problems(&ledger), [""; 0]);
    let sum = |state: &str| {
        let own = ledger["segments"].as_array().expect("segments").iter().filter(|one| one["state"] == state);
        own.map(|one| one["seconds"].as_i64().unwrap_or_default()).sum::<i64>()
    };
    let clock = desk.clock(&number, "resolution").await;
    assert_eq!(
        (sum("running"), sum("held"), sum("closed")),
        (clock["elapsedSeconds"].as_i64().unwrap_or(-1), clock["heldSeconds"].as_i64().unwrap_or(-1), 0)
    );
    let closed = ledger["segments"].as_array().expect("segments").iter().any(|one| one["cause"] == "by_hand");
    assert!(closed, "the day closed afterwards stands in the ledger by name");
    assert_eq!(ledger["contract"]["version"], "1.0");
}

/// Every value of the document is changed once; and once more with the hash made good again, where figures are claimed.
async fn one_changed_second_cause_or_version_is_found(desk: &Desk) {
    let (_, ledger) = eventful(desk).await;
    let mut places = Vec::new();
    leaves("", &ledger, &mut places);
    assert!(places.len() > 60, "{} values", places.len());
    for place in places {
        let mut changed = ledger.clone();
        let value = changed.pointer_mut(&place).expect("a value");
        *value = another(value);
        assert_ne!(problems(&changed), [""; 0], "{place} was changed to {:?} and nobody saw it", changed.pointer(&place));
        let claimed = ["/clock", "/segments", "/contract", "/kind", "/form"].iter().any(|part| place.starts_with(part));
        if let (true, Ok(mut document)) = (claimed, serde_json::from_value::<ClockLedger>(changed)) {
            document.digest = document.hash();
            let rehashed = serde_json::to_value(&document).expect("JSON");
            assert_ne!(problems(&rehashed), [""; 0], "{place} was changed and hashed anew, and nobody saw it");
        }
    }
}

async fn what_is_said_of_a_cancelled_ticket_is_no_part_of_its_ledgers(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let cancelled = json!({ "to": "cancelled", "reason": "Dubbel gemeld." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &cancelled).await.status, 201);
    desk.passes("PT1H").await;
    for channel in [None, Some("phone")] {
        let mut message = json!({ "visibility": "public", "body": "Zie het andere ticket." });
        if let Some(channel) = channel {
            message["channel"] = json!(channel);
        }
        let answer = desk.post(&format!("/v1/tickets/{number}/messages"), &message).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    for clock in ["response", "resolution"] {
        let ledger = desk.get(&format!("/v1/tickets/{number}/clocks/{clock}/ledger")).await.body;
        assert_eq!(ledger["facts"].as_array().and_then(|facts| facts.last()).map(|fact| &fact["kind"]), Some(&json!("cancelled")));
        assert_eq!(problems(&ledger), [""; 0], "{clock}");
    }
}

async fn a_ledger_is_for_those_who_see_the_ticket(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}/clocks/resolution/ledger");
    let (theirs, others) = (desk.token_of("ipo").await, desk.token_of("gemeente-voorbeeld").await);
    assert_eq!(desk.ask(Some(&theirs), "GET", &path, None).await.status, 200);
    assert_eq!(desk.ask(Some(&others), "GET", &path, None).await.status, 404);
    assert_eq!(desk.get(&format!("/v1/tickets/{number}/clocks/repair/ledger")).await.status, 404);
    let text = desk.get(&path).await.body.to_string();
    assert!(!text.contains("anna") && !text.contains("Anna") && !text.contains("hapert"), "no names, addresses or texts: {text}");
}

/// The pointers of every value that holds no other.
fn leaves(at: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(&format!("{at}/{key}"), value, found)),
        Value::Array(values) => values.iter().enumerate().for_each(|(place, value)| leaves(&format!("{at}/{place}"), value, found)),
        _ => found.push(at.to_owned()),
    }
}

/// Another value of the same kind: a second later, one more, another word.
fn another(value: &Value) -> Value {
    let text = value.as_str().unwrap_or_default();
    match (value, text.parse::<uurwerk::domain::Instant>(), text.parse::<uuid::Uuid>()) {
        (Value::Number(number), ..) => json!(number.as_i64().unwrap_or_default() + 1),
        (Value::String(_), Ok(instant), _) => json!(instant.plus(1).expect("in range").to_string()),
        (Value::String(_), _, Ok(id)) => json!(uuid::Uuid::from_u128(id.as_u128() ^ 1)),
        (Value::String(_), ..) => json!(format!("{text}x")),
        _ => json!("2026-03-02T07:00:00Z"),
    }
}
