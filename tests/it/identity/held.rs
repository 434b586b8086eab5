//! What somebody may who signs in with their provider: what the provider says, and what they hold here.

use serde_json::{Value, json};

use super::provider::Provider;
use crate::support::{Desk, On, incident};

async fn status(desk: &Desk, token: &str) -> u16 {
    desk.ask(Some(token), "GET", "/v1/tickets", None).await.status
}

/// Grants a right, and has both sides sign for it.
async fn grants(desk: &Desk, body: &Value) -> String {
    let granted = desk.ask(Some(&desk.signer().await), "POST", "/v1/role-assignments", Some(body)).await;
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
        let desk = provider.opens(on, &provider.settings()).await;
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
        let desk = provider.opens(on, &provider.settings()).await;
        let (nobody, client, sam) = (provider.token_of("nobody").await, desk.signer_of("ipo").await, desk.signer().await);
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
        assert_eq!(signs(&desk, &sam, &right).await, 201);
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
    let desk = provider.opens(On::Sqlite, &provider.settings()).await;
    let (nobody, bram) = (provider.token_of("nobody").await, provider.token_of("bram").await);
    assert_eq!((status(&desk, &nobody).await, status(&desk, &bram).await), (403, 200));
    let right = grants(
        &desk,
        &json!({ "kind": "right", "role": "functional_administrator", "organisation": "ipo", "holder": "bram@ipo.example", "reason": "x" }),
    )
    .await;
    let away = json!({ "fromAt": "2026-03-03T08:00:00+01:00", "untilAt": "2026-03-04T08:00:00+01:00", "deputy": "zonder@ipo.example" });
    let planned = desk.ask(Some(&desk.signer().await), "POST", &format!("{right}/absences"), Some(&away)).await;
    assert_eq!(planned.status, 201, "{}", planned.body);
    assert_eq!(status(&desk, &nobody).await, 403);
    desk.reaches("2026-03-03T08:00:00+01:00").await;
    assert_eq!(status(&desk, &nobody).await, 200);
    desk.reaches("2026-03-04T08:00:00+01:00").await;
    assert_eq!(status(&desk, &nobody).await, 403);
    // The holder is back early, and the deputy has it no longer: at once, also where the deputy is known.
    let again = json!({ "fromAt": "2026-03-04T08:30:00+01:00", "untilAt": "2026-03-05T08:00:00+01:00", "deputy": "zonder@ipo.example" });
    let again = desk.ask(Some(&desk.signer().await), "POST", &format!("{right}/absences"), Some(&again)).await;
    let again = again.body["absences"][1]["id"].clone();
    desk.reaches("2026-03-04T09:00:00+01:00").await;
    assert_eq!(status(&desk, &nobody).await, 200);
    let back = desk.post(&format!("{right}/absence-endings"), &json!({ "absence": again })).await;
    assert_eq!(back.status, 201, "{}", back.body);
    assert_ne!(status(&desk, &nobody).await, 200, "whose rights changed a moment ago is asked to try again");
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
    let desk = provider.opens(On::Sqlite, &settings).await;
    let bram = provider.token_of("bram").await;
    let (client, sam) = (desk.signer_of("ipo").await, desk.signer().await);
    let manages = async |token: &str| {
        let body = json!({ "organisation": "ipo", "name": "Nieuw", "phone": "0612345678" });
        desk.ask(Some(token), "POST", "/v1/people", Some(&body)).await.status
    };
    assert_eq!(manages(&bram).await, 403);
    let right = grants(
        &desk,
        &json!({ "kind": "right", "role": "administrator", "organisation": "ipo", "holder": "bram@ipo.example",
            "untilAt": "2026-03-03T08:00:00+01:00", "reason": "Onderhoud." }),
    )
    .await;
    assert_eq!(signs(&desk, &bram, &right).await, 409, "it is his own");
    assert_eq!((signs(&desk, &client, &right).await, signs(&desk, &sam, &right).await), (201, 201));
    assert_eq!(manages(&bram).await, 201);
    // What one client agreed to gives nothing for the desk as a whole.
    let own = json!({ "kind": "right", "role": "agent_line_1", "holder": "bram@ipo.example", "reason": "x" });
    let refused = desk.ask(Some(&bram), "POST", "/v1/role-assignments", Some(&own)).await;
    assert_eq!(refused.status, 403, "nor does he give himself another: {}", refused.body);
    assert_eq!(desk.ask(Some(&bram), "GET", "/v1/access-tokens", None).await.status, 403);
    desk.reaches("2026-03-03T08:00:00+01:00").await;
    assert_eq!(manages(&bram).await, 403);
}

/// Coming back opens the accounts that leaving closed, and no others; nobody comes in for the first time after they left.
#[actix_web::test]
async fn whoever_left_comes_in_no_more_and_again_once_they_are_back() {
    use sea_orm::ConnectionTrait;
    for on in [On::Sqlite, On::Postgres] {
        let provider = Provider::start();
        let desk = provider.opens(on, &provider.settings()).await;
        let person = async |text: &str| {
            let found = desk.get(&format!("/v1/people?text={text}")).await.body;
            format!("/v1/people/{}", found["items"][0]["id"].as_str().expect("a person"))
        };
        let is_there = async |path: &str, is_active: bool| {
            let answer = desk.patch(path, &json!({ "isActive": is_active })).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        };
        let bram = provider.token_of("bram").await;
        assert_eq!(status(&desk, &bram).await, 200);
        let path = person("bram").await;
        is_there(&path, false).await;
        assert_eq!(status(&desk, &bram).await, 401);
        is_there(&path, true).await;
        assert_eq!(status(&desk, &bram).await, 200, "back");
        // Blocked for another reason, by whom or what does not matter.
        let blocked = "UPDATE account SET blocked_at = created_at WHERE subject IS NOT NULL AND person_id IS NOT NULL";
        assert_eq!(desk.behind().await.execute_unprepared(blocked).await.expect("rows").rows_affected(), 1);
        is_there(&path, false).await;
        is_there(&path, true).await;
        assert_eq!(status(&desk, &provider.token_of("bram").await).await, 401);
        // Somebody who left before they ever signed in.
        desk.registers(&incident("p3")).await;
        is_there(&person("anna").await, false).await;
        let anna = provider.token_of("anna").await;
        assert_eq!(status(&desk, &anna).await, 401);
        is_there(&person("anna").await, true).await;
        assert_eq!(status(&desk, &anna).await, 200);
        // Erasing somebody who left does not let them in again, as if they were somebody new.
        let path = person("anna").await;
        is_there(&path, false).await;
        let erased = desk.post("/v1/erasures", &json!({ "person": path.rsplit('/').next(), "reason": "x" })).await;
        assert_eq!(erased.status, 201, "{}", erased.body);
        assert_eq!((status(&desk, &anna).await, status(&desk, &provider.token_of("anna").await).await), (401, 401));
    }
}
