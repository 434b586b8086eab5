//! Tokens of systems and people: issued, limited, listed and revoked.

use serde_json::{Value, json};
use uurwerk::domain::contract::Side;
use uurwerk::domain::permission::{GIVEN_APART, Role, Verb};
use uurwerk::time::TimeSource;
use uurwerk::usecases::tokens::{self, NewToken};

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    a_token_is_shown_once_and_revoked_at_once_in_every_process,
    a_token_that_is_limited_to_verbs_does_those_and_the_refusal_says_why,
    an_integration_that_is_limited_to_organisations_sees_only_those_and_nothing_of_the_desk_as_a_whole,
    nobody_gives_a_right_that_they_may_not_give,
    a_token_says_when_it_expires_and_everything_that_is_wrong_is_told_at_once,
    the_last_use_of_a_token_is_written_down_afterwards_and_changes_nothing_else,
    a_repeated_request_issues_nothing_twice_and_shows_no_text_again,
    tokens_are_listed_by_state_page_after_page,
);

const GRANTS: &str = "/v1/access-token-grants";

/// So many days from now, by the machine's time.
fn in_days(days: i64) -> String {
    TimeSource::machine().now().plus(days * 24 * 3600).expect("an instant").to_string()
}

fn integration(more: &Value) -> Value {
    let mut grant = json!({ "name": "monitoring", "roles": ["integration"], "expiresAt": in_days(90) });
    for (key, value) in more.as_object().expect("fields") {
        grant[key] = value.clone();
    }
    grant
}

/// The text of a token that is issued.
async fn issued(desk: &Desk, grant: &Value) -> (String, String) {
    let answer = desk.post(GRANTS, grant).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&answer.body["token"]), text(&answer.body["accessToken"]["id"]))
}

async fn asks(desk: &Desk, token: &str, path: &str) -> (u16, Value) {
    let answer = desk.ask(Some(token), "GET", path, None).await;
    (answer.status, answer.body["code"].clone())
}

fn pointers(answer: &Answer) -> Vec<&str> {
    let mut pointers: Vec<_> = answer.body["errors"].as_array().expect("errors").iter().filter_map(|one| one["pointer"].as_str()).collect();
    pointers.sort_unstable();
    pointers
}

async fn a_token_is_shown_once_and_revoked_at_once_in_every_process(desk: &Desk) {
    let (text, id) = issued(desk, &integration(&json!({}))).await;
    assert!(text.starts_with("uwk_") && text.len() >= 4 + 43, "256 bits: {text}");
    let another = desk.another_door().await;
    for door in [desk, &another] {
        assert_eq!(asks(door, &text, "/v1/tickets").await.0, 200);
    }
    let path = format!("/v1/access-tokens/{id}");
    for shown in [desk.get("/v1/access-tokens").await, desk.get(&path).await] {
        assert!(shown.status == 200 && shown.body.to_string().contains("monitoring") && !shown.body.to_string().contains(&text[4..]));
    }
    let shown = desk.get(&path).await.body;
    assert_eq!((&shown["state"], &shown["holder"], &shown["issuedBy"]["name"]), (&json!("valid"), &json!("integration"), &json!("admin")));
    for _ in 0..2 {
        let revoked = desk.post(&format!("{path}/revocations"), &json!({})).await;
        assert_eq!((revoked.status, &revoked.body["state"]), (201, &json!("revoked")), "{}", revoked.body);
    }
    for door in [desk, &another] {
        assert_eq!(asks(door, &text, "/v1/tickets").await, (401, json!("unauthorized")));
    }
    let nowhere = format!("/v1/access-tokens/{}", uuid::Uuid::new_v4());
    assert_eq!(desk.get(&nowhere).await.status, 404);
    assert_eq!(desk.post(&format!("{nowhere}/revocations"), &json!({})).await.status, 404);
}

async fn a_token_that_is_limited_to_verbs_does_those_and_the_refusal_says_why(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (text, id) = issued(desk, &integration(&json!({ "verbs": ["read_tickets", "register_tickets"] }))).await;
    assert_eq!(asks(desk, &text, &format!("/v1/tickets/{number}")).await.0, 200);
    assert_eq!(asks(desk, &text, "/v1/people").await, (403, json!("token_scope")));
    let message = json!({ "visibility": "internal", "body": "Schijf vol." });
    let written = desk.ask(Some(&text), "POST", &format!("/v1/tickets/{number}/messages"), Some(&message)).await;
    assert_eq!((written.status, &written.body["code"]), (403, &json!("token_scope")), "{}", written.body);
    // What the role does not give is refused for that reason, and a limit cannot name it.
    assert_eq!(asks(desk, &text, "/v1/access-tokens").await, (403, json!("role_missing")));
    let refused = desk.post(GRANTS, &integration(&json!({ "verbs": ["manage_access"] }))).await;
    assert_eq!((refused.status, pointers(&refused)), (400, vec!["/verbs"]), "{}", refused.body);
    let shown = desk.get(&format!("/v1/access-tokens/{id}")).await.body;
    assert_eq!((&shown["verbs"], &shown["organisations"]), (&json!(["read_tickets", "register_tickets"]), &Value::Null));
}

