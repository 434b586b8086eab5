//! Local accounts: signed in to with a name, a password and a one-time code, when no identity provider can be reached.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use totp_rs::Totp;
use uurwerk::credentials::{Cost, Kept};
use uurwerk::domain::permission::{Role, Verb};
use uurwerk::time::TimeSource;
use uurwerk::usecases::Stamp;
use uurwerk::usecases::accounts::{self, NewAccount};
use uurwerk::usecases::tokens::{self, NewToken};

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, On, incident};

on_both_databases!(
    somebody_signs_in_for_an_hour_with_a_name_a_password_and_a_code_that_works_once,
    an_account_is_recovered_by_somebody_else_and_what_it_was_signed_in_with_ends_in_every_process,
    a_closed_account_opens_nothing_and_its_name_is_free,
    an_account_is_sealed_anew_when_passwords_cost_more,
    whoever_makes_an_account_gives_no_more_than_they_may,
    whoever_signs_out_comes_in_no_more_and_others_do,
    a_sign_in_is_removed_a_month_after_its_end_so_many_at_a_time,
    the_audit_trail_names_the_account_that_somebody_tried_to_come_in_to,
    a_local_account_is_shut_out_as_anybody_is,
);

const ACCOUNTS: &str = "/v1/local-accounts";
const PASSWORD: &str = "zevende-boot-klinkt-groen";
/// Behind which a caller is at the address that the header says.
const PROXIED: [(&str, &str); 1] = [("UURWERK_HTTP_PROXIES", "127.0.0.1")];

