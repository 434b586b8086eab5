//! What is kept, and what is to be destroyed, of tickets that few may see.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::flagged;
use crate::on_both_databases;
use crate::support::{Answer, Desk, incident};

on_both_databases!(
    a_hold_on_a_ticket_with_a_flag_is_there_for_those_whom_the_flag_concerns,
    nobody_is_erased_under_a_hold_on_a_ticket_with_a_flag_and_the_refusal_does_not_tell_of_it,
    a_destruction_counts_what_its_reader_may_not_see,
    the_texts_of_a_ticket_under_a_hold_are_kept_when_they_change,
);

fn id(answer: &Answer) -> String {
    answer.body["id"].as_str().unwrap_or_else(|| panic!("no id: {}", answer.body)).to_owned()
}

fn hold(number: &str) -> Value {
    json!({ "kind": "ticket", "subject": number, "reason": "Aangifte tegen Jan." })
}

/// Who was shown a ticket, and by what.
async fn shown(desk: &Desk, ticket: &str) -> Vec<(String, String)> {
    let lines = desk.trail(&format!("object={ticket}&result=read")).await;
    lines.iter().map(|line| (line["actor"].to_string(), line["action"].as_str().expect("an action").to_owned())).collect()
}

async fn a_hold_on_a_ticket_with_a_flag_is_there_for_those_whom_the_flag_concerns(desk: &Desk) {
    let number = desk.registers(&flagged(&["security"])).await;
    let ticket = id(&desk.get(&format!("/v1/tickets/{number}")).await);
    let officer = desk.token(None, &[Role::SecurityOfficer]).await;
    let placed = desk.ask(Some(&officer), "POST", "/v1/legal-holds", Some(&hold(&number))).await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    let on_contract = json!({ "kind": "contract", "subject": "dap-example", "reason": "Een geschil." });
    let on_contract = id(&desk.post("/v1/legal-holds", &on_contract).await);
    let (path, nowhere) = (format!("/v1/legal-holds/{}", id(&placed)), format!("/v1/legal-holds/{}", uuid::Uuid::new_v4()));
    let why = json!({ "reason": "Geschikt." });
    let is_hidden = async || {
        for role in [Role::ServiceManager, Role::ContractManager, Role::PrivacyOfficer, Role::Auditor] {
            let other = desk.token(None, &[role]).await;
            let says = async |method: &str, path: &str, body: Option<&Value>| {
                let answer = desk.ask(Some(&other), method, path, body).await;
                (answer.status, answer.body["code"].clone(), answer.body["detail"].clone())
            };
            let listed = desk.ask(Some(&other), "GET", "/v1/legal-holds?pageSize=1", None).await.body;
            assert_eq!((&listed["items"][0]["id"], &listed["nextCursor"]), (&json!(on_contract), &Value::Null), "{role}: {listed}");
            let (hidden, absent) = (says("GET", &path, None).await, says("GET", &nowhere, None).await);
            assert_eq!((hidden.0, &hidden), (404, &absent), "{role}");
            let lifts = [format!("{path}/lifts"), format!("{nowhere}/lifts")];
            let (hidden, absent) = (says("POST", &lifts[0], Some(&why)).await, says("POST", &lifts[1], Some(&why)).await);
            assert!([403, 404].contains(&hidden.0) && hidden == absent, "{role}: {hidden:?}");
        }
    };
    is_hidden().await;
    let before = shown(desk, &ticket).await.len();
    let listed = desk.ask(Some(&officer), "GET", "/v1/legal-holds", None).await.body;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2), "{listed}");
    assert_eq!(desk.ask(Some(&officer), "GET", &path, None).await.body["subject"], json!(ticket));
    let lift = desk.ask(Some(&officer), "POST", &format!("{path}/lifts"), Some(&why)).await;
    assert_eq!((lift.status, &lift.body["subject"]), (201, &json!(ticket)), "{}", lift.body);
    let mut told: Vec<_> = shown(desk, &ticket).await.into_iter().map(|(_, action)| action).collect();
    assert_eq!(told.len(), before + 3, "{told:?}");
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, ["createLegalHold", "createLegalHoldLift", "getLegalHold", "getTicket", "listLegalHolds"]);
    is_hidden().await;
}

async fn nobody_is_erased_under_a_hold_on_a_ticket_with_a_flag_and_the_refusal_does_not_tell_of_it(desk: &Desk) {
    let number = desk.registers(&flagged(&["security"])).await;
    let anna = desk.get(&format!("/v1/tickets/{number}")).await.body["requester"]["id"].clone();
    assert_eq!(desk.post("/v1/legal-holds", &hold(&number)).await.status, 201);
    let (erasure, privacy) = (json!({ "person": anna, "reason": "Op verzoek." }), desk.token(None, &[Role::PrivacyOfficer]).await);
    let refused = desk.ask(Some(&privacy), "POST", "/v1/erasures", Some(&erasure)).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("legal_hold")), "{}", refused.body);
    let detail = refused.body["detail"].as_str().expect("why");
    assert!(!detail.contains("ticket") && !detail.contains("Aangifte"), "{detail}");
    let told = desk.post("/v1/erasures", &erasure).await;
    assert!(told.body["detail"].as_str().is_some_and(|detail| detail.contains("Aangifte")), "{}", told.body);
}

