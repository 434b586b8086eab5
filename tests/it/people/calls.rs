//! A call that is taken down: a name, a number, and whom it is passed to (SUP-11).

use serde_json::{Value, json};

use super::refusal;
use crate::on_both_databases;
use crate::support::{ADMIN, Desk};

on_both_databases!(
    sup_02_a_call_at_night_is_registered_and_its_clocks_wait_for_the_morning,
    sup_11_a_name_a_number_and_whom_it_is_passed_to_are_enough,
    sup_11_without_a_name_or_a_number_nothing_is_taken_down,
    sup_11_the_desk_alone_takes_calls_down,
);

fn call() -> Value {
    json!({ "contract": "covide", "organisation": "stichting-proef", "name": "Bea Bakker", "phone": "+31 6 12345678", "assignee": "piet" })
}

async fn sup_11_a_name_a_number_and_whom_it_is_passed_to_are_enough(desk: &Desk) {
    let makes = async || desk.send(Some(ADMIN), ("POST", "/v1/calls"), &[("idempotency-key", "c-1")], Some(&call())).await;
    let (made, again) = (makes().await, makes().await);
    assert_eq!((made.status, &again.body["number"]), (201, &made.body["number"]), "{} {}", made.body, again.body);
    assert_eq!(desk.rows("ticket").await, 1, "a repeat makes nothing new");
    let number = made.body["number"].as_str().expect("a number");
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
    assert_eq!(
        (&ticket["type"], &ticket["channel"], &ticket["assignee"]),
        (&json!("incident"), &json!("phone"), &json!("piet")),
        "{ticket}"
    );
    let requester = json!({ "id": ticket["requester"]["id"], "name": "Bea Bakker", "email": null, "phone": "+31 6 12345678" });
    assert_eq!(ticket["requester"], requester);
    let kinds: Vec<_> = desk.history(number).await.into_iter().map(|(kind, _)| kind).collect();
    assert!(kinds.starts_with(&["ticket.registered".to_owned(), "ticket.assigned".to_owned()]), "{kinds:?}");
    // The rest comes later; whoever calls again is the same person, and nobody is mailed who has no address.
    assert_eq!(
        desk.patch(&format!("/v1/tickets/{number}"), &json!({ "title": "Inloggen lukt niet", "type": "service_request" })).await.status,
        200
    );
    let second = desk.post("/v1/calls", &call()).await;
    assert_eq!(second.body["requester"]["id"], ticket["requester"]["id"]);
    desk.moves(number, "in_progress").await;
    desk.passes("PT1H").await;
    assert_eq!(desk.mails(), Vec::<String>::new());
}

async fn sup_11_without_a_name_or_a_number_nothing_is_taken_down(desk: &Desk) {
    for (without, pointer) in [("name", "/name"), ("phone", "/phone"), ("assignee", "/assignee"), ("contract", "/contract")] {
        let mut body = call();
        body.as_object_mut().expect("fields").remove(without);
        let refused = desk.post("/v1/calls", &body).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (400, &json!(pointer)), "{}", refused.body);
    }
    let wrong = json!({ "contract": "nergens", "name": " ", "phone": "bellen", "assignee": "piet", "type": "klacht" });
    assert_eq!(desk.post("/v1/calls", &wrong).await.body["errors"].as_array().map(Vec::len), Some(4));
    assert_eq!((desk.rows("ticket").await, desk.rows("person").await), (0, 0));
}

async fn sup_11_the_desk_alone_takes_calls_down(desk: &Desk) {
    let client = desk.token_of("stichting-proef").await;
    assert_eq!(refusal(&desk.ask(Some(&client), "POST", "/v1/calls", Some(&call())).await), (403, json!("desk_only")));
}

async fn sup_02_a_call_at_night_is_registered_and_its_clocks_wait_for_the_morning(desk: &Desk) {
    desk.reaches("2026-03-02T23:00:00+01:00").await;
    let made = desk.post("/v1/calls", &call()).await;
    assert_eq!(
        (made.status, &made.body["channel"], &made.body["calledOutsideHours"]),
        (201, &json!("phone"), &json!(true)),
        "{}",
        made.body
    );
    let number = made.body["number"].as_str().expect("a number").to_owned();
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "priority": "urgent" })).await.status, 200);
    desk.reaches("2026-03-03T08:00:00+01:00").await;
    assert_eq!(desk.clock(&number, "resolution").await["elapsedSeconds"], 0);
    let ledger = desk.get(&format!("/v1/tickets/{number}/clocks/resolution/ledger")).await.body;
    let night = &ledger["segments"][0];
    let expected = (&json!("closed"), &json!("2026-03-02T22:00:00Z"), &json!("2026-03-03T07:00:00Z"));
    assert_eq!((&night["state"], &night["from"], &night["to"]), expected, "{ledger}");
    desk.passes("PT30M").await;
    assert_eq!(desk.clock(&number, "resolution").await["elapsedSeconds"], 1800);
    // The telephone is answered until six, an hour longer than incidents are handled; a mail at night is no call.
    desk.reaches("2026-03-03T17:30:00+01:00").await;
    assert_eq!(desk.post("/v1/calls", &call()).await.body["calledOutsideHours"], false);
    desk.reaches("2026-03-03T23:00:00+01:00").await;
    let by_portal =
        json!({ "contract": "covide", "organisation": "stichting-proef", "type": "incident", "title": "Traag", "channel": "portal" });
    assert_eq!(desk.post("/v1/tickets", &by_portal).await.body["calledOutsideHours"], false);
    let flagged = desk.get("/v1/tickets?calledOutsideHours=true").await.body["items"].clone();
    assert_eq!((&flagged[0]["number"], &flagged[1]), (&json!(number), &Value::Null), "{flagged}");
}
