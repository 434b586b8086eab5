//! Every operation that can change something leaves one line when it did, and one when it was refused: a new operation has a place in
//! this walk before it has anything else.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::requests::{Body, Request, requests};
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk};

on_both_databases!(bio2_8_15_every_operation_that_changes_something_leaves_one_line_done_or_refused);

/// These take a body, compute, and change nothing.
const CHANGES_NOTHING: [&str; 2] = ["createContractPlan", "createContractSimulation"];

/// These touch two tickets, or a mail or a redaction and the history of the ticket it is about.
const TOUCHES_TWO: [&str; 8] = [
    "createTicketMerge",
    "createTicketMergeRemoval",
    "createTicketLink",
    "createTicketLinkRemoval",
    "createOutboundMessageAttempt",
    "createTicketRedactionApproval",
    "createInboundMessageRedactionApproval",
    "createSecuritySignalRedactionApproval",
];

/// These are a person's own.
const IN_PERSON: [&str; 13] = [
    "createCalendarAmendmentApproval",
    "createDestruction",
    "createDestructionApproval",
    "createInboundMessageRedaction",
    "createInboundMessageRedactionApproval",
    "createRoleApproval",
    "createRoleAssignment",
    "createRoleDeputy",
    "createRoleReview",
    "createSecuritySignalRedaction",
    "createSecuritySignalRedactionApproval",
    "createTicketRedaction",
    "createTicketRedactionApproval",
];

async fn sends(desk: &Desk, token: Option<&str>, Request { method, path, .. }: &Request, body: &Body) -> Answer {
    match body {
        Body::Json(body) => desk.ask(token, method, path, Some(body)).await,
        Body::None => desk.ask(token, method, path, None).await,
        Body::Bytes(bytes) => {
            let sent = desk.request(method, path).bearer_auth(token.unwrap_or_default()).body((*bytes).to_owned());
            let response = sent.header("content-type", "application/octet-stream").send().await.expect("an answer");
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Answer { status, headers, body: response.json().await.unwrap_or_default() }
        }
    }
}

async fn lines(desk: &Desk, request: &Request, result: &str) -> Vec<Value> {
    desk.trail(&format!("action={}&result={result}", request.operation)).await
}

/// Whoever may not do it leaves one line that says so.
async fn is_refused(desk: &Desk, request: &Request) {
    // Each with a token of its own, so that none is refused so often that it is only counted.
    let auditor = desk.token(None, &[Role::Auditor]).await;
    let (token, body, status, actor) = match &request.signs_in {
        None => (Some(&*auditor), &request.body, 403, "desk:"),
        Some(one) => (None, &one.wrong, 401, "unknown"),
    };
    let before = lines(desk, request, "refused").await.len();
    let refused = sends(desk, token, request, body).await;
    assert_eq!(refused.status, status, "{}: {}", request.operation, refused.body);
    let told = lines(desk, request, "refused").await;
    assert_eq!(told.len(), before + 1, "{}: {told:?}", request.operation);
    assert_eq!((&told[0]["code"], &told[0]["count"]), (&refused.body["code"], &json!(1)), "{}", request.operation);
    assert!(told[0]["actor"].as_str().is_some_and(|told| told.starts_with(actor)), "{}", told[0]);
    assert_eq!(told[0]["correlationId"], refused.headers["x-request-id"].to_str().expect("text"));
}

/// Whoever may do it leaves one line that says what it was done to.
async fn is_done(desk: &Desk, request: &Request) {
    let signer = desk.signer().await;
    let sam = format!("desk:{}", desk.account_with("sam@leverancier.example").await);
    let (token, actor) = match &request.signs_in {
        None if IN_PERSON.contains(&request.operation) => (Some(&*signer), &*sam),
        None => (Some(ADMIN), "desk:admin"),
        Some(one) => (one.token.as_deref(), &*one.actor),
    };
    let before = lines(desk, request, "done").await.len();
    let done = sends(desk, token, request, &request.body).await;
    assert!((200..300).contains(&done.status), "{}: {} {}", request.operation, done.status, done.body);
    let told = lines(desk, request, "done").await;
    assert_eq!(told.len(), before + 1 + usize::from(TOUCHES_TWO.contains(&request.operation)), "{}: {told:?}", request.operation);
    let line = &told[0];
    assert_eq!((&line["actor"], &line["origin"]), (&json!(actor), &json!("127.0.0.1")), "{line}");
    assert_eq!(line["correlationId"], done.headers["x-request-id"].to_str().expect("text"), "{line}");
    assert!(line["objectKind"].is_string() && line["objectId"].is_string(), "{}: {line}", request.operation);
}

async fn bio2_8_15_every_operation_that_changes_something_leaves_one_line_done_or_refused(desk: &Desk) {
    let document: Value = serde_json::from_str(&uurwerk::http::document()).expect("a document");
    let methods = document["paths"].as_object().expect("paths").values().filter_map(Value::as_object).flatten();
    let changes: BTreeSet<_> = methods.filter(|(method, _)| *method != "get").filter_map(|(_, one)| one["operationId"].as_str()).collect();
    let requests = requests(desk).await;
    let walked: BTreeSet<_> = requests.iter().map(|request| request.operation).chain(CHANGES_NOTHING).collect();
    assert_eq!(walked, changes, "every operation that changes something is walked");

    for request in &requests {
        is_refused(desk, request).await;
        is_done(desk, request).await;
    }

    let all = desk.app.db.view(uurwerk::store::Scope::ALL);
    let before = uurwerk::store::audit::list(&all, &uurwerk::domain::audit::AuditFilter { limit: 100_000, ..Default::default() }).await;
    desk.post("/v1/contract-plans", &json!({ "contract": "" })).await;
    desk.get("/v1/tickets/INC-999999").await;
    let after = uurwerk::store::audit::list(&all, &uurwerk::domain::audit::AuditFilter { limit: 100_000, ..Default::default() }).await;
    assert_eq!(before.expect("lines").len(), after.expect("lines").len(), "what only computes or reads leaves none");
}