/// Makes an account; its id, and what its authenticator app makes codes with.
async fn account(desk: &Desk, name: &str) -> (String, Totp) {
    let made = desk.post(ACCOUNTS, &json!({ "name": name, "roles": ["service_manager", "agent_line_1"], "password": PASSWORD })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(!made.body.to_string().contains(PASSWORD) && made.headers["location"].to_str().expect("text").starts_with(ACCOUNTS));
    (made.body["account"]["id"].as_str().expect("an id").to_owned(), app_of(&made.body))
}

/// The same of an administrator, which only the command makes.
async fn administrator(desk: &Desk, name: &str) -> (uuid::Uuid, Totp) {
    let new = NewAccount { name: name.to_owned(), roles: vec![Role::Administrator], password: PASSWORD.to_owned() };
    let made = accounts::create(&desk.app, &Stamp::command("createAccount", desk.app.time.now()), &new).await.expect("an account");
    (made.account.id, Totp::from_url(made.uri.expect("an address")).expect("an authenticator app reads it"))
}

fn app_of(made: &Value) -> Totp {
    Totp::from_url(made["otpauthUri"].as_str().expect("an address")).expect("an authenticator app reads it")
}

/// The code of so many steps from now: the present one, or the next, which is taken too.
async fn code(app: &Totp, steps: i64) -> String {
    let [code] = codes(app, [steps]).await;
    code
}

/// Codes of one moment: a step may end while a test runs. The step before and the one after are taken too, so that a test can sign in three
/// times. What is left of the present step is waited out where it may be too little for a code of the one before.
async fn codes<const N: usize>(app: &Totp, steps: [i64; N]) -> [String; N] {
    const STEP: i64 = 30;
    const ENOUGH: i64 = 10;
    let now = || TimeSource::machine().now().unix();
    let left = STEP - now().rem_euclid(STEP);
    if left < ENOUGH && steps.iter().any(|steps| *steps < 0) {
        tokio::time::sleep(Duration::from_secs(left.unsigned_abs())).await;
    }
    let now = now();
    steps.map(|steps| app.generate(u64::try_from(now + STEP * steps).expect("a time")).to_string())
}

fn signs_in(name: &str, password: &str, totp: &str) -> Value {
    json!({ "name": name, "password": password, "totp": totp })
}

/// Tries to sign in, from an address.
async fn tries(desk: &Desk, address: &str, body: &Value) -> Answer {
    desk.send(None, ("POST", "/v1/access-tokens"), &[("x-forwarded-for", address)], Some(body)).await
}

async fn token(desk: &Desk, body: &Value) -> String {
    let answer = tries(desk, "192.0.2.1", body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body["token"].as_str().expect("a token").to_owned()
}

async fn status(desk: &Desk, token: &str) -> u16 {
    desk.ask(Some(token), "GET", "/v1/tickets", None).await.status
}

async fn somebody_signs_in_for_an_hour_with_a_name_a_password_and_a_code_that_works_once(desk: &Desk) {
    let (id, app) = account(desk, "Nood Één").await;
    let [before, present, after] = codes(&app, [-1, 0, 1]).await;
    let signed_in = tries(desk, "192.0.2.1", &signs_in("nood een", PASSWORD, &before)).await;
    assert_eq!(signed_in.status, 201, "{}", signed_in.body);
    let shown = &signed_in.body["accessToken"];
    assert_eq!((&shown["holder"], &shown["state"], &shown["name"]), (&json!("account"), &json!("valid"), &json!("Nood Één")));
    let ends: uurwerk::domain::Instant = shown["expiresAt"].as_str().expect("an end").parse().expect("an instant");
    assert!((3500..=3600).contains(&(ends.unix() - TimeSource::machine().now().unix())), "{shown}");
    let text = signed_in.body["token"].as_str().expect("a token").to_owned();
    assert_eq!(status(desk, &text).await, 200);
    // What is done with it is the account's, by name.
    let number = desk.registers(&incident("p3")).await;
    let message = json!({ "visibility": "internal", "body": "Wij zijn er." });
    let written = desk.ask(Some(&text), "POST", &format!("/v1/tickets/{number}/messages"), Some(&message)).await;
    assert_eq!(written.body["author"], json!({ "kind": "desk", "name": "Nood Één", "id": id }), "{}", written.body);
    // The same code again, and one of before it.
    let again = signs_in("Nood Één", PASSWORD, &before);
    assert_eq!(tries(desk, "192.0.2.1", &again).await.status, 401);
    let composed = signs_in("NOOD E\u{301}E\u{301}N", PASSWORD, &after);
    assert_eq!(tries(desk, "192.0.2.1", &composed).await.status, 201);
    assert_eq!(tries(desk, "192.0.2.1", &signs_in("Nood Één", PASSWORD, &present)).await.status, 401);
    let listed = desk.get(ACCOUNTS).await.body["items"][0].clone();
    assert_eq!((&listed["id"], &listed["createdBy"]["name"], &listed["closedAt"]), (&json!(id), &json!("admin"), &Value::Null));
    assert!(listed["lastSignInAt"].is_string(), "{listed}");
    let keys: Vec<_> = listed.as_object().expect("an account").keys().map(String::as_str).collect();
    assert_eq!(keys, ["closedAt", "createdAt", "createdBy", "id", "lastSignInAt", "name", "roles"], "and no secret");
}

#[actix_web::test]
async fn a_refusal_does_not_say_what_was_wrong_and_the_log_names_nobody() {
    let desk = Desk::open_with(On::Sqlite, &PROXIED).await;
    let (_, app) = account(&desk, "Noodtoegang").await;
    let [right, next] = codes(&app, [0, 1]).await;
    assert_eq!(tries(&desk, "192.0.2.1", &signs_in("Noodtoegang", PASSWORD, &right)).await.status, 201);
    let mut seen = Vec::new();
    for (at, (name, password, totp)) in [
        ("Niemand", PASSWORD, next.clone()),
        ("Noodtoegang", "zevende-boot-klinkt-groeN", next),
        ("Noodtoegang", PASSWORD, "000000".to_owned()),
        ("Noodtoegang", PASSWORD, right),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = tries(&desk, &format!("198.51.100.{at}"), &signs_in(name, password, &totp)).await;
        assert_eq!(refused.headers["www-authenticate"], "Bearer");
        seen.push((refused.status, refused.body));
    }
    assert_eq!((seen[0].0, &seen[0].1["code"]), (401, &json!("sign_in_refused")), "{}", seen[0].1);
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
}

#[actix_web::test]
async fn whoever_guesses_waits_and_locks_nobody_at_another_address_out() {
    let desk = Desk::open_with(On::Sqlite, &PROXIED).await;
    let (_, app) = account(&desk, "Noodtoegang").await;
    let wrong = signs_in("Noodtoegang", "zevende-boot-klinkt-rood", "000000");
    // At once, as they are counted when they come: after the fifth there is a second to wait, which working on passwords may take. Nor is
    // what it writes before its own address believed: that try is one of these as well.
    let own = "198.51.100.7";
    let addresses = [own, own, own, "203.0.113.5, 198.51.100.7", own, own, own];
    let answers = join_all(addresses.map(|address| tries(&desk, address, &wrong))).await;
    assert_eq!(statuses(&answers), [401, 401, 401, 401, 401, 429, 429]);
    for waits in answers.iter().filter(|answer| answer.status == 429) {
        assert_eq!(waits.body["code"], "too_many_requests", "{}", waits.body);
        assert!(waits.headers.contains_key("retry-after"));
    }
    assert_eq!(tries(&desk, "203.0.113.5", &signs_in("Noodtoegang", PASSWORD, &code(&app, 0).await)).await.status, 201);
    // Where no proxy is named, the header is not believed at all.
    let plain = Desk::open(On::Sqlite).await;
    let addresses: Vec<_> = (0..6).map(|each| format!("198.51.100.{each}")).collect();
    let answers = join_all(addresses.iter().map(|address| tries(&plain, address, &wrong))).await;
    assert_eq!(statuses(&answers), [401, 401, 401, 401, 401, 429]);
}

/// In rising order: which of several at once came last is not known.
fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

#[actix_web::test]
async fn wrong_tokens_of_a_neighbour_keep_nobody_from_signing_in() {
    let desk = Desk::open_with(On::Sqlite, &PROXIED).await;
    let (_, app) = account(&desk, "Noodtoegang").await;
    let address = [("x-forwarded-for", "198.51.100.7")];
    // As many as it takes: while they are sent, some are forgotten.
    let mut last = 0;
    for _ in 0..1000 {
        last = desk.send(Some("x"), ("GET", "/v1/tickets"), &address, None).await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    assert_eq!(tries(&desk, "198.51.100.7", &signs_in("Noodtoegang", "zevende-boot-klinkt-rood", "000000")).await.status, 401);
    assert_eq!(tries(&desk, "198.51.100.7", &signs_in("Noodtoegang", PASSWORD, &code(&app, 0).await)).await.status, 201);
}

async fn the_audit_trail_names_the_account_that_somebody_tried_to_come_in_to(desk: &Desk) {
    let (id, _) = account(desk, "Noodtoegang").await;
    for name in ["NOODTOEGANG", "Niemand"] {
        assert_eq!(tries(desk, "198.51.100.7", &signs_in(name, "zevende-boot-klinkt-rood", "000000")).await.status, 401);
    }
    let lines = desk.get("/v1/audit-lines?action=createAccessToken&result=refused").await.body;
    let objects: Vec<_> = lines["items"].as_array().expect("lines").iter().map(|line| (&line["objectKind"], &line["objectId"])).collect();
    assert_eq!(objects, [(&Value::Null, &Value::Null), (&json!("local_account"), &json!(id))], "{lines}");
    assert_eq!(desk.get(&format!("/v1/audit-lines?object={id}&result=refused")).await.body["items"].as_array().map(Vec::len), Some(1));
}

async fn a_local_account_is_shut_out_as_anybody_is(desk: &Desk) {
    let (id, app) = account(desk, "Noodtoegang").await;
    let text = token(desk, &signs_in("Noodtoegang", PASSWORD, &code(&app, 0).await)).await;
    let path = format!("/v1/people/{id}");
    let shown = desk.get(&path).await;
    assert_eq!((shown.status, &shown.body["name"], &shown.body["isActive"]), (200, &json!("Noodtoegang"), &json!(true)), "{}", shown.body);
    assert_eq!(desk.patch(&path, &json!({ "isActive": false })).await.body["isActive"], false);
    assert_eq!(status(desk, &text).await, 401);
    assert_eq!(tries(desk, "192.0.2.1", &signs_in("Noodtoegang", PASSWORD, &code(&app, 1).await)).await.status, 401);
    let back = desk.patch(&path, &json!({ "isActive": true })).await;
    assert_eq!((back.status, &back.body["code"]), (409, &json!("account_closed")), "{}", back.body);
}

#[actix_web::test]
async fn a_name_that_looks_like_another_and_a_limited_token_make_no_account() {
    let desk = Desk::open(On::Sqlite).await;
    account(&desk, "Noodtoegang").await;
    let twin = json!({ "name": "Noodtoegang\u{200b}", "roles": ["agent_line_1"], "password": PASSWORD });
    let refused = desk.post(ACCOUNTS, &twin).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (400, &json!("/name")), "{}", refused.body);
    let limit =
        NewToken { name: "x".to_owned(), roles: vec![Role::Administrator], verbs: Some(vec![Verb::ManageAccess]), ..NewToken::default() };
    let limited = tokens::create(&desk.app, &limit).await.expect("a token");
    let own = json!({ "name": "Tweede", "roles": ["agent_line_1"], "password": PASSWORD });
    let refused = desk.ask(Some(&limited), "POST", ACCOUNTS, Some(&own)).await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("token_scope")), "{}", refused.body);
    assert!(refused.body["detail"].as_str().is_some_and(|told| told.contains("an account is not")), "{}", refused.body);
}

