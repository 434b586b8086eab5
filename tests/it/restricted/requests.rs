//! Redactions that are asked for and not carried out, what cannot be redacted, and what came by mail and belongs to no ticket.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::redaction::{colleague, redact};
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    a_redaction_is_asked_for_once_and_withdrawn_or_refused,
    nothing_under_a_legal_hold_is_redacted,
    what_is_redacted_takes_no_room_any_more,
    a_ticket_is_no_longer_found_by_what_it_is_called_elsewhere,
    a_later_copy_of_a_redacted_mail_brings_nothing_back,
    a_mail_that_belongs_to_no_ticket_is_redacted_by_itself,
);

const NUMBER: &str = "123456782";

async fn two(desk: &Desk) -> (String, String) {
    (colleague(desk, "bob", Role::AgentLine1).await, colleague(desk, "pia", Role::PrivacyOfficer).await)
}

async fn asks(desk: &Desk, token: &str, path: &str, what: &Value) -> Answer {
    desk.ask(Some(token), "POST", path, Some(what)).await
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body["id"].as_str().expect("an id").to_owned()
}

fn code(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["code"].as_str().unwrap_or_default())
}

async fn a_redaction_is_asked_for_once_and_withdrawn_or_refused(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let said = id(&desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "public", "body": "Geheim." })).await);
    let (bob, pia) = two(desk).await;
    let cor = colleague(desk, "cor", Role::AgentLine1).await;
    let path = format!("/v1/tickets/{number}/redactions");
    let wanted = json!({ "what": "message", "target": said, "reason": "Te veel gezegd." });
    let why = json!({ "reason": "Het is het verkeerde bericht." });
    let mut first = id(&asks(desk, &bob, &path, &wanted).await);
    for (ends, state) in [(&bob, "withdrawn"), (&pia, "refused")] {
        let again = asks(desk, &pia, &path, &wanted).await;
        assert_eq!(code(&again), (409, "redaction_waiting"));
        assert!(again.body["detail"].as_str().is_some_and(|detail| detail.contains(&first)), "{}", again.body);
        let endings = format!("{path}/{first}/endings");
        assert_eq!(asks(desk, &cor, &endings, &why).await.status, 403, "neither whoever asked nor one who could approve");
        let unread = asks(desk, ends, &endings, &json!({})).await;
        assert_eq!((unread.status, &unread.body["errors"][0]["pointer"]), (400, &json!("/reason")), "{}", unread.body);
        let ended = asks(desk, ends, &endings, &why).await;
        assert_eq!((ended.status, &ended.body["state"]), (201, &json!(state)), "{}", ended.body);
        assert_eq!(code(&asks(desk, ends, &endings, &why).await), (409, "settled"));
        assert_eq!(code(&desk.ask(Some(&pia), "POST", &format!("{path}/{first}/approvals"), None).await), (409, "settled"));
        first = id(&asks(desk, &bob, &path, &wanted).await);
    }
    let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await;
    assert_eq!(messages.body["items"][0]["body"], "Geheim.");
    let listed = desk.get(&path).await.body["items"].clone();
    let states: Vec<_> = listed.as_array().expect("a list").iter().map(|one| one["state"].as_str().unwrap_or_default()).collect();
    assert_eq!(states, ["withdrawn", "refused", "waiting"], "all of it stays on record");
    assert_eq!(listed[0]["ended"]["reason"], why["reason"]);
    let told = desk.get("/v1/audit-lines?action=createTicketRedactionEnding&result=done").await.body["items"].clone();
    assert_eq!(told.as_array().map(Vec::len), Some(2), "and in the audit trail");
    // What was approved has been carried out.
    let done = desk.ask(Some(&pia), "POST", &format!("{path}/{first}/approvals"), None).await;
    assert_eq!((done.status, &done.body["state"]), (201, &json!("approved")), "{}", done.body);
    assert_eq!(code(&asks(desk, &bob, &format!("{path}/{first}/endings"), &why).await), (409, "settled"));
}

