//! Words of security signals that are removed for good are gone wherever the same act wrote them, and the history says that they are.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::usecases::rebuild::rebuild;

use super::redaction::colleague;
use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(
    inc_15_the_words_of_a_signal_are_removed_with_those_of_the_signals_recorded_with_it,
    inc_15_a_note_of_a_talk_is_removed_and_nothing_beside_it,
);

const NUMBER: &str = "123456782";

async fn recorded(desk: &Desk, body: &Value) -> Vec<String> {
    let answer = desk.post("/v1/security-signals", body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let items = answer.body["items"].as_array().expect("signals");
    items.iter().map(|one| format!("/v1/security-signals/{}", one["id"].as_str().expect("an id"))).collect()
}

/// Asks as one person and approves as another.
async fn redacts(desk: &Desk, signal: &str, target: &Value) {
    let (asks, approves) = (colleague(desk, "olga", Role::SecurityOfficer).await, colleague(desk, "sem", Role::ServiceManager).await);
    let wanted = json!({ "target": target, "reason": "Een nummer." });
    let path = format!("{signal}/redactions");
    let asked = desk.ask(Some(&asks), "POST", &path, Some(&wanted)).await;
    assert_eq!((asked.status, &asked.body["state"]), (201, &json!("waiting")), "{}", asked.body);
    let approval = format!("{path}/{}/approvals", asked.body["id"].as_str().expect("an id"));
    let alone = desk.ask(Some(&asks), "POST", &approval, None).await;
    assert_eq!((alone.status, &alone.body["code"]), (409, &json!("same_person")), "{}", alone.body);
    let done = desk.ask(Some(&approves), "POST", &approval, None).await;
    assert_eq!((done.status, &done.body["state"]), (201, &json!("approved")), "{}", done.body);
    let listed = desk.get(&path).await.body["items"].clone();
    let last = listed.as_array().and_then(|all| all.last()).expect("one");
    assert_eq!((&last["id"], &last["reason"]), (&asked.body["id"], &json!("Een nummer.")), "{listed}");
}

async fn kinds(desk: &Desk, signal: &str) -> Vec<Value> {
    let events = desk.get(signal).await.body["events"].clone();
    events.as_array().expect("events").iter().map(|event| event["type"].clone()).collect()
}

async fn inc_15_the_words_of_a_signal_are_removed_with_those_of_the_signals_recorded_with_it(desk: &Desk) {
    let body = json!({ "contract": "covide", "source": "supplier", "title": format!("Lek bij {NUMBER}"), "description": NUMBER,
        "response": format!("Gebeld met {NUMBER}.") });
    let signals = recorded(desk, &body).await;
    assert_eq!(signals.len(), 2, "one for each client");
    let response = desk.get(&signals[0]).await.body["responses"][0]["id"].clone();
    assert!(!desk.traces(NUMBER).await.is_empty(), "it is looked for in the right place");
    redacts(desk, &signals[0], &Value::Null).await;
    redacts(desk, &signals[0], &response).await;
    for signal in &signals {
        let shown = desk.get(signal).await.body;
        let gone = json!("[verwijderd]");
        assert_eq!((&shown["title"], &shown["description"], &shown["responses"][0]["text"]), (&gone, &gone, &gone), "{shown}");
        let told = kinds(desk, signal).await;
        assert_eq!(told[2..], [json!("security_signal.redacted"), json!("security_signal.redacted")]);
    }
    let report = desk.get("/v1/reports/service-management?contract=covide&month=2026-03").await.body["security"].clone();
    assert_eq!(report["signals"][0]["title"], "[verwijderd]", "{report}");
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
    assert!(rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}

async fn inc_15_a_note_of_a_talk_is_removed_and_nothing_beside_it(desk: &Desk) {
    let body =
        json!({ "contract": "dap-example", "organisation": "ipo", "source": "authority", "title": "Lek", "description": "Een lek." });
    let signal = recorded(desk, &body).await.remove(0);
    let talks = format!("{signal}/discussions");
    for note in [format!("Ida belt op {NUMBER}."), "Verder niets.".to_owned()] {
        let talk = json!({ "role": "information-security-officer", "note": note });
        assert_eq!(desk.post(&talks, &talk).await.status, 201);
    }
    let talk = desk.get(&signal).await.body["discussions"][0]["id"].clone();
    redacts(desk, &signal, &talk).await;
    let shown = desk.get(&signal).await.body;
    assert_eq!((&shown["title"], &shown["discussions"][0]["note"]), (&json!("Lek"), &json!("[verwijderd]")), "{shown}");
    assert_eq!(shown["discussions"][1]["note"], "Verder niets.");
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
    // What the caller does not see cannot be named.
    let agent = colleague(desk, "bob", Role::AgentLine1).await;
    let asked = json!({ "reason": "Een nummer." });
    assert_eq!(desk.ask(Some(&agent), "POST", &format!("{signal}/redactions"), Some(&asked)).await.status, 404);
    let other = recorded(desk, &body).await.remove(0);
    let officer = colleague(desk, "olga", Role::SecurityOfficer).await;
    let elsewhere = desk.ask(Some(&officer), "POST", &format!("{other}/redactions"), Some(&json!({ "target": talk, "reason": "x" }))).await;
    assert_eq!((elsewhere.status, &elsewhere.body["errors"][0]["pointer"]), (400, &json!("/target")), "{}", elsewhere.body);
}
