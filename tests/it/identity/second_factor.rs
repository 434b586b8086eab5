//! Whom a contract, or the settings, ask for a second factor (IAM-07).

use serde_json::{Value, json};

use super::provider::Provider;
use crate::support::{ADMIN, Answer, Desk, On, incident};

/// A contract of a client of its own.
const CONTRACT: &str = r#"
id = "acme"
version = "VERSION"
title = "Acme"
effective_from = DATE
time_zone = "Europe/Amsterdam"
second_factor = ASKED
[[clients]]
organisation = "acme"
mail_domains = ["ipo.example"]
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
"#;

async fn applies(desk: &Desk, version: &str, date: &str, is_asked: bool) {
    let text = CONTRACT.replace("VERSION", version).replace("DATE", date).replace("ASKED", &is_asked.to_string());
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
}

/// A desk whose provider knows the people of a client; the desk's own without one.
async fn opens(on: On, organisation: Option<&str>) -> (Provider, Desk) {
    let provider = Provider::start();
    let whose = organisation.map(|one| format!("organisation = \"{one}\"\n")).unwrap_or_default();
    let mut settings = provider.settings().replace("organisation = \"ipo\"\n", &whose);
    if organisation.is_none() {
        settings = settings
            .replace("vouches_for_addresses = true\n", "")
            .replace("\"requester\"", "\"agent_line_1\"")
            .replace("\"approver\"", "\"service_manager\"");
    }
    let desk = provider.opens(on, &settings).await;
    (provider, desk)
}

async fn reads(desk: &Desk, token: &str) -> Answer {
    desk.ask(Some(token), "GET", "/v1/tickets", None).await
}

fn is_refused(answer: &Answer) -> bool {
    answer.status == 403 && answer.body["code"] == "second_factor_required"
}

#[actix_web::test]
async fn iam_07_without_the_second_factor_that_the_contract_asks_for_nothing_is_done_or_read() {
    let (provider, desk) = opens(On::Sqlite, Some("ipo")).await;
    let number = desk.registers(&incident("p3")).await;
    let (fenna, bram) = (provider.token_of("fenna").await, provider.token_of("bram").await);
    assert_eq!(reads(&desk, &bram).await.status, 200);
    let document: Value = serde_json::from_str(&uurwerk::http::document()).expect("a document");
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            if operation["security"] == json!([]) {
                continue;
            }
            let path = path.replace("{ref}", &number).replace("{kind}", "response").replace("{contract}", "dap-example");
            let path = path.replace("{id}", "018f4c1e-7a3b-7c00-8000-0000000000aa");
            let answer = desk.send(Some(&fenna), (&method.to_uppercase(), &format!("/v1{path}")), &[], None).await;
            assert!(is_refused(&answer), "{method} {path}: {}", answer.body);
            asked += 1;
        }
    }
    assert!(asked > 40, "the operations were not found");
}

