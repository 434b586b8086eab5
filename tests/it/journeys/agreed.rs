//! COVIDE 7.1, PRI-05, AMB-20: an incident of the lowest priority is repaired at a moment agreed with the client, which
//! then holds in place of the contract's bounds and is reported apart.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk};

on_both_databases!(
    pri_05_a_moment_agreed_with_the_client_takes_the_place_of_the_bounds,
    a_breach_is_void_when_another_moment_is_agreed_and_one_of_that_moment_stays,
    what_was_agreed_for_one_priority_lapses_with_another,
    only_what_the_contract_leaves_open_can_be_agreed_and_only_with_somebody,
);

fn report(priority: &str) -> Value {
    json!({
        "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "Knop is scheef", "description": "Het werkt wel.",
        "priority": priority, "channel": "phone", "requester": { "name": "Anna de Boer", "email": "anna@voorbeeld.example" }
    })
}

async fn agrees(desk: &Desk, number: &str, due_at: &str) -> Answer {
    let body = json!({ "dueAt": due_at, "agreedBy": { "name": "Bert Bos", "email": "bert@voorbeeld.example" } });
    desk.post(&format!("/v1/tickets/{number}/repair-agreements"), &body).await
}

fn goals(clock: &Value) -> Vec<(&str, &str)> {
    let goals = clock["goals"].as_array().expect("goals").iter();
    goals.map(|goal| (goal["target"].as_str().unwrap_or_default(), goal["dueAt"].as_str().unwrap_or_default())).collect()
}

async fn pri_05_a_moment_agreed_with_the_client_takes_the_place_of_the_bounds(desk: &Desk) {
    let number = desk.registers(&report("low")).await;
    assert_eq!(goals(&desk.clock(&number, "resolution").await).len(), 2);

    // Further away than the bounds of three weeks and three months.
    let agreed = agrees(desk, &number, "2026-06-15T12:00:00+02:00").await;
    assert_eq!(agreed.status, 201, "{}", agreed.body);
    assert_eq!(goals(&desk.clock(&number, "resolution").await), [("agreed", "2026-06-15T10:00:00Z")]);
    let events = desk.events(&number).await;
    let event = events.iter().find(|event| event["type"] == "ticket.repair_agreed").expect("it is recorded");
    assert!(
        event["data"]["agreedBy"].is_string() && !events.iter().any(|event| event.to_string().contains("Bert")),
        "by whom, and not by name: {event}"
    );

    desk.reaches("2026-06-14T12:00:00+02:00").await;
    let breaches = |history: &[(String, String)]| {
        history.iter().filter(|event| event.0 == "clock.breached").map(|event| event.1.clone()).collect::<Vec<_>>()
    };
    let before = breaches(&desk.history(&number).await).len();
    assert_eq!(desk.clock(&number, "resolution").await["state"], "running");
    desk.reaches("2026-06-15T13:00:00+02:00").await;
    let after = breaches(&desk.history(&number).await);
    assert_eq!(
        (after.len(), after.last().map(String::as_str)),
        (before + 1, Some("2026-06-15T10:00:01Z")),
        "at the moment itself it was in time"
    );

    // Reported apart, in the month its fate was known, and under no norm.
    desk.reaches("2026-07-01T09:00:00+02:00").await;
    let report = desk.get("/v1/reports/service-management?contract=covide&month=2026-06").await.body;
    let row = json!({ "ticketType": "incident", "priority": "low", "priorityLabel": "Laag", "n": 1, "met": 0, "missed": 1 });
    assert_eq!(report["agreed"], json!([row]));
    let counted =
        report["goals"].as_array().expect("goals").iter().filter(|goal| goal["clock"] == "resolution").map(|goal| goal["n"].as_u64());
    assert_eq!(counted.flatten().sum::<u64>(), 0);
    let ledger = desk.get(&format!("/v1/tickets/{number}/clocks/resolution/ledger")).await.body;
    assert!(ledger["facts"].as_array().is_some_and(|facts| facts.iter().any(|fact| fact["kind"] == "agreed")), "{ledger}");
    let text = std::fs::read_to_string("config/contracts/covide.toml").expect("a file");
    let contract = uurwerk::contracts::parse(std::path::Path::new("covide.toml"), &text).expect("a contract");
    let claimed = serde_json::from_value(ledger).expect("a ledger");
    assert_eq!(uurwerk::proof::verify(&claimed, &contract, &text), Vec::<String>::new(), "the proof counts the agreement");
}

