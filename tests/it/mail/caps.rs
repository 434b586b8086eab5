//! Nobody is flooded: of automatic mails each recipient gets so many, and hears of the other notices in one mail.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    forged_mails_bring_their_victim_no_more_confirmations_than_anybody_gets,
    of_one_ticket_somebody_hears_so_often_and_then_in_one_mail,
    what_a_person_writes_is_never_withheld,
    a_withheld_mail_is_sent_when_somebody_asks_for_it,
    what_few_may_see_by_then_is_not_sent_after_all,
    whoever_must_know_at_once_is_told_at_once,
    mail_04_who_did_not_report_by_mail_hears_of_every_ticket_in_the_end,
);

/// Those to one address, which is not told of progress as a role besides.
async fn withheld(desk: &Desk, address: &str) -> Vec<Value> {
    let all = desk.get("/v1/outbound-messages?state=withheld&pageSize=100").await.body["items"].clone();
    let is_theirs = |mail: &&Value| mail["recipient"].as_str().is_some_and(|to| to.to_lowercase().starts_with(address));
    all.as_array().expect("a list").iter().filter(is_theirs).cloned().collect()
}

fn sent_to(desk: &Desk, address: &str) -> Vec<String> {
    let is_theirs = |line: &str| line.starts_with("To: ") && line.to_lowercase().contains(address);
    desk.mails().into_iter().filter(|mail| mail.lines().any(is_theirs)).collect()
}

/// MAIL-10; an answering machine without a mark answers each confirmation, which makes a ticket, which is confirmed.
async fn forged_mails_bring_their_victim_no_more_confirmations_than_anybody_gets(desk: &Desk) {
    let mail = |at: usize, from: &str| {
        format!("From: {from}@ipo.example\nSubject: Ik ben er niet\nMessage-ID: <{at}@ipo.example>\n\nTot maandag {at}.\n")
    };
    for at in 0..40 {
        // However the address is written.
        let came = desk.mail_arrives("servicedesk", &mail(at, if at % 2 == 0 { "bot" } else { "BOT" })).await;
        assert_eq!(came.body["outcome"], "ticket", "{}", came.body);
    }
    desk.mail_arrives("servicedesk", &mail(40, "anna")).await;
    desk.passes("PT9M").await;
    assert_eq!((sent_to(desk, "bot@").len(), withheld(desk, "bot@").await.len()), (30, 10));
    assert_eq!(sent_to(desk, "anna@").len(), 1, "others are answered");
    desk.passes("PT2H").await;
    assert_eq!(withheld(desk, "bot@").await.len(), 10, "nothing is sent later: it would be answered again");
    desk.mail_arrives("servicedesk", &mail(41, "bot")).await;
    desk.passes("PT1M").await;
    assert_eq!(sent_to(desk, "bot@").len(), 31, "after a while the next is answered");
}

async fn of_one_ticket_somebody_hears_so_often_and_then_in_one_mail(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let other = desk.registers(&incident("p3")).await;
    for ticket in [&number, &other] {
        assert_eq!(desk.moves(ticket, "in_progress").await.status, 201);
    }
    for _ in 0..6 {
        let hold = json!({ "to": "on_hold", "reason": "Welke printer?", "cause": "requester" });
        assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &hold).await.status, 201);
        assert_eq!(desk.moves(&number, "in_progress").await.status, 201);
    }
    desk.passes("PT1M").await;
    let about = |number: &str| sent_to(desk, "anna@").into_iter().filter(|mail| mail.contains(&format!("[{number}]"))).count();
    assert_eq!((about(&number), about(&other)), (10, 2));
    let left = withheld(desk, "anna@").await;
    assert!(!left.is_empty() && left.iter().all(|mail| mail["ticket"] == number.as_str()), "{left:?}");
    desk.passes("PT15M").await;
    let digests: Vec<_> = sent_to(desk, "anna@").into_iter().filter(|mail| mail.contains("Subject: Overzicht van berichten")).collect();
    assert_eq!(digests.len(), 1);
    let line = if left.len() == 1 { format!("- {number}: status") } else { format!("- {number}: status, {} keer", left.len()) };
    assert!(digests[0].contains(&line), "{line}: {}", digests[0]);
    assert_eq!(withheld(desk, "anna@").await, Vec::<Value>::new());
    let told = desk.get("/v1/outbound-messages?state=digested&pageSize=100").await.body["items"].clone();
    let theirs = told.as_array().into_iter().flatten().filter(|mail| mail["recipient"] == "anna@ipo.example").count();
    assert_eq!(theirs, left.len());
}

