//! Every operation that can change something leaves one line when it did, and one when it was refused: a new operation has a place in
//! this walk before it has anything else.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(bio2_8_15_every_operation_that_changes_something_leaves_one_line_done_or_refused);

/// These take a body, compute, and change nothing.
const CHANGES_NOTHING: [&str; 2] = ["createContractPlan", "createContractSimulation"];

/// This touches a mail, and the history of the ticket it is about.
const TOUCHES_TWO: &str = "createOutboundMessageAttempt";

/// An operation with a request that it does.
struct Request {
    operation: &'static str,
    method: &'static str,
    path: String,
    body: Body,
}

enum Body {
    Json(Value),
    Bytes(&'static str),
    None,
}

fn request(operation: &'static str, path: impl Into<String>, body: Value) -> Request {
    let body = if body.is_null() { Body::None } else { Body::Json(body) };
    Request { operation, method: "POST", path: path.into(), body }
}

async fn sends(desk: &Desk, token: &str, request: &Request) -> Answer {
    match &request.body {
        Body::Json(body) => desk.ask(Some(token), request.method, &request.path, Some(body)).await,
        Body::None => desk.ask(Some(token), request.method, &request.path, None).await,
        Body::Bytes(bytes) => {
            let sent = desk.request(request.method, &request.path).bearer_auth(token).body((*bytes).to_owned());
            let response = sent.header("content-type", "application/octet-stream").send().await.expect("an answer");
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Answer { status, headers, body: response.json().await.unwrap_or_default() }
        }
    }
}

/// A request for every operation that changes something, each of which can be done now.
async fn requests(desk: &Desk) -> Vec<Request> {
    let id = |answer: &Answer| answer.body["id"].as_str().unwrap_or_else(|| panic!("no id: {}", answer.body)).to_owned();
    let number = desk.registers(&incident("p3")).await;
    let of_ticket = |what: &str| format!("/v1/tickets/{number}{what}");
    let mut problem = incident("p2");
    problem["type"] = json!("problem");
    problem.as_object_mut().expect("fields").remove("priority");
    let problem = desk.registers(&problem).await;
    let low = json!({
        "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "x", "description": "x", "priority": "low",
        "channel": "phone", "requester": { "name": "Anna", "email": "anna@voorbeeld.example" }
    });
    let low = desk.registers(&low).await;
    let stranger = "From: vreemd@elders.example\nSubject: Onbekend\nMessage-ID: <8@elders.example>\n\nHallo.\n";
    let kept_aside = id(&desk.mail_arrives("servicedesk", stranger).await);
    let fact = json!({ "contract": "dap-example", "obligation": "verbeterplan-exitplan", "evidence": "Brief." });
    let obligation = id(&desk.post("/v1/obligations", &fact).await);
    let amendments = "/v1/contracts/dap-example/calendar-amendments";
    let amendment = |date: &str| json!({ "calendar": "support", "date": date, "change": "closed", "reason": "Dicht." });
    let waiting = id(&desk.post(amendments, &amendment("2026-03-02")).await);
    let text = include_str!("../../../config/contracts/dap-example.toml").replacen("id = \"dap-example\"", "id = \"dap-ander\"", 1);
    vec![
        request("createTicket", "/v1/tickets", incident("p3")),
        request("createTickets", "/v1/tickets/_bulk", json!({ "items": [incident("p3")] })),
        Request { method: "PATCH", ..request("updateTicket", of_ticket(""), json!({ "title": "Anders" })) },
        request("createTicketMessage", of_ticket("/messages"), json!({ "visibility": "public", "body": "Dag." })),
        request("createTicketTransition", of_ticket("/transitions"), json!({ "to": "in_progress", "reason": "Zo is het." })),
        request("createTicketEscalation", of_ticket("/escalations"), json!({ "code": "geen-oplossing", "reason": "Te lang." })),
        request(
            "createTicketRepairAgreement",
            format!("/v1/tickets/{low}/repair-agreements"),
            json!({ "dueAt": "2026-09-01T12:00:00Z", "agreedBy": { "name": "Bert", "email": "bert@voorbeeld.example" } }),
        ),
        request("createTicketRootCause", format!("/v1/tickets/{problem}/root-causes"), json!({ "deeperCause": "x", "proposal": "y" })),
        Request { body: Body::Bytes("inhoud"), ..request("createTicketAttachment", of_ticket("/attachments?name=beeld.png"), Value::Null) },
        Request {
            body: Body::Bytes("From: anna@ipo.example\r\nSubject: Printer\r\nMessage-ID: <9@ipo.example>\r\n\r\nKapot.\r\n"),
            ..request("createInboundMessage", "/v1/inbound-messages?mailbox=servicedesk", Value::Null)
        },
        request("createInboundMessageTicket", format!("/v1/inbound-messages/{kept_aside}/tickets"), json!({ "organisation": "ipo" })),
        request(
            "createObligation",
            "/v1/obligations",
            json!({ "contract": "dap-example", "obligation": "verbeterplan-exitplan", "evidence": "Tweede brief." }),
        ),
        request("createObligationFulfilment", format!("/v1/obligations/{obligation}/fulfilments"), json!({ "evidence": "Verzonden." })),
        request("createCalendarAmendment", amendments, amendment("2026-12-22")),
        request(
            "createCalendarAmendmentApproval",
            format!("{amendments}/{waiting}/approvals"),
            json!({ "side": "client", "approvedBy": "Anna" }),
        ),
        request("createContractVersion", "/v1/contracts", json!({ "contract": text })),
        request("createOutboundMessageAttempt", format!("/v1/outbound-messages/{}/attempts", given_up(desk).await), Value::Null),
        request("createSandboxAdvance", "/v1/sandbox/advances", json!({ "by": "PT1M" })),
    ]
}

/// A mail that was given up.
async fn given_up(desk: &Desk) -> String {
    let folder = desk.app.settings.mail.folder.clone();
    drop(std::fs::remove_dir_all(&folder));
    std::fs::write(&folder, "").expect("a file in the way");
    desk.registers(&incident("p3")).await;
    desk.passes("P6D").await;
    std::fs::remove_file(folder).expect("the way is free");
    let failed = desk.get("/v1/outbound-messages?state=failed").await;
    failed.body["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{}", failed.body)).to_owned()
}

