//! What is another client's does not exist: wherever a client names something, the answer is the same whether it is another's or nowhere.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    what_is_another_clients_does_not_exist_at_any_door,
    a_mail_that_names_another_clients_ticket_is_a_mail_that_names_none,
    another_clients_key_and_names_are_free,
);

/// Who asks, and whose the foreign things are.
const ASKS: &str = "gemeente-voorbeeld";

/// Something of another client's beside something that is nowhere, each with what it is called in a request.
struct Named {
    placeholder: &'static str,
    foreign: String,
    absent: String,
}

/// Every door at which a client names a thing, with what it sends. `{own}` is a ticket of its own.
fn doors() -> Vec<(&'static str, &'static str, Option<Value>)> {
    let text = json!({ "visibility": "public", "body": "x" });
    let ticket = |more: Value| {
        let mut ticket = json!({
            "type": "incident", "contract": "covide", "title": "x", "description": "x", "channel": "portal",
            "requester": { "name": "Eva", "email": "eva@gemeente-voorbeeld.example" }
        });
        for (key, value) in more.as_object().expect("fields") {
            ticket[key] = value.clone();
        }
        ticket
    };
    let change = |incident: &str| ticket(json!({ "type": "change_request", "emergencyFor": incident }));
    let opened = |contract: &str, organisation: &str, duty: &str| json!({ "contract": contract, "organisation": organisation, "obligation": duty, "evidence": "x" });
    vec![
        ("GET", "/v1/tickets/{number}", None),
        ("GET", "/v1/tickets/{id}", None),
        ("PATCH", "/v1/tickets/{number}", Some(json!({ "title": "x" }))),
        ("PATCH", "/v1/tickets/{id}", Some(json!({ "priority": "urgent" }))),
        ("GET", "/v1/tickets/{number}/messages", None),
        ("POST", "/v1/tickets/{number}/messages", Some(text)),
        ("POST", "/v1/tickets/{number}/messages", Some(json!({ "visibility": "internal", "body": "x" }))),
        ("GET", "/v1/tickets/{id}/transitions", None),
        ("POST", "/v1/tickets/{number}/transitions", Some(json!({ "to": "cancelled", "reason": "x" }))),
        ("POST", "/v1/tickets/{id}/transitions", Some(json!({ "to": "resolved", "reason": "x" }))),
        ("POST", "/v1/tickets/{number}/escalations", Some(json!({ "code": "x", "reason": "x" }))),
        (
            "POST",
            "/v1/tickets/{number}/repair-agreements",
            Some(json!({ "dueAt": "2027-01-01T12:00:00Z", "agreedBy": { "name": "x", "email": "x@ipo.example" } })),
        ),
        ("GET", "/v1/tickets/{number}/clocks", None),
        ("GET", "/v1/tickets/{id}/clocks/response/ledger", None),
        ("GET", "/v1/tickets/{number}/events", None),
        ("GET", "/v1/tickets/{number}/attachments", None),
        ("GET", "/v1/tickets/{number}/attachments/{attachment}", None),
        ("GET", "/v1/tickets/{own}/attachments/{attachment}", None),
        ("GET", "/v1/tickets?requester={person}", None),
        ("GET", "/v1/tickets?organisation={organisation}", None),
        ("GET", "/v1/tickets?contract={contract}", None),
        ("GET", "/v1/tickets?text={number}", None),
        ("GET", "/v1/tickets?organisation={organisation}&updatedSince=2026-03-01T00:00:00Z", None),
        ("GET", "/v1/people?organisation={organisation}", None),
        ("GET", "/v1/people?text={email}", None),
        ("POST", "/v1/tickets", Some(ticket(json!({ "contract": "{contract}" })))),
        ("POST", "/v1/tickets", Some(ticket(json!({ "contract": "{contract}", "organisation": "{organisation}", "priority": "p1" })))),
        ("POST", "/v1/tickets", Some(ticket(json!({ "organisation": "{client}" })))),
        ("POST", "/v1/tickets", Some(ticket(json!({ "organisation": "{organisation}" })))),
        ("POST", "/v1/tickets", Some(change("{number}"))),
        ("POST", "/v1/tickets", Some(change("{id}"))),
        ("POST", "/v1/tickets/_bulk", Some(json!({ "items": [ticket(json!({ "contract": "{contract}" })), change("{id}")] }))),
        ("GET", "/v1/contracts/{contract}", None),
        ("GET", "/v1/contracts/{contract}/calendars", None),
        ("GET", "/v1/contracts/{contract}/calendar-amendments", None),
        ("POST", "/v1/contracts/{contract}/calendar-amendments", Some(json!({}))),
        ("GET", "/v1/reports/service-management?contract={contract}&month=2026-03", None),
        ("GET", "/v1/reports/service-management?contract={contract}&month=1999-01", None),
        ("GET", "/v1/obligations/{obligation}", None),
        ("POST", "/v1/obligations/{obligation}/fulfilments", Some(json!({ "evidence": "x" }))),
        ("GET", "/v1/obligations?contract={contract}", None),
        ("GET", "/v1/obligations?organisation={organisation}", None),
        ("GET", "/v1/obligations?obligation=maandrapportage&organisation={organisation}", None),
        ("POST", "/v1/obligations", Some(opened("{contract}", "{organisation}", "verbeterplan-exitplan"))),
        ("POST", "/v1/obligations", Some(opened("covide", "{client}", "verbeterplan-exitplan"))),
        ("GET", "/v1/inbound-messages/{mail}", None),
        ("GET", "/v1/inbound-messages/{mail}/content", None),
        ("POST", "/v1/inbound-messages/{mail}/tickets", Some(json!({}))),
        ("GET", "/v1/inbound-messages?mailbox={mailbox}", None),
    ]
}

