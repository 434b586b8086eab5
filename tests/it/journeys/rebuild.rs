//! A month of mixed traffic, then the stored index against its replay; and rows that someone spoiled.

use serde_json::json;
use uurwerk::usecases::rebuild::rebuild;

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    what_a_month_stored_is_what_its_history_says,
    exactly_what_was_spoiled_is_found_and_mended,
    whatever_a_history_tells_of_a_ticket_is_mended_from_it,
    exactly_the_obligations_that_were_spoiled_are_found_and_mended,
);

/// Tickets of every kind of fate, over a month.
async fn a_month(desk: &Desk) -> Vec<String> {
    let mut numbers = Vec::new();
    let client = desk.token_of("ipo").await;
    for day in 0..20 {
        let number = desk.registers(&incident(["p1", "p2", "p3"][day % 3])).await;
        let path = format!("/v1/tickets/{number}");
        desk.passes("PT3H").await;
        if day % 2 == 0 {
            desk.patch(&path, &json!({ "assignee": "bob", "team": "eerste lijn", "priority": "p3" })).await;
            desk.moves(&number, "in_progress").await;
        }
        match day % 5 {
            0 => drop(desk.patch(&path, &json!({ "type": "problem" })).await),
            1 => drop(desk.moves(&number, "cancelled").await),
            2 => {
                let hold = json!({ "to": "on_hold", "reason": "Wacht.", "cause": "requester" });
                desk.post(&format!("{path}/transitions"), &hold).await;
            }
            3 => drop(desk.post(&format!("{path}/messages"), &json!({ "visibility": "public", "body": "We kijken ernaar." })).await),
            _ => {
                desk.moves(&number, "resolved").await;
                let judged = if day == 4 { "in_progress" } else { "closed" };
                let verdict = json!({ "to": judged, "reason": "Gezien." });
                desk.ask(Some(&client), "POST", &format!("{path}/transitions"), Some(&verdict)).await;
            }
        }
        desk.passes("PT21H").await;
        if day == 9 {
            let closed = json!({ "calendar": "support", "date": "2026-03-20", "change": "closed", "reason": "Storm." });
            desk.post("/v1/contracts/dap-example/calendar-amendments", &closed).await;
        }
        numbers.push(number);
    }
    desk.passes("P10D").await;
    numbers
}

async fn what_a_month_stored_is_what_its_history_says(desk: &Desk) {
    let numbers = a_month(desk).await;
    let outcome = rebuild(&desk.app, false).await.expect("a comparison");
    assert_eq!((outcome.tickets, outcome.due), (numbers.len(), 0));
    assert!(outcome.obligations > 10, "the agreements have dated duties: {}", outcome.obligations);
    assert_eq!(outcome.differences, []);
}

async fn exactly_what_was_spoiled_is_found_and_mended(desk: &Desk) {
    let numbers = a_month(desk).await;
    let id = async |number: &str| {
        let id: uuid::Uuid =
            desk.get(&format!("/v1/tickets/{number}")).await.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        id
    };
    let (one, two, three) = (id(&numbers[3]).await, id(&numbers[8]).await, id(&numbers[13]).await);
    desk.spoils("UPDATE clock SET due_at = started_at WHERE kind = 'resolution' AND ticket_id = $1", one).await;
    desk.spoils("UPDATE ticket SET next_due_at = NULL, state = 'waiting' WHERE id = $1", two).await;
    desk.spoils("DELETE FROM clock WHERE kind = 'response' AND ticket_id = $1", three).await;
    let found = rebuild(&desk.app, false).await.expect("a comparison").differences;
    let mut named: Vec<_> = found.iter().map(|one| (one.of.clone(), one.what.as_str())).collect();
    named.sort();
    let mut expected = vec![
        (numbers[3].clone(), "clock.resolution.due_at"),
        (numbers[8].clone(), "ticket.next_due_at"),
        (numbers[8].clone(), "ticket.state"),
        (numbers[13].clone(), "clock.response"),
    ];
    expected.sort();
    assert_eq!(named, expected);
    assert_eq!(rebuild(&desk.app, true).await.expect("a repair").differences.len(), 4);
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
    let last = desk.events(&numbers[3]).await.pop().expect("an event");
    assert_eq!(
        (&last["type"], &last["data"]["differences"][0]["what"]),
        (&json!("ticket.index_rebuilt"), &json!("clock.resolution.due_at"))
    );
    assert_ne!(last["data"]["differences"][0]["stored"], last["data"]["differences"][0]["replayed"]);
}