/// The example agreement with times to keep things, from the next day on.
async fn keeps(desk: &Desk) {
    let text = include_str!("../../../config/contracts/dap-example.toml").replacen("version = \"1.0\"", "version = \"1.1\"", 1);
    let text = text.replacen("effective_from = 2025-01-01", "effective_from = 2026-03-03", 1);
    let kept = format!("{text}\n[retention]\ntickets = \"1mo\"\nmails = \"1mo\"\n");
    let applied = desk.post("/v1/contracts", &json!({ "contract": kept })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
}

async fn a_destruction_counts_what_its_reader_may_not_see(desk: &Desk) {
    keeps(desk).await;
    let (open, hidden) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    for number in [&open, &hidden] {
        let mail =
            format!("From: Anna <anna@ipo.example>\nMessage-ID: <{number}@ipo.example>\nSubject: Re: [{number}] Mail\n\nNog iets.\n");
        assert_eq!(desk.mail_arrives("servicedesk", &mail).await.body["outcome"], "reply");
    }
    assert_eq!(desk.post(&format!("/v1/tickets/{hidden}/flags"), &json!({ "flag": "confidential" })).await.status, 201);
    for number in [&open, &hidden] {
        assert_eq!(desk.moves(number, "cancelled").await.status, 201);
    }
    let ticket = id(&desk.get(&format!("/v1/tickets/{hidden}")).await);
    desk.reaches("2026-05-10T08:00:00+02:00").await;
    let cor = desk.person(None, "Cor Bos", "cor@leverancier.example", &[Role::ContractManager]).await;
    let pia = desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await;
    let manager = desk.token(None, &[Role::ServiceManager]).await;
    let figures = |one: &Value| (one["items"].as_array().map(Vec::len), one["withheldItems"].as_u64());
    let before = shown(desk, &ticket).await.len();
    for (at, class) in ["mails", "tickets"].into_iter().enumerate() {
        let body = json!({ "contract": "dap-example", "class": class });
        let propose = async || desk.send(Some(&cor), ("POST", "/v1/destructions"), &[("idempotency-key", class)], Some(&body)).await;
        let (first, again) = (propose().await, propose().await);
        assert_eq!((first.status, figures(&first.body)), (201, (Some(1), Some(1))), "{class}: {}", first.body);
        assert_eq!(again.body, first.body);
        assert!(class == "mails" || first.body["items"][0]["name"] == json!(open), "{}", first.body);
        let path = format!("/v1/destructions/{}", id(&first));
        for (token, seen) in [(&manager, (Some(2), Some(0))), (&pia, (Some(1), Some(1)))] {
            let one = desk.ask(Some(token), "GET", &path, None).await.body;
            let listed = desk.ask(Some(token), "GET", "/v1/destructions", None).await.body;
            assert_eq!((figures(&one), figures(&listed["items"][0])), (seen, seen), "{class}: {one}");
        }
        let signed = desk.ask(Some(&pia), "POST", &format!("{path}/approvals"), Some(&json!({}))).await;
        assert_eq!((signed.status, figures(&signed.body)), (201, (Some(1), Some(1))), "{class}: {}", signed.body);
        desk.passes("PT1M").await;
        let done = desk.ask(Some(&manager), "GET", &path, None).await.body;
        assert!(done["items"].as_array().expect("items").iter().all(|item| item["outcome"] == "destroyed"), "{class}: {done}");
        let told = shown(desk, &ticket).await;
        assert_eq!(told.len(), before + 3 * (at + 1), "those who saw it left lines, and nobody else: {told:?}");
    }
}

/// What they said before is kept, under a hold or not, until a redaction takes it away, which a hold refuses.
async fn the_texts_of_a_ticket_under_a_hold_are_kept_when_they_change(desk: &Desk) {
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    let (number, free) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    assert_eq!(desk.post("/v1/legal-holds", &hold(&number)).await.status, 201);
    let edits = async |number: &str, change: Value| {
        let edited = desk.ask(Some(&agent), "PATCH", &format!("/v1/tickets/{number}"), Some(&change)).await;
        (edited.status, edited.body["code"].clone())
    };
    for change in [json!({ "title": "leeg" }), json!({ "description": "leeg" })] {
        assert_eq!((edits(&number, change.clone()).await.0, edits(&free, change).await.0), (200, 200));
    }
    let former = desk.get(&format!("/v1/tickets/{number}/former-texts")).await.body["items"].clone();
    let mut said: Vec<_> = former.as_array().expect("texts").iter().map(|one| one["text"].clone()).collect();
    said.sort_by_key(ToString::to_string);
    assert_eq!(said, ["Mail hapert", "Niemand ontvangt mail."], "{former}");
    let signer = desk.signer().await;
    let redact = async |number: &str| {
        let wanted = json!({ "what": "texts", "reason": "Een nummer." });
        desk.ask(Some(&signer), "POST", &format!("/v1/tickets/{number}/redactions"), Some(&wanted)).await
    };
    assert_eq!((redact(&number).await.status, redact(&free).await.status), (409, 201));
    assert_eq!(edits(&number, json!({ "team": "netwerk" })).await.0, 200, "work goes on");
}
