//! People as the desk keeps them.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{recorded, refusal, token_of};
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk};

on_both_databases!(
    somebody_is_recorded_shown_changed_and_found,
    nobody_overwrites_what_they_have_not_seen_of_somebody,
    whoever_leaves_comes_in_no_more,
    sup_16_sec_14_a_shared_address_is_warned_about,
    everything_that_is_wrong_with_a_person_is_told_at_once,
    another_organisations_people_are_not_there,
);

async fn somebody_is_recorded_shown_changed_and_found(desk: &Desk) {
    let body = json!({ "organisation": "ipo", "name": " Anna de Boer ", "email": "Anna@IPO.example", "phone": "070 123 45 67" });
    let makes = async || desk.send(Some(ADMIN), ("POST", "/v1/people"), &[("idempotency-key", "p-1")], Some(&body)).await;
    let (made, again) = (makes().await, makes().await);
    let path = format!("/v1/people/{}", made.body["id"].as_str().expect("an id"));
    assert_eq!((made.status, made.headers["location"].to_str().ok()), (201, Some(path.as_str())));
    assert_eq!((again.status, &again.body), (201, &made.body), "a repeat makes nothing new");
    let shown = json!({ "id": made.body["id"], "organisation": "ipo", "name": "Anna de Boer", "email": "anna@ipo.example", "phone": "070 123 45 67",
        "isShared": false, "isActive": true, "warnings": [] });
    assert_eq!((&made.body, &desk.get(&path).await.body), (&shown, &shown));
    assert_eq!(refusal(&desk.post("/v1/people", &body).await), (409, json!("person_exists")));

    let changed = desk.patch(&path, &json!({ "name": "Anna Jansen", "email": "a.jansen@ipo.example", "phone": null })).await;
    assert_eq!((changed.status, &changed.body["phone"], &changed.body["name"]), (200, &Value::Null, &json!("Anna Jansen")));
    for (text, found) in [("jansen", 1), ("boer", 0), ("a.jansen", 1)] {
        let listed = desk.get(&format!("/v1/people?text={text}")).await.body;
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(found), "{text}");
    }
    recorded(desk, "ipo", "Bram Visser", "bram@ipo.example").await;
    assert_eq!(refusal(&desk.patch(&path, &json!({ "email": "bram@ipo.example" })).await), (409, json!("person_exists")));
    assert_eq!(desk.patch(&path, &json!({ "email": "A.Jansen@ipo.example" })).await.status, 200, "their own is no other's");
    // Of somebody without an address none is shown.
    let caller = desk.post("/v1/people", &json!({ "organisation": "ipo", "name": "Cor", "phone": "+31 6 12345678" })).await;
    assert_eq!((caller.status, &caller.body["email"]), (201, &Value::Null), "{}", caller.body);
    assert_eq!(desk.get("/v1/people?text=invalid").await.body["items"], json!([]));
}

