//! Tickets through the API: the six types, every phase, their clocks, their history.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, as_handled_alone, incident, request};

on_both_databases!(
    tkt_01_tkt_20_all_six_types_walk_through_every_phase,
    an_incident_goes_the_whole_way_and_its_clocks_say_so,
    tkt_03_a_ticket_is_addressed_by_its_number_or_its_id,
    a_list_shows_every_ticket_once_page_by_page,
    pri_06_inc_07_inc_03_the_client_proposes_a_priority_and_the_desk_decides,
    another_organisations_ticket_does_not_exist,
    the_same_key_makes_one_ticket_and_another_request_under_it_is_a_conflict,
    a_held_ticket_goes_back_to_the_phase_it_was_in,
    a_late_registration_starts_its_clock_when_it_happened,
);

/// TKT-01, TKT-20 and the table of design § 4.
async fn tkt_01_tkt_20_all_six_types_walk_through_every_phase(desk: &Desk) {
    let walks: [(&str, &str, &[&str]); 6] = [
        ("problem", "PRB-", &["investigating", "known_error", "resolved", "closed", "investigating"]),
        ("service_request", "RFS-", &["authorisation", "fulfilling", "on_hold", "fulfilling", "fulfilled", "closed"]),
        ("information_request", "RFI-", &["researching", "answered", "closed"]),
        ("proposal_request", "RFP-", &["drafting", "submitted", "declined"]),
        ("change_request", "RFC-", &["assessing", "approval", "scheduled", "implementing", "implemented", "reviewed"]),
        ("incident", "INC-", &["in_progress", "cancelled"]),
    ];
    for (kind, prefix, phases) in walks {
        let number = desk.registers(&request(kind)).await;
        assert!(number.starts_with(prefix), "{number}");
        for phase in phases {
            desk.provides(&number, phase).await;
            // An offer is taken or declined by the client alone, and the last yes moves a change on by itself.
            if *phase == "declined" {
                let approver = desk.signer_of("ipo").await;
                assert_eq!(desk.decides(Some(&approver), &number, "offer", "no").await.status, 201);
            }
            if desk.get(&format!("/v1/tickets/{number}")).await.body["phase"] == *phase {
                continue;
            }
            let cause = (*phase == "on_hold").then_some("requester");
            let wish = as_handled_alone(json!({ "to": phase, "reason": "Zo is het.", "cause": cause }));
            let moved = desk.post(&format!("/v1/tickets/{number}/transitions"), &wish).await;
            assert_eq!((moved.status, &moved.body["phase"]), (201, &json!(phase)), "{kind} to {phase}: {}", moved.body);
        }
    }
}

