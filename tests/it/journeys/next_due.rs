//! What is due next: the earliest bound there still is, and of a ticket without a priority what the first one would make it.

use serde_json::{Value, json};
use uurwerk::usecases::rebuild::rebuild;

use crate::on_both_databases;
use crate::support::{Desk, incident, incident_under};

on_both_databases!(
    a_missed_response_does_not_hide_the_resolution_that_is_due_in_two_hours,
    a_ticket_without_a_priority_stands_where_the_first_priority_would_put_it_and_is_never_breached,
    a_warning_before_the_priority_is_told_once_and_those_of_the_real_clock_at_their_own_instants,
    a_held_ticket_is_due_where_the_day_it_waits_for_ends,
);

fn without_a_priority() -> Value {
    let mut ticket = incident("p2");
    ticket["channel"] = json!("portal");
    ticket.as_object_mut().expect("an object").remove("priority");
    ticket
}

async fn due(desk: &Desk, number: &str) -> (Value, Value) {
    let shown = desk.get(&format!("/v1/tickets/{number}")).await.body;
    (shown["nextDueAt"].clone(), shown["nextDueProvisional"].clone())
}

async fn due_between(desk: &Desk, from: &str, before: &str) -> Vec<String> {
    let page = desk.get(&format!("/v1/tickets?sort=nextDueAt&dueFrom={from}&dueBefore={before}")).await;
    let items = page.body["items"].as_array().unwrap_or_else(|| panic!("no items in {}", page.body));
    items.iter().filter_map(|item| item["number"].as_str().map(str::to_owned)).collect()
}

/// The warnings of a ticket's resolution clock: when, per cent, whether provisional.
async fn warnings(desk: &Desk, number: &str) -> Vec<(String, u64, bool)> {
    let events = desk.events(number).await;
    let warned = events.iter().filter(|event| event["type"] == "clock.warned" && event["data"]["clock"] == "resolution");
    let told = |event: &Value| {
        let at = event["occurredAt"].as_str().unwrap_or_default().trim_start_matches("2026-03-0").to_owned();
        (at, event["data"]["percent"].as_u64().unwrap_or_default(), event["data"]["provisional"] == true)
    };
    warned.map(told).collect()
}

async fn nothing_differs(desk: &Desk) {
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
}

/// Design § 2.13: P2 answers within 2 h and solves within 8 h and 2 working days.
async fn a_missed_response_does_not_hide_the_resolution_that_is_due_in_two_hours(desk: &Desk) {
    let mut ticket = incident("p2");
    ticket["channel"] = json!("portal");
    let client = desk.token_of("ipo").await;
    // Proposed by the client, so that nobody has answered yet.
    let number = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&ticket)).await.body["number"].as_str().expect("a number").to_owned();
    assert_eq!(due(desk, &number).await, (json!("2026-03-02T09:00:00Z"), json!(false)));
    desk.reaches("2026-03-02T14:00:00+01:00").await;
    assert_eq!(due(desk, &number).await, (json!("2026-03-02T15:00:00Z"), json!(false)));
    assert_eq!(due_between(desk, "2026-03-02T13:00:00Z", "2026-03-02T17:00:00Z").await, [number.as_str()]);
    desk.passes("P1D").await;
    assert_eq!(due(desk, &number).await.0, "2026-03-03T17:00:00Z", "the second goal of the resolution is left");
    desk.passes("P2D").await;
    assert_eq!(due(desk, &number).await.0, "2026-03-02T09:00:00Z", "nothing is left: what was missed counts again");
    nothing_differs(desk).await;
}

/// Design § 2.13: as a P1 it would be answered in 30 m, and solved in 4 h and in 8 h.
async fn a_ticket_without_a_priority_stands_where_the_first_priority_would_put_it_and_is_never_breached(desk: &Desk) {
    let p3 = desk.registers(&incident("p3")).await;
    let bare = desk.registers(&without_a_priority()).await;
    assert_eq!(due(desk, &bare).await, (json!("2026-03-02T07:30:00Z"), json!(true)));
    assert_eq!(due_between(desk, "2026-03-02T07:00:00Z", "2026-03-09T07:00:00Z").await, [&bare, &p3].map(String::as_str));
    for (at, expected) in [("08:30:01", "11:00"), ("12:00:01", "15:00")] {
        desk.reaches(&format!("2026-03-02T{at}+01:00")).await;
        assert_eq!(due(desk, &bare).await, (json!(format!("2026-03-02T{expected}:00Z")), json!(true)), "at {at}");
        nothing_differs(desk).await;
    }
    desk.passes("P7D").await;
    let history = desk.history(&bare).await;
    assert!(!history.iter().any(|event| event.0 == "clock.breached" || event.0 == "escalation.climbed"), "{history:?}");
    assert_eq!(desk.get(&format!("/v1/tickets/{bare}")).await.body["priority"], Value::Null);
    let breached = desk.get("/v1/tickets?breached=true").await;
    assert!(!breached.body.to_string().contains(&format!("\"{bare}\"")));
    assert_eq!(desk.clock(&bare, "resolution").await["goals"], json!([]), "its clock has no goals yet");
}