/// A ticket of another client of the same contract.
async fn foreign_ticket(desk: &Desk) -> Value {
    let ticket = json!({
        "type": "incident", "contract": "covide", "organisation": "stichting-proef", "title": "Salarissen", "description": "Geheim.",
        "priority": "urgent", "channel": "phone", "requester": { "name": "Bea", "email": "bea@stichting-proef.example" }
    });
    let made = desk.post("/v1/tickets", &ticket).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body
}

async fn things(desk: &Desk) -> Vec<Named> {
    let ticket = foreign_ticket(desk).await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let path = format!("/v1/tickets/{}/attachments?name=geheim.txt", text(&ticket["number"]));
    let file = desk.send_raw(&path, b"geheim".to_vec(), &[("content-type", "application/octet-stream")]).await;
    let mail = desk.mail_arrives("servicedesk", "From: anna@ipo.example\nSubject: x\nMessage-ID: <1@x>\n\nx\n").await;
    let obligation = desk.get("/v1/obligations?contract=dap-example").await.body["items"][0]["id"].clone();
    let nobody = || uuid::Uuid::new_v4().to_string();
    let named = |placeholder, foreign: String, absent: &str| Named { placeholder, foreign, absent: absent.to_owned() };
    vec![
        named("{number}", text(&ticket["number"]), "INC-9999"),
        named("{id}", text(&ticket["id"]), &nobody()),
        named("{person}", text(&ticket["requester"]["id"]), &nobody()),
        named("{email}", "bea@stichting-proef.example".to_owned(), "niemand@stichting-proef.example"),
        named("{attachment}", text(&file.body["id"]), &nobody()),
        named("{mail}", text(&mail.body["id"]), &nobody()),
        named("{obligation}", text(&obligation), &nobody()),
        named("{organisation}", "ipo".to_owned(), "geen-organisatie"),
        named("{client}", "stichting-proef".to_owned(), "geen-klant"),
        named("{contract}", "dap-example".to_owned(), "geen-contract"),
        named("{mailbox}", "servicedesk".to_owned(), "geen-mailbox"),
    ]
}

