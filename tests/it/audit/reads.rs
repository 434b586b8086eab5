//! Whoever is shown something of a ticket that few may see leaves a line, by whichever door.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uurwerk::domain::audit::{AuditFilter, AuditResult, Line};
use uurwerk::domain::permission::Role;
use uurwerk::store;

use crate::http::isolation::fill::Things;
use crate::http::isolation::walk::operations;
use crate::http::isolation::{SECRET, seeded, text};
use crate::on_both_databases;
use crate::support::{ADMIN, Desk, On, incident};

on_both_databases!(
    bio2_8_15_no_operation_shows_anything_of_a_ticket_with_a_flag_without_a_line,
    a_list_leaves_one_line_for_each_ticket_with_a_flag_on_it_in_one_statement,
    nothing_of_a_ticket_with_a_flag_is_shown_while_the_trail_cannot_be_written,
    whoever_changes_a_ticket_with_a_flag_leaves_the_line_of_the_change_alone,
    a_repeat_that_answers_with_a_ticket_with_a_flag_leaves_a_line,
    a_token_that_another_knows_leaves_the_lines_of_what_it_is_shown,
);

/// The trail names tickets by id alone, for those who look into what others do.
const NAMES_ONLY: [&str; 1] = ["listAuditLines"];

/// Beside everything below a ticket.
const SHOWS: [&str; 13] = [
    "listTickets",
    "listInboundMessages",
    "getInboundMessage",
    "getInboundMessageContent",
    "listInboundMessageRedactions",
    "listOutboundMessages",
    "getOutboundMessage",
    "getPersonExport",
    "getServiceManagementReport",
    "listLegalHolds",
    "getLegalHold",
    "listDestructions",
    "getDestruction",
];

async fn reads(desk: &Desk) -> Vec<Line> {
    let filter = AuditFilter { results: vec![AuditResult::Read], limit: 100_000, ..AuditFilter::default() };
    store::audit::list(&desk.app.all(), &filter).await.expect("lines")
}

async fn flags(desk: &Desk, number: &str) -> String {
    let flagged = desk.post(&format!("/v1/tickets/{number}/flags"), &json!({ "flag": "confidential" })).await;
    assert_eq!(flagged.status, 201, "{}", flagged.body);
    text(&desk.get(&format!("/v1/tickets/{number}")).await.body["id"])
}

/// Tickets with everything that can hang on them, each with a flag; and one without, made for one of them.
async fn flagged(desk: &Desk) -> (Things, BTreeMap<String, String>, String) {
    let mut things = seeded(desk).await;
    let kept = include_str!("../../../config/contracts/dap-example.toml").replacen("version = \"1.0\"", "version = \"1.1\"", 1);
    let kept = kept.replacen("effective_from = 2025-01-01", "effective_from = 2026-03-03", 1) + "\n[retention]\ntickets = \"1mo\"\n";
    assert_eq!(desk.post("/v1/contracts", &json!({ "contract": kept })).await.status, 201);
    let old = desk.registers(&incident("p3")).await;
    assert_eq!(desk.moves(&old, "cancelled").await.status, 201);
    let mailed = text(&desk.get(&format!("/v1/inbound-messages/{}", things.inbound)).await.body["ticket"]);
    let problem = text(&desk.get(&format!("/v1/tickets/{}", things.problem)).await.body["number"]);
    let urgent = desk.registers(&incident("p1")).await;
    let mut change = incident("p1");
    change.as_object_mut().expect("fields").remove("priority");
    for (key, value) in [("type", json!("change_request")), ("emergencyFor", json!(urgent))] {
        change[key] = value;
    }
    let change = desk.registers(&change).await;
    let mut tickets = BTreeMap::new();
    for number in [things.number.clone(), problem, mailed, urgent, old] {
        tickets.insert(flags(desk, &number).await, number);
    }
    desk.reaches("2026-05-04T08:00:00+02:00").await;
    // Somebody for whom it is not there proposes that one be destroyed.
    let cor = desk.person(None, "Cor Bos", "cor@leverancier.example", &[Role::ContractManager]).await;
    let body = json!({ "contract": "dap-example", "class": "tickets" });
    let proposed = desk.ask(Some(&cor), "POST", "/v1/destructions", Some(&body)).await;
    things.others.insert("/destructions/", text(&proposed.body["id"]));
    (things, tickets, change)
}

