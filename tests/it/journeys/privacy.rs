//! What the privacy officer does for one person: everything the desk holds of them, and taking it away without touching a figure.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    everything_of_a_person_comes_in_one_document_and_nothing_of_anybody_else,
    an_erased_person_is_named_nowhere_and_every_figure_stays,
    whoever_follows_what_changes_hears_of_every_ticket_in_which_somebody_was_erased,
    a_client_hears_of_somebody_of_the_desk_who_was_erased_where_it_saw_their_name,
    nobody_is_erased_under_a_legal_hold_until_it_is_lifted_by_another_act,
    only_a_privacy_officer_exports_and_erases,
    whoever_signed_held_roles_called_and_had_tickets_in_hand_is_named_in_no_row_any_more,
);

fn mail_of(name: &str, id: &str) -> String {
    format!(
        "From: {name} <{}@ipo.example>\nTo: servicedesk@uurwerk.example\nSubject: Brief van {name}\nMessage-ID: <{id}@ipo.example>\n\n\
         Groeten van {name}.\n",
        name.to_lowercase()
    )
}

async fn person(desk: &Desk, email: &str) -> Option<Value> {
    let found = desk.get(&format!("/v1/people?text={email}")).await;
    found.body["items"].as_array().and_then(|items| items.first().cloned())
}

async fn id_of(desk: &Desk, email: &str) -> String {
    person(desk, email).await.expect("a person")["id"].as_str().expect("an id").to_owned()
}

async fn erases(desk: &Desk, person: &str) -> crate::support::Answer {
    desk.post("/v1/erasures", &json!({ "person": person, "reason": "Verzoek van de betrokkene." })).await
}

async fn exported(desk: &Desk, person: &str) -> Value {
    let answer = desk.request("GET", &format!("/v1/people/{person}/export")).bearer_auth(ADMIN).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    serde_json::from_str(&answer.text().await.expect("a document")).expect("JSON")
}

async fn everything_of_a_person_comes_in_one_document_and_nothing_of_anybody_else(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    desk.mail_arrives("servicedesk", &mail_of("Anna", "een")).await;
    desk.mail_arrives("servicedesk", &mail_of("Zeger", "twee")).await;
    let reply = "From: Anna <anna@ipo.example>\nTo: servicedesk@uurwerk.example\nMessage-ID: <drie@ipo.example>\n";
    desk.mail_arrives("servicedesk", &format!("{reply}Subject: Re: [{number}] Mail hapert\n\nNog steeds.\n")).await;
    desk.passes("PT1M").await;
    let anna = id_of(desk, "anna@ipo.example").await;
    let document = exported(desk, &anna).await;
    let count = |section: &str| document[section].as_array().map_or(0, Vec::len);
    assert_eq!(document["person"]["email"], "anna@ipo.example");
    assert_eq!((count("tickets"), count("messages"), count("mailsIn"), count("mailsOut") > 0), (2, 1, 2, true), "{document}");
    assert!(count("actions") > 0, "{document}");
    assert!(!document.to_string().contains("Zeger"));
    let zeger = exported(desk, &id_of(desk, "zeger@ipo.example").await).await;
    assert!(!zeger.to_string().to_lowercase().contains("anna"), "{zeger}");
}

async fn an_erased_person_is_named_nowhere_and_every_figure_stays(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    desk.mail_arrives("servicedesk", &mail_of("Anna", "een")).await;
    let kept = desk.get("/v1/inbound-messages").await.body["items"][0]["id"].as_str().expect("an id").to_owned();
    desk.moves(&number, "in_progress").await;
    desk.moves(&number, "resolved").await;
    desk.reaches("2026-04-02T08:00:00+02:00").await;
    let anna = id_of(desk, "anna@ipo.example").await;
    let report = desk.get("/v1/reports/service-management?contract=dap-example&month=2026-03").await;
    assert_eq!(report.status, 200, "{}", report.body);
    let proof = desk.get(&format!("/v1/tickets/{number}/clocks/resolution/ledger")).await;
    let events = desk.events(&number).await.len();

    let erased = erases(desk, &anna).await;
    assert_eq!((erased.status, &erased.body["inboundMails"]), (201, &json!(1)), "{}", erased.body);
    let place = erased.headers["location"].to_str().expect("a place").to_owned();
    assert_eq!(desk.get(&place).await.body, erased.body);
    assert_eq!(erases(desk, &anna).await.body["code"], "person_erased");
    assert_eq!(desk.get("/v1/erasures").await.body["items"][0]["person"], anna.as_str());

    let again = desk.get("/v1/reports/service-management?contract=dap-example&month=2026-03").await;
    assert_eq!(again.body, report.body, "the report of a past month is the same");
    assert_eq!(desk.get(&format!("/v1/tickets/{number}/clocks/resolution/ledger")).await.body, proof.body, "and so is a proof");
    let told = desk.events(&number).await;
    let last = told.last().expect("an event");
    assert_eq!(
        (told.len(), &last["type"], &last["data"]),
        (events + 1, &json!("ticket.person_erased"), &json!({ "person": anna, "visibility": "public" }))
    );
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await;
    assert_eq!(ticket.body["requester"]["name"], "verwijderde persoon", "{}", ticket.body);
    assert!(person(desk, "anna").await.is_none());
    for path in ["/v1/people", "/v1/outbound-messages?pageSize=100", "/v1/inbound-messages", &format!("/v1/tickets/{number}")] {
        let answer = desk.get(path).await;
        assert!(answer.status == 200 && !answer.body.to_string().contains("anna@ipo.example"), "{path}: {}", answer.body);
    }
    assert_eq!(desk.get(&format!("/v1/inbound-messages/{kept}/content")).await.status, 404, "the copy of the mail is gone");

    let answer = desk.mail_arrives("servicedesk", &mail_of("Anna", "later")).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_ne!(id_of(desk, "anna@ipo.example").await, anna, "a later mail is of a new person");
}