/// Design § 2.9 and § 2.13: of 4 h as a P1, then of 3 working days as a P3.
async fn a_warning_before_the_priority_is_told_once_and_those_of_the_real_clock_at_their_own_instants(desk: &Desk) {
    let number = desk.registers(&without_a_priority()).await;
    desk.reaches("2026-03-02T11:10:00+01:00").await;
    let provisional = [("2T09:00:00Z".to_owned(), 50, true), ("2T10:00:00Z".to_owned(), 75, true)];
    assert_eq!(warnings(desk, &number).await, provisional);
    let sent = desk.events(&number).await.into_iter().filter(|event| event["type"] == "clock.warned");
    assert!(sent.into_iter().all(|event| event["data"]["sent"] == true), "the desk is warned like for any other");
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "priority": "p3" })).await.status, 200);
    assert_eq!(due(desk, &number).await, (json!("2026-03-04T17:00:00Z"), json!(false)));
    desk.passes("P3D").await;
    let real = [("3T12:00:00Z", 50), ("4T09:30:00Z", 75), ("4T14:00:00Z", 90)].map(|(at, percent)| (at.to_owned(), percent, false));
    assert_eq!(warnings(desk, &number).await, [&provisional[..], &real].concat());

    let covide = json!({ "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "CRM is weg",
        "description": "Niets doet het.", "channel": "portal", "requester": { "name": "Bo", "email": "bo@gemeente-voorbeeld.example" } });
    desk.reaches("2026-03-09T08:00:00+01:00").await;
    let same = desk.registers(&covide).await;
    desk.passes("PT3H5M").await;
    let before = warnings(desk, &same).await;
    assert_eq!(before.iter().map(|one| (one.1, one.2)).collect::<Vec<_>>(), [(50, true), (75, true)]);
    let urgent = json!({ "priority": "urgent", "priorityMotivation": "Niemand kan werken." });
    assert_eq!(desk.patch(&format!("/v1/tickets/{same}"), &urgent).await.status, 200);
    desk.passes("PT2H").await;
    let after = warnings(desk, &same).await;
    assert_eq!(
        after.iter().map(|one| (one.1, one.2)).collect::<Vec<_>>(),
        [(50, true), (75, true), (90, false)],
        "the same instants are not told twice"
    );
    nothing_differs(desk).await;
}

const HOLDS: &str = r#"
id = "wachten"
version = "1"
title = "Wachten"
effective_from = 2026-03-03
time_zone = "Europe/Amsterdam"
[[clients]]
organisation = "ipo"
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
[[clocks]]
kind = "response"
types = ["incident"]
calendar = "support"
goals = [{ within = "1h" }]
answered_by = ["classification"]
[[clocks]]
kind = "resolution"
types = ["incident"]
calendar = "support"
goals = [{ under = "8h" }, { by = "3wd" }]
holds = ["requester"]
"#;

/// Design § 2.13: held clocks count too, where their bound is known.
async fn a_held_ticket_is_due_where_the_day_it_waits_for_ends(desk: &Desk) {
    assert_eq!(desk.post("/v1/contracts", &json!({ "contract": HOLDS })).await.status, 201);
    desk.passes("P1D").await;
    let mut ticket = incident_under("wachten");
    ticket["channel"] = json!("portal");
    let number = desk.registers(&ticket).await;
    desk.moves(&number, "in_progress").await;
    let path = format!("/v1/tickets/{number}/transitions");
    let hold = json!({ "to": "on_hold", "reason": "Wacht op antwoord.", "cause": "requester" });
    assert_eq!(desk.post(&path, &hold).await.status, 201);
    desk.passes("PT2H").await;
    // The 8 h are out of reach while it waits, and so is the end of the third day, which lies in a hold without end.
    assert_eq!(due(desk, &number).await, (json!("2026-03-03T08:00:00Z"), json!(false)), "only the missed answer has a date");
    assert_eq!(desk.moves(&number, "in_progress").await.status, 201);
    assert_eq!(due(desk, &number).await.0, "2026-03-04T08:00:00Z");
    nothing_differs(desk).await;
}
