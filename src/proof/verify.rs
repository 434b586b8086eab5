//! Recomputing a ledger, without the desk.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Basis, ClockLedger, FORM, LedgerAmendment, ledger};
use crate::domain::clock::{Kind, check_order};
use crate::domain::contract::Contract;
use crate::domain::contract::amendment::{Amendment, Change};

/// Everything in a ledger that does not follow from its own facts, under the contract whose file has this text; empty when it holds.
pub fn verify(claimed: &ClockLedger, contract: &Contract, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if claimed.form != FORM {
        wrong.push(format!("form: \"{}\" is not {FORM}", claimed.form));
    }
    if claimed.digest != claimed.hash() {
        wrong.push(format!("digest: the document was changed after it was made; its content gives {}", claimed.hash()));
    }
    let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
    for (key, ours, theirs) in [
        ("contract.id", &contract.id, &claimed.contract.id),
        ("contract.version", &contract.version, &claimed.contract.version),
        ("contract.sha256", &sha256, &claimed.contract.sha256),
    ] {
        if ours != theirs {
            wrong.push(format!("{key}: the ledger says {theirs}, the contract file {ours}"));
        }
    }
    match counted_again(claimed, contract, sha256) {
        Err(problem) => wrong.push(problem),
        Ok(again) => {
            let value = |ledger: &ClockLedger| serde_json::to_value(ledger).unwrap_or_default();
            differences("", &value(claimed), &value(&again), &mut wrong);
        }
    }
    wrong
}

/// The ledger that follows from the facts a ledger states.
fn counted_again(claimed: &ClockLedger, contract: &Contract, sha256: String) -> Result<ClockLedger, String> {
    let amendments = claimed.amendments.iter().enumerate().map(|(at, one)| read(one).ok_or(format!("amendments.{at}: cannot be read")));
    let amendments: Vec<_> = amendments.collect::<Result<_, _>>()?;
    if !amendments.is_sorted_by_key(|amendment| amendment.in_force_at) {
        return Err("amendments: are not in the order they took effect".to_owned());
    }
    let contract = contract.clone().amended_by(amendments).map_err(|wrong| format!("amendments: {}", wrong[0]))?;
    let facts = claimed.facts.iter().enumerate().map(|(at, one)| Ok((one.event, one.read().ok_or(format!("facts.{at}: cannot be read"))?)));
    let facts: Vec<_> = facts.collect::<Result<_, String>>()?;
    let bare: Vec<_> = facts.iter().map(|(_, fact)| fact.clone()).collect();
    if let Some((at, problem)) = check_order(Some(claimed.registration.reported_at), &bare).first() {
        return Err(format!("facts.{at}: {problem}"));
    }
    let basis = Basis {
        ticket_id: claimed.ticket_id,
        number: claimed.number.clone(),
        sha256,
        kind: Kind::named(&claimed.kind).ok_or("kind: is neither response nor resolution")?,
        known_at: claimed.known_at,
        registration: claimed.registration.clone(),
        facts,
    };
    ledger(&contract, &basis).ok_or_else(|| "clock: the contract gives this ticket no such clock".to_owned())
}

fn read(amendment: &LedgerAmendment) -> Option<Amendment> {
    let LedgerAmendment { id, calendar, date, change, hours, reason, recorded_at } = amendment;
    let change = Change::named(change, hours).ok().flatten()?;
    let reason = reason.clone().unwrap_or_default();
    Some(Amendment { id: *id, calendar: calendar.clone(), date: *date, change, reason, in_force_at: *recorded_at })
}

/// Where two documents differ. The hash is left out: it follows from the rest.
fn differences(at: &str, claimed: &Value, counted: &Value, found: &mut Vec<String>) {
    let under = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    match (claimed, counted) {
        (Value::Object(one), Value::Object(other)) => {
            for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))).filter(|key| *key != "digest") {
                differences(&under(key), &claimed[key.as_str()], &counted[key.as_str()], found);
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            for place in 0..one.len().max(other.len()) {
                let of = |values: &[Value]| values.get(place).cloned().unwrap_or_default();
                differences(&under(&place.to_string()), &of(one), &of(other), found);
            }
        }
        (claimed, counted) if claimed != counted => found.push(format!("{at}: the ledger says {claimed}, recomputed it is {counted}")),
        _ => {}
    }
}