async fn an_account_is_recovered_by_somebody_else_and_what_it_was_signed_in_with_ends_in_every_process(desk: &Desk) {
    let another_door = desk.another_door().await;
    let (id, app) = account(desk, "Noodtoegang").await;
    let path = format!("{ACCOUNTS}/{id}/recoveries");
    let text = token(desk, &signs_in("Noodtoegang", PASSWORD, &code(&app, 0).await)).await;
    assert_eq!((status(desk, &text).await, status(&another_door, &text).await), (200, 200));
    let new = json!({ "password": "achtste-fiets-zingt-blauw" });
    let (admin_id, admin_app) = administrator(desk, "Beheer").await;
    let admins = token(desk, &signs_in("Beheer", PASSWORD, &code(&admin_app, 0).await)).await;
    let own = desk.ask(Some(&admins), "POST", &format!("{ACCOUNTS}/{admin_id}/recoveries"), Some(&new)).await;
    assert_eq!((own.status, &own.body["code"]), (403, &json!("own_account")), "{}", own.body);
    let weak = desk.post(&path, &json!({ "password": "kort" })).await;
    assert_eq!((weak.status, &weak.body["errors"][0]["pointer"]), (400, &json!("/password")), "{}", weak.body);
    assert_eq!(status(desk, &text).await, 200, "nothing has happened yet");
    let recovered = desk.post(&path, &new).await;
    assert_eq!(recovered.status, 201, "{}", recovered.body);
    assert_eq!((status(desk, &text).await, status(&another_door, &text).await), (401, 401));
    let new_app = app_of(&recovered.body);
    let (of_before, of_now) = (code(&app, 1).await, code(&new_app, 0).await);
    for (password, totp) in [(PASSWORD, &of_before), (PASSWORD, &of_now), ("achtste-fiets-zingt-blauw", &of_before)] {
        assert_eq!(tries(desk, "192.0.2.1", &signs_in("Noodtoegang", password, totp)).await.status, 401);
    }
    token(desk, &signs_in("Noodtoegang", "achtste-fiets-zingt-blauw", &code(&new_app, 0).await)).await;
}

