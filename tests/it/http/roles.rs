//! Who may what: by role, and nothing without one.

use serde_json::{Value, json};
use uurwerk::domain::contract::Side;
use uurwerk::domain::permission::{Requires as _, Role};
use uurwerk::usecases::tokens::{self, NewToken};

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    role_11_every_operation_answers_those_roles_that_the_document_names_and_refuses_the_others,
    tkt_08_a_requester_sees_and_answers_what_they_reported_and_nothing_else,
    tkt_09_an_authorised_requester_sees_every_ticket_and_report_of_their_organisation,
    iam_05_a_token_without_a_role_is_not_made_and_one_of_the_other_side_neither,
    an_auditor_reads_what_the_desk_reads_and_changes_nothing,
    a_contract_manager_works_on_no_ticket_and_an_agent_on_no_contract,
);

/// A token of somebody of IPO who is known by an address.
async fn person(desk: &Desk, address: &str, role: Role) -> String {
    let new = NewToken {
        name: "portaal".to_owned(),
        organisation: Some("ipo".to_owned()),
        roles: vec![role],
        person: Some(address.to_owned()),
        ..NewToken::default()
    };
    tokens::create(&desk.app, &new).await.expect("a token")
}

/// Registers an incident that somebody of IPO reported.
async fn reported_by(desk: &Desk, name: &str, address: &str) -> String {
    let mut body = incident("p3");
    body["requester"] = json!({ "name": name, "email": address });
    desk.registers(&body).await
}