/// Registered, classified, answered, held, resolved, refused, accepted, reopened, cancelled.
async fn an_incident_goes_the_whole_way_and_its_clocks_say_so(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let mut proposal = request("incident");
    proposal["priority"] = json!("p3");
    let number = desk.proposes("ipo", &proposal).await;
    let path = format!("/v1/tickets/{number}");
    let transition = |to: &str| as_handled_alone(json!({ "to": to, "reason": "Zo is het." }));
    assert_eq!(desk.clock(&number, "response").await["state"], "running");
    desk.passes("PT30M").await;
    assert_eq!(desk.patch(&path, &json!({ "priority": "p2", "priorityMotivation": "Meer mensen." })).await.status, 200);
    assert_eq!(desk.clock(&number, "response").await["state"], "met");
    desk.moves(&number, "in_progress").await;
    assert_eq!(desk.post(&format!("{path}/messages"), &json!({ "visibility": "public", "body": "Wij kijken ernaar." })).await.status, 201);
    let held = desk.post(&format!("{path}/transitions"), &json!({ "to": "on_hold", "reason": "Wij wachten.", "cause": "requester" })).await;
    assert_eq!((held.status, &held.body["state"], &held.body["waitingCause"]), (201, &json!("waiting"), &json!("requester")));
    desk.moves(&number, "in_progress").await;
    desk.passes("PT30M").await;
    desk.moves(&number, "resolved").await;
    assert_eq!(desk.clock(&number, "resolution").await["state"], "met");
    desk.passes("PT1H").await;
    let refused = desk.ask(Some(&client), "POST", &format!("{path}/transitions"), Some(&transition("in_progress"))).await;
    assert_eq!((refused.status, &refused.body["phase"]), (201, &json!("in_progress")));
    let clock = desk.clock(&number, "resolution").await;
    assert_eq!((&clock["state"], &clock["elapsedSeconds"]), (&json!("running"), &json!(2 * 3600)));
    desk.moves(&number, "resolved").await;
    let accepted = desk.ask(Some(&client), "POST", &format!("{path}/transitions"), Some(&transition("closed"))).await;
    assert_eq!((accepted.status, &accepted.body["state"]), (201, &json!("closed")));
    let reopened = desk.ask(Some(&client), "POST", &format!("{path}/transitions"), Some(&transition("in_progress"))).await;
    assert_eq!((reopened.status, &reopened.body["phase"]), (201, &json!("in_progress")));
    assert_eq!(desk.moves(&number, "cancelled").await.status, 201);
    assert_eq!(desk.clock(&number, "resolution").await["state"], "cancelled");
    let kinds: Vec<_> = desk.history(&number).await.into_iter().map(|event| event.0).collect();
    for kind in [
        "ticket.prioritised",
        "ticket.replied",
        "ticket.held",
        "ticket.resumed",
        "ticket.solution_refused",
        "ticket.accepted",
        "ticket.reopened",
    ] {
        assert!(kinds.iter().any(|known| known == kind), "{kind} is missing from {kinds:?}");
    }
}

/// TKT-03.
async fn tkt_03_a_ticket_is_addressed_by_its_number_or_its_id(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let by_number = desk.get(&format!("/v1/tickets/{number}")).await.body;
    let by_id = desk.get(&format!("/v1/tickets/{}", by_number["id"].as_str().expect("an id"))).await.body;
    assert_eq!(by_number, by_id);
    assert_eq!(desk.get("/v1/tickets/INC-999999").await.status, 404);
    assert_eq!(desk.get("/v1/tickets/nonsense").await.status, 404);
}

async fn a_list_shows_every_ticket_once_page_by_page(desk: &Desk) {
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(desk.registers(&incident("p3")).await);
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/tickets?pageSize=3&type=incident".to_owned());
    loop {
        let page = desk.get(&path).await;
        let items = page.body["items"].as_array().expect("items").clone();
        seen.extend(items.iter().filter_map(|item| item["number"].as_str().map(str::to_owned)));
        let Some(cursor) = page.body["nextCursor"].as_str() else { break };
        assert!(page.headers.contains_key("link"));
        path = format!("/v1/tickets?pageSize=3&type=incident&cursor={cursor}");
    }
    seen.sort();
    made.sort();
    assert_eq!(seen, made);
    assert_eq!(desk.get("/v1/tickets?state=closed").await.body["items"], json!([]));
}

/// PRI-06, INC-07 and INC-03.
async fn pri_06_inc_07_inc_03_the_client_proposes_a_priority_and_the_desk_decides(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let mut proposal = request("incident");
    proposal["priority"] = json!("p1");
    let made = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&proposal)).await;
    assert_eq!((made.status, &made.body["priority"], &made.body["proposedPriority"]), (201, &Value::Null, &json!("p1")));
    let path = format!("/v1/tickets/{}", made.body["number"].as_str().expect("a number"));
    let refused = desk.patch(&path, &json!({ "priority": "p1" })).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("phone_contact_required")));
    desk.passes("PT10M").await;
    desk.post(&format!("{path}/messages"), &json!({ "visibility": "internal", "body": "Gebeld.", "channel": "phone" })).await;
    let decided = desk.patch(&path, &json!({ "priority": "p1" })).await;
    assert_eq!((decided.status, &decided.body["priority"]), (200, &json!("p1")));
    let late = desk.ask(Some(&client), "PATCH", &path, Some(&json!({ "priority": "p3" }))).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("priority_decided")));
}

