//! A form can be drawn from what is told: every move offered succeeds with what it needs, and no other move is possible.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident, request};

on_both_databases!(
    tkt_20_every_move_offered_succeeds_with_what_it_needs_and_no_other_is_possible,
    inc_05_inc_06_a_move_tells_who_may_make_it_and_on_whom_a_ticket_can_wait,
    a_priority_that_is_missing_is_told_with_what_can_be_chosen,
    a_ticket_waits_for_one_of_those_it_can_wait_for,
    an_escalated_case_is_closed_with_its_three_texts_and_no_earlier,
    the_texts_may_come_with_the_solution_and_are_asked_again_after_a_refusal,
);

const KINDS: [&str; 6] = ["incident", "problem", "service_request", "information_request", "proposal_request", "change_request"];

async fn offered(desk: &Desk, token: &str, number: &str) -> Vec<Value> {
    let answer = desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}/transitions"), None).await;
    answer.body["items"].as_array().unwrap_or_else(|| panic!("{}", answer.body)).clone()
}

/// Makes a move with what it says it needs, and nothing that is known otherwise.
async fn makes(desk: &Desk, client: &str, number: &str, offer: &Value) -> u16 {
    let to = offer["to"].as_str().expect("a phase");
    desk.provides(number, to).await;
    if desk.get(&format!("/v1/tickets/{number}")).await.body["phase"] == *to {
        // The last yes that it waited for moved it.
        return 201;
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
async fn tkt_20_every_move_offered_succeeds_with_what_it_needs_and_no_other_is_possible(desk: &Desk) {
    let client = desk.signer_of("ipo").await;
    let contract = desk.get("/v1/contracts/dap-example").await.body;
    for kind in KINDS {
        let types = contract["types"].as_array().expect("types");
        let phases = types.iter().find(|one| one["type"] == kind).expect("a type")["phases"].as_array().expect("phases").clone();
        // Merging is an act of its own, and no move.
        let phases = phases.iter().filter_map(|one| one["phase"].as_str().map(str::to_owned)).filter(|phase| phase != "merged");
        let phases: Vec<String> = phases.collect();
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
async fn inc_05_inc_06_a_move_tells_who_may_make_it_and_on_whom_a_ticket_can_wait(desk: &Desk) {
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

/// CLK-12: a word that stops no clock would be a hold that nobody notices.
async fn a_ticket_waits_for_one_of_those_it_can_wait_for(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    desk.moves(&number, "in_progress").await;
    let hold = async |cause: &str| {
        let wish = json!({ "to": "on_hold", "reason": "Wij wachten.", "cause": cause });
        desk.post(&format!("/v1/tickets/{number}/transitions"), &wish).await
    };
    let refused = hold("requestor").await;
    let error = &refused.body["errors"][0];
    assert_eq!((refused.status, &error["pointer"], &error["code"]), (400, &json!("/cause"), &json!("unknown_value")));
    let choices = offered(desk, ADMIN, &number).await;
    let choices = choices.iter().find(|offer| offer["to"] == "on_hold").expect("a hold")["needs"][1]["choices"].clone();
    for choice in choices.as_array().expect("choices") {
        let code = choice["code"].as_str().expect("a code");
        assert!(error["detail"].as_str().is_some_and(|detail| detail.contains(code)), "{error}");
        assert_eq!(hold(code).await.status, 201, "{code}");
        desk.moves(&number, "in_progress").await;
    }
}

/// The example agreement under another name, whose first level asks for three texts at its end.
fn demanding() -> Value {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let text = std::fs::read_to_string(file).expect("a contract").replacen("id = \"dap-example\"", "id = \"demanding\"", 1);
    let level = "\nlevel = 1\n";
    assert!(text.contains(level), "the ladder has a first level");
    json!({ "contract": text.replacen(level, &format!("{level}closing_needs = [\"measures\", \"results\", \"lessons\"]\n"), 1) })
}

/// ESC-21, for an incident, which the client closes, and for a problem, which the desk does.
async fn an_escalated_case_is_closed_with_its_three_texts_and_no_earlier(desk: &Desk) {
    let applied = desk.post("/v1/contracts", &demanding()).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    let client = desk.token_of("ipo").await;
    for (kind, path, closer) in [
        ("incident", ["in_progress", "resolved"].as_slice(), client.as_str()),
        ("problem", &["investigating", "known_error", "resolved"], ADMIN),
    ] {
        let mut body = request(kind);
        (body["contract"], body["priority"]) = (json!("demanding"), json!("p3"));
        if kind == "problem" {
            body["priority"] = Value::Null;
        }
        let number = desk.registers(&body).await;
        if kind == "problem" {
            desk.provides(&number, "investigating").await;
            desk.explains(&number).await;
        }
        for phase in path {
            assert_eq!(desk.moves(&number, phase).await.status, 201, "{kind} to {phase}");
        }
        let ask = async |extra: Value| {
            let mut wish = json!({ "to": "closed", "reason": "Dank." });
            wish.as_object_mut().expect("fields").extend(extra.as_object().expect("fields").clone());
            desk.ask(Some(closer), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&wish)).await
        };
        let offers = offered(desk, closer, &number).await;
        let closing = offers.iter().find(|offer| offer["to"] == "closed").expect("a closing");
        let needs: Vec<_> = closing["needs"].as_array().expect("needs").iter().map(|need| need["field"].clone()).collect();
        assert_eq!(needs, ["reason", "measures", "results", "lessons"], "{kind}");
        let two = ask(json!({ "measures": "Herstart.", "results": "Het werkt." })).await;
        assert_eq!((two.status, two.body["errors"].as_array().map(Vec::len)), (400, Some(1)), "{}", two.body);
        assert_eq!((&two.body["errors"][0]["pointer"], &two.body["errors"][0]["code"]), (&json!("/lessons"), &json!("required")));
        let three = ask(json!({ "measures": "Herstart.", "results": "Het werkt.", "lessons": "Eerder kijken." })).await;
        assert_eq!(three.status, 201, "{}", three.body);
        let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"].clone();
        let text = "Getroffen maatregelen: Herstart.\n\nResultaten: Het werkt.\n\nLeerpunten: Eerder kijken.";
        assert_eq!((&messages[0]["body"], &messages[0]["visibility"]), (&json!(text), &json!("public")), "{messages}");
    }
}

/// Whoever solves it tells what was done; whoever accepts it has nothing to add. A refused solution is to be told anew.
async fn the_texts_may_come_with_the_solution_and_are_asked_again_after_a_refusal(desk: &Desk) {
    desk.post("/v1/contracts", &demanding()).await;
    let client = desk.token_of("ipo").await;
    let mut body = request("incident");
    (body["contract"], body["priority"]) = (json!("demanding"), json!("p3"));
    let number = desk.registers(&body).await;
    let path = format!("/v1/tickets/{number}/transitions");
    let texts = json!({ "to": "resolved", "reason": "Klaar.", "handling": "alone", "measures": "Herstart.", "results": "Het werkt.", "lessons": "Eerder kijken." });
    let mut early = texts.clone();
    early["to"] = json!("in_progress");
    early.as_object_mut().expect("fields").remove("handling");
    let refused = desk.post(&path, &early).await;
    assert_eq!((refused.status, refused.body["errors"].as_array().map(Vec::len)), (400, Some(3)), "{}", refused.body);
    desk.moves(&number, "in_progress").await;
    let offers = offered(desk, ADMIN, &number).await;
    let solving = offers.iter().find(|offer| offer["to"] == "resolved").expect("a solution");
    assert_eq!((solving["needs"].as_array().map(Vec::len), solving["takes"].as_array().map(Vec::len)), (Some(2), Some(3)), "{solving}");
    assert_eq!(desk.post(&path, &texts).await.status, 201);
    let asked = async || {
        let offers = offered(desk, &client, &number).await;
        offers.iter().find(|offer| offer["to"] == "closed").expect("a closing")["needs"].as_array().map(Vec::len)
    };
    assert_eq!(asked().await, Some(1), "nothing but a reason is asked");
    let refuse = json!({ "to": "in_progress", "reason": "Het werkt niet." });
    assert_eq!(desk.ask(Some(&client), "POST", &path, Some(&refuse)).await.status, 201);
    desk.moves(&number, "resolved").await;
    assert_eq!(asked().await, Some(4), "the first texts were of another solution");
    assert!(uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}
