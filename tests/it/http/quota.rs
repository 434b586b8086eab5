//! What an organisation may keep: a sum of bytes, kept with its files and mails, that no race gets past.

use serde_json::{Value, json};
use uurwerk::usecases::rebuild::rebuild;

use crate::support::{Answer, Desk, On, incident};

const LIMIT: [(&str, &str); 1] = [("UURWERK_ATTACHMENTS_MAX_BYTES_PER_ORGANISATION", "1000")];

/// Both databases, with a limit of a thousand bytes.
macro_rules! on_both_with_a_limit {
    ($($name:ident),* $(,)?) => { $(
        mod $name {
            use super::*;

            #[actix_web::test]
            async fn on_sqlite() {
                super::$name(&Desk::open_with(On::Sqlite, &LIMIT).await).await;
            }

            #[actix_web::test]
            async fn on_postgresql() {
                super::$name(&Desk::open_with(On::Postgres, &LIMIT).await).await;
            }
        }
    )* };
}

on_both_with_a_limit!(
    an_organisation_without_room_is_refused_files_and_no_other_is,
    uploads_at_one_moment_stay_within_the_limit_together,
    mail_without_room_is_kept_aside_and_not_lost,
    what_is_kept_is_compared_with_what_there_is,
);

async fn uploads(desk: &Desk, number: &str, bytes: usize) -> Answer {
    let path = format!("/v1/tickets/{number}/attachments?name=a.bin");
    desk.send_raw(&path, vec![7; bytes], &[("content-type", "application/octet-stream")]).await
}

async fn storage(desk: &Desk, organisation: &str) -> Value {
    let all = desk.get("/v1/organisations").await.body;
    let found = all["items"].as_array().expect("organisations").iter().find(|one| one["id"] == organisation);
    found.expect("an organisation")["storage"].clone()
}

async fn an_organisation_without_room_is_refused_files_and_no_other_is(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    assert_eq!(storage(desk, "ipo").await, json!({ "usedBytes": 0, "maxBytes": 1000 }));
    assert_eq!(uploads(desk, &number, 600).await.status, 201);
    let second = desk.registers(&incident("p3")).await;
    let refused = uploads(desk, &second, 600).await;
    assert_eq!((refused.status, &refused.body["code"]), (413, &json!("organisation_full")));
    assert_eq!(refused.body["detail"], "the organisation has room for 400 more bytes of attachments and mails");
    assert_eq!(uploads(desk, &second, 400).await.status, 201, "to the last byte");
    assert_eq!(uploads(desk, &second, 1).await.body["code"], "organisation_full");
    assert_eq!(storage(desk, "ipo").await, json!({ "usedBytes": 1000, "maxBytes": 1000 }));
    let client = desk.token_of("ipo").await;
    let theirs = desk.ask(Some(&client), "GET", "/v1/organisations", None).await.body;
    assert_eq!(theirs["items"][0]["storage"], Value::Null, "the desk alone sees it");
    let other = json!({ "type": "service_request", "contract": "covide", "organisation": "stichting-proef", "title": "x", "channel": "portal",
        "requester": { "name": "Bea", "email": "bea@stichting-proef.example" } });
    let other = desk.registers(&other).await;
    assert_eq!(uploads(desk, &other, 900).await.status, 201);
}

async fn uploads_at_one_moment_stay_within_the_limit_together(desk: &Desk) {
    let mut numbers = Vec::new();
    for _ in 0..8 {
        numbers.push(desk.registers(&incident("p3")).await);
    }
    let answers = futures_util::future::join_all(numbers.iter().map(|number| uploads(desk, number, 300))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 201, 413, 413, 413, 413, 413]);
    assert_eq!((storage(desk, "ipo").await["usedBytes"].clone(), desk.rows("attachment").await), (json!(900), 3));
    assert_eq!(desk.rows("upload").await, 0, "nothing of the others is left");
}

async fn mail_without_room_is_kept_aside_and_not_lost(desk: &Desk) {
    let mail = |id: u32, words: usize| {
        format!("From: anna@ipo.example\nSubject: Stuk {id}\nMessage-ID: <{id}@ipo.example>\n\n{}\n", "Het is stuk. ".repeat(words))
    };
    let came = desk.mail_arrives("servicedesk", &mail(1, 40)).await;
    assert_eq!(came.body["outcome"], "ticket", "{}", came.body);
    let used = storage(desk, "ipo").await["usedBytes"].as_i64().expect("bytes");
    assert!((500..800).contains(&used), "{used}");
    let aside = desk.mail_arrives("servicedesk", &mail(2, 40)).await;
    assert_eq!((aside.status, &aside.body["outcome"]), (201, &json!("quarantined")), "{}", aside.body);
    assert_eq!(aside.body["reason"], "its sender's organisation has no room left for mails and files");
    assert_eq!(storage(desk, "ipo").await["usedBytes"], used, "it is nobody's");
    let path = format!("/v1/inbound-messages/{}/tickets", aside.body["id"].as_str().expect("an id"));
    assert_eq!(desk.post(&path, &json!({})).await.body["code"], "organisation_full", "and stays so while there is no room");
    // Where there is no room for that either, whoever brought the mail keeps it.
    let refused = desk.mail_arrives("servicedesk", &mail(3, 70)).await;
    assert_eq!((refused.status, &refused.body["code"]), (413, &json!("organisation_full")));
    assert_eq!(desk.rows("inbound_mail").await, 2);
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
}

async fn what_is_kept_is_compared_with_what_there_is(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    uploads(desk, &number, 600).await;
    let stranger = "From: vreemd@elders.example\nSubject: Stuk\nMessage-ID: <8@elders.example>\n\nHallo.\n";
    let aside = desk.mail_arrives("servicedesk", stranger).await;
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
    // A mail that becomes a client's ticket is the client's.
    let before = storage(desk, "ipo").await["usedBytes"].as_i64().expect("bytes");
    let path = format!("/v1/inbound-messages/{}/tickets", aside.body["id"].as_str().expect("an id"));
    assert_eq!(desk.post(&path, &json!({ "organisation": "ipo" })).await.status, 201);
    assert!(storage(desk, "ipo").await["usedBytes"].as_i64().expect("bytes") > before);
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);

    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    desk.spoils("UPDATE storage_use SET bytes = bytes + 5 WHERE organisation = (SELECT organisation FROM ticket WHERE id = $1)", ticket)
        .await;
    let found = rebuild(&desk.app, true).await.expect("a repair").differences;
    assert_eq!((found.len(), found[0].of.as_str(), found[0].what.as_str()), (1, "ipo", "storage_use.bytes"));
    assert_eq!(rebuild(&desk.app, false).await.expect("a comparison").differences, []);
}

/// The settings give one organisation more than the others.
#[actix_web::test]
async fn one_organisation_may_have_another_limit() {
    let settings = "[attachments]\nmax_bytes_per_organisation = 10\nmax_bytes_of = { ipo = 700, stichting-proef = 0 }\n";
    let desk = Desk::open_with_file(On::Sqlite, settings).await;
    let number = desk.registers(&incident("p3")).await;
    assert_eq!((uploads(&desk, &number, 701).await.status, uploads(&desk, &number, 700).await.status), (413, 201));
    assert_eq!(storage(&desk, "stichting-proef").await, json!({ "usedBytes": 0, "maxBytes": null }));
}