/// Design § 5 and ROLE-07: unknown and not yours are the same answer.
async fn another_organisations_ticket_does_not_exist(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let other = desk.token_of("gemeente-voorbeeld").await;
    for (method, path) in [
        ("GET", ""),
        ("GET", "/clocks"),
        ("GET", "/events"),
        ("GET", "/messages"),
        ("GET", "/transitions"),
        ("PATCH", ""),
        ("POST", "/messages"),
        ("POST", "/transitions"),
        ("POST", "/escalations"),
    ] {
        let body = match (method, path) {
            ("PATCH", _) => Some(json!({ "priority": "p1" })),
            (_, "/messages") if method == "POST" => Some(json!({ "visibility": "public", "body": "x" })),
            (_, "/transitions") if method == "POST" => Some(json!({ "to": "cancelled", "reason": "x" })),
            ("POST", _) => Some(json!({ "code": "x", "reason": "x" })),
            _ => None,
        };
        let answer = desk.ask(Some(&other), method, &format!("/v1/tickets/{number}{path}"), body.as_ref()).await;
        assert_eq!((answer.status, &answer.body["code"]), (404, &json!("not_found")), "{method} {path}");
    }
    assert_eq!(desk.ask(Some(&other), "GET", "/v1/tickets", None).await.body["items"], json!([]));
    let filtered = desk.ask(Some(&other), "GET", "/v1/tickets?organisation=ipo", None).await;
    assert!(filtered.status == 400 && !filtered.body.to_string().contains("ipo"), "{}", filtered.body);
    let report = desk.ask(Some(&other), "GET", "/v1/reports/service-management?contract=dap-example&month=2026-03", None).await;
    assert_eq!(report.status, 404);
    assert_eq!(desk.ask(None, "GET", &format!("/v1/tickets/{number}"), None).await.status, 401);
    assert_eq!(desk.ask(Some("uwk_wrong"), "GET", &format!("/v1/tickets/{number}"), None).await.status, 401);
}

async fn the_same_key_makes_one_ticket_and_another_request_under_it_is_a_conflict(desk: &Desk) {
    let headers = [("content-type", "application/json"), ("idempotency-key", "k-1")];
    let body = incident("p3").to_string().into_bytes();
    let first = desk.send_raw("/v1/tickets", body.clone(), &headers).await;
    let second = desk.send_raw("/v1/tickets", body, &headers).await;
    assert_eq!((first.status, second.status, &first.body["id"]), (201, 201, &second.body["id"]));
    let other = desk.send_raw("/v1/tickets", incident("p2").to_string().into_bytes(), &headers).await;
    assert_eq!((other.status, &other.body["code"]), (409, &json!("idempotency_key_reused")));
}

async fn a_held_ticket_goes_back_to_the_phase_it_was_in(desk: &Desk) {
    let number = desk.registers(&request("problem")).await;
    desk.brings(&number, "investigating").await;
    desk.moves(&number, "known_error").await;
    desk.post(&format!("/v1/tickets/{number}/transitions"), &json!({ "to": "on_hold", "reason": "Wachten.", "cause": "third_party" }))
        .await;
    let possible = desk.get(&format!("/v1/tickets/{number}/transitions")).await.body;
    let names: Vec<_> = possible["items"].as_array().expect("items").iter().filter_map(|one| one["to"].as_str()).collect();
    assert_eq!(names, ["on_hold", "known_error", "cancelled"]);
}

/// CLK-15 and design § 2.12: clocks use the instant it happened, the history keeps both.
async fn a_late_registration_starts_its_clock_when_it_happened(desk: &Desk) {
    desk.passes("PT4H").await;
    let mut late = incident("p3");
    late["occurredAt"] = json!("2026-03-02T09:00:00+01:00");
    late["occurredAtReason"] = json!("De lijn was bezet.");
    let number = desk.registers(&late).await;
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
    assert_eq!((&ticket["openedAt"], &ticket["recordedAt"]), (&json!("2026-03-02T08:00:00Z"), &json!("2026-03-02T11:00:00Z")));
    assert_eq!(desk.clock(&number, "resolution").await["elapsedSeconds"], 3 * 3600);
}
