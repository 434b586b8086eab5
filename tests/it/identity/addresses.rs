//! Whose an address is that a provider gives: nobody's by its word alone.

use serde_json::{Value, json};

use super::but;
use super::provider::Provider;
use crate::support::{Desk, On, incident};

fn reported_by(name: &str, email: &str) -> Value {
    let mut ticket = incident("p3");
    ticket["requester"] = json!({ "name": name, "email": email });
    ticket
}

async fn sees(desk: &Desk, token: &str, number: &str) -> u16 {
    desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}"), None).await.status
}

/// A token of a requester whom nobody saw before, with these claims.
async fn newcomer(provider: &Provider, subject: &str, more: &Value) -> String {
    let mut claims = but(&but(&provider.claims(), "sub", json!(subject)), "roles", json!(["Desk.Requester"]));
    claims.as_object_mut().expect("claims").remove("email");
    claims.as_object_mut().expect("claims").extend(more.as_object().expect("claims").clone());
    provider.signs(&json!({ "alg": "RS256" }), &claims).await
}

#[actix_web::test]
async fn iam_09_only_a_verified_address_in_the_clients_own_domain_makes_somebody_the_person_with_it() {
    for on in [On::Sqlite, On::Postgres] {
        let provider = Provider::start();
        let desk = provider.opens(on, &provider.settings()).await;
        let number = desk.registers(&reported_by("Anna de Boer", "anna@ipo.example")).await;
        let private = desk.registers(&reported_by("Anna thuis", "anna@thuis.example")).await;
        for (subject, claims, own) in [
            ("s1", json!({ "email": "anna@ipo.example" }), None),
            ("s2", json!({ "email": "anna@ipo.example", "email_verified": false }), None),
            ("s3", json!({ "preferred_username": "anna@ipo.example", "email_verified": true }), None),
            ("s4", json!({ "email": "anna@thuis.example", "email_verified": true }), None),
            ("s5", json!({ "email": "Anna@ipo.example", "email_verified": true }), Some(&number)),
        ] {
            let token = newcomer(&provider, subject, &claims).await;
            for known in [&number, &private] {
                assert_eq!(sees(&desk, &token, known).await, if own == Some(known) { 200 } else { 404 }, "{claims} {known}");
            }
        }
    }
}

/// Whatever one client's provider says of an address: another client's mail comes in as before, and nobody of it is mailed.
#[actix_web::test]
async fn iam_09_a_sign_in_takes_no_address_of_another_client() {
    for on in [On::Sqlite, On::Postgres] {
        let provider = Provider::start();
        let settings = provider.settings().replace("\"ipo\"", "\"gemeente-voorbeeld\"");
        let named = "domains = [\"stichting-proef.example\", \"thuis.example\", \"gemeente-voorbeeld.example\"]\n";
        let desk = provider.opens(on, &settings.replace("vouches", &format!("{named}vouches"))).await;
        let person = json!({ "organisation": "stichting-proef", "name": "Bea", "email": "bea@thuis.example" });
        assert_eq!(desk.post("/v1/people", &person).await.status, 201);
        let incident = json!({ "type": "incident", "contract": "covide", "title": "evil", "description": "x", "channel": "portal",
            "requester": { "name": "X", "email": "eva@gemeente-voorbeeld.example" } });
        for (at, address) in ["nieuw@stichting-proef.example", "bea@thuis.example"].into_iter().enumerate() {
            let claims = json!({ "email": address, "email_verified": true });
            let token = newcomer(&provider, address, &claims).await;
            let made = desk.ask(Some(&token), "POST", "/v1/tickets", Some(&incident)).await;
            assert_eq!(made.status, 201, "{}", made.body);
            let mail = format!("From: {address}\nSubject: Hulp\nMessage-ID: <{at}@x>\n\nHelp.\n");
            let came = desk.mail_arrives("support", &mail).await;
            assert_eq!(came.body["outcome"], "ticket", "{address}: {}", came.body);
            assert_eq!(sees(&desk, &token, came.body["ticket"].as_str().expect("a ticket")).await, 404);
        }
        desk.passes("PT1H").await;
        assert!(desk.mails().iter().all(|mail| !mail.contains("evil")), "{:?}", desk.mails());
    }
}

/// Somebody whom the desk knows by mail, and whose provider does not vouch; and somebody without any address.
#[actix_web::test]
async fn tkt_08_whoever_reports_sees_what_they_reported_whatever_is_known_of_their_address() {
    for on in [On::Sqlite, On::Postgres] {
        let provider = Provider::start();
        let desk = provider.opens(on, &provider.settings().replace("vouches_for_addresses = true\n", "")).await;
        let by_mail = desk.mail_arrives("servicedesk", "From: anna@ipo.example\nSubject: Hulp\nMessage-ID: <1@x>\n\nHelp.\n").await;
        let before = by_mail.body["ticket"].as_str().expect("a ticket").to_owned();
        let verified = json!({ "email": "anna@ipo.example", "email_verified": true });
        for (subject, claims) in [("s1", verified), ("s2", json!({}))] {
            let token = newcomer(&provider, subject, &claims).await;
            for named in ["anna@ipo.example", "nieuw@ipo.example"] {
                let mut ticket = reported_by("Anna de Boer", named);
                ticket["channel"] = json!("portal");
                let made = desk.ask(Some(&token), "POST", "/v1/tickets", Some(&ticket)).await;
                assert_eq!(made.status, 201, "{}", made.body);
                let number = made.body["number"].as_str().expect("a number");
                let seen = desk.ask(Some(&token), "GET", &format!("/v1/tickets/{number}"), None).await;
                assert_eq!(seen.status, 200, "{subject} {named}: {}", seen.body);
                assert!(seen.body["requester"]["id"].is_string(), "{}", seen.body);
                let list = desk.ask(Some(&token), "GET", "/v1/tickets", None).await.body.to_string();
                assert!(list.contains(number) && !list.contains(&before), "{list}");
            }
            assert_eq!(sees(&desk, &token, &before).await, 404, "what somebody reported by mail is another's");
        }
    }
}

/// An address makes somebody no person who signed in before, nor one to whom another gave it.
#[actix_web::test]
async fn iam_09_nobody_becomes_a_person_by_an_address_that_another_gave_them() {
    for on in [On::Sqlite, On::Postgres] {
        let provider = Provider::start();
        let desk = provider.opens(on, &provider.settings()).await;
        let (annas, victors) = (
            desk.registers(&reported_by("Anna de Boer", "anna@ipo.example")).await,
            desk.registers(&reported_by("Victor Smit", "victor@ipo.example")).await,
        );
        let verified = |address: &str| json!({ "email": address, "email_verified": true });
        let anna = newcomer(&provider, "anna-1", &verified("anna@ipo.example")).await;
        assert_eq!(sees(&desk, &anna, &annas).await, 200);
        let second = newcomer(&provider, "anna-2", &verified("anna@ipo.example")).await;
        assert_eq!(sees(&desk, &second, &annas).await, 404, "Anna signed in before");
        let victor = desk.get("/v1/people?text=victor@ipo.example").await.body["items"][0]["id"].clone();
        let path = format!("/v1/people/{}", victor.as_str().expect("an id"));
        assert_eq!(desk.patch(&path, &json!({ "email": "bea.alias@ipo.example" })).await.status, 200);
        let bea = newcomer(&provider, "bea-alias", &verified("bea.alias@ipo.example")).await;
        assert_eq!(sees(&desk, &bea, &victors).await, 404, "the desk knew Victor by another address");
    }
}