async fn nobody_is_erased_under_a_legal_hold_until_it_is_lifted_by_another_act(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let anna = id_of(desk, "anna@ipo.example").await;
    for (kind, subject) in [("person", anna.as_str()), ("ticket", &number), ("contract", "dap-example")] {
        let hold = json!({ "kind": kind, "subject": subject, "reason": "Een geschil." });
        let placed = desk.post("/v1/legal-holds", &hold).await;
        assert_eq!(placed.status, 201, "{}", placed.body);
        assert_eq!(desk.post("/v1/legal-holds", &hold).await.status, 409, "it stands once");
        let refused = erases(desk, &anna).await;
        assert_eq!((refused.status, &refused.body["code"]), (409, &json!("legal_hold")), "{kind}");
        assert!(refused.body["detail"].as_str().is_some_and(|detail| detail.contains("Een geschil.")), "{}", refused.body);
        let lift = format!("/v1/legal-holds/{}/lifts", placed.body["id"].as_str().expect("an id"));
        assert_eq!(desk.post(&lift, &json!({ "reason": "Geschikt." })).await.status, 201);
        assert_eq!(desk.post(&lift, &json!({ "reason": "Geschikt." })).await.body["code"], "hold_lifted");
    }
    let unknown = desk.post("/v1/legal-holds", &json!({ "kind": "ticket", "subject": "INC-9999", "reason": "x" })).await;
    assert_eq!((unknown.status, &unknown.body["errors"][0]["pointer"]), (400, &json!("/subject")));
    assert_eq!(desk.get("/v1/legal-holds").await.body["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(erases(desk, &anna).await.status, 201);
}

async fn only_a_privacy_officer_exports_and_erases(desk: &Desk) {
    desk.registers(&incident("p3")).await;
    let anna = id_of(desk, "anna@ipo.example").await;
    let export = format!("/v1/people/{anna}/export");
    let erasure = json!({ "person": anna, "reason": "x" });
    for (roles, may) in [(&[Role::AgentLine1, Role::ServiceManager, Role::Administrator][..], false), (&[Role::PrivacyOfficer], true)] {
        let token = desk.token(None, roles).await;
        assert_eq!(desk.ask(Some(&token), "GET", &export, None).await.status, if may { 200 } else { 403 });
        assert_eq!(desk.ask(Some(&token), "POST", "/v1/erasures", Some(&erasure)).await.status, if may { 201 } else { 403 });
    }
    let client = desk.token_of("ipo").await;
    assert_eq!(desk.ask(Some(&client), "GET", &export, None).await.status, 403);
    assert_eq!(desk.ask(Some(&client), "GET", "/v1/legal-holds", None).await.status, 403);
}

/// Willemijn took part in everything; then her name and her address stand in no column of any table.
async fn whoever_signed_held_roles_called_and_had_tickets_in_hand_is_named_in_no_row_any_more(desk: &Desk) {
    const NAME: &str = "Willemijn Uniekenaam";
    const EMAIL: &str = "w.uniek@ipo.example";
    let text = include_str!("../../../config/contracts/dap-example.toml").replace("id = \"dap-example\"", "id = \"matrix\"");
    assert_eq!(desk.post("/v1/contracts", &json!({ "contract": text })).await.status, 201);
    let person = json!({ "organisation": "ipo", "name": NAME, "email": EMAIL, "phone": "070 7654321" });
    let id = desk.post("/v1/people", &person).await.body["id"].as_str().expect("an id").to_owned();
    desk.post("/v1/people", &json!({ "organisation": "ipo", "name": "Anna de Boer", "email": "anna@ipo.example" })).await;
    let made = async |path: &str, token: &str, body: &Value| {
        let answer = desk.ask(Some(token), "POST", path, Some(body)).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.body
    };
    let (sam, karin) = (desk.signer().await, desk.signer_of("ipo").await);
    // She holds a role, signs for another's, and acts for them.
    let own = uurwerk::usecases::tokens::NewToken {
        name: NAME.to_owned(),
        organisation: Some("ipo".to_owned()),
        roles: vec![Role::Approver, Role::AuthorisedRequester],
        person: Some(EMAIL.to_owned()),
        ..Default::default()
    };
    let own = uurwerk::usecases::tokens::create(&desk.app, &own).await.expect("a token");
    let role = |role: &str, holder: &str| json!({ "kind": "matrix", "role": role, "contract": "matrix", "holder": holder, "reason": "Zo afgesproken." });
    let roles = "/v1/role-assignments";
    let at = |one: &Value, below: &str| format!("{roles}/{}{below}", one["id"].as_str().expect("an id"));
    let (hers, annas) = (made(roles, ADMIN, &role("ciso", EMAIL)).await, made(roles, ADMIN, &role("inkoop", "anna@ipo.example")).await);
    made(&at(&annas, "/approvals"), &own, &json!({})).await;
    made(&at(&annas, "/approvals"), &sam, &json!({})).await;
    for signer in [&karin, &sam] {
        made(&at(&hers, "/approvals"), signer, &json!({})).await;
    }
    made(&at(&annas, "/absences"), &karin, &json!({ "untilAt": "2026-03-20T08:00:00Z", "deputy": EMAIL })).await;
    // A letter to others names her: she is away, and nobody acts for her.
    made(&at(&hers, "/absences"), &karin, &json!({ "untilAt": "2026-03-20T08:00:00Z" })).await;
    // She calls, reports, writes, mails, and has a ticket in hand.
    let mut ticket = incident("p3");
    ticket["requester"] = json!({ "name": NAME, "email": EMAIL });
    let number = desk.registers(&ticket).await;
    let call = json!({ "contract": "dap-example", "name": NAME, "phone": "070 7654321", "assignee": NAME });
    let called = made("/v1/calls", ADMIN, &call).await["number"].as_str().expect("a number").to_owned();
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": EMAIL })).await.status, 200);
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": "piet" })).await.status, 200);
    made(&format!("/v1/tickets/{number}/messages"), &own, &json!({ "visibility": "public", "body": "Het hapert." })).await;
    let mail = format!("From: {NAME} <{EMAIL}>\nTo: servicedesk@uurwerk.example\nSubject: Hapert\nMessage-ID: <u@ipo.example>\n\nx\n");
    assert_eq!(desk.mail_arrives("servicedesk", &mail).await.status, 201);
    desk.passes("PT1H").await;
    assert!(desk.holding(NAME).await.contains(&"outbound_mail.body".to_owned()), "a letter named her: {:?}", desk.holding(NAME).await);

    let document = exported(desk, &id).await;
    let count = |section: &str| document[section].as_array().map_or(0, Vec::len);
    assert_eq!((count("roles"), count("signatures"), count("contacts"), count("tickets")), (2, 1, 0, 3), "{document}");
    assert!(document["roles"].to_string().contains("\"deputyDuring\":[{"), "{}", document["roles"]);

    let erased = erases(desk, &id).await;
    assert_eq!(erased.status, 201, "{}", erased.body);
    for text in [NAME, EMAIL, "7654321", "Uniekenaam"] {
        assert_eq!(desk.holding(text).await, Vec::<String>::new(), "{text}");
    }
    let shown = desk.get(&at(&annas, "")).await.body;
    let signed: Vec<_> = shown["approvals"].as_array().expect("approvals").iter().map(|one| one["approvedBy"].clone()).collect();
    assert_eq!(signed[0], json!("verwijderde persoon"), "that somebody signed stays: {shown}");
    assert_eq!(desk.get(&format!("/v1/tickets/{called}")).await.body["assignee"], "verwijderde persoon");
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["assignee"], "piet");
    let outcome = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a comparison");
    assert!(outcome.differences.is_empty(), "{:?}", outcome.differences);
}

/// What changed since an instant, and from when to ask next.
async fn changed(desk: &Desk, token: &str, since: &str) -> (BTreeSet<String>, String) {
    let page = desk.ask(Some(token), "GET", &format!("/v1/tickets?updatedSince={since}&pageSize=100"), None).await.body;
    let numbers = page["items"].as_array().expect("tickets").iter().map(|one| one["number"].as_str().expect("a number").to_owned());
    (numbers.collect(), page["syncedUntil"].as_str().expect("an instant").to_owned())
}

fn all(numbers: &[&String]) -> BTreeSet<String> {
    numbers.iter().map(|one| (*one).clone()).collect()
}

async fn whoever_follows_what_changes_hears_of_every_ticket_in_which_somebody_was_erased(desk: &Desk) {
    let own = desk.registers(&incident("p3")).await;
    let mut colleagues = incident("p3");
    colleagues["requester"] = json!({ "name": "Bram", "email": "bram@ipo.example" });
    let (answered, others) = (desk.registers(&colleagues).await, desk.registers(&colleagues).await);
    let in_hand = desk.registers(&colleagues).await;
    assert_eq!(desk.patch(&format!("/v1/tickets/{in_hand}"), &json!({ "assignee": "anna@ipo.example" })).await.status, 200);
    let flagged = desk.registers(&incident("p3")).await;
    desk.post(&format!("/v1/tickets/{flagged}/flags"), &json!({ "flag": "privacy" })).await;
    let reply = "From: Anna <anna@ipo.example>\nTo: servicedesk@uurwerk.example\nMessage-ID: <een@ipo.example>\n";
    let landed = desk.mail_arrives("servicedesk", &format!("{reply}Subject: Re: [{answered}] Mail hapert\n\nHier ook.\n")).await;
    assert_eq!(landed.body["outcome"], "reply", "{}", landed.body);
    desk.passes("PT1H").await;
    let client = desk.token_of("ipo").await;
    let (seen, since) = changed(desk, ADMIN, "2026-03-01T00:00:00Z").await;
    assert!(seen.is_superset(&all(&[&own, &answered, &others, &in_hand, &flagged])), "{seen:?}");
    let tag = desk.get(&format!("/v1/tickets/{own}")).await.headers["etag"].clone();
    let anna = id_of(desk, "anna@ipo.example").await;
    desk.passes("PT1H").await;
    assert_eq!(erases(desk, &anna).await.status, 201);
    desk.passes("PT1M").await;
    assert_eq!(changed(desk, ADMIN, &since).await.0, all(&[&own, &answered, &in_hand, &flagged]));
    assert_eq!(
        changed(desk, &client, &since).await.0,
        all(&[&own, &answered, &in_hand]),
        "a client hears of no ticket that it does not see"
    );
    assert_ne!(desk.get(&format!("/v1/tickets/{own}")).await.headers["etag"], tag);
    let rebuilt = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("compared");
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
}

async fn a_client_hears_of_somebody_of_the_desk_who_was_erased_where_it_saw_their_name(desk: &Desk) {
    let [answered, noted, in_hand, _] = [
        desk.registers(&incident("p3")).await,
        desk.registers(&incident("p3")).await,
        desk.registers(&incident("p3")).await,
        desk.registers(&incident("p3")).await,
    ];
    let bob = desk.person(None, "Bob Smid", "bob@leverancier.example", &[Role::AgentLine1]).await;
    for (number, visibility) in [(&answered, "public"), (&answered, "internal"), (&noted, "internal")] {
        let said = json!({ "visibility": visibility, "body": "Wij kijken." });
        assert_eq!(desk.ask(Some(&bob), "POST", &format!("/v1/tickets/{number}/messages"), Some(&said)).await.status, 201);
    }
    assert_eq!(desk.patch(&format!("/v1/tickets/{in_hand}"), &json!({ "assignee": "Bob Smid" })).await.status, 200);
    desk.passes("PT1H").await;
    let client = desk.token_of("ipo").await;
    let (_, since) = changed(desk, ADMIN, "2026-03-01T00:00:00Z").await;
    desk.passes("PT1H").await;
    let id = desk.account_with("bob@leverancier.example").await.to_string();
    let erased = erases(desk, &id).await;
    assert_eq!(erased.status, 201, "{}", erased.body);
    desk.passes("PT1M").await;
    assert_eq!(changed(desk, ADMIN, &since).await.0, all(&[&answered, &noted, &in_hand]));
    assert_eq!(changed(desk, &client, &since).await.0, all(&[&answered, &in_hand]), "that the desk noted something is no client's to know");
    let told = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{noted}/events"), None).await.body;
    assert!(!told.to_string().contains("person_erased"), "{told}");
    let rebuilt = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("compared");
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
}
