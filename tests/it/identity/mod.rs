//! People sign in with their own identity provider: a certified one, with real signatures.

mod addresses;
mod held;
pub mod provider;
mod second_factor;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, On, incident};
use provider::{AUDIENCE, Provider, asks_until_keys_are_read, now, publishes};

async fn desk() -> (Provider, Desk) {
    let provider = Provider::start();
    let desk = provider.opens(On::Sqlite, &provider.settings()).await;
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
async fn tkt_10_a_person_signs_in_with_their_provider_and_has_the_roles_that_the_settings_map() {
    for on in [On::Sqlite, On::Postgres] {
        let provider = Provider::start();
        let desk = provider.opens(on, &provider.settings()).await;
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
async fn tkt_10_a_token_that_does_not_hold_identifies_nobody() {
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
    let provider = Provider::start();
    let desk = Desk::open_with_file(On::Sqlite, &provider.settings()).await;
    let (claims, header) = (provider.claims(), json!({ "alg": "RS256" }));
    let unknown = provider.signs(&json!({ "alg": "RS256", "kid": "nobody's" }), &claims).await;
    let asked = asks_until_keys_are_read(&desk, &unknown).await;
    // Once, and once more only where that was too slow.
    let readings = provider.readings().await;
    assert!((1..=asked).contains(&readings), "{readings} of {asked}");
    for _ in 0..20 {
        assert_eq!(status(&desk, &unknown).await, 401);
    }
    assert_eq!(provider.readings().await, readings);
    assert_eq!(status(&desk, &provider.signs(&header, &claims).await).await, 200);
    let before = provider.signs(&header, &claims).await;
    provider.changes_its_keys().await;
    let another = desk.another_door().await;
    provider.is_read_by(&another, &provider.issuer).await;
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
    // A desk that never read its keys cannot tell: that is not the caller's fault, however often they ask, and nobody waits longer for it.
    let another = desk.another_door().await;
    for _ in 0..100 {
        let refused = another.ask(Some(&token), "GET", "/v1/tickets", None).await;
        assert_eq!((refused.status, &refused.body["code"]), (503, &json!("unavailable")), "{}", refused.body);
        assert!(refused.headers.contains_key("retry-after"));
    }
    assert_eq!(another.ask(Some("x"), "GET", "/v1/tickets", None).await.status, 401);
}

/// With several, what stands in front of the desk could look at another than the desk does.
#[actix_web::test]
async fn a_request_with_two_tokens_has_none() {
    let (provider, desk) = desk().await;
    let good = provider.token_of("bram").await;
    for tokens in [[good.as_str(), "x"], ["x", good.as_str()], [good.as_str(), good.as_str()], [ADMIN, good.as_str()]] {
        let asked =
            tokens.iter().fold(reqwest::Client::new().get(format!("{}/v1/tickets", desk.url())), reqwest::RequestBuilder::bearer_auth);
        assert_eq!(asked.send().await.expect("an answer").status().as_u16(), 401, "{tokens:?}");
    }
}

/// RFC 7517, section 5: keys that are not understood are ignored.
#[actix_web::test]
async fn a_key_that_the_desk_does_not_understand_spoils_no_other() {
    let provider = Provider::start();
    let mut keys = provider.keys().await;
    let odd = [json!({ "kty": "AKP", "kid": "x", "alg": "ML-DSA-65", "pub": "AQAB" }), json!({ "kty": "RSA", "kid": 7 }), json!("a key")];
    keys["keys"].as_array_mut().expect("keys").splice(0..0, odd);
    let issuer = publishes("", &keys);
    let desk = provider.opens_as(&issuer, On::Sqlite, &provider.settings().replace(&provider.issuer, &issuer)).await;
    let token = provider.signs(&json!({ "alg": "RS256" }), &but(&provider.claims(), "iss", json!(issuer))).await;
    assert_eq!(status(&desk, &token).await, 200);
    // Where none is understood, it is not known whose a token is.
    let useless = publishes("", &json!({ "keys": [{ "kty": "AKP" }] }));
    let desk = Desk::open_with_file(On::Sqlite, &provider.settings().replace(&provider.issuer, &useless)).await;
    let token = provider.signs(&json!({ "alg": "RS256" }), &but(&provider.claims(), "iss", json!(useless))).await;
    assert_eq!(status(&desk, &token).await, 503);
}

/// The tenant's tokens of version 1 name another issuer, and are signed with the same keys.
#[actix_web::test]
async fn iam_03_a_person_of_entra_is_one_person_whichever_version_of_token_they_have() {
    let provider = Provider::start();
    let tenant = "11111111-2222-3333-4444-555555555555";
    let issuer = publishes(&format!("/{tenant}/v2.0"), &provider.keys().await);
    let as_entra = |version_1: bool| {
        let settings =
            provider.settings().replace("vouches_for_addresses = true\n", &format!("kind = \"entra\"\nversion_1 = {version_1}\n"));
        settings.replace(&provider.issuer, &issuer)
    };
    let both = provider.opens_as(&issuer, On::Sqlite, &as_entra(true)).await;
    let second = but(&provider.claims(), "iss", json!(issuer));
    let second = but(&but(&but(&second, "ver", json!("2.0")), "tid", json!(tenant)), "oid", json!("anna-oid"));
    let first = but(&but(&second, "ver", json!("1.0")), "iss", json!(format!("https://sts.windows.net/{tenant}/")));
    let sign = async |claims: &Value| provider.signs(&json!({ "alg": "RS256" }), claims).await;
    let mut ticket = incident("p3");
    ticket["channel"] = json!("portal");
    let mut actors = Vec::new();
    for claims in [&first, &second] {
        let made = both.ask(Some(&sign(claims).await), "POST", "/v1/tickets", Some(&ticket)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        actors.push(both.events(made.body["number"].as_str().expect("a number")).await[0]["actor"]["id"].clone());
    }
    assert!(actors[0].is_string() && actors[0] == actors[1], "{actors:?}");
    let (foreign, program) = (but(&first, "iss", json!("https://sts.windows.net/other/")), but(&second, "idtyp", json!("app")));
    assert_eq!((status(&both, &sign(&foreign).await).await, status(&both, &sign(&program).await).await), (401, 401));
    let second_alone = provider.opens_as(&issuer, On::Sqlite, &as_entra(false)).await;
    assert_eq!((status(&second_alone, &sign(&second).await).await, status(&second_alone, &sign(&first).await).await), (200, 401));
}

/// Whoever the desk knows by an id only, such as its own people, can be shut out before what their provider signed expires.
#[actix_web::test]
async fn somebody_of_the_desk_is_found_by_their_id_and_shut_out_at_once() {
    for on in [On::Sqlite, On::Postgres] {
        let provider = Provider::start();
        let settings = provider.settings().replace("organisation = \"ipo\"\n", "").replace("vouches_for_addresses = true\n", "");
        let settings = settings.replace("\"requester\"", "\"agent_line_1\"").replace("\"approver\"", "\"service_manager\"");
        let desk = provider.opens(on, &settings).await;
        let (bram, anna) = (provider.token_of("bram").await, provider.token_of("anna").await);
        let made = desk.ask(Some(&bram), "POST", "/v1/tickets", Some(&incident("p3"))).await;
        let number = made.body["number"].as_str().expect("a number").to_owned();
        let id = desk.events(&number).await[0]["actor"]["id"].as_str().expect("an id").to_owned();
        let path = format!("/v1/people/{id}");
        let shown = desk.get(&path).await;
        assert_eq!(
            (shown.status, &shown.body["organisation"], &shown.body["name"]),
            (200, &Value::Null, &json!("Bram Visser")),
            "{}",
            shown.body
        );
        let (out, back) = (json!({ "isActive": false }), json!({ "isActive": true }));
        // Neither a client nor a colleague who gives no access.
        let client = desk.token_of("ipo").await;
        assert_eq!(desk.ask(Some(&client), "GET", &path, None).await.status, 404);
        assert_eq!(desk.ask(Some(&anna), "PATCH", &path, Some(&out)).await.status, 403);
        let another = desk.another_door().await;
        provider.is_read_by(&another, &provider.issuer).await;
        assert_eq!((status(&desk, &bram).await, status(&another, &bram).await), (200, 200));
        let shut = desk.patch(&path, &out).await;
        assert_eq!((shut.status, &shut.body["isActive"]), (200, &json!(false)), "{}", shut.body);
        assert_eq!((status(&desk, &bram).await, status(&another, &bram).await, status(&desk, &anna).await), (401, 401, 200));
        let renamed = desk.patch(&path, &json!({ "name": "Iemand Anders" })).await;
        assert_eq!((renamed.status, &renamed.body["errors"][0]["pointer"]), (400, &json!("/name")), "{}", renamed.body);
        assert_eq!(desk.patch(&path, &back).await.status, 200);
        assert_eq!((status(&desk, &bram).await, status(&another, &bram).await), (200, 200));
    }
}

/// A client's person too, who comes back with what their provider signs and not with the desk's tokens.
#[actix_web::test]
async fn somebody_of_a_client_is_shut_out_until_they_are_back() {
    let (provider, desk) = desk().await;
    let bram = provider.token_of("bram").await;
    assert_eq!(status(&desk, &bram).await, 200);
    let listed = desk.get("/v1/people?text=bram").await;
    let path = format!("/v1/people/{}", listed.body["items"][0]["id"].as_str().expect("an id"));
    for (is_active, expected) in [(false, 401), (true, 200)] {
        assert_eq!(desk.patch(&path, &json!({ "isActive": is_active })).await.status, 200);
        assert_eq!(status(&desk, &bram).await, expected);
    }
}

/// A person is who the provider says they are: another with the same address is somebody else.
#[actix_web::test]
async fn an_address_alone_makes_nobody_the_person_the_desk_knows() {
    let provider = Provider::start();
    let settings = provider.settings().replace("vouches_for_addresses = true\n", "");
    let desk = provider.opens(On::Sqlite, &settings).await;
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