async fn a_closed_account_opens_nothing_and_its_name_is_free(desk: &Desk) {
    let (id, app) = account(desk, "Noodtoegang").await;
    let text = token(desk, &signs_in("Noodtoegang", PASSWORD, &code(&app, 0).await)).await;
    let same = json!({ "name": "NOODTOEGANG", "roles": ["agent_line_2"], "password": PASSWORD });
    let taken = desk.post(ACCOUNTS, &same).await;
    assert_eq!((taken.status, &taken.body["code"]), (409, &json!("account_exists")), "{}", taken.body);
    for _ in 0..2 {
        let closed = desk.post(&format!("{ACCOUNTS}/{id}/closures"), &json!({})).await;
        assert!(closed.status == 201 && closed.body["closedAt"].is_string(), "{}", closed.body);
    }
    assert_eq!(status(desk, &text).await, 401);
    assert_eq!(tries(desk, "192.0.2.1", &signs_in("Noodtoegang", PASSWORD, &code(&app, 1).await)).await.status, 401);
    let gone = desk.post(&format!("{ACCOUNTS}/{id}/recoveries"), &json!({ "password": PASSWORD })).await;
    assert_eq!((gone.status, &gone.body["code"]), (409, &json!("account_closed")), "{}", gone.body);
    assert_eq!(desk.post(ACCOUNTS, &same).await.status, 201);
    assert_eq!(desk.post(&format!("{ACCOUNTS}/{}/closures", uuid::Uuid::new_v4()), &json!({})).await.status, 404);
}