/// What has no second factor to use comes in as before, and the trail says who was refused.
#[actix_web::test]
async fn iam_07_tokens_of_the_desk_and_mail_are_exempt_and_a_refusal_has_its_line() {
    let (provider, desk) = opens(On::Sqlite, Some("ipo")).await;
    assert!(is_refused(&reads(&desk, &provider.token_of("fenna").await).await));
    for token in [ADMIN.to_owned(), desk.token_of("ipo").await, desk.token_of_an_integration().await] {
        let answer = desk.ask(Some(&token), "GET", "/v1/contracts", None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let mail = "From: Fenna Smit <fenna@ipo.example>\nTo: servicedesk@example.org\nSubject: Hapert\nMessage-ID: <1@ipo.example>\n\nHelp.\n";
    let arrived = desk.mail_arrives("servicedesk", mail).await;
    assert_eq!((arrived.status, &arrived.body["outcome"]), (201, &json!("ticket")), "{}", arrived.body);
    let lines = desk.get("/v1/audit-lines?action=listTickets&result=refused").await;
    let line = &lines.body["items"][0];
    assert_eq!(line["code"], "second_factor_required", "{}", lines.body);
    assert_ne!(line["actor"], "unknown", "{line}");
}

#[actix_web::test]
async fn iam_07_a_contract_asks_from_its_first_day_to_its_last_and_asks_nobody_elses_people() {
    for on in [On::Sqlite, On::Postgres] {
        let (provider, desk) = opens(on, Some("acme")).await;
        applies(&desk, "1", "2026-03-01", false).await;
        let fenna = provider.token_of("fenna").await;
        // The example of DAP asks, and does not serve her organisation.
        assert_eq!(reads(&desk, &fenna).await.status, 200);
        applies(&desk, "2", "2026-03-04", true).await;
        applies(&desk, "3", "2026-03-06", false).await;
        for (at, is_asked) in [
            ("2026-03-03T23:59:59+01:00", false),
            ("2026-03-04T00:00:00+01:00", true),
            ("2026-03-05T23:59:59+01:00", true),
            ("2026-03-06T00:00:00+01:00", false),
        ] {
            desk.reaches(at).await;
            let fenna = provider.token_of("fenna").await;
            assert_eq!(is_refused(&reads(&desk, &fenna).await), is_asked, "{at}");
        }
    }
}

/// A contract that another process puts in force holds for whoever this one knows already.
#[actix_web::test]
async fn iam_07_a_contract_that_another_process_applies_holds_at_once() {
    for on in [On::Sqlite, On::Postgres] {
        let (provider, desk) = opens(on, Some("acme")).await;
        applies(&desk, "1", "2026-03-01", false).await;
        let other = desk.another_door().await;
        provider.is_read_by(&other, &provider.issuer).await;
        let (fenna, bram) = (provider.token_of("fenna").await, provider.token_of("bram").await);
        assert_eq!((reads(&other, &fenna).await.status, reads(&other, &bram).await.status), (200, 200));
        applies(&desk, "2", "2026-03-02", true).await;
        assert_ne!(reads(&other, &fenna).await.status, 200);
        assert!(is_refused(&reads(&other, &fenna).await));
        // Whose rights changed a moment ago is asked to try again.
        let first = reads(&other, &bram).await;
        assert!(first.status == 200 || first.body["code"] == "access_changed", "{}", first.body);
        assert_eq!(reads(&other, &bram).await.status, 200);
    }
}

#[actix_web::test]
async fn iam_07_the_desks_own_people_are_asked_by_any_contract() {
    let (provider, desk) = opens(On::Sqlite, None).await;
    let (fenna, bram) = (provider.token_of("fenna").await, provider.token_of("bram").await);
    assert!(is_refused(&reads(&desk, &fenna).await));
    assert_eq!(reads(&desk, &bram).await.status, 200);
}

#[actix_web::test]
async fn iam_07_the_settings_can_ask_where_no_contract_does() {
    let provider = Provider::start();
    let settings = provider.settings().replace("organisation = \"ipo\"", "organisation = \"acme\"\nmfa = true");
    let desk = provider.opens(On::Sqlite, &settings).await;
    assert!(is_refused(&reads(&desk, &provider.token_of("fenna").await).await));
    assert_eq!(reads(&desk, &provider.token_of("bram").await).await.status, 200);
}

#[actix_web::test]
async fn asking_for_a_second_factor_costs_no_statement() {
    for on in [On::Sqlite, On::Postgres] {
        let (provider, desk) = opens(on, Some("ipo")).await;
        let number = desk.registers(&incident("p3")).await;
        let bram = provider.token_of("bram").await;
        let costs = async |token: &str| {
            let before = desk.app.db.statements();
            let answer = desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}/messages"), None).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            desk.app.db.statements() - before
        };
        let (_, again, unchecked) = (costs(&bram).await, costs(&bram).await, costs(ADMIN).await);
        assert_eq!(again, unchecked + u64::from(on == On::Sqlite));
        // Who is refused costs none at all, but for the line in the trail.
        let fenna = provider.token_of("fenna").await;
        assert!(is_refused(&reads(&desk, &fenna).await));
    }
}
