//! What somebody may who signs in with their provider: what the provider says, and what they hold here.

use serde_json::{Value, json};

use super::provider::Provider;
use crate::support::{ADMIN, Desk, On, incident};

async fn status(desk: &Desk, token: &str) -> u16 {
    desk.ask(Some(token), "GET", "/v1/tickets", None).await.status
}

/// Grants a right, and has both sides sign for it.
async fn grants(desk: &Desk, body: &Value) -> String {
    let granted = desk.post("/v1/role-assignments", body).await;
    assert_eq!(granted.status, 201, "{}", granted.body);
    format!("/v1/role-assignments/{}", granted.body["id"].as_str().expect("an id"))
}

async fn signs(desk: &Desk, token: &str, path: &str) -> u16 {
    desk.ask(Some(token), "POST", &format!("{path}/approvals"), Some(&json!({}))).await.status
}

#[actix_web::test]
async fn iam_05_who_is_new_may_nothing_anywhere() {
    for on in [On::Sqlite, On::Postgres] {
        let provider = Provider::start();
        let desk = Desk::open_with_file(on, &provider.settings()).await;
        let nobody = provider.token_of("nobody").await;
        let document: Value = serde_json::from_str(&uurwerk::http::document()).expect("a document");
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                let needs_a_role = operation["description"].as_str().is_some_and(|text| text.contains("Needs one of the roles"));
                if needs_a_role {
                    let path = path.replace("{ref}", "INC-1").replace("{kind}", "response").replace("{contract}", "dap-example");
                    let path = path.replace("{id}", "018f4c1e-7a3b-7c00-8000-0000000000aa");
                    let answer = desk.send(Some(&nobody), (&method.to_uppercase(), &format!("/v1{path}")), &[], None).await;
                    assert_eq!(answer.status, 403, "{method} {path}: {}", answer.body);
                }
            }
        }
    }
}

/// What is held counts beside what the provider says, from its beginning to its end, and no longer.
#[actix_web::test]
async fn iam_04_an_elevated_right_gives_nothing_before_both_signed_and_nothing_after_its_end() {
    for on in [On::Sqlite, On::Postgres] {
        let provider = Provider::start();
        let desk = Desk::open_with_file(on, &provider.settings()).await;
        let (nobody, client) = (provider.token_of("nobody").await, desk.token_of("ipo").await);
        assert_eq!(status(&desk, &nobody).await, 403);
        let right = grants(
            &desk,
            &json!({ "kind": "right", "role": "global_administrator", "organisation": "ipo", "holder": "zonder@ipo.example",
                "untilAt": "2026-03-03T08:00:00+01:00", "reason": "Noodgeval." }),
        )
        .await;
        assert_eq!(status(&desk, &nobody).await, 403, "granted, and signed for by nobody");
        assert_eq!(signs(&desk, &client, &right).await, 201);
        assert_eq!(status(&desk, &nobody).await, 403, "signed for by one side");
        assert_eq!(signs(&desk, ADMIN, &right).await, 201);
        assert_eq!(status(&desk, &nobody).await, 200);
        let registers = desk.ask(Some(&nobody), "POST", "/v1/tickets", Some(&incident("p3"))).await;
        assert_eq!(registers.status, 403, "an administrator of the client reads: {}", registers.body);
        desk.reaches("2026-03-03T07:59:59+01:00").await;
        assert_eq!(status(&desk, &nobody).await, 200);
        desk.reaches("2026-03-03T08:00:00+01:00").await;
        assert_eq!(status(&desk, &nobody).await, 403, "it has ended");
    }
}

#[actix_web::test]
async fn role_04_a_deputy_has_the_right_for_as_long_as_the_holder_is_away() {
    let provider = Provider::start();
    let desk = Desk::open_with_file(On::Sqlite, &provider.settings()).await;
    let (nobody, bram) = (provider.token_of("nobody").await, provider.token_of("bram").await);
    assert_eq!((status(&desk, &nobody).await, status(&desk, &bram).await), (403, 200));
    let right = grants(
        &desk,
        &json!({ "kind": "right", "role": "functional_administrator", "organisation": "ipo", "holder": "bram@ipo.example", "reason": "x" }),
    )
    .await;
    let away = json!({ "fromAt": "2026-03-03T08:00:00+01:00", "untilAt": "2026-03-04T08:00:00+01:00", "deputy": "zonder@ipo.example" });
    let planned = desk.post(&format!("{right}/absences"), &away).await;
    assert_eq!(planned.status, 201, "{}", planned.body);
    assert_eq!(status(&desk, &nobody).await, 403);
    desk.reaches("2026-03-03T08:00:00+01:00").await;
    assert_eq!(status(&desk, &nobody).await, 200);
    desk.reaches("2026-03-04T08:00:00+01:00").await;
    assert_eq!(status(&desk, &nobody).await, 403);
    let ended = desk.post(&format!("{right}/endings"), &json!({ "reason": "x" })).await;
    assert_eq!(ended.status, 201, "{}", ended.body);
}

/// A person of the desk who holds an elevated right signs for it as little as one person signs for both sides.
#[actix_web::test]
async fn iam_03_nobody_signs_for_a_right_of_their_own() {
    let provider = Provider::start();
    let settings = provider.settings().replace("organisation = \"ipo\"\n", "").replace("vouches_for_addresses = true\n", "");
    let settings = settings.replace("\"requester\"", "\"agent_line_1\"").replace("\"approver\"", "\"contract_manager\"");
    let desk = Desk::open_with_file(On::Sqlite, &settings).await;
    let (bram, client) = (provider.token_of("bram").await, desk.token_of("ipo").await);
    let manages = async |token: &str| {
        let body = json!({ "organisation": "ipo", "name": "Nieuw", "phone": "0612345678" });
        // Whose rights changed a moment ago is asked to try again.
        loop {
            let answer = desk.ask(Some(token), "POST", "/v1/people", Some(&body)).await;
            if answer.body["code"] != "access_changed" {
                return answer.status;
            }
        }
    };
    assert_eq!(manages(&bram).await, 403);
    let right = grants(
        &desk,
        &json!({ "kind": "right", "role": "administrator", "organisation": "ipo", "holder": "bram@ipo.example",
            "untilAt": "2026-03-03T08:00:00+01:00", "reason": "Onderhoud." }),
    )
    .await;
    assert_eq!(signs(&desk, &bram, &right).await, 409, "it is his own");
    assert_eq!((signs(&desk, &client, &right).await, signs(&desk, ADMIN, &right).await), (201, 201));
    assert_eq!(manages(&bram).await, 201);
    // What one client agreed to gives nothing for the desk as a whole.
    let own = json!({ "kind": "right", "role": "agent_line_1", "holder": "bram@ipo.example", "reason": "x" });
    let refused = desk.ask(Some(&bram), "POST", "/v1/role-assignments", Some(&own)).await;
    assert_eq!(refused.status, 403, "nor does he give himself another: {}", refused.body);
    assert_eq!(desk.ask(Some(&bram), "GET", "/v1/access-tokens", None).await.status, 403);
    desk.reaches("2026-03-03T08:00:00+01:00").await;
    assert_eq!(manages(&bram).await, 403);
}