async fn an_account_is_sealed_anew_when_passwords_cost_more(desk: &Desk) {
    let (id, app) = account(desk, "Noodtoegang").await;
    let id: uuid::Uuid = id.parse().expect("an id");
    let cheap = Kept::seal_at(Cost { memory_kib: 64, passes: 1 }, PASSWORD, app.secret().as_ref(), id).expect("sealed").to_string();
    desk.spoils(&format!("UPDATE local_account SET credentials = '{cheap}' WHERE id = $1"), id).await;
    let kept = async || {
        let account = uurwerk::store::local_accounts::with_id(&desk.app.all(), id).await.expect("a row").expect("an account");
        Kept::read(&account.credentials).expect("credentials")
    };
    assert!(kept().await.is_outdated());
    assert_eq!(tries(desk, "192.0.2.1", &signs_in("Noodtoegang", "zevende-boot-klinkt-rood", &code(&app, 0).await)).await.status, 401);
    assert!(kept().await.is_outdated(), "a wrong password changes nothing");
    token(desk, &signs_in("Noodtoegang", PASSWORD, &code(&app, 0).await)).await;
    assert!(!kept().await.is_outdated());
    token(desk, &signs_in("Noodtoegang", PASSWORD, &code(&app, 1).await)).await;
}

async fn whoever_makes_an_account_gives_no_more_than_they_may(desk: &Desk) {
    let administrator = desk.token(None, &[Role::Administrator]).await;
    let makes = async |token: &str, roles: Value| {
        let body = json!({ "name": "Noodtoegang", "roles": roles, "password": PASSWORD });
        let answer = desk.ask(Some(token), "POST", ACCOUNTS, Some(&body)).await;
        (answer.status, answer.body["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned())
    };
    for roles in
        [json!(["auditor"]), json!(["administrator"]), json!(["agent_line_1", "security_officer"]), json!(["approver"]), json!(["x"])]
    {
        for token in [&*administrator, ADMIN] {
            assert_eq!(makes(token, roles.clone()).await, (400, "/roles".to_owned()), "{roles}");
        }
    }
    let agent = desk.token(None, &[Role::AgentLine1]).await;
    assert_eq!(makes(&agent, json!(["agent_line_1"])).await.0, 403);
    // An account has no limits, so a token with limits makes none.
    let limit =
        NewToken { name: "x".to_owned(), roles: vec![Role::Administrator], verbs: Some(vec![Verb::ManageAccess]), ..NewToken::default() };
    let limited = tokens::create(&desk.app, &limit).await.expect("a token");
    assert_eq!(makes(&limited, json!(["agent_line_1"])).await.0, 403);
    // Nor does somebody take over an account with roles that they cannot give.
    let new = NewAccount { name: "Controle".to_owned(), roles: vec![Role::Auditor], password: PASSWORD.to_owned() };
    let stamp = Stamp::command("createAccount", desk.app.time.now());
    let made = accounts::create(&desk.app, &stamp, &new).await.expect("the command gives anything");
    let path = format!("{ACCOUNTS}/{}/recoveries", made.account.id);
    for token in [&*administrator, ADMIN] {
        let taken_over = desk.ask(Some(token), "POST", &path, Some(&json!({ "password": "achtste-fiets-zingt-blauw" }))).await;
        assert_eq!((taken_over.status, &taken_over.body["code"]), (403, &json!("command_only")), "{}", taken_over.body);
    }
    let everything = desk.post(ACCOUNTS, &json!({ "name": " ", "roles": [], "password": "x", "f": 1 })).await;
    let pointers: Vec<_> = everything.body["errors"].as_array().expect("errors").iter().map(|one| one["pointer"].clone()).collect();
    assert!(
        everything.status == 400 && ["/name", "/roles", "/password", "/f"].iter().all(|one| pointers.contains(&json!(one))),
        "{pointers:?}"
    );
}

#[actix_web::test]
async fn a_password_that_is_weak_or_breached_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("breached.txt");
    // SHA-1 of "negende-trein-fluit-zacht".
    std::fs::write(&list, format!("{}:3\n", sha1_of("negende-trein-fluit-zacht"))).expect("a list");
    let settings = [("UURWERK_ACCESS_BREACHED_PASSWORDS", list.to_str().expect("a path")), ("UURWERK_ACCESS_SHORTEST_PASSWORD", "16")];
    let desk = Desk::open_with(On::Sqlite, &settings).await;
    for (password, code) in [
        ("vijftien-tekens", "too_short"),
        ("passwordpassword", "easily_guessed"),
        ("xK7-noodtoegang-9vQz", "contains_name"),
        ("negende-trein-fluit-zacht", "breached"),
    ] {
        let body = json!({ "name": "Noodtoegang", "roles": ["agent_line_1"], "password": password });
        let refused = desk.post(ACCOUNTS, &body).await;
        let error = &refused.body["errors"][0];
        assert_eq!((refused.status, &error["pointer"], &error["code"]), (400, &json!("/password"), &json!(code)), "{}", refused.body);
        assert!(!refused.body.to_string().contains(password));
    }
    account(&desk, "Noodtoegang").await;
}

fn sha1_of(text: &str) -> String {
    use sha1::{Digest, Sha1};
    hex::encode_upper(Sha1::digest(text))
}

#[actix_web::test]
async fn a_desk_can_switch_local_accounts_off() {
    let desk = Desk::open_with(On::Sqlite, &[("UURWERK_ACCESS_LOCAL_ACCOUNTS", "false")]).await;
    let (_, app) = account(&desk, "Noodtoegang").await;
    let refused = tries(&desk, "192.0.2.1", &signs_in("Noodtoegang", PASSWORD, &code(&app, 0).await)).await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("local_accounts_off")), "{}", refused.body);
}