async fn an_integration_that_is_limited_to_organisations_sees_only_those_and_nothing_of_the_desk_as_a_whole(desk: &Desk) {
    let ticket = |organisation: &str| {
        json!({
            "type": "incident", "contract": "covide", "organisation": organisation, "title": "x", "description": "x", "priority": "urgent",
            "channel": "phone", "requester": { "name": "Bea", "email": format!("bea@{organisation}.example") }
        })
    };
    let (own, other) = (desk.registers(&ticket("gemeente-voorbeeld")).await, desk.registers(&ticket("stichting-proef")).await);
    let ipos = desk.registers(&incident("p3")).await;
    let (text, _) = issued(desk, &integration(&json!({ "organisations": ["gemeente-voorbeeld", "ipo"] }))).await;
    for (number, status) in [(&own, 200), (&ipos, 200), (&other, 404)] {
        assert_eq!(asks(desk, &text, &format!("/v1/tickets/{number}")).await.0, status, "{number}");
    }
    let list = desk.ask(Some(&text), "GET", "/v1/tickets", None).await.body;
    assert!(list["items"].as_array().is_some_and(|items| items.len() == 2), "{list}");
    let organisations = desk.ask(Some(&text), "GET", "/v1/organisations", None).await.body;
    assert!(!organisations.to_string().contains("stichting-proef"), "{organisations}");
    // Whose it may not register for does not exist for it.
    let (foreign, absent) = (ticket("stichting-proef"), ticket("geen-klant"));
    let refused = desk.ask(Some(&text), "POST", "/v1/tickets", Some(&foreign)).await;
    let nowhere = desk.ask(Some(&text), "POST", "/v1/tickets", Some(&absent)).await;
    assert_eq!((refused.status, &refused.body["errors"]), (nowhere.status, &nowhere.body["errors"]));
    assert_eq!(desk.ask(Some(&text), "POST", "/v1/tickets", Some(&ticket("gemeente-voorbeeld"))).await.status, 201);
    // A mailbox is not an organisation's.
    let mail = b"From: bea@stichting-proef.example\r\nMessage-ID: <1@x>\r\n\r\nx".to_vec();
    let brought = desk.request("POST", "/v1/inbound-messages?mailbox=support").bearer_auth(&text);
    let brought = brought.header("content-type", "application/octet-stream").body(mail).send().await.expect("an answer");
    assert_eq!(brought.status(), 403);
    let refused = desk.post(GRANTS, &integration(&json!({ "organisations": ["ipo", "geen-klant"] }))).await;
    assert_eq!((refused.status, pointers(&refused)), (400, vec!["/organisations/1"]), "{}", refused.body);
}

async fn nobody_gives_a_right_that_they_may_not_give(desk: &Desk) {
    let administrator = desk.token(None, &[Role::Administrator]).await;
    let gives = async |token: &str, grant: &Value| desk.ask(Some(token), "POST", GRANTS, Some(grant)).await;
    for role in GIVEN_APART {
        let organisation = (role.side() == Side::Client).then_some("ipo");
        for token in [&*administrator, ADMIN] {
            let refused = gives(token, &integration(&json!({ "roles": [role.as_str()], "organisation": organisation }))).await;
            assert_eq!((refused.status, pointers(&refused)), (400, vec!["/roles"]), "{role}: {}", refused.body);
        }
    }
    let told = gives(ADMIN, &integration(&json!({ "roles": ["administrator"] }))).await.body["errors"][0]["detail"].clone();
    assert!(told.as_str().is_some_and(|told| told.contains("command") && told.contains("identity provider")), "{told}");
    for role in ["agent_line_1", "service_manager", "integration"] {
        assert_eq!(gives(&administrator, &integration(&json!({ "roles": [role] }))).await.status, 201, "{role}");
    }
    for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::Administrator | Role::Integration | Role::GlobalAdministrator)) {
        let (organisation, roles) = if role.side().as_str() == "client" { (Some("ipo"), [role]) } else { (None, [role]) };
        if role != Role::Requester {
            let token = desk.token(organisation, &roles).await;
            assert_eq!(gives(&token, &integration(&json!({}))).await.status, 403, "{role}");
            assert_eq!(asks(desk, &token, "/v1/access-tokens").await.0, 403, "{role}");
        }
    }
    // An organisation's token has no role of the desk, whoever gives it.
    let desks = gives(ADMIN, &integration(&json!({ "organisation": "ipo", "roles": ["approver", "agent_line_1"] }))).await;
    assert_eq!((desks.status, pointers(&desks)), (400, vec!["/roles"]), "{}", desks.body);
    // One that is limited gives no more than it may itself.
    let new = NewToken { name: "x".to_owned(), roles: vec![Role::Administrator], ..NewToken::default() };
    let verbs = Some(vec![Verb::ManageAccess, Verb::ReadTickets]);
    let limited = tokens::create(&desk.app, &NewToken { verbs, ..new.clone() }).await.expect("a token");
    for (verbs, status) in [(Value::Null, 400), (json!(["read_tickets", "read_people"]), 400), (json!(["read_tickets"]), 201)] {
        let mut grant = json!({ "name": "y", "roles": ["integration"], "expiresAt": in_days(9), "verbs": verbs });
        if verbs.is_null() {
            grant.as_object_mut().expect("an object").remove("verbs");
        }
        let answer = gives(&limited, &grant).await;
        assert_eq!(answer.status, status, "{verbs}: {}", answer.body);
    }
    // And one that is limited to organisations gives nothing.
    let limited = NewToken { organisations: Some(vec!["ipo".to_owned()]), ..new };
    let limited = tokens::create(&desk.app, &limited).await.expect("a token");
    assert_eq!(gives(&limited, &integration(&json!({}))).await.body["code"], "token_scope");
}