async fn nobody_overwrites_what_they_have_not_seen_of_somebody(desk: &Desk) {
    let made = desk.post("/v1/people", &json!({ "organisation": "ipo", "name": "Anna de Boer", "email": "anna@ipo.example" })).await;
    let path = format!("/v1/people/{}", made.body["id"].as_str().expect("an id"));
    let tag = |answer: &Answer| answer.headers["etag"].to_str().expect("a tag").to_owned();
    let sends = async |tag: &str, body: Value| desk.send(Some(ADMIN), ("PATCH", &path), &[("if-match", tag)], Some(&body)).await;
    let read = desk.get(&path).await;
    assert_eq!(tag(&read), tag(&made));
    let changed = sends(&tag(&read), json!({ "phone": "070 123 45 67" })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(tag(&changed), tag(&desk.get(&path).await));
    // Somebody else had read it before that.
    let late = sends(&tag(&read), json!({ "phone": "070 765 43 21" })).await;
    assert_eq!(refusal(&late), (412, json!("version_changed")), "{}", late.body);
    let weak = sends(&format!("W/{}", tag(&changed)), json!({ "name": "Anna" })).await;
    assert_eq!((weak.status, &desk.get(&path).await.body["phone"]), (412, &json!("070 123 45 67")));
    // What is wrong with a request comes before that, all of it; and whoever wants to overwrites.
    assert_eq!(sends("\"x\"", json!({ "name": " " })).await.status, 400);
    for tag in ["*".to_owned(), format!("\"x\", {}", tag(&changed))] {
        assert_eq!(sends(&tag, json!({ "phone": "070 123 45 67" })).await.status, 200, "{tag}");
    }
    assert_eq!(desk.patch(&path, &json!({ "isShared": true })).await.status, 200);
    assert_eq!(sends(&tag(&changed), json!({ "isShared": false })).await.status, 412);
}

async fn whoever_leaves_comes_in_no_more(desk: &Desk) {
    let id = recorded(desk, "ipo", "Anna de Boer", "anna@ipo.example").await;
    let token = token_of(desk, "ipo", "anna@ipo.example", Role::AuthorisedRequester).await;
    assert_eq!(desk.ask(Some(&token), "GET", "/v1/tickets", None).await.status, 200);
    let path = format!("/v1/people/{id}");
    assert_eq!(desk.patch(&path, &json!({ "isActive": false })).await.body["isActive"], false);
    assert_eq!(desk.ask(Some(&token), "GET", "/v1/tickets", None).await.status, 401);
    let listed = async |query: &str| desk.get(&format!("/v1/people{query}")).await.body["items"].as_array().map(Vec::len);
    assert_eq!((listed("?isActive=true").await, listed("?isActive=false").await, listed("").await), (Some(0), Some(1), Some(1)));
    // Coming back gives no token back.
    assert_eq!(desk.patch(&path, &json!({ "isActive": true })).await.body["isActive"], true);
    assert_eq!(desk.ask(Some(&token), "GET", "/v1/tickets", None).await.status, 401);
}

async fn sup_16_sec_14_a_shared_address_is_warned_about(desk: &Desk) {
    let warned = |body: &Value| -> Vec<String> {
        let warnings = body["warnings"].as_array().expect("warnings").iter();
        warnings.filter_map(|one| one["code"].as_str().map(str::to_owned)).collect()
    };
    for (name, email, is_shared, warnings) in [
        ("Anna de Boer", "info@ipo.example", false, vec!["shared_address"]),
        ("Anna de Boer", "afdeling7@ipo.example", true, vec!["shared_address"]),
        ("Servicedesk", "service.desk@ipo.example", false, vec!["shared_address", "no_personal_name"]),
        ("Bram Visser", "bram@ipo.example", false, vec![]),
    ] {
        let made = desk.post("/v1/people", &json!({ "organisation": "ipo", "name": name, "email": email, "isShared": is_shared })).await;
        assert_eq!(warned(&made.body), warnings, "{email}: {}", made.body);
        let shown = desk.get(&format!("/v1/people/{}", made.body["id"].as_str().expect("an id"))).await;
        assert_eq!(warned(&shown.body), warnings, "{email}");
    }
}

async fn everything_that_is_wrong_with_a_person_is_told_at_once(desk: &Desk) {
    let wrong = async |body: Value| {
        let answer = desk.post("/v1/people", &body).await;
        let mut told: Vec<_> = answer.body["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{}", answer.body))
            .iter()
            .map(|one| format!("{} {}", one["pointer"].as_str().unwrap_or_default(), one["code"].as_str().unwrap_or_default()))
            .collect();
        told.sort();
        (answer.status, told.join(", "))
    };
    for (body, told) in [
        (json!({}), "/email required, /name required, /organisation required"),
        (
            json!({ "organisation": "nergens", "name": " ", "phone": "bel maar", "f": 1 }),
            "/f unknown_field, /name blank, /organisation unknown_organisation, /phone bad_format",
        ),
        (json!({ "organisation": "ipo", "name": "Anna" }), "/email required"),
        (json!({ "organisation": "ipo", "name": "Anna", "email": "a@b@ipo.example" }), "/email bad_format"),
    ] {
        let (status, errors) = wrong(body.clone()).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(errors, told, "{body}");
    }
    assert_eq!(desk.rows("person").await, 0);
}

async fn another_organisations_people_are_not_there(desk: &Desk) {
    let id = recorded(desk, "gemeente-voorbeeld", "Bea", "bea@gemeente-voorbeeld.example").await;
    let client = desk.token_of("ipo").await;
    let (foreign, absent) = (
        desk.ask(Some(&client), "GET", &format!("/v1/people/{id}"), None).await,
        desk.ask(Some(&client), "GET", "/v1/people/018f4c1e-7a3b-7c00-8000-0000000000aa", None).await,
    );
    assert_eq!((foreign.status, &foreign.body), (404, &absent.body));
}
