//! What answers a client, and what does not (design § 2.10): each act by itself, with the clock's figures at the exact second.

use serde_json::{Value, json};
use uurwerk::contracts;
use uurwerk::proof::{ClockLedger, verify};
use uurwerk::usecases::rebuild::rebuild;

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    every_act_of_a_person_of_the_desk_that_answers_stops_the_response,
    nothing_else_stops_it,
    a_priority_decided_at_the_registration_answers_at_once,
    a_mailed_reason_is_a_reply_where_only_replies_count,
    the_contact_a_clock_starts_at_is_no_answer_and_the_next_one_is,
    null_takes_a_ticket_out_of_somebodys_hands,
);

/// An incident as a client reports it, through a screen.
fn reported(priority: &str) -> Value {
    let mut ticket = incident(priority);
    ticket["channel"] = json!("portal");
    ticket
}

fn moved(to: &str) -> Value {
    json!({ "to": to, "reason": "Welke printer is het?", "cause": (to == "on_hold").then_some("requester") })
}

/// What the response clock shows: its state, when it stopped, what it counted.
async fn response(desk: &Desk, number: &str) -> (String, Option<String>, i64) {
    let clock = desk.clock(number, "response").await;
    let text = |key: &str| clock[key].as_str().map(str::to_owned);
    (text("state").unwrap_or_default(), text("stoppedAt"), clock["elapsedSeconds"].as_i64().unwrap_or(-1))
}

fn met(at: &str, elapsed: i64) -> (String, Option<String>, i64) {
    ("met".to_owned(), Some(at.to_owned()), elapsed)
}

fn running(elapsed: i64) -> (String, Option<String>, i64) {
    ("running".to_owned(), None, elapsed)
}

/// The ledger of a response counts again offline to what the desk shows.
async fn holds(desk: &Desk, number: &str) {
    let ledger = desk.get(&format!("/v1/tickets/{number}/clocks/response/ledger")).await.body;
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let source = contracts::load(&file).expect("a contract");
    let claimed: ClockLedger = serde_json::from_value(ledger).expect("a ledger");
    assert_eq!(verify(&claimed, &source.contract, &source.text), [""; 0], "{number}");
    let (_, stopped, elapsed) = response(desk, number).await;
    assert_eq!((claimed.clock.stopped_at.map(|at| at.to_string()), claimed.clock.elapsed_seconds), (stopped, elapsed));
}

async fn every_act_of_a_person_of_the_desk_that_answers_stops_the_response(desk: &Desk) {
    let acts = [
        ("PATCH", "", json!({ "assignee": "els" })),
        ("PATCH", "", json!({ "team": "eerste lijn" })),
        ("PATCH", "", json!({ "priority": "p3" })),
        ("PATCH", "", json!({ "type": "incident" })),
        ("PATCH", "", json!({ "type": "problem" })),
        ("POST", "/transitions", moved("in_progress")),
        ("POST", "/transitions", moved("cancelled")),
        ("POST", "/messages", json!({ "visibility": "public", "body": "Wij kijken ernaar." })),
        ("POST", "/messages", json!({ "visibility": "internal", "body": "Gebeld.", "channel": "phone" })),
    ];
    let mut numbers = Vec::new();
    for _ in &acts {
        numbers.push(desk.proposes("ipo", &reported("p2")).await);
    }
    desk.passes("PT20M").await;
    for (number, (method, path, body)) in numbers.iter().zip(&acts) {
        assert_eq!(response(desk, number).await, running(1200));
        let done = desk.ask(Some(ADMIN), method, &format!("/v1/tickets/{number}{path}"), Some(body)).await;
        assert!(done.status < 300, "{body}: {}", done.body);
    }
    desk.passes("PT9H").await;
    for (number, (.., body)) in numbers.iter().zip(&acts) {
        assert_eq!(response(desk, number).await, met("2026-03-02T07:20:00Z", 1200), "{body}");
        holds(desk, number).await;
    }
    let outcome = rebuild(&desk.app, false).await.expect("a comparison");
    assert_eq!((outcome.tickets, outcome.differences), (acts.len(), Vec::new()));
}