async fn a_token_says_when_it_expires_and_everything_that_is_wrong_is_told_at_once(desk: &Desk) {
    for (end, told) in [(json!(in_days(401)), "/expiresAt"), (json!("2020-01-01T00:00:00Z"), "/expiresAt"), (json!("soon"), "/expiresAt")] {
        let refused = desk.post(GRANTS, &integration(&json!({ "expiresAt": end }))).await;
        assert_eq!((refused.status, pointers(&refused)), (400, vec![told]), "{}", refused.body);
    }
    let refused =
        desk.post(GRANTS, &json!({ "roles": ["king"], "verbs": ["fly"], "organisation": "nergens", "person": "x", "f": 1 })).await;
    let wrong = ["/expiresAt", "/f", "/name", "/organisation", "/person", "/roles", "/verbs"];
    assert_eq!((refused.status, pointers(&refused)), (400, wrong.to_vec()), "{}", refused.body);
    assert_eq!(desk.rows("token").await, 0);
}

async fn the_last_use_of_a_token_is_written_down_afterwards_and_changes_nothing_else(desk: &Desk) {
    let (text, id) = issued(desk, &integration(&json!({}))).await;
    let path = format!("/v1/access-tokens/{id}");
    assert_eq!(asks(desk, &text, "/v1/tickets").await.0, 200);
    assert_eq!(desk.get(&path).await.body["lastUsedAt"], Value::Null);
    let version = uurwerk::store::access::version(&desk.app.all()).await.expect("a version");
    tokens::note_uses(&desk.app).await.expect("written");
    assert_eq!(desk.get(&path).await.body["lastUsedAt"], "2026-03-02T07:00:00Z");
    assert_eq!(uurwerk::store::access::version(&desk.app.all()).await.expect("a version"), version);
    // Nothing goes back: another process may have noted a later use.
    desk.passes("PT1H").await;
    assert_eq!(asks(desk, &text, "/v1/tickets").await.0, 200);
    tokens::note_uses(&desk.app).await.expect("written");
    assert_eq!(desk.get(&path).await.body["lastUsedAt"], "2026-03-02T08:00:00Z");
}

async fn a_repeated_request_issues_nothing_twice_and_shows_no_text_again(desk: &Desk) {
    let grant = integration(&json!({}));
    let sends = async |grant: &Value| desk.send(Some(ADMIN), ("POST", GRANTS), &[("idempotency-key", "k-1")], Some(grant)).await;
    let (first, again) = (sends(&grant).await, sends(&grant).await);
    assert_eq!((first.status, again.status, first.body["accessToken"]["id"].clone()), (201, 201, again.body["accessToken"]["id"].clone()));
    assert!(first.body["token"].is_string() && again.body["token"].is_null(), "{}", again.body);
    assert_eq!(sends(&integration(&json!({ "name": "anders" }))).await.body["code"], "idempotency_key_reused");
    assert_eq!(desk.rows("token").await, 1);
}

async fn tokens_are_listed_by_state_page_after_page(desk: &Desk) {
    for (name, days) in [("a", 5), ("b", 90), ("c", 29), ("d", 91), ("e", 90)] {
        issued(desk, &integration(&json!({ "name": name, "expiresAt": in_days(days) }))).await;
    }
    desk.token(None, &[Role::AgentLine1]).await;
    let names = async |query: &str| {
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = desk.get(&format!("/v1/access-tokens?pageSize=2{query}{cursor}")).await;
            assert_eq!(page.status, 200, "{}", page.body);
            names.extend(page.body["items"].as_array().expect("tokens").iter().map(|one| one["name"].as_str().expect("a name").to_owned()));
            let Some(next) = page.body["nextCursor"].as_str() else { return names.concat() };
            cursor = format!("&cursor={next}");
        }
    };
    assert_eq!(names("").await, "testedcba");
    assert_eq!(names("&state=expiring").await, "ca");
    assert_eq!(names("&state=valid,expiring").await, "testedcba");
    assert_eq!(names("&state=revoked").await, "");
    let id = desk.get("/v1/access-tokens?state=expiring&pageSize=1").await.body["items"][0]["id"].as_str().expect("an id").to_owned();
    desk.post(&format!("/v1/access-tokens/{id}/revocations"), &json!({})).await;
    assert_eq!((names("&state=expiring").await, names("&state=revoked,expired").await), ("a".to_owned(), "c".to_owned()));
    assert_eq!(desk.get("/v1/access-tokens?state=lost").await.status, 400);
}