async fn what_a_person_writes_is_never_withheld(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    for at in 0..35 {
        desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "public", "body": format!("Bericht {at}") })).await;
    }
    desk.passes("PT1M").await;
    assert_eq!(sent_to(desk, "anna@").len(), 36);
    assert_eq!(withheld(desk, "anna@").await, Vec::<Value>::new());
}

async fn a_withheld_mail_is_sent_when_somebody_asks_for_it(desk: &Desk) {
    for at in 0..31 {
        desk.mail_arrives("servicedesk", &format!("From: anna@ipo.example\nSubject: x\nMessage-ID: <{at}@ipo.example>\n\nStuk {at}.\n"))
            .await;
    }
    desk.passes("PT1M").await;
    let kept = withheld(desk, "anna@").await;
    let path = format!("/v1/outbound-messages/{}/attempts", kept[0]["id"].as_str().expect("an id"));
    let again = desk.ask(Some(crate::support::ADMIN), "POST", &path, None).await;
    assert_eq!(again.status, 201, "{}", again.body);
    desk.passes("PT1M").await;
    assert_eq!((sent_to(desk, "anna@").len(), withheld(desk, "anna@").await.len()), (31, 0));
}

async fn what_few_may_see_by_then_is_not_sent_after_all(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    for _ in 0..6 {
        for to in ["in_progress", "on_hold"] {
            let moved = json!({ "to": to, "reason": "Geheim.", "cause": (to == "on_hold").then_some("requester") });
            desk.post(&format!("/v1/tickets/{number}/transitions"), &moved).await;
        }
    }
    desk.passes("PT1M").await;
    let kept = withheld(desk, "functioneel").await;
    assert!(!kept.is_empty());
    let flagged =
        desk.post(&format!("/v1/tickets/{number}/flags"), &json!({ "flag": "security", "securityAspects": ["availability"] })).await;
    assert!([200, 201].contains(&flagged.status), "{}", flagged.body);
    let path = format!("/v1/outbound-messages/{}/attempts", kept[0]["id"].as_str().expect("an id"));
    let refused = desk.ask(Some(crate::support::ADMIN), "POST", &path, None).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("not_given_up")), "{}", refused.body);
}

/// A flag is told each time that it is set, whoever sets how many.
async fn whoever_must_know_at_once_is_told_at_once(desk: &Desk) {
    for _ in 0..35 {
        let number = desk.registers(&incident("p3")).await;
        desk.post(&format!("/v1/tickets/{number}/flags"), &json!({ "flag": "security", "securityAspects": ["availability"] })).await;
    }
    desk.passes("PT1M").await;
    let told = desk.mails().iter().filter(|mail| mail.contains("Gemarkeerd")).count();
    assert!(told >= 35, "{told}");
    let held_back = desk.get("/v1/outbound-messages?state=withheld&pageSize=100").await.body["items"].clone();
    assert!(held_back.as_array().into_iter().flatten().all(|mail| mail["template"] != "flag-set"), "{held_back}");
}

/// MAIL-04: such a confirmation answers no mail, so nobody answers it in turn.
async fn mail_04_who_did_not_report_by_mail_hears_of_every_ticket_in_the_end(desk: &Desk) {
    let mut last = String::new();
    for _ in 0..31 {
        last = desk.registers(&incident("p3")).await;
    }
    desk.passes("PT1M").await;
    assert_eq!((sent_to(desk, "anna@").len(), withheld(desk, "anna@").await.len()), (30, 1));
    desk.passes("PT15M").await;
    let told = sent_to(desk, "anna@").into_iter().filter(|mail| mail.contains(&format!("- {last}: bevestiging"))).count();
    assert_eq!((told, withheld(desk, "anna@").await.len()), (1, 0));
}
