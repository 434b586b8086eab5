//! A request for every operation on what a ticket has by its type: its parts, links, decisions.

use serde_json::{Value, json};

use super::requests::{Request, made, request};
use crate::support::{Desk, incident};

fn of_type(kind: &str) -> Value {
    let mut body = incident("p3");
    body["type"] = json!(kind);
    body.as_object_mut().expect("fields").remove("priority");
    body
}

pub async fn of_types(desk: &Desk) -> Vec<Request> {
    let number = desk.registers(&incident("p3")).await;
    let [problem, service, offer, change] = [
        desk.registers(&of_type("problem")).await,
        desk.registers(&crate::support::request("service_request")).await,
        desk.registers(&of_type("proposal_request")).await,
        desk.registers(&of_type("change_request")).await,
    ];
    let part = |operation, of: &str, path: &str, body: Value| request(operation, format!("/v1/tickets/{of}/{path}"), body);
    // The desk writes down that its requester accepts a solution, which a note of a call shows.
    let solved = desk.registers(&incident("p3")).await;
    for phase in ["in_progress", "resolved"] {
        assert!([200, 201].contains(&desk.brings(&solved, phase).await.status));
    }
    let note = json!({ "visibility": "public", "body": "Anna belt: het werkt.", "channel": "phone" });
    let evidence = made(&desk.post(&format!("/v1/tickets/{solved}/messages"), &note).await, "/id");
    // The client writes on one that is done with.
    let done = desk.registers(&incident("p3")).await;
    desk.moves(&done, "cancelled").await;
    let client = desk.token_of("ipo").await;
    let late = json!({ "visibility": "public", "body": "Toch nog iets." });
    assert_eq!(desk.ask(Some(&client), "POST", &format!("/v1/tickets/{done}/messages"), Some(&late)).await.status, 201);
    let linked = desk.registers(&incident("p3")).await;
    let link = json!({ "kind": "blocks", "ticket": linked });
    assert_eq!(desk.post(&format!("/v1/tickets/{problem}/links"), &link).await.status, 201);
    vec![
        part("createTicketOutcome", &problem, "outcomes", json!({ "outcome": "change_needed", "explanation": "x" })),
        part("createTicketWorkaround", &problem, "workarounds", json!({ "instruction": "x" })),
        part("createTicketSecurityReport", &number, "security-reports", json!({ "courseOfEvents": "x", "response": "y", "lessons": "z" })),
        part("createTicketCalamity", &number, "calamities", json!({ "downtime": "x", "dataLoss": "y", "fallback": "none" })),
        part(
            "createTicketFinding",
            &number,
            "findings",
            json!({ "causes": ["late"], "clientInfrastructureWorks": true, "thirdPartyInfrastructureWorks": true }),
        ),
        part("createTicketRequestForm", &service, "request-forms", json!({ "values": crate::support::access() })),
        part(
            "createTicketProposal",
            &offer,
            "proposals",
            json!({ "approach": "x", "solution": "x", "planning": "x", "price": "1.00", "validUntilDate": "2027-01-01" }),
        ),
        part("createTicketQuotation", &offer, "quotations", json!({ "price": "1.00", "validUntilDate": "2027-01-01" })),
        part(
            "createTicketAssessment",
            &change,
            "assessments",
            json!({ "nature": "extension", "class": "normal", "impact": "low", "risk": "low", "explanation": "x", "cost": "0" }),
        ),
        part(
            "createTicketChangePlan",
            &change,
            "change-plans",
            json!({ "startsAt": "2027-01-01T12:00:00Z", "endsAt": "2027-01-01T13:00:00Z", "implementation": "x", "backOut": "x" }),
        ),
        part("createTicketTestReport", &change, "test-reports", json!({ "passed": true, "findings": "x" })),
        part("createTicketReview", &change, "reviews", json!({ "result": "succeeded", "lessons": "x" })),
        part("createTicketScopeChange", &number, "scope-changes", json!({ "outOfScope": true, "reason": "x" })),
        part("createTicketLineChange", &number, "line-changes", json!({ "line": "second", "reason": "x" })),
        part("createTicketMajorDeclaration", &number, "major-declarations", json!({ "major": true, "reason": "x" })),
        part("createTicketAttentionRemoval", &done, "attention-removals", json!({ "reason": "x" })),
        part("createTicketLink", &number, "links", json!({ "kind": "caused_by", "ticket": problem })),
        part("createTicketLinkRemoval", &problem, "link-removals", json!({ "kind": "blocks", "ticket": linked, "reason": "x" })),
        part(
            "createTicketDecision",
            &solved,
            "decisions",
            json!({ "question": "solution", "verdict": "yes", "reason": "x", "decidedBy": "anna@ipo.example", "evidence": evidence }),
        ),
    ]
}
