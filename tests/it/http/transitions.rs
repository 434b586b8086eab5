//! A form can be drawn from what is told: every move offered succeeds with what it needs, and no other move is possible.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    every_move_offered_succeeds_with_what_it_needs_and_no_other_is_possible,
    a_move_tells_who_may_make_it_and_on_whom_a_ticket_can_wait,
    a_priority_that_is_missing_is_told_with_what_can_be_chosen,
);

const KINDS: [&str; 6] = ["incident", "problem", "service_request", "information_request", "proposal_request", "change_request"];

fn request(kind: &str) -> Value {
    json!({ "type": kind, "contract": "dap-example", "organisation": "ipo", "title": "Een verzoek", "channel": "portal",
        "requester": { "name": "Anna de Boer", "email": "anna@ipo.example" } })
}

async fn offered(desk: &Desk, token: &str, number: &str) -> Vec<Value> {
    let answer = desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}/transitions"), None).await;
    answer.body["items"].as_array().unwrap_or_else(|| panic!("{}", answer.body)).clone()
}

/// Makes a move with what it says it needs, and nothing that is known otherwise.
async fn makes(desk: &Desk, client: &str, number: &str, offer: &Value) -> u16 {
    for condition in offer["before"].as_array().expect("conditions") {
        let choices = condition["choices"].as_array().expect("choices");
        let choice = choices.iter().find(|choice| choice["needsPhoneContact"] == false).expect("a choice");
        let field = condition["field"].as_str().expect("a field");
        let set = desk.patch(&format!("/v1/tickets/{number}"), &json!({ field: choice["code"], "priorityMotivation": "Zo is het." })).await;
        assert_eq!(set.status, 200, "{}", set.body);
    }
    let mut body = json!({ "to": offer["to"] });
    for need in offer["needs"].as_array().expect("needs") {
        let choices = need["choices"].as_array().expect("choices");
        let text = json!("z".repeat(need["maxLength"].as_u64().and_then(|length| length.try_into().ok()).expect("a length")));
        body[need["field"].as_str().expect("a field")] = choices.last().map_or(text, |choice| choice["code"].clone());
    }
    let by = if offer["by"].as_array().is_some_and(|by| by.contains(&json!("supplier"))) { ADMIN } else { client };
    desk.ask(Some(by), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&body)).await.status
}

/// A ticket of a type, walked along phases.
async fn walked(desk: &Desk, client: &str, kind: &str, path: &[String]) -> String {
    let number = desk.registers(&request(kind)).await;
    for phase in path {
        let offers = offered(desk, ADMIN, &number).await;
        let offer = offers.iter().find(|offer| offer["to"] == *phase).unwrap_or_else(|| panic!("{kind} {path:?}: {phase} is not offered"));
        assert_eq!(makes(desk, client, &number, offer).await, 201, "{kind} {path:?}");
    }
    number
}

/// TKT-20, over every phase of the six types.
async fn every_move_offered_succeeds_with_what_it_needs_and_no_other_is_possible(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let contract = desk.get("/v1/contracts/dap-example").await.body;
    for kind in KINDS {
        let types = contract["types"].as_array().expect("types");
        let phases = types.iter().find(|one| one["type"] == kind).expect("a type")["phases"].as_array().expect("phases").clone();
        let phases: Vec<String> = phases.iter().filter_map(|one| one["phase"].as_str().map(str::to_owned)).collect();
        let (mut seen, mut paths) = (BTreeSet::from(["registered".to_owned()]), vec![Vec::new()]);
        while let Some(path) = paths.pop() {
            let number = walked(desk, &client, kind, &path).await;
            let offers = offered(desk, ADMIN, &number).await;
            for phase in phases.iter().filter(|phase| !offers.iter().any(|offer| offer["to"] == **phase)) {
                for token in [ADMIN, &client] {
                    let wish = json!({ "to": phase, "reason": "Zo is het." });
                    let answer = desk.ask(Some(token), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&wish)).await;
                    assert_eq!((answer.status, &answer.body["code"]), (409, &json!("move_not_allowed")), "{kind} {path:?} to {phase}");
                }
            }
            for offer in &offers {
                let to = offer["to"].as_str().expect("a phase").to_owned();
                let next: Vec<_> = path.iter().cloned().chain([to.clone()]).collect();
                if seen.insert(to) {
                    paths.push(next);
                } else {
                    walked(desk, &client, kind, &next).await;
                }
            }
        }
        assert_eq!(seen, phases.into_iter().collect(), "every phase of {kind} is reached");
    }
}

/// INC-05, INC-06 and CLK-12.
async fn a_move_tells_who_may_make_it_and_on_whom_a_ticket_can_wait(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let number = desk.registers(&incident("p3")).await;
    desk.moves(&number, "in_progress").await;
    let offers = offered(desk, ADMIN, &number).await;
    let hold = offers.iter().find(|offer| offer["to"] == "on_hold").expect("a hold");
    let fields: Vec<_> = hold["needs"].as_array().expect("needs").iter().map(|need| need["field"].clone()).collect();
    assert_eq!((fields, &hold["state"], &hold["event"]), (vec![json!("reason"), json!("cause")], &json!("waiting"), &json!("ticket.held")));
    let first = json!({ "code": "requester", "label": { "nl": "de melder", "en": "the requester" }, "stops": [] });
    assert_eq!(hold["needs"][1]["choices"][0], first);
    desk.moves(&number, "resolved").await;
    for (token, allowed) in [(ADMIN, false), (client.as_str(), true)] {
        for offer in offered(desk, token, &number).await {
            assert_eq!((&offer["by"], &offer["allowed"]), (&json!(["client"]), &json!(allowed)), "{offer}");
        }
    }
    let refused = desk.moves(&number, "closed").await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("client_decides")));
    let closed = json!({ "to": "closed", "reason": "Dank." });
    desk.ask(Some(&client), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&closed)).await;
    let reopened = &offered(desk, ADMIN, &number).await[0];
    assert_eq!((&reopened["event"], &reopened["by"]), (&json!("ticket.reopened"), &json!(["client", "supplier"])));
}

/// Design § 2.8 and INC-03.
async fn a_priority_that_is_missing_is_told_with_what_can_be_chosen(desk: &Desk) {
    let number = desk.registers(&request("incident")).await;
    desk.moves(&number, "in_progress").await;
    let resolve = async || {
        let offers = offered(desk, ADMIN, &number).await;
        offers.into_iter().find(|offer| offer["to"] == "resolved").expect("a solution")
    };
    let before = resolve().await["before"][0].clone();
    assert_eq!((&before["code"], &before["field"]), (&json!("priority_required"), &json!("priority")));
    let refused = desk.moves(&number, "resolved").await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &before["code"]));
    let told = |before: &Value| {
        let choices = before["choices"].as_array().expect("choices").clone();
        choices.iter().map(|choice| (choice["code"].clone(), choice["needsPhoneContact"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(told(&before), [("p1", true), ("p2", false), ("p3", false)].map(|(code, phone)| (json!(code), json!(phone))));
    assert!(before["choices"][0]["definition"]["nl"].is_string());
    desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "internal", "body": "Gebeld.", "channel": "phone" })).await;
    assert_eq!(told(&resolve().await["before"][0])[0], (json!("p1"), json!(false)));
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "priority": "p1" })).await.status, 200);
    assert_eq!(resolve().await["before"], json!([]));
}
