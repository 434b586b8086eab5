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
    desk.signer().await;
    let number = desk.registers(&incident("p3")).await;
    let [problem, service, offer, change] = [
        desk.registers(&of_type("problem")).await,
        desk.registers(&crate::support::request("service_request")).await,
        desk.registers(&of_type("proposal_request")).await,
        desk.registers(&of_type("change_request")).await,
    ];
    let mut quotation = of_type("proposal_request");
    (quotation["kind"], quotation["item"]) = (json!("quotation"), json!("Laptop 14 inch"));
    let priced = desk.registers(&quotation).await;
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
    let [merged, unmerged, into] =
        [desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await];
    let merge = json!({ "into": into, "reason": "x" });
    assert_eq!(desk.post(&format!("/v1/tickets/{unmerged}/merges"), &merge).await.status, 201);
    let mut breach = incident("p3");
    (breach["flags"], breach["securityAspects"]) = (json!(["security"]), json!(["integrity"]));
    let breach = desk.registers(&breach).await;
    let team = json!({ "team": "pr" });
    assert_eq!(desk.post(&format!("/v1/tickets/{breach}/response-teams"), &team).await.status, 201);
    let types = vec![
        part("createTicketResponseTeam", &breach, "response-teams", json!({ "team": "it", "task": "x" })),
        part("createTicketResponseTeamRemoval", &breach, "response-team-removals", json!({ "team": "pr", "reason": "x" })),
        part("createTicketMerge", &merged, "merges", merge),
        part("createTicketMergeRemoval", &unmerged, "merge-removals", json!({ "reason": "x" })),
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
        part("createTicketQuotation", &priced, "quotations", json!({ "price": "1.00", "validUntilDate": "2027-01-01" })),
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
    ];
    types.into_iter().chain(of_agents(desk, &linked).await).collect()
}

/// What agents keep beside a ticket, and for themselves.
async fn of_agents(desk: &Desk, number: &str) -> Vec<Request> {
    let of_ticket = |operation, what: &str, body: Value| request(operation, format!("/v1/tickets/{number}/{what}"), body);
    let reply = made(&desk.post("/v1/canned-replies", &json!({ "title": "Weg", "body": "x" })).await, "/id");
    let view = made(&desk.post("/v1/saved-views", &json!({ "name": "Weg", "query": "state=new" })).await, "/id");
    let rule = made(&desk.post("/v1/routing-rules", &json!({ "name": "Weg", "team": "x" })).await, "/id");
    let worked = made(&desk.post(&format!("/v1/tickets/{number}/work-logs"), &json!({ "minutes": 5, "text": "x" })).await, "/id");
    desk.post(&format!("/v1/tickets/{number}/tags"), &json!({ "tags": ["weg"] })).await;
    let sam = desk.account_with("sam@leverancier.example").await;
    let patch = |operation, path: String, body: Value| Request { method: "PATCH", ..request(operation, path, body) };
    vec![
        request("createTicketActs", "/v1/ticket-acts", json!({ "tickets": [number], "assignee": "bob", "tags": ["samen"] })),
        of_ticket("createTicketTags", "tags", json!({ "tags": ["nieuw"] })),
        of_ticket("createTicketTagRemoval", "tag-removals", json!({ "tags": ["weg"] })),
        of_ticket("createTicketFollower", "followers", json!({ "person": sam })),
        of_ticket("createTicketFollowerRemoval", "follower-removals", json!({ "person": sam })),
        of_ticket("createTicketWorkLog", "work-logs", json!({ "minutes": 5, "text": "x" })),
        request("createTicketWorkLogCorrection", format!("/v1/tickets/{number}/work-logs/{worked}/corrections"), json!({ "text": "x" })),
        of_ticket("createTicketMessageDraft", "message-drafts", json!({ "visibility": "public", "body": "x" })),
        request("createTicketMessageDraftRemoval", format!("/v1/tickets/{number}/message-draft-removals"), Value::Null),
        request("createCannedReply", "/v1/canned-replies", json!({ "title": "x", "body": "x" })),
        patch("updateCannedReply", format!("/v1/canned-replies/{reply}"), json!({ "title": "y" })),
        request("createCannedReplyRemoval", format!("/v1/canned-replies/{reply}/removals"), Value::Null),
        request("createRoutingRule", "/v1/routing-rules", json!({ "name": "x", "team": "x" })),
        patch("updateRoutingRule", format!("/v1/routing-rules/{rule}"), json!({ "name": "y" })),
        request("createRoutingTrial", format!("/v1/routing-rules/{rule}/trials"), json!({})),
        request("createRoutingRuleRemoval", format!("/v1/routing-rules/{rule}/removals"), Value::Null),
        of_ticket("createTicketExternalReference", "external-references", json!({ "system": "Topdesk", "reference": "M1" })),
        of_ticket("createTicketExternalReferenceRemoval", "external-reference-removals", json!({ "system": "Topdesk", "reference": "M1" })),
        request("createSavedView", "/v1/saved-views", json!({ "name": "x", "query": "state=new" })),
        patch("updateSavedView", format!("/v1/saved-views/{view}"), json!({ "name": "y" })),
        request("createSavedViewRemoval", format!("/v1/saved-views/{view}/removals"), Value::Null),
    ]
}
