//! People sign in with their own identity provider: a certified one, with real signatures.

mod addresses;
mod held;
pub mod provider;
mod second_factor;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, On, incident};
use provider::{AUDIENCE, Provider, now};

async fn desk() -> (Provider, Desk) {
    let provider = Provider::start();
    let desk = Desk::open_with_file(On::Sqlite, &provider.settings()).await;
    (provider, desk)
}

async fn status(desk: &Desk, token: &str) -> u16 {
    desk.ask(Some(token), "GET", "/v1/tickets", None).await.status
}

/// With other claims than those that hold.
fn but(claims: &Value, key: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[key] = value;
    claims
}

#[actix_web::test]
async fn a_person_signs_in_with_their_provider_and_has_the_roles_that_the_settings_map() {
    for on in [On::Sqlite, On::Postgres] {
        let provider = Provider::start();
        let desk = Desk::open_with_file(on, &provider.settings()).await;
        let mut ticket = incident("p3");
        ticket["requester"] = json!({ "name": "Anna de Boer", "email": "anna@ipo.example" });
        let (own, other) = (desk.registers(&ticket).await, desk.registers(&incident("p3")).await);
        let (anna, bram, nobody) = (provider.token_of("anna").await, provider.token_of("bram").await, provider.token_of("nobody").await);
        let sees = async |token: &str, number: &str| desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}"), None).await.status;
        // Anna is a requester, known by her address; Bram decides for the organisation; a role that nobody mapped gives nothing.
        assert_eq!((sees(&anna, &own).await, sees(&bram, &own).await, sees(&nobody, &own).await), (200, 200, 403));
        assert_eq!(sees(&bram, &other).await, 200);
        let message = json!({ "visibility": "public", "body": "Het hapert nog." });
        let written = desk.ask(Some(&anna), "POST", &format!("/v1/tickets/{own}/messages"), Some(&message)).await;
        assert_eq!((written.status, &written.body["author"]["name"]), (201, &json!("Anna de Boer")), "{}", written.body);
    }
}

#[actix_web::test]
async fn a_token_that_does_not_hold_identifies_nobody() {
    let (provider, desk) = desk().await;
    let (claims, header) = (provider.claims(), json!({ "alg": "RS256" }));
    assert_eq!(status(&desk, &provider.signs(&header, &claims).await).await, 200);
    for alg in ["PS256", "ES256"] {
        assert_eq!(status(&desk, &provider.signs(&json!({ "alg": alg }), &claims).await).await, 200, "{alg}");
    }
    for (key, value) in [
        ("iss", json!("http://127.0.0.1:1")),
        ("iss", json!(format!("{}/", provider.issuer))),
        ("aud", json!("urn:another")),
        ("aud", Value::Null),
        ("exp", json!(now() - 120)),
        ("exp", Value::Null),
        ("nbf", json!(now() + 600)),
        ("sub", Value::Null),
        ("sub", json!("")),
    ] {
        let token = provider.signs(&header, &but(&claims, key, value.clone())).await;
        assert_eq!(status(&desk, &token).await, 401, "{key} {value}");
    }
    // A clock may differ by a minute.
    assert_eq!(status(&desk, &provider.signs(&header, &but(&claims, "exp", json!(now() - 30))).await).await, 200);
    assert_eq!(status(&desk, &provider.signs(&header, &but(&claims, "aud", json!(["other", AUDIENCE]))).await).await, 200);
}

/// RFC 8725: what is done with the header to have another key, or none, believed.
#[actix_web::test]
async fn tricks_with_the_header_do_not_help() {
    let (provider, desk) = desk().await;
    let good = provider.signs(&json!({ "alg": "RS256" }), &provider.claims()).await;
    let [_, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
    let forged = |header: &Value, signature: &str| format!("{}.{payload}.{signature}", URL_SAFE_NO_PAD.encode(header.to_string()));
    let public: Value = reqwest::get(format!("{}/jwks", provider.issuer)).await.expect("keys").json().await.expect("JSON");
    let kid = public["keys"][0]["kid"].clone();
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "none", "kid": kid }),
        json!({ "alg": "HS256", "kid": kid }),
        json!({ "alg": "RS256" }),
        json!({ "alg": "RS512", "kid": kid }),
        json!({ "alg": "RS256", "kid": kid, "jku": "http://127.0.0.1:1/jwks" }),
        json!({ "alg": "RS256", "kid": kid, "jwk": public["keys"][0] }),
        json!({ "alg": "RS256", "kid": kid, "crit": ["exp"] }),
    ] {
        for signature in ["", signature] {
            assert_eq!(status(&desk, &forged(&header, signature)).await, 401, "{header}");
        }
    }
    for token in ["..", "a.b.c", "é.b.c", &format!("{good}."), &format!("{good}a.b"), &good[..good.len() - 9], &"a.".repeat(40_000)] {
        assert_eq!(status(&desk, token).await, 401, "{}", &token[..token.len().min(20)]);
    }
    assert_eq!(status(&desk, &good).await, 200);
}

#[actix_web::test]
async fn new_keys_of_the_provider_are_found_and_a_storm_of_unknown_ones_asks_it_once() {
    let (provider, desk) = desk().await;
    let (claims, header) = (provider.claims(), json!({ "alg": "RS256" }));
    let unknown = provider.signs(&json!({ "alg": "RS256", "kid": "nobody's" }), &claims).await;
    for _ in 0..20 {
        assert_eq!(status(&desk, &unknown).await, 401);
    }
    assert_eq!(provider.readings().await, 1);
    assert_eq!(status(&desk, &provider.signs(&header, &claims).await).await, 200);
    let before = provider.signs(&header, &claims).await;
    provider.changes_its_keys().await;
    let another = desk.another_door().await;
    // Whoever reads the keys now finds the new ones, and the old ones no longer.
    assert_eq!(status(&another, &provider.signs(&header, &claims).await).await, 200);
    assert_eq!(status(&another, &before).await, 401);
}

#[actix_web::test]
async fn a_provider_that_is_away_shuts_nobody_out_whose_key_is_known() {
    let (provider, desk) = desk().await;
    let token = provider.signs(&json!({ "alg": "RS256" }), &provider.claims()).await;
    assert_eq!(status(&desk, &token).await, 200);
    drop(provider);
    assert_eq!(status(&desk, &token).await, 200);
    // A desk that never read its keys cannot tell: that is not the caller's fault.
    let another = desk.another_door().await;
    let refused = another.ask(Some(&token), "GET", "/v1/tickets", None).await;
    assert_eq!((refused.status, &refused.body["code"]), (503, &json!("unavailable")), "{}", refused.body);
}

/// A person is who the provider says they are: another with the same address is somebody else.
#[actix_web::test]
async fn an_address_alone_makes_nobody_the_person_the_desk_knows() {
    let provider = Provider::start();
    let settings = provider.settings().replace("vouches_for_addresses = true\n", "");
    let desk = Desk::open_with_file(On::Sqlite, &settings).await;
    let mut ticket = incident("p3");
    ticket["requester"] = json!({ "name": "Anna de Boer", "email": "anna@ipo.example" });
    let number = desk.registers(&ticket).await;
    let anna = provider.token_of("anna").await;
    assert_eq!(desk.ask(Some(&anna), "GET", &format!("/v1/tickets/{number}"), None).await.status, 404);
}

on_both_databases!(a_desk_without_providers_takes_no_signed_token);

async fn a_desk_without_providers_takes_no_signed_token(desk: &Desk) {
    assert_eq!(desk.ask(Some("eyJhbGciOiJub25lIn0.e30."), "GET", "/v1/tickets", None).await.status, 401);
}