async fn nothing_under_a_legal_hold_is_redacted(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let said = id(&desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "public", "body": "Geheim." })).await);
    let anna = desk.get(&format!("/v1/tickets/{number}")).await.body["requester"]["id"].as_str().expect("an id").to_owned();
    let (bob, pia) = two(desk).await;
    let path = format!("/v1/tickets/{number}/redactions");
    let wanted = json!({ "what": "message", "target": said, "reason": "Te veel gezegd." });
    let asked = id(&asks(desk, &bob, &path, &wanted).await);
    let texts = json!({ "what": "texts", "reason": "Te veel gezegd." });
    for (kind, subject) in [("ticket", number.as_str()), ("contract", "dap-example"), ("person", &anna)] {
        let hold = id(&desk.post("/v1/legal-holds", &json!({ "kind": kind, "subject": subject, "reason": "Een geschil." })).await);
        let refused = asks(desk, &bob, &path, &texts).await;
        assert_eq!(code(&refused), (409, "legal_hold"), "{kind}: {}", refused.body);
        assert!(!refused.body.to_string().contains("geschil"), "why is for those who read holds");
        let refused = desk.ask(Some(&pia), "POST", &format!("{path}/{asked}/approvals"), None).await;
        assert_eq!(code(&refused), (409, "legal_hold"), "{kind}: {}", refused.body);
        assert!(refused.body["detail"].as_str().is_some_and(|detail| detail.contains("geschil")));
        assert_eq!(desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"][0]["body"], "Geheim.");
        assert_eq!(desk.post(&format!("/v1/legal-holds/{hold}/lifts"), &json!({ "reason": "Geschikt." })).await.status, 201);
    }
    assert_eq!(desk.ask(Some(&pia), "POST", &format!("{path}/{asked}/approvals"), None).await.status, 201);
}

async fn used(desk: &Desk) -> u64 {
    let all = desk.get("/v1/organisations").await.body;
    let found = all["items"].as_array().expect("organisations").iter().find(|one| one["id"] == "ipo").expect("ipo");
    found["storage"]["usedBytes"].as_u64().expect("bytes")
}

async fn what_is_redacted_takes_no_room_any_more(desk: &Desk) {
    let mail = format!("From: anna@ipo.example\nSubject: Vraag\nMessage-ID: <1@ipo.example>\n\nIk ben {NUMBER}. {}\n", "x".repeat(5000));
    let number = desk.mail_arrives("servicedesk", &mail).await.body["ticket"].as_str().expect("a ticket").to_owned();
    let path = format!("/v1/tickets/{number}/attachments");
    let octets = [("content-type", "application/octet-stream")];
    let file = id(&desk.send_raw(&format!("{path}?name=a.bin"), vec![7; 100_000], &octets).await);
    assert!(used(desk).await > 105_000);
    redact(desk, &number, &json!({ "what": "attachment", "target": file, "reason": "Te veel." })).await;
    let left = used(desk).await;
    assert!(left < 6000, "{left}");
    redact(desk, &number, &json!({ "what": "texts", "reason": "Een nummer." })).await;
    assert!(used(desk).await < 100, "the copy of the mail is gone as well");
    let rebuilt = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("compared");
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
}

async fn a_ticket_is_no_longer_found_by_what_it_is_called_elsewhere(desk: &Desk) {
    let mut ticket = incident("p3");
    ticket["externalReferences"] = json!([{ "system": "bsn", "reference": NUMBER }]);
    let number = desk.registers(&ticket).await;
    let found = async || desk.get(&format!("/v1/tickets?text={NUMBER}")).await.body["items"].as_array().map(Vec::len);
    assert_eq!(found().await, Some(1));
    redact(desk, &number, &json!({ "what": "references", "reason": "Een burgerservicenummer." })).await;
    assert_eq!(found().await, Some(0));
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["externalReferences"], json!([]));
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["title"], "Mail hapert", "nothing else goes");
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
}

async fn content(desk: &Desk, mail: &Value) -> String {
    let path = format!("/v1/inbound-messages/{}/content", mail["id"].as_str().expect("an id"));
    desk.request("GET", &path).bearer_auth(ADMIN).send().await.expect("an answer").text().await.expect("a mail")
}

