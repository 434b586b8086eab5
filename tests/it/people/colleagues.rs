//! Somebody who sees their own tickets alone reports something for a colleague (TKT-08).

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{recorded, token_of};
use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(
    tkt_08_a_ticket_for_a_colleague_is_the_colleagues_and_says_who_reported_it,
    tkt_08_a_name_that_a_colleagues_ticket_has_is_in_use_and_says_no_more,
    inc_11_what_few_may_see_by_now_is_not_shown_by_a_repeat_of_what_registered_it,
);

fn ticket(email: &str) -> Value {
    json!({ "type": "incident", "contract": "dap-example", "title": "Scherm zwart", "channel": "portal",
        "requester": { "name": "Iemand Anders", "email": email } })
}

async fn tkt_08_a_ticket_for_a_colleague_is_the_colleagues_and_says_who_reported_it(desk: &Desk) {
    let (anna, bob) =
        (recorded(desk, "ipo", "Anna de Boer", "anna@ipo.example").await, recorded(desk, "ipo", "Bob Smit", "bob@ipo.example").await);
    assert_eq!(desk.patch(&format!("/v1/people/{bob}"), &json!({ "phone": "070 1234567" })).await.status, 200);
    let reporter = token_of(desk, "ipo", "anna@ipo.example", Role::Requester).await;
    let colleague = token_of(desk, "ipo", "bob@ipo.example", Role::Requester).await;
    let reports = async |email: &str, key: &str| {
        desk.send(Some(&reporter), ("POST", "/v1/tickets"), &[("idempotency-key", key)], Some(&ticket(email))).await
    };
    let (made, again) = (reports("bob@ipo.example", "a").await, reports("bob@ipo.example", "a").await);
    assert_eq!((made.status, &made.body["requester"]["id"]), (201, &json!(bob)), "{}", made.body);
    assert_eq!((again.status, &again.body["number"]), (201, &made.body["number"]), "a repeat makes nothing new: {}", again.body);
    for answer in [&made, &again] {
        let shown = answer.body["requester"].to_string();
        assert!(
            shown.contains("bob@ipo.example") && !shown.contains("Smit") && !shown.contains("1234567"),
            "what they gave alone: {shown}"
        );
    }
    let path = format!("/v1/tickets/{}", made.body["number"].as_str().expect("a number"));
    let sees = async |token: &str| {
        let listed = desk.ask(Some(token), "GET", "/v1/tickets", None).await.body["items"].as_array().map_or(0, Vec::len);
        (desk.ask(Some(token), "GET", &path, None).await.status, listed)
    };
    assert_eq!((sees(&colleague).await, sees(&reporter).await), ((200, 1), (404, 0)));
    let shown = desk.get(&path).await.body;
    assert_eq!((&shown["requester"]["name"], &shown["requester"]["phone"]), (&json!("Bob Smit"), &json!("070 1234567")), "{shown}");
    let registered = desk.events(made.body["number"].as_str().expect("a number")).await[0]["actor"].clone();
    assert_eq!((&registered["id"], &registered["name"]), (&json!(anna), &json!("Anna de Boer")), "who reported it");
    desk.passes("PT1M").await;
    let told: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("To: bob@ipo.example")).collect();
    assert_eq!(told.len(), 1, "the colleague gets the confirmation: {:?}", desk.mails());
    // Of somebody whom the desk does not know yet, and many at once; a repeat of those makes nothing new either.
    assert_eq!(reports("nieuw@ipo.example", "b").await.body["requester"]["email"], "nieuw@ipo.example");
    let both = json!({ "items": [ticket("bob@ipo.example"), ticket("anna@ipo.example"), ticket("weer@ipo.example")] });
    let before = desk.rows("ticket").await;
    for _ in 0..2 {
        let many = desk.send(Some(&reporter), ("POST", "/v1/tickets/_bulk"), &[("idempotency-key", "c")], Some(&both)).await;
        let items = many.body["items"].as_array().expect("items").clone();
        assert!(items.iter().all(|item| item["status"] == 201), "{}", many.body);
        assert_eq!(desk.rows("ticket").await, before + 3);
    }
    assert_eq!((sees(&colleague).await, sees(&reporter).await), ((200, 2), (404, 1)));
}