/// Acts of a client, of an integration and of the program; and those of a person that say nothing to the client.
async fn nothing_else_stops_it(desk: &Desk) {
    let (client, integration) = (desk.token_of("ipo").await, desk.token_of_an_integration().await);
    let acts = [
        (ADMIN, "PATCH", "", json!({ "title": "Mail hapert overal" }), 200),
        (ADMIN, "PATCH", "", json!({ "assignee": null, "team": null }), 200),
        (ADMIN, "PATCH", "", json!({ "assignee": "  " }), 400),
        (ADMIN, "PATCH", "", json!({ "team": "\u{2003}\t" }), 400),
        (ADMIN, "POST", "/messages", json!({ "visibility": "internal", "body": "Even nakijken." }), 201),
        (&client, "PATCH", "", json!({ "priority": "p2", "type": "incident" }), 200),
        (&client, "POST", "/messages", json!({ "visibility": "public", "body": "Is er al nieuws?" }), 201),
        (&integration, "PATCH", "", json!({ "assignee": "els", "team": "eerste lijn" }), 200),
        (&integration, "PATCH", "", json!({ "priority": "p2" }), 200),
        (&integration, "PATCH", "", json!({ "type": "incident" }), 200),
        (&integration, "POST", "/messages", json!({ "visibility": "public", "body": "Automatisch bericht." }), 201),
        (&integration, "POST", "/messages", json!({ "visibility": "internal", "body": "Gebeld.", "channel": "phone" }), 201),
        (&integration, "POST", "/transitions", moved("in_progress"), 201),
    ];
    for (token, method, path, body, status) in &acts {
        let number = desk.proposes("ipo", &reported("p2")).await;
        let done = desk.ask(Some(token), method, &format!("/v1/tickets/{number}{path}"), Some(body)).await;
        assert_eq!(done.status, *status, "{body}: {}", done.body);
        if *status == 400 {
            assert_eq!(done.body["errors"][0]["code"], "blank", "{}", done.body);
        }
        assert_eq!(response(desk, &number).await, running(0), "{body}");
    }
    let actors: Vec<_> =
        desk.events("INC-1013").await.iter().filter_map(|event| event["actor"]["kind"].as_str().map(str::to_owned)).collect();
    assert!(actors.iter().any(|actor| actor == "integration"), "{actors:?}");
    // Two hours later each of them is late; a P2 is answered within two hours.
    desk.passes("PT3H").await;
    assert_eq!(response(desk, "INC-1001").await, running(3 * 3600));
}

async fn a_priority_decided_at_the_registration_answers_at_once(desk: &Desk) {
    let decided = desk.registers(&reported("p2")).await;
    let undecided = desk
        .registers(&json!({ "type": "incident", "contract": "dap-example", "title": "Mail hapert", "channel": "portal",
        "requester": { "name": "Anna de Boer", "email": "anna@ipo.example" } }))
        .await;
    let phoned = desk.registers(&incident("p1")).await;
    let integration = desk.token_of_an_integration().await;
    let watched = desk.ask(Some(&integration), "POST", "/v1/tickets", Some(&reported("p2"))).await.body;
    let watched = watched["number"].as_str().expect("a number");
    assert_eq!(desk.get(&format!("/v1/tickets/{watched}")).await.body["priority"], "p2", "an integration decides; it does not answer");
    desk.passes("PT1H").await;
    for number in [&decided, &phoned] {
        assert_eq!(response(desk, number).await, met("2026-03-02T07:00:00Z", 0));
        holds(desk, number).await;
    }
    for number in [undecided.as_str(), watched] {
        assert_eq!(response(desk, number).await, running(3600));
    }
}

/// A question is answered by a reply alone (COVIDE 9.1): the reason of a move is mailed, so it is one; an assignment is none.
async fn a_mailed_reason_is_a_reply_where_only_replies_count(desk: &Desk) {
    let asked = json!({ "type": "service_request", "contract": "covide", "title": "Hoe exporteer ik?", "channel": "portal",
        "requester": { "name": "Bo", "email": "bo@gemeente-voorbeeld.example" } });
    let number = desk.proposes("gemeente-voorbeeld", &asked).await;
    let path = format!("/v1/tickets/{number}");
    desk.passes("PT5M").await;
    assert_eq!(desk.patch(&path, &json!({ "assignee": "els" })).await.status, 200);
    assert_eq!(response(desk, &number).await, running(300));
    desk.passes("PT5M").await;
    assert_eq!(desk.post(&format!("{path}/transitions"), &moved("fulfilling")).await.status, 201);
    assert_eq!(response(desk, &number).await, met("2026-03-02T07:10:00Z", 600));
    desk.passes("PT1M").await;
    let mails = desk.mails();
    assert!(mails.iter().any(|mail| mail.contains(&format!("[{number}]")) && mail.contains("Welke printer is het?")), "it is mailed");
}