/// A text with every placeholder filled in.
fn filled(text: &str, things: &[Named], value: impl Fn(&Named) -> &str) -> String {
    things.iter().fold(text.to_owned(), |text, one| text.replace(one.placeholder, value(one)))
}

async fn what_is_another_clients_does_not_exist_at_any_door(desk: &Desk) {
    desk.passes("P3D").await;
    let (things, token) = (things(desk).await, desk.token_of(ASKS).await);
    let own = json!({
        "type": "incident", "contract": "covide", "title": "x", "description": "x", "channel": "portal",
        "requester": { "name": "Eva", "email": "eva@gemeente-voorbeeld.example" }
    });
    let own = desk.ask(Some(&token), "POST", "/v1/tickets", Some(&own)).await.body["number"].as_str().expect("a ticket").to_owned();
    let mut wrong = Vec::new();
    for (method, path, body) in doors() {
        let path = path.replace("{own}", &own);
        let ask = async |value: fn(&Named) -> &str| {
            let body = body.as_ref().map(|body| serde_json::from_str(&filled(&body.to_string(), &things, value)).expect("a body"));
            let answer: Answer = desk.ask(Some(&token), method, &filled(&path, &things, value), body.as_ref()).await;
            // What the answer repeats of the question is no news.
            let told = things.iter().fold(answer.body.to_string(), |text, one| text.replace(value(one), one.placeholder));
            (answer.status, told)
        };
        let (foreign, absent) = (ask(|one| &one.foreign).await, ask(|one| &one.absent).await);
        if foreign != absent || foreign.0 == 201 {
            wrong.push(format!("{method} {path} {body:?}\n  another's: {foreign:?}\n  nowhere:   {absent:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn a_mail_that_names_another_clients_ticket_is_a_mail_that_names_none(desk: &Desk) {
    let foreign = foreign_ticket(desk).await;
    desk.passes("PT1M").await;
    let ours = desk.mails().into_iter().find(|mail| mail.contains("bea@")).expect("a confirmation");
    let ours = ours.lines().find_map(|line| line.strip_prefix("Message-ID: ")).expect("a number").to_owned();
    let mut seen = Vec::new();
    for (at, (tag, answers)) in
        [(foreign["number"].as_str().expect("a number"), ours.as_str()), ("INC-9999", "<weg@uurwerk.example>")].into_iter().enumerate()
    {
        let mail = format!(
            "From: eva@gemeente-voorbeeld.example\nMessage-ID: <{at}@x>\nIn-Reply-To: {answers}\nSubject: Re: [{tag}] x\n\nZie boven.\n"
        );
        let came = desk.mail_arrives("support", &mail).await;
        let number = came.body["ticket"].as_str().expect("a ticket of its own").to_owned();
        let registered = desk.events(&number).await.into_iter().find(|event| event["type"] == "ticket.registered").expect("an event");
        seen.push((came.body["outcome"].clone(), came.body["reason"].clone(), registered["data"].clone()));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].2["related"], Value::Null);
}

async fn another_clients_key_and_names_are_free(desk: &Desk) {
    let ticket = |contract: &str, email: &str| {
        json!({
            "type": "incident", "contract": contract, "title": "x", "description": "x", "channel": "portal",
            "externalReferences": [{ "system": "topdesk", "reference": "M1" }], "requester": { "name": "x", "email": email }
        })
    };
    for (organisation, contract, email) in [("ipo", "dap-example", "anna@ipo.example"), (ASKS, "covide", "eva@gemeente-voorbeeld.example")]
    {
        let token = desk.token_of(organisation).await;
        let made = desk.send(Some(&token), ("POST", "/v1/tickets"), &[("idempotency-key", "k-1")], Some(&ticket(contract, email))).await;
        assert_eq!((made.status, made.body["organisation"].as_str()), (201, Some(organisation)), "{}", made.body);
    }
    let desks = desk.send(Some(ADMIN), ("POST", "/v1/tickets"), &[("idempotency-key", "k-1")], Some(&incident("p3"))).await;
    assert_eq!(desks.status, 201, "{}", desks.body);
}