async fn a_later_copy_of_a_redacted_mail_brings_nothing_back(desk: &Desk) {
    let mail = format!("From: anna@ipo.example\nSubject: Vraag over {NUMBER}\nMessage-ID: <1@ipo.example>\n\nIk ben {NUMBER}.\n");
    let number = desk.mail_arrives("servicedesk", &mail).await.body["ticket"].as_str().expect("a ticket").to_owned();
    // The mailbox of another contract, which keeps it aside.
    let aside = desk.mail_arrives("support", &mail).await;
    assert_eq!(aside.body["outcome"], "quarantined", "{}", aside.body);
    redact(desk, &number, &json!({ "what": "texts", "reason": "Een nummer." })).await;
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new(), "also of the copy that was kept aside");
    for (mailbox, outcome) in [("servicedesk", "duplicate"), ("support", "duplicate")] {
        let copy = desk.mail_arrives(mailbox, &mail).await;
        assert_eq!((copy.status, &copy.body["outcome"]), (201, &json!(outcome)), "{}", copy.body);
        assert_eq!(copy.body["subject"], "[verwijderd]");
        assert!(!content(desk, &copy.body).await.contains(NUMBER));
        let release = format!("/v1/inbound-messages/{}/tickets", copy.body["id"].as_str().expect("an id"));
        assert_eq!(code(&desk.post(&release, &json!({ "organisation": "ipo", "contract": "dap-example" })).await).0, 409);
    }
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
    // Whoever writes again says something of their own.
    let other = desk.mail_arrives("servicedesk", &mail.replace("<1@", "<2@")).await;
    assert_eq!(other.body["outcome"], "ticket", "{}", other.body);
    let rebuilt = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("compared");
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
}

async fn a_mail_that_belongs_to_no_ticket_is_redacted_by_itself(desk: &Desk) {
    let mail = format!("From: wie@elders.example\nSubject: Vraag over {NUMBER}\nMessage-ID: <1@elders.example>\n\nIk ben {NUMBER}.\n");
    let aside = desk.mail_arrives("servicedesk", &mail).await;
    assert_eq!(aside.body["outcome"], "quarantined", "{}", aside.body);
    let path = format!("/v1/inbound-messages/{}/redactions", aside.body["id"].as_str().expect("an id"));
    let (bob, pia) = two(desk).await;
    let why = json!({ "reason": "Een burgerservicenummer." });
    let client = desk.token_of("ipo").await;
    assert_eq!(asks(desk, &client, &path, &why).await.status, 403, "what came by mail is the desk's to see");
    let withdrawn = id(&asks(desk, &bob, &path, &why).await);
    assert_eq!(code(&asks(desk, &pia, &path, &why).await), (409, "redaction_waiting"));
    assert_eq!(asks(desk, &bob, &format!("{path}/{withdrawn}/endings"), &why).await.body["state"], "withdrawn");
    let asked = id(&asks(desk, &bob, &path, &why).await);
    assert_eq!(code(&desk.ask(Some(&bob), "POST", &format!("{path}/{asked}/approvals"), None).await), (403, "role_missing"));
    let hold = id(&desk.post("/v1/legal-holds", &json!({ "kind": "contract", "subject": "dap-example", "reason": "x" })).await);
    let approve = async || desk.ask(Some(&pia), "POST", &format!("{path}/{asked}/approvals"), None).await;
    assert_eq!(code(&approve().await), (409, "legal_hold"));
    desk.post(&format!("/v1/legal-holds/{hold}/lifts"), &json!({ "reason": "x" })).await;
    assert_eq!(approve().await.status, 201);
    assert_eq!(desk.traces(NUMBER).await, Vec::<String>::new());
    let shown = desk.get(&path.replace("/redactions", "")).await.body;
    assert_eq!((&shown["subject"], &shown["sender"]), (&json!("[verwijderd]"), &json!("wie@elders.example")));
    assert_eq!(desk.get(&path).await.body["items"].as_array().map(Vec::len), Some(2));
}
