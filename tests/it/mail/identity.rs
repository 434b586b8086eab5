//! When a mail is the same as one before, and what is done about a wrong guess.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(
    the_same_words_without_a_number_are_one_mail_within_minutes_and_a_new_one_after,
    the_same_words_of_somebody_else_are_another_mail,
    a_number_and_words_make_a_mail_the_same_however_late_it_comes_again,
    mails_without_a_number_and_a_sender_are_never_taken_for_one,
    what_was_wrongly_taken_for_a_duplicate_becomes_a_ticket_by_hand,
    a_mail_without_a_number_delivered_many_times_at_once_is_one_ticket,
);

/// What a machine that knows no Message-ID writes, again and again in the same words.
const ALARM: &str = "From: UPS 2 <ups2@ipo.example>\nSubject: UPS op batterij\n\nDe UPS in de serverruimte werkt op de batterij.\n";

fn became(answer: &crate::support::Answer) -> (Option<&str>, Option<&str>) {
    (answer.body["outcome"].as_str(), answer.body["ticket"].as_str())
}

async fn the_same_words_without_a_number_are_one_mail_within_minutes_and_a_new_one_after(desk: &Desk) {
    let first = desk.mail_arrives("servicedesk", ALARM).await;
    assert_eq!(became(&first), (Some("ticket"), Some("INC-1001")));
    desk.passes("PT9M59S").await;
    assert_eq!(became(&desk.mail_arrives("servicedesk", ALARM).await), (Some("duplicate"), Some("INC-1001")));
    desk.passes("PT1S").await;
    let again = desk.mail_arrives("servicedesk", ALARM).await;
    assert_eq!(again.body["outcome"], "ticket", "ten minutes after the first it is an alarm of its own: {}", again.body);
    desk.reaches("2026-04-20T10:00:00+02:00").await;
    let weeks_later = desk.mail_arrives("servicedesk", ALARM).await;
    assert_eq!(weeks_later.body["outcome"], "ticket", "{}", weeks_later.body);
    assert_ne!(weeks_later.body["messageId"], again.body["messageId"]);
    desk.passes("PT1M").await;
    let confirmations: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("Auto-Submitted: auto-replied")).collect();
    assert_eq!(confirmations.len(), 3);
    assert!(confirmations.iter().all(|mail| !mail.contains("In-Reply-To")), "nothing answers a number that nobody gave: {confirmations:?}");
}

async fn the_same_words_of_somebody_else_are_another_mail(desk: &Desk) {
    desk.mail_arrives("servicedesk", ALARM).await;
    let other = desk.mail_arrives("servicedesk", &ALARM.replace("ups2@", "ups3@")).await;
    assert_eq!(other.body["outcome"], "ticket", "{}", other.body);
}

async fn a_number_and_words_make_a_mail_the_same_however_late_it_comes_again(desk: &Desk) {
    let numbered = ALARM.replace("Subject", "Message-ID: <1@ipo.example>\nSubject");
    assert_eq!(became(&desk.mail_arrives("servicedesk", &numbered).await), (Some("ticket"), Some("INC-1001")));
    desk.reaches("2026-04-20T10:00:00+02:00").await;
    assert_eq!(became(&desk.mail_arrives("servicedesk", &numbered).await), (Some("duplicate"), Some("INC-1001")));
    let other_words = desk.mail_arrives("servicedesk", &numbered.replace("op de batterij", "weer op het net")).await;
    assert_eq!(other_words.body["outcome"], "ticket", "a number that is given twice hides nothing: {}", other_words.body);
}

async fn mails_without_a_number_and_a_sender_are_never_taken_for_one(desk: &Desk) {
    for _ in 0..2 {
        let fax = desk.mail_arrives("servicedesk", "Subject: fax\n\nfax ontvangen\n").await;
        assert_eq!(fax.body["outcome"], "quarantined", "{}", fax.body);
    }
}

async fn what_was_wrongly_taken_for_a_duplicate_becomes_a_ticket_by_hand(desk: &Desk) {
    desk.mail_arrives("servicedesk", ALARM).await;
    let numbered = ALARM.replace("Subject", "Message-ID: <1@ipo.example>\nSubject");
    desk.mail_arrives("servicedesk", &numbered).await;
    desk.passes("PT1M").await;
    for mail in [ALARM, &numbered] {
        let guess = desk.mail_arrives("servicedesk", mail).await;
        assert_eq!(guess.body["outcome"], "duplicate");
        let path = format!("/v1/inbound-messages/{}", guess.body["id"].as_str().expect("an id"));
        let made = desk.post(&format!("{path}/tickets"), &json!({})).await;
        assert_eq!((made.status, made.body["openedAt"].as_str()), (201, Some("2026-03-02T07:01:00Z")), "{}", made.body);
        assert_eq!(made.body["organisation"], "ipo");
        let seen = desk.get(&path).await.body;
        assert_eq!((&seen["outcome"], &seen["ticket"]), (&json!("ticket"), &made.body["number"]));
        let again = desk.post(&format!("{path}/tickets"), &json!({})).await;
        assert_eq!((again.status, again.body["code"].as_str()), (409, Some("not_quarantined")), "it is a ticket now");
    }
    assert_eq!(desk.rows("ticket").await, 4);
}

/// MAIL-04.
async fn a_mail_without_a_number_delivered_many_times_at_once_is_one_ticket(desk: &Desk) {
    let answers = futures_util::future::join_all((0..8).map(|_| desk.mail_arrives("servicedesk", ALARM))).await;
    let outcomes: Vec<Value> = answers.iter().map(|answer| answer.body["outcome"].clone()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "ticket").count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "duplicate").count(), 7, "{outcomes:?}");
}
