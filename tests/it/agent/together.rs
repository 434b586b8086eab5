//! The same done to many tickets: a result for each, and of one all or nothing.

use serde_json::{Value, json};

use super::wrong;
use crate::on_both_databases;
use crate::support::{Desk, as_handled_alone, incident};

on_both_databases!(
    each_of_many_is_assigned_tagged_linked_and_moved_or_left_as_it_was,
    an_incident_is_closed_by_its_client_among_many_too,
    a_repeat_does_what_is_missing_and_nothing_twice,
    what_is_wrong_with_the_request_is_told_before_anything_is_done,
);

async fn each_of_many_is_assigned_tagged_linked_and_moved_or_left_as_it_was(desk: &Desk) {
    let (one, two, done) =
        (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    let major = desk.registers(&incident("p2")).await;
    desk.moves(&done, "cancelled").await;
    let body = json!({
        "tickets": [one, two, done, "INC-999999", "printer"], "assignee": "bob", "tags": ["VPN"],
        "link": { "kind": "parent", "ticket": major }, "transition": { "to": "in_progress", "reason": "Wij kijken." }
    });
    let answer = desk.post("/v1/ticket-acts", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let statuses: Vec<_> = answer.body["items"].as_array().expect("items").iter().map(|item| item["status"].clone()).collect();
    assert_eq!(statuses, [200, 200, 409, 404, 404], "{}", answer.body);
    for number in [&one, &two] {
        let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
        assert_eq!((&ticket["assignee"], &ticket["phase"], &ticket["tags"]), (&json!("bob"), &json!("in_progress"), &json!(["vpn"])));
    }
    let parts = desk.get(&format!("/v1/tickets/{major}/links")).await.body["items"].clone();
    assert_eq!(parts.as_array().map(Vec::len), Some(2), "{parts}");
    let left = desk.history(&done).await.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    assert_eq!(left, ["ticket.registered", "ticket.cancelled"], "of one all is done or nothing");
}

async fn an_incident_is_closed_by_its_client_among_many_too(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    desk.moves(&number, "in_progress").await;
    let acts = async |to: &str| {
        let transition = as_handled_alone(json!({ "to": to, "reason": "Klaar." }));
        let body = json!({ "tickets": [number], "transition": transition });
        desk.post("/v1/ticket-acts", &body).await.body["items"][0]["status"].clone()
    };
    assert_eq!((acts("resolved").await, acts("closed").await), (json!(200), json!(403)));
}

async fn a_repeat_does_what_is_missing_and_nothing_twice(desk: &Desk) {
    let numbers = [desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await];
    let body = json!({ "tickets": numbers, "assignee": "bob" }).to_string().into_bytes();
    let headers = [("Idempotency-Key", "samen"), ("content-type", "application/json")];
    let first = desk.send_raw("/v1/ticket-acts", body.clone(), &headers).await;
    let second = desk.send_raw("/v1/ticket-acts", body, &headers).await;
    assert_eq!((first.status, second.status), (200, 200), "{}", second.body);
    for number in &numbers {
        let assigned = desk.history(number).await.into_iter().filter(|(kind, _)| kind == "ticket.assigned").count();
        assert_eq!(assigned, 1);
    }
}

async fn what_is_wrong_with_the_request_is_told_before_anything_is_done(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let asks = async |body: Value| desk.post("/v1/ticket-acts", &body).await;
    let nothing = asks(json!({ "tickets": [number] })).await;
    assert_eq!(wrong(&nothing), [("/tickets", "not_allowed")], "{}", nothing.body);
    let twice = asks(json!({ "tickets": [number, number], "tags": ["%"], "link": { "kind": "likes", "ticket": "x" } })).await;
    let expected =
        [("/tickets/1", "repeated"), ("/tags/0", "bad_format"), ("/link/kind", "unknown_value"), ("/link/ticket", "unknown_ticket")];
    assert_eq!(wrong(&twice), expected, "{}", twice.body);
    let many: Vec<_> = (0..101).map(|at| format!("INC-{}", 1000 + at)).collect();
    assert_eq!(wrong(&asks(json!({ "tickets": many, "assignee": "x" })).await), [("/tickets", "too_long")]);
    assert_eq!(desk.history(&number).await.len(), 1);
}