async fn bio2_8_15_every_operation_that_changes_something_leaves_one_line_done_or_refused(desk: &Desk) {
    let document: Value = serde_json::from_str(&uurwerk::http::document()).expect("a document");
    let methods = document["paths"].as_object().expect("paths").values().filter_map(Value::as_object).flatten();
    let changes: BTreeSet<_> = methods.filter(|(method, _)| *method != "get").filter_map(|(_, one)| one["operationId"].as_str()).collect();
    let requests = requests(desk).await;
    let walked: BTreeSet<_> = requests.iter().map(|request| request.operation).chain(CHANGES_NOTHING).collect();
    assert_eq!(walked, changes, "every operation that changes something is walked");

    for request in &requests {
        let lines = async |result: &str| desk.trail(&format!("action={}&result={result}", request.operation)).await;
        // Each with a token of its own, so that none is refused so often that it is only counted.
        let auditor = desk.token(None, &[Role::Auditor]).await;
        let before = lines("refused").await.len();
        let refused = sends(desk, &auditor, request).await;
        assert_eq!(refused.status, 403, "{}: {}", request.operation, refused.body);
        let told = lines("refused").await;
        assert_eq!(told.len(), before + 1, "{}: {told:?}", request.operation);
        assert_eq!((&told[0]["code"], &told[0]["count"]), (&refused.body["code"], &json!(1)), "{}", request.operation);
        assert!(told[0]["actor"].as_str().is_some_and(|actor| actor.starts_with("desk:")), "{}", told[0]);
        assert_eq!(told[0]["correlationId"], refused.headers["x-request-id"].to_str().expect("text"));

        let before = lines("done").await.len();
        let done = sends(desk, ADMIN, request).await;
        assert!((200..300).contains(&done.status), "{}: {} {}", request.operation, done.status, done.body);
        let told = lines("done").await;
        assert_eq!(told.len(), before + 1 + usize::from(request.operation == TOUCHES_TWO), "{}: {told:?}", request.operation);
        let line = &told[0];
        assert_eq!((&line["actor"], &line["origin"]), (&json!("desk:admin"), &json!("127.0.0.1")), "{line}");
        assert_eq!(line["correlationId"], done.headers["x-request-id"].to_str().expect("text"), "{line}");
        assert!(line["objectKind"].is_string() && line["objectId"].is_string(), "{}: {line}", request.operation);
    }

    let all = desk.app.db.view(uurwerk::store::Scope::ALL);
    let before = uurwerk::store::audit::list(&all, &uurwerk::domain::audit::AuditFilter { limit: 100_000, ..Default::default() }).await;
    desk.post("/v1/contract-plans", &json!({ "contract": "" })).await;
    desk.get("/v1/tickets/INC-999999").await;
    let after = uurwerk::store::audit::list(&all, &uurwerk::domain::audit::AuditFilter { limit: 100_000, ..Default::default() }).await;
    assert_eq!(before.expect("lines").len(), after.expect("lines").len(), "what only computes or reads leaves none");
}
