//! A contract manager asks what another agreement would have made of last month.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    a_stricter_agreement_gains_the_breaches_it_would_have_had_and_changes_nothing,
    a_contract_that_cannot_be_is_refused_with_all_its_problems,
    a_moment_agreed_with_the_client_has_no_share_and_a_priority_its_name,
    a_period_that_has_not_begun_is_refused,
);

/// The example agreement with P2 solved within another time.
fn agreement(within: &str) -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let text = std::fs::read_to_string(file).expect("a contract");
    let (before, after) = text.split_once("[[clocks]]                                   # clocks.4").expect("the P2 resolution clock");
    let changed = after.replacen("within = \"8h\"", &format!("within = \"{within}\""), 1);
    assert_ne!(after, changed);
    format!("{before}[[clocks]]{changed}").replacen("version = \"1.0\"", "version = \"1.1\"", 1)
}

async fn tried(desk: &Desk, within: &str) -> Value {
    let body = json!({ "contract": agreement(within), "from": "2026-03-01T00:00:00+01:00", "to": "2026-04-01T00:00:00+02:00" });
    let answer = desk.post("/v1/contract-simulations", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let goals = answer.body["goals"].as_array().expect("goals");
    let own = goals.iter().find(|goal| goal["clock"] == "resolution" && goal["priority"] == "p2");
    own.unwrap_or_else(|| panic!("no P2 resolution in {}", answer.body)).clone()
}

async fn a_stricter_agreement_gains_the_breaches_it_would_have_had_and_changes_nothing(desk: &Desk) {
    let (quick, slow, late) =
        (desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await);
    for (after, number) in [("PT2H", &quick), ("PT4H", &slow), ("P1D", &late)] {
        desk.passes(after).await;
        desk.moves(number, "in_progress").await;
        desk.moves(number, "resolved").await;
    }
    let histories = async || [desk.history(&quick).await, desk.history(&slow).await, desk.history(&late).await];
    let before = histories().await;
    let same = tried(desk, "10h").await;
    assert_eq!((&same["before"]["met"], &same["before"]["missed"], &same["before"]["verdict"]), (&json!(2), &json!(1), &json!("missed")));
    assert_eq!((&same["breachesGained"], &same["breachesLost"]), (&json!(0), &json!(0)));
    let strict = tried(desk, "4h").await;
    assert_eq!((&strict["after"]["target"], &strict["after"]["met"], &strict["after"]["missed"]), (&json!("4h"), &json!(1), &json!(2)));
    assert_eq!((&strict["gained"], &strict["lost"]), (&json!([slow]), &json!([])));
    let mild = tried(desk, "40h").await;
    assert_eq!((&mild["after"]["verdict"], &mild["gained"], &mild["lost"]), (&json!("met"), &json!([]), &json!([late])));
    assert_eq!(histories().await, before, "nothing is changed");
    let client = desk.token_of("ipo").await;
    let theirs = desk.ask(Some(&client), "POST", "/v1/contract-simulations", Some(&json!({}))).await;
    assert_eq!(theirs.status, 403);
}

async fn a_moment_agreed_with_the_client_has_no_share_and_a_priority_its_name(desk: &Desk) {
    let report = json!({
        "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "Knop is scheef", "description": "Het werkt wel.",
        "priority": "low", "channel": "phone", "requester": { "name": "Anna de Boer", "email": "anna@voorbeeld.example" }
    });
    let number = desk.registers(&report).await;
    let agreed = json!({ "dueAt": "2026-03-20T12:00:00+01:00", "agreedBy": { "name": "Bert Bos", "email": "bert@voorbeeld.example" } });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/repair-agreements"), &agreed).await.status, 201);
    desk.reaches("2026-04-01T09:00:00+02:00").await;
    let text = std::fs::read_to_string("config/contracts/covide.toml").expect("a file");
    let body = json!({ "contract": text, "from": "2026-03-01T00:00:00+01:00", "to": "2026-04-01T00:00:00+02:00" });
    let answer = desk.post("/v1/contract-simulations", &body).await.body;
    let row = answer["goals"].as_array().and_then(|goals| goals.iter().find(|goal| goal["clock"] == "resolution")).expect("a row");
    assert_eq!((&row["priority"], &row["priorityLabel"]), (&json!("low"), &json!("Laag")));
    let expected = json!({
        "comparison": "within", "target": "agreed", "shareRequired": null, "n": 1, "met": 0, "missed": 1, "verdict": null
    });
    assert_eq!((&row["before"], &row["after"]), (&expected, &expected));
}

async fn a_period_that_has_not_begun_is_refused(desk: &Desk) {
    let body = json!({ "contract": agreement("4h"), "from": "2026-05-01T00:00:00+02:00", "to": "2026-06-01T00:00:00+02:00" });
    let refused = desk.post("/v1/contract-simulations", &body).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("not_begun")), "{}", refused.body);
}

async fn a_contract_that_cannot_be_is_refused_with_all_its_problems(desk: &Desk) {
    let body =
        json!({ "contract": "id = \"dap-example\"\nwish = true", "from": "2026-03-01T00:00:00+01:00", "to": "2026-03-01T00:00:00+01:00" });
    let refused = desk.post("/v1/contract-simulations", &body).await;
    let errors = refused.body["errors"].as_array().expect("errors");
    let codes: Vec<_> = errors.iter().map(|error| error["code"].as_str().unwrap_or_default()).collect();
    assert_eq!((refused.status, codes.first(), codes.contains(&"bad_contract")), (400, Some(&"before_from"), true));
    assert!(errors.len() > 4, "every missing key at once: {errors:?}");
}