#[actix_web::test]
async fn what_is_no_sign_in_is_told_and_opens_nothing() {
    let desk = Desk::open(On::Sqlite).await;
    for (body, pointer) in [
        (json!({}), "/name"),
        (json!({ "name": "x", "password": "y", "totp": "12345" }), "/totp"),
        (json!({ "name": "x", "password": "y", "totp": 123_456 }), "/totp"),
        (json!({ "name": "x", "password": "y", "totp": "123456", "roles": ["administrator"] }), "/roles"),
    ] {
        let refused = tries(&desk, "192.0.2.1", &body).await;
        let pointers: Vec<_> = refused.body["errors"].as_array().expect("errors").iter().map(|one| one["pointer"].clone()).collect();
        assert!(refused.status == 400 && pointers.contains(&json!(pointer)), "{body}: {}", refused.body);
    }
    let large = json!({ "name": "x".repeat(20_000), "password": "y", "totp": "123456" });
    assert_eq!(tries(&desk, "192.0.2.1", &large).await.status, 413);
    // The rest of what stands at this address is for who manages access.
    assert_eq!(desk.ask(None, "GET", "/v1/access-tokens", None).await.status, 401);
    assert_eq!(desk.ask(Some(ADMIN), "GET", ACCOUNTS, None).await.status, 200);
}

