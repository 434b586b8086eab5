//! The README's first ten minutes: a mail becomes a ticket whose clocks run, warn, breach, climb the ladder and land in
//! the month's report.

use serde_json::json;

use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(a_mail_becomes_a_ticket_that_is_breached_escalated_and_reported);

const MAIL: &str = "\
From: Anna de Boer <anna@ipo.example>
To: servicedesk@uurwerk.example
Subject: Wij kunnen niet printen
Message-ID: <print-1@ipo.example>
Date: Mon, 02 Mar 2026 08:00:00 +0100
Content-Type: text/plain; charset=utf-8

Geen enkele printer doet het.
";

async fn a_mail_becomes_a_ticket_that_is_breached_escalated_and_reported(desk: &Desk) {
    // Monday 2 March, 08:00: the desk opens, and a mail arrives.
    let arrived = desk.mail_arrives("servicedesk", MAIL).await;
    assert_eq!((arrived.status, &arrived.body["outcome"]), (201, &json!("ticket")), "{}", arrived.body);
    let number = arrived.body["ticket"].as_str().expect("a number").to_owned();
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
    assert_eq!(
        (&ticket["title"], &ticket["channel"], &ticket["requester"]["email"]),
        (&json!("Wij kunnen niet printen"), &json!("email"), &json!("anna@ipo.example"))
    );

    // The same mail again is the same ticket, and Anna is told once (MAIL-04).
    assert_eq!(desk.mail_arrives("servicedesk", MAIL).await.body["outcome"], "duplicate");
    desk.passes("PT1M").await;
    // So is the client's operational contact, of its progress (TKT-06).
    let (mails, others): (Vec<_>, Vec<_>) = desk.mails().into_iter().partition(|mail| mail.contains("To: anna@ipo.example"));
    assert_eq!((mails.len(), others.len()), (1, 1), "{mails:?} {others:?}");
    assert!(mails[0].contains(&format!("[{number}]")) && others[0].contains("To: functioneel.beheer.ka@ipo.example"), "{}", others[0]);
    assert!(mails[0].contains("Auto-Submitted: auto-replied") && mails[0].contains("In-Reply-To: <print-1@ipo.example>"), "{}", mails[0]);

    // The desk decides that it is a P2; that answers it (AMB-07).
    let decided = desk
        .patch(&format!("/v1/tickets/{number}"), &json!({ "priority": "p2", "priorityMotivation": "Iedereen heeft er last van." }))
        .await;
    assert_eq!(decided.status, 200, "{}", decided.body);
    assert_eq!(desk.clock(&number, "response").await["state"], "met");

    // Nobody does anything; 8 business hours later the first goal is breached, and the ladder climbs.
    let due = desk.clock(&number, "resolution").await["goals"][0]["dueAt"].as_str().expect("a deadline").to_owned();
    assert_eq!(due, "2026-03-02T15:00:00Z");
    desk.passes("P1D").await;
    let history = desk.history(&number).await;
    let at = |kind: &str| history.iter().filter(|event| event.0 == kind).map(|event| event.1.clone()).collect::<Vec<_>>();
    assert_eq!(at("clock.breached"), ["2026-03-02T15:00:01Z"]);
    assert_eq!(at("escalation.climbed").first().map(String::as_str), Some("2026-03-02T15:00:01Z"));
    let escalations = desk.mails().into_iter().filter(|mail| mail.contains("scal")).count();
    assert!(escalations >= 2, "both sides are told: {escalations}");

    // Anna answers by mail: it lands on her ticket.
    let reply = MAIL.replace("print-1@", "print-2@").replace("Subject: ", "In-Reply-To: <print-1@ipo.example>\nSubject: Re: ");
    let reply = desk.mail_arrives("servicedesk", &reply).await;
    assert_eq!((&reply.body["outcome"], &reply.body["ticket"]), (&json!("reply"), &json!(number)));

    // It is resolved on Tuesday, and March's report says so.
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "service": "printers" })).await.status, 200);
    desk.moves(&number, "in_progress").await;
    assert_eq!(desk.moves(&number, "resolved").await.status, 201);
    desk.reaches("2026-04-01T00:05:00+02:00").await;
    let report = desk.get("/v1/reports/service-management?contract=dap-example&month=2026-03").await;
    assert_eq!(report.status, 200, "{}", report.body);
    let incidents = report.body["types"].as_array().expect("types").iter().find(|row| row["ticketType"] == "incident").cloned();
    assert_eq!(incidents.map(|row| row["reported"].clone()), Some(json!(1)));
    let goals = report.body["goals"].as_array().expect("goals");
    let first = goals.iter().find(|row| row["clock"] == "resolution" && row["priority"] == "p2" && row["goal"] == 1).expect("a row");
    assert_eq!((&first["n"], &first["missed"], &first["verdict"]), (&json!(1), &json!(1), &json!("missed")));
}