async fn role_11_every_operation_answers_those_roles_that_the_document_names_and_refuses_the_others(desk: &Desk) {
    reported_by(desk, "Anna de Boer", "anna@ipo.example").await;
    let document: Value = serde_json::from_str(&uurwerk::http::document()).expect("a document");
    let operations = document["paths"].as_object().expect("paths").iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods").iter().filter(|(name, _)| ["get", "post", "patch"].contains(&name.as_str()));
        methods.map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation["description"].as_str().unwrap_or_default()))
    });
    let operations: Vec<_> = operations.filter(|(_, _, description)| description.contains("Needs one of the roles")).collect();
    let mut wrong = Vec::new();
    // No token gives the rights of a global administrator: they are held, which `identity::held` shows.
    for role in Role::ALL.into_iter().filter(|role| *role != Role::GlobalAdministrator) {
        let token = match role {
            Role::Requester => person(desk, "anna@ipo.example", role).await,
            _ if role.side() == Side::Client => desk.token(Some("ipo"), &[role]).await,
            _ => desk.token(None, &[role]).await,
        };
        for (method, path, description) in &operations {
            let named = description.contains(&format!("`{role}`"));
            let path = path.replace("{ref}", "INC-999999").replace("{kind}", "response").replace("{contract}", "nergens");
            let path = path.replace("{id}", "018f4c1e-7a3b-7c00-8000-0000000000aa");
            let answer = desk.send(Some(&token), (method, &format!("/v1{path}")), &[], None).await;
            let is_refused = answer.status == 403;
            if is_refused == named {
                wrong.push(format!("{role}: {method} {path} is {}, and the document names it: {named}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn tkt_08_a_requester_sees_and_answers_what_they_reported_and_nothing_else(desk: &Desk) {
    let own = reported_by(desk, "Anna de Boer", "anna@ipo.example").await;
    let other = reported_by(desk, "Bram Visser", "bram@ipo.example").await;
    let anna = person(desk, "anna@ipo.example", Role::Requester).await;
    let listed = desk.ask(Some(&anna), "GET", "/v1/tickets", None).await.body["items"].clone();
    let numbers: Vec<_> = listed.as_array().expect("tickets").iter().filter_map(|ticket| ticket["number"].as_str()).collect();
    assert_eq!(numbers, [own.as_str()]);
    let nowhere = desk.ask(Some(&anna), "GET", "/v1/tickets/INC-999999", None).await;
    for below in ["", "/messages", "/events", "/clocks", "/attachments", "/transitions", "/root-causes", "/clocks/response/ledger"] {
        let seen = desk.ask(Some(&anna), "GET", &format!("/v1/tickets/{own}{below}"), None).await;
        let hidden = desk.ask(Some(&anna), "GET", &format!("/v1/tickets/{other}{below}"), None).await;
        assert_eq!((seen.status, hidden.status), (200, 404), "{below}");
        assert_eq!(hidden.body["detail"], nowhere.body["detail"], "{below}");
    }
    let answer = json!({ "visibility": "public", "body": "Het hapert nog." });
    for (number, status) in [(&own, 201), (&other, 404)] {
        let written = desk.ask(Some(&anna), "POST", &format!("/v1/tickets/{number}/messages"), Some(&answer)).await;
        assert_eq!(written.status, status, "{}", written.body);
    }
    // Search and filters find nothing either.
    for query in ["text=hapert", "requester=bram@ipo.example", "updatedSince=2020-01-01T00:00:00Z"] {
        let found = desk.ask(Some(&anna), "GET", &format!("/v1/tickets?{query}"), None).await;
        let items = found.body["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(items.iter().all(|ticket| ticket["number"] == *own), "{query}: {}", found.body);
    }
}

async fn tkt_09_an_authorised_requester_sees_every_ticket_and_report_of_their_organisation(desk: &Desk) {
    let numbers = [reported_by(desk, "Anna de Boer", "anna@ipo.example").await, reported_by(desk, "Bram Visser", "bram@ipo.example").await];
    let (anna, carla) =
        (person(desk, "anna@ipo.example", Role::Requester).await, person(desk, "bram@ipo.example", Role::AuthorisedRequester).await);
    for number in &numbers {
        assert_eq!(desk.ask(Some(&carla), "GET", &format!("/v1/tickets/{number}"), None).await.status, 200);
    }
    let report = "/v1/reports/service-management?contract=dap-example&month=2026-03";
    let (closed, open) = (desk.ask(Some(&anna), "GET", report, None).await, desk.ask(Some(&carla), "GET", report, None).await);
    assert_eq!((closed.status, &closed.body["code"], open.status), (403, &json!("role_missing"), 200), "{} {}", closed.body, open.body);
}

async fn iam_05_a_token_without_a_role_is_not_made_and_one_of_the_other_side_neither(desk: &Desk) {
    let make = async |organisation: Option<&str>, roles: &[Role]| {
        let new =
            NewToken { name: "x".to_owned(), organisation: organisation.map(str::to_owned), roles: roles.to_vec(), ..NewToken::default() };
        tokens::create(&desk.app, &new).await.is_ok()
    };
    assert!(!make(None, &[]).await && !make(Some("ipo"), &[]).await);
    assert!(!make(None, &[Role::Approver]).await && !make(Some("ipo"), &[Role::AgentLine1]).await);
    assert!(!make(None, &[Role::Integration, Role::Administrator]).await);
    // A requester sees what they reported, so it must be known who they are.
    assert!(!make(Some("ipo"), &[Role::Requester]).await);
    assert!(make(None, &[Role::Auditor]).await && make(Some("ipo"), &[Role::Approver]).await);
}

async fn an_auditor_reads_what_the_desk_reads_and_changes_nothing(desk: &Desk) {
    let number = reported_by(desk, "Anna de Boer", "anna@ipo.example").await;
    desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "internal", "body": "Onder ons." })).await;
    let auditor = desk.token(None, &[Role::Auditor]).await;
    let messages = desk.ask(Some(&auditor), "GET", &format!("/v1/tickets/{number}/messages"), None).await;
    assert_eq!(messages.body["items"].as_array().map(Vec::len), Some(1), "{}", messages.body);
    for (method, below, body) in [
        ("PATCH", "", json!({ "title": "Anders" })),
        ("POST", "/messages", json!({ "visibility": "public", "body": "Dag." })),
        ("POST", "/transitions", json!({ "to": "in_progress", "reason": "Zo is het." })),
    ] {
        let refused = desk.ask(Some(&auditor), method, &format!("/v1/tickets/{number}{below}"), Some(&body)).await;
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("role_missing")), "{method} {below}: {}", refused.body);
    }
}

async fn a_contract_manager_works_on_no_ticket_and_an_agent_on_no_contract(desk: &Desk) {
    let number = reported_by(desk, "Anna de Boer", "anna@ipo.example").await;
    let (manager, agent) = (desk.token(None, &[Role::ContractManager]).await, desk.token(None, &[Role::AgentLine1]).await);
    let moves = json!({ "to": "in_progress", "reason": "Zo is het." });
    let path = format!("/v1/tickets/{number}/transitions");
    let refused = desk.ask(Some(&manager), "POST", &path, Some(&moves)).await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("role_missing")), "{}", refused.body);
    let named = uurwerk::domain::permission::MoveTickets::VERB
        .roles()
        .iter()
        .all(|role| refused.body["detail"].as_str().is_some_and(|detail| detail.contains(role.as_str())));
    assert!(named, "{}", refused.body);
    assert_eq!(desk.ask(Some(&agent), "POST", &path, Some(&moves)).await.status, 201);
    let contract = json!({ "contract": "" });
    assert_eq!(desk.ask(Some(&agent), "POST", "/v1/contracts", Some(&contract)).await.status, 403);
    assert_ne!(desk.ask(Some(&manager), "POST", "/v1/contracts", Some(&contract)).await.status, 403);
    assert_eq!(desk.ask(Some(ADMIN), "GET", &path, None).await.status, 200);
}