async fn whoever_signs_out_comes_in_no_more_and_others_do(desk: &Desk) {
    let (_, app) = account(desk, "Noodtoegang").await;
    let [first, second] = codes(&app, [0, 1]).await;
    let (leaves, stays) =
        (token(desk, &signs_in("Noodtoegang", PASSWORD, &first)).await, token(desk, &signs_in("Noodtoegang", PASSWORD, &second)).await);
    let other = desk.another_door().await;
    assert_eq!((status(&other, &leaves).await, status(&other, &stays).await), (200, 200), "they are known there");
    let signed_out = desk.ask(Some(&leaves), "POST", "/v1/sign-outs", None).await;
    assert_eq!(signed_out.status, 201, "{}", signed_out.body);
    let place = signed_out.headers["location"].to_str().expect("text").to_owned();
    assert_eq!(place, format!("/v1/access-tokens/{}", signed_out.body["accessToken"].as_str().expect("an id")));
    for process in [desk, &other] {
        assert_eq!((status(process, &leaves).await, status(process, &stays).await), (401, 200));
    }
    assert_eq!(desk.ask(Some(&leaves), "POST", "/v1/sign-outs", None).await.status, 401, "a repeat");
    let shown = desk.get(&place).await.body;
    assert_eq!((&shown["state"], &shown["revokedAt"]), (&json!("revoked"), &signed_out.body["revokedAt"]), "{shown}");
    // A system does so too, also one whose token is limited; what is none of the desk's does not.
    let ends = TimeSource::machine().now().plus(24 * 3600).expect("an instant").to_string();
    let grant = json!({ "name": "monitoring", "roles": ["integration"], "verbs": ["read_tickets"], "expiresAt": ends });
    let limited = desk.post("/v1/access-token-grants", &grant).await.body["token"].as_str().expect("a token").to_owned();
    assert_eq!(desk.ask(Some(&limited), "POST", "/v1/sign-outs", None).await.status, 201);
    assert_eq!(status(desk, &limited).await, 401);
    let refused = desk.ask(Some(ADMIN), "POST", "/v1/sign-outs", None).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("not_revocable")), "{}", refused.body);
    assert_eq!(status(desk, ADMIN).await, 200);
}

async fn a_sign_in_is_removed_a_month_after_its_end_so_many_at_a_time(desk: &Desk) {
    let (_, app) = account(desk, "Noodtoegang").await;
    for totp in codes(&app, [-1, 0, 1]).await {
        token(desk, &signs_in("Noodtoegang", PASSWORD, &totp)).await;
    }
    let issued = desk.token_of_an_integration().await;
    let signed_in = async || {
        let listed = desk.get("/v1/access-tokens").await.body["items"].clone();
        listed.as_array().expect("tokens").iter().filter(|one| one["holder"] == "account").count()
    };
    let removes = async |days: i64, most: u64| {
        let now = TimeSource::machine().now().plus(days * 24 * 3600).expect("an instant");
        tokens::remove_old_sign_ins(&desk.app, now, most).await.expect("a sweep")
    };
    assert_eq!((removes(30, 10).await, signed_in().await), (0, 3), "they ended less than a month before");
    assert_eq!((removes(31, 2).await, signed_in().await), (2, 1));
    assert_eq!((removes(31, 2).await, removes(31, 2).await, signed_in().await), (1, 0, 0));
    assert_eq!(status(desk, &issued).await, 200);
}
