//! Whether a mail is of whom it says: what the mail server in front found decides, and nobody else's word does.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    a_mail_in_somebody_elses_name_is_kept_aside_and_answered_with_nothing,
    what_cannot_be_told_is_taken_in_and_shown_as_such_unless_the_mailbox_asks_for_more,
    a_kept_mail_becomes_a_ticket_when_the_desk_says_so,
);

async fn opened(desk: &Desk, more: &[(&str, &str)]) -> Desk {
    let settings: Vec<_> = [("UURWERK_MAIL_AUTHSERV_ID", "mx.leverancier.example")].iter().chain(more).copied().collect();
    Desk::open_with(desk.on(), &settings).await
}

fn mail(at: u8, found: &str, more: &str) -> String {
    let found = if found.is_empty() { String::new() } else { format!("Authentication-Results: {found}\n") };
    format!("{found}From: Anna <anna@ipo.example>\nSubject: Printer\nMessage-ID: <{at}@ipo.example>\n{more}\nHij doet het niet {at}.\n")
}

fn became(body: &Value) -> (&Value, &Value, &Value) {
    (&body["outcome"], &body["authentication"], &body["ticket"])
}

async fn a_mail_in_somebody_elses_name_is_kept_aside_and_answered_with_nothing(desk: &Desk) {
    let desk = &opened(desk, &[]).await;
    let number = desk.registers(&incident("p3")).await;
    desk.passes("PT1M").await;
    let before = desk.mails().len();
    let answer = format!("In-Reply-To: <x@ipo.example>\nSubject: Re: [{number}]\n");
    let forged = "mx.leverancier.example; dkim=pass header.d=elders.example; dmarc=fail header.from=ipo.example";
    for (at, more) in [(1, ""), (2, answer.as_str())] {
        let came = desk.mail_arrives("servicedesk", &mail(at, forged, more)).await.body;
        assert_eq!(became(&came), (&json!("quarantined"), &json!("failed"), &Value::Null), "{came}");
        assert!(came["reason"].as_str().is_some_and(|reason| reason.contains("dmarc=fail")), "{came}");
    }
    desk.passes("PT1M").await;
    assert_eq!(desk.mails().len(), before);
    let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"].as_array().map(Vec::len);
    assert_eq!(messages, Some(0), "never in somebody's ticket");
    let listed = desk.get("/v1/inbound-messages?outcome=quarantined").await.body["items"].as_array().map(Vec::len);
    assert_eq!(listed, Some(2));
}

async fn what_cannot_be_told_is_taken_in_and_shown_as_such_unless_the_mailbox_asks_for_more(desk: &Desk) {
    let strict = &opened(desk, &[("UURWERK_MAILBOXES_SERVICEDESK_REQUIRE_AUTHENTICATED", "true")]).await;
    let desk = &opened(desk, &[]).await;
    let verified = "mx.leverancier.example; dmarc=pass header.from=ipo.example";
    for (at, found, told, is_taken_by_strict) in [
        (1, "", "unverified", false),
        (2, "mx.elders.example; dmarc=pass header.from=ipo.example", "unverified", false),
        (3, "mx.elders.example; dmarc=fail header.from=ipo.example", "unverified", false),
        (4, verified, "verified", true),
    ] {
        let came = desk.mail_arrives("servicedesk", &mail(at, found, "")).await.body;
        assert_eq!((&came["outcome"], &came["authentication"]), (&json!("ticket"), &json!(told)), "{found}: {came}");
        let came = strict.mail_arrives("servicedesk", &mail(at, found, "")).await.body;
        let outcome = if is_taken_by_strict { "ticket" } else { "quarantined" };
        assert_eq!((&came["outcome"], &came["authentication"]), (&json!(outcome), &json!(told)), "{found}: {came}");
    }
}

async fn a_kept_mail_becomes_a_ticket_when_the_desk_says_so(desk: &Desk) {
    let desk = &opened(desk, &[]).await;
    let came = desk.mail_arrives("servicedesk", &mail(1, "mx.leverancier.example; spf=fail smtp.mailfrom=anna@ipo.example", "")).await.body;
    assert_eq!(became(&came), (&json!("quarantined"), &json!("failed"), &Value::Null), "{came}");
    let path = format!("/v1/inbound-messages/{}/tickets", came["id"].as_str().expect("an id"));
    let made = desk.post(&path, &json!({ "organisation": "ipo" })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let kept = desk.get("/v1/inbound-messages").await.body["items"][0].clone();
    assert_eq!((&kept["outcome"], &kept["authentication"]), (&json!("ticket"), &json!("failed")), "{kept}");
}