/// Every field that some event tells, spoiled at once: one that its replay forgot would stay as it is.
async fn whatever_a_history_tells_of_a_ticket_is_mended_from_it(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    desk.patch(&path, &json!({ "assignee": "bob", "team": "eerste lijn", "priority": "p2" })).await;
    desk.moves(&number, "in_progress").await;
    let hold = json!({ "to": "on_hold", "reason": "Wacht.", "cause": "requester" });
    assert_eq!(desk.post(&format!("{path}/transitions"), &hold).await.status, 201);
    desk.passes("PT1M").await;
    let before = desk.get(&path).await.body;
    let id: uuid::Uuid = before["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let spoils = "UPDATE ticket SET kind = 'problem', registered_as = 'problem', tier = 'gold', phase = 'known_error', state = 'active', \
        waiting_cause = NULL, priority = NULL, proposed_priority = 'p1', channel = 'monitoring', assignee = 'eve', team = NULL, \
        opened_at = recorded_at, resolved_at = recorded_at, closed_at = recorded_at, emergency_for_id = id WHERE id = $1";
    desk.spoils(spoils, id).await;
    let found = rebuild(&desk.app, true).await.expect("a rebuild").differences;
    let named = |column: &str| found.iter().any(|one| one.what == format!("ticket.{column}"));
    let columns = [
        "kind",
        "registered_as",
        "tier",
        "phase",
        "state",
        "waiting_cause",
        "priority",
        "proposed_priority",
        "channel",
        "assignee",
        "team",
        "resolved_at",
        "closed_at",
        "emergency_for_id",
    ];
    let missed: Vec<_> = columns.into_iter().filter(|column| !named(column)).collect();
    assert!(missed.is_empty(), "{missed:?} is told by the history and was not missed: {found:?}");
    assert_eq!(desk.get(&path).await.body, before);
}

async fn exactly_the_obligations_that_were_spoiled_are_found_and_mended(desk: &Desk) {
    desk.passes("P40D").await;
    let page = desk.get("/v1/obligations?state=late&pageSize=100").await;
    let late: Vec<_> = page.body["items"].as_array().expect("obligations").clone();
    let id = |at: usize| late[at]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    desk.spoils("UPDATE obligation SET state = 'met' WHERE id = $1", id(0)).await;
    desk.spoils("UPDATE obligation SET late_at = NULL, due_at = opened_at WHERE id = $1", id(1)).await;
    let found = rebuild(&desk.app, false).await.expect("a comparison").differences;
    let mut named: Vec<_> = found.iter().map(|one| (one.of.clone(), one.what.as_str())).collect();
    named.sort();
    let name =
        |at: usize| format!("{} {}", late[at]["obligation"].as_str().unwrap_or_default(), late[at]["period"].as_str().unwrap_or_default());
    let mut expected = vec![(name(0), "obligation.state"), (name(1), "obligation.due_at"), (name(1), "obligation.late_at")];
    expected.sort();
    assert_eq!(named, expected);
    assert_eq!(rebuild(&desk.app, true).await.expect("a repair").differences.len(), 3);
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
    let mended = desk.get(&format!("/v1/obligations/{}", id(0))).await.body;
    assert_eq!(mended["state"], "late");
    let last = mended["events"].as_array().and_then(|events| events.last().cloned()).expect("an event");
    assert_eq!((&last["type"], &last["data"]["differences"][0]["stored"]), (&json!("obligation.index_rebuilt"), &json!("met")));
}