async fn bio2_8_15_no_operation_shows_anything_of_a_ticket_with_a_flag_without_a_line(desk: &Desk) {
    let (things, tickets, change) = flagged(desk).await;
    let phrases = [format!("{SECRET} hapert"), format!("De {SECRET} kloppen"), format!("Over {SECRET}")];
    let names: Vec<_> = tickets.iter().flat_map(|(id, number)| [id, number]).chain([&things.attachment]).collect();
    let operations = operations();
    let (mut wrong, mut asked) = (Vec::new(), BTreeMap::new());
    for operation in operations.iter().filter(|one| one.method == "GET" && !one.is_open) {
        let mut paths: BTreeSet<_> = operation.pairs(&things, &change).into_iter().map(|pair| pair.foreign.0).collect();
        if operation.path.contains("{ref}") && !operation.path.contains("{id}") {
            paths.insert(format!("/v1{}", operation.path.replace("{ref}", &change).replace("{kind}", "response")));
        }
        for path in paths {
            let answer = desk.request("GET", &path).bearer_auth(ADMIN).send().await.expect("an answer");
            let (status, headers) = (answer.status(), answer.headers().clone());
            let body = answer.text().await.expect("a body");
            let says = |words: &str| body.contains(words);
            let is_file = headers["content-type"].to_str().is_ok_and(|kind| kind.starts_with("application/octet-stream"));
            let has_words = phrases.iter().any(|words| says(words)) || is_file && says(SECRET);
            let names_only = NAMES_ONLY.contains(&operation.id.as_str());
            if names_only && has_words {
                wrong.push(format!("{path} shows more than a name: {body}"));
            }
            let shows = status.is_success() && !names_only && (has_words || names.iter().any(|name| says(name)));
            asked.insert(text(&json!(headers["x-request-id"].to_str().expect("an id"))), (&operation.id, path, body, shows));
        }
    }
    let mut told: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in reads(desk).await {
        let object = line.object.expect("a ticket");
        assert_eq!((object.kind.as_str(), &*line.actor, &*line.origin), ("ticket", "desk:admin", "127.0.0.1"));
        assert!(tickets.contains_key(&object.id), "{object:?} has no flag");
        told.entry(line.correlation.expect("a request")).or_default().push((line.action, object.id));
    }
    let mut left = BTreeSet::new();
    for (correlation, (operation, path, body, shows)) in &asked {
        let lines = told.get(correlation).map(Vec::as_slice).unwrap_or_default();
        let read: BTreeSet<_> = lines.iter().map(|(_, ticket)| ticket).collect();
        let are_right = lines.iter().all(|(action, _)| action == *operation) && read.len() == lines.len();
        // A list that does not show a ticket does not say that it did.
        let is_shown = |ticket: &&String| body.contains(*ticket);
        if *shows && lines.is_empty() || !are_right || *operation == "listTickets" && !read.iter().all(is_shown) {
            wrong.push(format!("{operation} {path}: {lines:?} of {body}"));
        }
        if !lines.is_empty() {
            left.insert(operation.as_str());
        }
    }
    let below = operations.iter().filter(|one| one.method == "GET" && one.path.starts_with("/tickets/"));
    // It shows what the contract says, and nothing of the ticket.
    let below = below.filter(|one| one.id != "getTicketWorkInstruction");
    let all: BTreeSet<_> = below.map(|one| one.id.as_str()).chain(SHOWS).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), asked.len(), wrong.join("\n"));
    assert_eq!(left, all, "what shows tickets is walked with a ticket that it shows");
}

/// How many statements a request takes; the desk does something by itself meanwhile now and then, so the least of several tries.
async fn statements(desk: &Desk, path: &str) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..5 {
        let before = desk.app.db.statements();
        assert_eq!(desk.get(path).await.status, 200);
        least = least.min(desk.app.db.statements() - before);
    }
    least
}