/// AMB-10: a P1 counts from the phone contact. That contact is where the response begins, and no answer to it.
async fn the_contact_a_clock_starts_at_is_no_answer_and_the_next_one_is(desk: &Desk) {
    let called = json!({ "visibility": "internal", "body": "Gebeld.", "channel": "phone" });
    let (classified, twice) = (desk.proposes("ipo", &reported("p1")).await, desk.proposes("ipo", &reported("p1")).await);
    let unclassified = desk
        .registers(&json!({ "type": "incident", "contract": "dap-example", "title": "Mail hapert", "channel": "portal",
        "requester": { "name": "Anna de Boer", "email": "anna@ipo.example" } }))
        .await;
    desk.passes("PT10M").await;
    // What was said may be for the client to read: that makes the contact no answer.
    let read_by_the_client = json!({ "visibility": "public", "body": "Gebeld.", "channel": "phone" });
    for (number, contact) in [(&classified, &called), (&twice, &read_by_the_client), (&unclassified, &read_by_the_client)] {
        assert_eq!(desk.post(&format!("/v1/tickets/{number}/messages"), contact).await.status, 201);
    }
    desk.passes("PT5M").await;
    for number in [&classified, &twice, &unclassified] {
        assert_eq!(desk.clock(number, "response").await["startedAt"], "2026-03-02T07:10:00Z");
        assert_eq!(response(desk, number).await, running(300));
    }
    assert_eq!(desk.patch(&format!("/v1/tickets/{classified}"), &json!({ "priority": "p1" })).await.status, 200);
    assert_eq!(desk.post(&format!("/v1/tickets/{twice}/messages"), &called).await.status, 201);
    // As a P3 it counts from the report, so the contact was an answer to it.
    assert_eq!(desk.patch(&format!("/v1/tickets/{unclassified}"), &json!({ "priority": "p3" })).await.status, 200);
    desk.passes("PT5M").await;
    assert_eq!(response(desk, &classified).await, met("2026-03-02T07:15:00Z", 300));
    assert_eq!(response(desk, &twice).await, met("2026-03-02T07:15:00Z", 300));
    assert_eq!(response(desk, &unclassified).await, met("2026-03-02T07:10:00Z", 600));
    for number in [&classified, &twice, &unclassified] {
        holds(desk, number).await;
    }
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
}

async fn null_takes_a_ticket_out_of_somebodys_hands(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    let path = format!("/v1/tickets/{number}");
    let hands = |ticket: &Value| (ticket["assignee"].clone(), ticket["team"].clone());
    for (body, expected, event) in [
        (json!({ "assignee": "els", "team": "beheer" }), (json!("els"), json!("beheer")), Some("ticket.assigned")),
        (json!({ "title": "Mail hapert nog" }), (json!("els"), json!("beheer")), Some("ticket.edited")),
        (json!({ "assignee": null }), (Value::Null, json!("beheer")), Some("ticket.unassigned")),
        (json!({ "assignee": null }), (Value::Null, json!("beheer")), None),
        (json!({ "assignee": "jan", "team": null }), (json!("jan"), Value::Null), Some("ticket.assigned")),
        (json!({ "assignee": null, "team": null }), (Value::Null, Value::Null), Some("ticket.unassigned")),
    ] {
        let before = desk.events(&number).await.len();
        let changed = desk.patch(&path, &body).await;
        assert_eq!((changed.status, hands(&changed.body)), (200, expected), "{body}");
        let added: Vec<_> = desk.events(&number).await.split_off(before).iter().map(|event| event["type"].clone()).collect();
        assert_eq!(added, event.map(|name| json!(name)).into_iter().collect::<Vec<_>>(), "{body}");
    }
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
}