async fn tkt_08_a_name_that_a_colleagues_ticket_has_is_in_use_and_says_no_more(desk: &Desk) {
    recorded(desk, "ipo", "Anna de Boer", "anna@ipo.example").await;
    let anna = token_of(desk, "ipo", "anna@ipo.example", Role::Requester).await;
    let called = |email: &str| {
        let mut ticket = ticket(email);
        ticket["externalReferences"] = json!([{ "system": "topdesk", "reference": "M1" }]);
        ticket
    };
    let colleagues = desk.registers(&called("bob@ipo.example")).await;
    let refused = desk.ask(Some(&anna), "POST", "/v1/tickets", Some(&called("anna@ipo.example"))).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("external_reference_exists")), "{}", refused.body);
    assert!(!refused.body.to_string().contains(&colleagues), "whose it is, is not told: {}", refused.body);
    // Whatever follows within the request is hers alone again.
    let mine = desk.ask(Some(&anna), "POST", "/v1/tickets", Some(&ticket("anna@ipo.example"))).await;
    assert_eq!(mine.status, 201, "{}", mine.body);
    let listed = desk.ask(Some(&anna), "GET", "/v1/tickets", None).await.body["items"].as_array().map(Vec::len);
    assert_eq!(listed, Some(1));
}

async fn inc_11_what_few_may_see_by_now_is_not_shown_by_a_repeat_of_what_registered_it(desk: &Desk) {
    for (organisation, name, address) in [("ipo", "Anna de Boer", "anna@ipo.example"), ("ipo", "Bob Smit", "bob@ipo.example")] {
        recorded(desk, organisation, name, address).await;
    }
    let requester = token_of(desk, "ipo", "anna@ipo.example", Role::Requester).await;
    // Whose text another knows, so that it does not open what Anna may see because she registered it.
    let ends = uurwerk::time::TimeSource::machine().now().plus(24 * 3600).expect("an instant").to_string();
    let grant =
        json!({ "name": "x", "roles": ["authorised_requester"], "organisation": "ipo", "person": "anna@ipo.example", "expiresAt": ends });
    let shared = desk.post("/v1/access-token-grants", &grant).await.body["token"].as_str().expect("a token").to_owned();
    let flags = async |number: &Value| {
        let path = format!("/v1/tickets/{}/flags", number.as_str().expect("a number"));
        let body = json!({ "flag": "security", "securityAspects": ["integrity"] });
        assert_eq!(desk.post(&path, &body).await.status, 201);
    };
    for (key, token) in [("a", &requester), ("b", &shared)] {
        let many = json!({ "items": [ticket("bob@ipo.example"), ticket("bob@ipo.example")] });
        let key_of_many = format!("{key}-many");
        let one =
            async || desk.send(Some(token), ("POST", "/v1/tickets"), &[("idempotency-key", key)], Some(&ticket("bob@ipo.example"))).await;
        let both = async || desk.send(Some(token), ("POST", "/v1/tickets/_bulk"), &[("idempotency-key", &*key_of_many)], Some(&many)).await;
        let (made, batch) = (one().await, both().await);
        assert_eq!((made.status, batch.status), (201, 200), "{} {}", made.body, batch.body);
        flags(&made.body["number"]).await;
        flags(&batch.body["items"][0]["ticket"]["number"]).await;
        assert_eq!(one().await.status, 404);
        let again = both().await;
        let statuses: Vec<_> = again.body["items"].as_array().expect("items").iter().map(|item| item["status"].clone()).collect();
        assert_eq!(statuses, [404, 201], "{}", again.body);
    }
}
