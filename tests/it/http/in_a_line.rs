//! A name or a title stands in a line, of a list, a log or a mail: nothing in it ends that line, turns it around or is read as something else.

use serde_json::json;
use uurwerk::mail::parse::parse;

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    what_stands_in_a_line_holds_nothing_that_ends_it_or_turns_it_around,
    mail_11_a_subject_reads_as_it_was_written_whatever_it_looks_like,
);

async fn what_stands_in_a_line_holds_nothing_that_ends_it_or_turns_it_around(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    for sign in ["\n", "\r\nBcc: x@elders.example", "\t", "\u{85}", "\u{2028}", "\u{2029}", "\u{202e}", "\u{2066}", "\u{7f}"] {
        let text = format!("Kapot{sign}Heel");
        let mut titled = incident("p3");
        titled["title"] = json!(text);
        let rule = json!({ "name": text, "team": "x" });
        for (answer, pointer) in [
            (desk.post("/v1/tickets", &titled).await, "/title"),
            (desk.patch(&path, &json!({ "title": text })).await, "/title"),
            (desk.patch(&path, &json!({ "item": text })).await, "/item"),
            (desk.patch(&path, &json!({ "assignee": text })).await, "/assignee"),
            (desk.post(&format!("{path}/external-references"), &json!({ "system": text, "reference": "1" })).await, "/system"),
            (desk.post("/v1/people", &json!({ "organisation": "ipo", "name": text, "email": "b@ipo.example" })).await, "/name"),
            (desk.post("/v1/routing-rules", &rule).await, "/name"),
        ] {
            let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
            let told: Vec<_> = errors.iter().map(|error| (&error["pointer"], &error["code"])).collect();
            assert_eq!((answer.status, told), (400, vec![(&json!(pointer), &json!("bad_format"))]), "{sign:?}: {}", answer.body);
        }
    }
    // A text of several lines stays one, in any script.
    let long = json!({ "description": "Regel een.\n\tRegel twee.", "title": "שלום, 日本 en é" });
    assert_eq!(desk.patch(&path, &long).await.status, 200);
}

async fn mail_11_a_subject_reads_as_it_was_written_whatever_it_looks_like(desk: &Desk) {
    let title = format!("Zo: =?utf-8?q?Gratis_geld?= en {}", "é=?x?=".repeat(12));
    let mut body = incident("p3");
    body["title"] = json!(title);
    let number = desk.registers(&body).await;
    desk.passes("PT1M").await;
    let mails = desk.mails();
    let mail = mails.iter().find(|mail| mail.contains("To: anna@ipo.example")).expect("a mail");
    assert_eq!(parse(mail.as_bytes()).subject, Some(format!("[{number}] Ontvangen: {title}")));
    let head: Vec<_> = mail.lines().take_while(|line| !line.trim().is_empty()).collect();
    assert!(head.iter().all(|line| line.len() <= 78), "{head:?}");
    assert!(!head.concat().contains("Gratis_geld"), "no program decodes what nobody encoded: {head:?}");
}