async fn a_list_leaves_one_line_for_each_ticket_with_a_flag_on_it_in_one_statement(desk: &Desk) {
    for _ in 0..6 {
        desk.registers(&incident("p3")).await;
    }
    uurwerk::jobs::work_off(&desk.app).await.expect("it works");
    let plain = statements(desk, "/v1/tickets?pageSize=50").await;
    assert_eq!(reads(desk).await.len(), 0, "what everybody sees is read without a line");
    let numbers: Vec<Value> = desk.get("/v1/tickets?pageSize=3").await.body["items"].as_array().expect("tickets").clone();
    for number in &numbers {
        desk.post(&format!("/v1/tickets/{}/flags", text(&number["number"])), &json!({ "flag": "confidential" })).await;
    }
    uurwerk::jobs::work_off(&desk.app).await.expect("it works");
    let before = reads(desk).await.len();
    let page = desk.get("/v1/tickets?pageSize=50").await;
    let lines = reads(desk).await;
    let id = page.headers["x-request-id"].to_str().expect("an id");
    assert_eq!(lines.len(), before + 3);
    assert!(lines[..3].iter().all(|line| line.correlation.as_deref() == Some(id) && line.action == "listTickets"), "{lines:?}");
    // On PostgreSQL the transaction of the lines enters its scope as well.
    let own = if desk.on() == On::Sqlite { 1 } else { 2 };
    assert_eq!(statements(desk, "/v1/tickets?pageSize=50").await, plain + own);
    let rest = "/v1/tickets?pageSize=50&sort=openedAt&state=closed";
    let none = reads(desk).await.len();
    desk.get(rest).await;
    assert_eq!(reads(desk).await.len(), none);
}

async fn nothing_of_a_ticket_with_a_flag_is_shown_while_the_trail_cannot_be_written(desk: &Desk) {
    let (open, secret) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    flags(desk, &secret).await;
    desk.says_as_its_owner("ALTER TABLE audit_line RENAME TO elsewhere").await.expect("it moves");
    for path in ["", "/messages", "/events", "/clocks"] {
        let refused = desk.get(&format!("/v1/tickets/{secret}{path}")).await;
        assert!(refused.status >= 500 && !refused.body.to_string().contains("hapert"), "{path}: {}", refused.body);
        assert_eq!(desk.get(&format!("/v1/tickets/{open}{path}")).await.status, 200, "{path}");
    }
    desk.says_as_its_owner("ALTER TABLE elsewhere RENAME TO audit_line").await.expect("it moves");
    assert_eq!(desk.get(&format!("/v1/tickets/{secret}")).await.status, 200);
}

async fn whoever_changes_a_ticket_with_a_flag_leaves_the_line_of_the_change_alone(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let id = flags(desk, &number).await;
    let before = reads(desk).await.len();
    let changed = desk.patch(&format!("/v1/tickets/{number}"), &json!({ "title": "Anders" })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(reads(desk).await.len(), before);
    assert_eq!(desk.trail(&format!("object={id}&action=updateTicket&result=done")).await.len(), 1);
    // Who may not see it reads nothing of it.
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    desk.ask(Some(&agent), "GET", &format!("/v1/tickets/{number}"), None).await;
    desk.ask(Some(&agent), "GET", "/v1/tickets", None).await;
    assert_eq!(reads(desk).await.len(), before);
}

async fn a_repeat_that_answers_with_a_ticket_with_a_flag_leaves_a_line(desk: &Desk) {
    let mut body = incident("p3");
    body["flags"] = json!(["confidential"]);
    let send = || desk.send(Some(ADMIN), ("POST", "/v1/tickets"), &[("idempotency-key", "1")], Some(&body));
    let (first, again) = (send().await, send().await);
    assert_eq!((first.status, &first.body["id"]), (201, &again.body["id"]), "{}", again.body);
    let lines = desk.trail(&format!("object={}&result=read", text(&first.body["id"]))).await;
    assert_eq!((lines.len(), &lines[0]["action"]), (1, &json!("createTicket")), "{lines:?}");
}

async fn a_token_that_another_knows_leaves_the_lines_of_what_it_is_shown(desk: &Desk) {
    let ends = uurwerk::time::TimeSource::machine().now().plus(24 * 3600).expect("an instant").to_string();
    let grant = json!({ "name": "Bewaking", "roles": [Role::AgentLine1.as_str()], "expiresAt": ends });
    let made = desk.post("/v1/access-token-grants", &grant).await.body;
    let (token, id) = (text(&made["token"]), text(&made["accessToken"]["id"]));
    let mut ticket = incident("p3");
    (ticket["flags"], ticket["securityAspects"]) = (json!(["security"]), json!(["integrity"]));
    let own = desk.ask(Some(&token), "POST", "/v1/tickets", Some(&ticket)).await.body;
    assert_eq!(desk.ask(Some(&token), "GET", &format!("/v1/tickets/{}", text(&own["number"])), None).await.status, 200);
    let is_told = |line: &Line| line.actor == format!("desk:{id}") && line.object.as_ref().is_some_and(|one| one.id == text(&own["id"]));
    assert!(reads(desk).await.iter().any(is_told));
}