async fn a_breach_is_void_when_another_moment_is_agreed_and_one_of_that_moment_stays(desk: &Desk) {
    let number = desk.registers(&report("low")).await;
    desk.reaches("2026-04-01T12:00:00+02:00").await;
    assert!(desk.history(&number).await.iter().any(|event| event.0 == "clock.breached"), "three weeks have passed");
    assert_eq!(agrees(desk, &number, "2026-05-01T12:00:00+02:00").await.status, 201);
    let clock = desk.clock(&number, "resolution").await;
    assert_eq!((clock["voided"][0]["target"].as_str(), clock["voided"][0]["why"].as_str()), (Some("15wd"), Some("agreed")));
    assert_eq!(desk.moves(&number, "in_progress").await.status, 201);
    assert_eq!(desk.moves(&number, "resolved").await.status, 201);
    let clock = desk.clock(&number, "resolution").await;
    assert_eq!((clock["state"].as_str(), goals(&clock).len()), (Some("met"), 1));
}

async fn what_was_agreed_for_one_priority_lapses_with_another(desk: &Desk) {
    let number = desk.registers(&report("low")).await;
    assert_eq!(agrees(desk, &number, "2026-09-01T12:00:00+02:00").await.status, 201);
    let path = format!("/v1/tickets/{number}");
    let changes = async |priority: &str| desk.patch(&path, &json!({ "priority": priority, "priorityMotivation": "Toch anders." })).await;
    assert_eq!(changes("high").await.status, 200);
    assert_eq!(goals(&desk.clock(&number, "resolution").await).iter().map(|goal| goal.0).collect::<Vec<_>>(), ["1wd", "2wd"]);
    assert_eq!(changes("low").await.status, 200);
    assert_eq!(goals(&desk.clock(&number, "resolution").await).iter().map(|goal| goal.0).collect::<Vec<_>>(), ["15wd", "3mo"]);
}

async fn only_what_the_contract_leaves_open_can_be_agreed_and_only_with_somebody(desk: &Desk) {
    let (low, high) = (desk.registers(&report("low")).await, desk.registers(&report("high")).await);
    let fixed = agrees(desk, &high, "2026-09-01T12:00:00+02:00").await;
    assert_eq!((fixed.status, fixed.body["code"].as_str()), (409, Some("repair_not_agreeable")));
    let past = agrees(desk, &low, "2026-02-01T12:00:00+01:00").await;
    assert_eq!((past.status, past.body["errors"][0]["pointer"].as_str()), (400, Some("/dueAt")));
    let path = format!("/v1/tickets/{low}/repair-agreements");
    let alone = desk.post(&path, &json!({ "dueAt": "2026-09-01T12:00:00+02:00" })).await;
    assert_eq!((alone.status, alone.body["errors"][0]["pointer"].as_str()), (400, Some("/agreedBy")));
    let client = desk.token_of("gemeente-voorbeeld").await;
    let body = json!({ "dueAt": "2026-09-01T12:00:00+02:00", "agreedBy": { "name": "Bert Bos", "email": "bert@voorbeeld.example" } });
    assert_eq!(desk.ask(Some(&client), "POST", &path, Some(&body)).await.status, 403);
    let twice = async || desk.send(Some(ADMIN), ("POST", &path), &[("idempotency-key", "a-1")], Some(&body)).await;
    assert_eq!((twice().await.status, twice().await.status), (201, 201));
    assert_eq!(desk.history(&low).await.iter().filter(|event| event.0 == "ticket.repair_agreed").count(), 1);
}
