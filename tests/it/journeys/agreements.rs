//! A new version of an agreement: looked at, applied, and in force for what is reported from its date on.

use serde_json::{Value, json};
use uurwerk::usecases::{agreements, contracts};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    a_new_version_is_for_what_is_reported_from_its_date_on_and_nothing_else,
    a_version_never_changes_and_never_rewrites_the_past,
    a_new_version_is_for_the_desk_and_a_draft_is_none,
    a_plan_says_what_a_version_follows_and_until_when_it_holds,
);

/// The example agreement as another version, from another date, with P2 solved within 4 hours.
fn agreement(version: &str, from: &str) -> Value {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let text = std::fs::read_to_string(file).expect("a contract");
    let text = text.replacen("version = \"1.0\"", &format!("version = \"{version}\""), 1);
    let text = text.replacen("effective_from = 2025-01-01", &format!("effective_from = {from}"), 1);
    json!({ "contract": text.replacen("{ share = 90, within = \"8h\" }", "{ share = 90, within = \"4h\" }", 1) })
}

async fn a_new_version_is_for_what_is_reported_from_its_date_on_and_nothing_else(desk: &Desk) {
    let other = desk.another_process().await;
    let before = desk.registers(&incident("p2")).await;
    let plan = desk.post("/v1/contract-plans", &agreement("1.1", "2026-03-03")).await;
    assert_eq!(plan.status, 201, "{}", plan.body);
    assert_eq!((&plan.body["follows"], &plan.body["obstacle"], &plan.body["isApplied"]), (&json!("1.0"), &Value::Null, &json!(false)));
    assert_eq!(plan.body["openTickets"], json!([{ "contractVersion": "1.0", "count": 1 }]));
    let keys: Vec<_> =
        plan.body["changes"].as_array().expect("changes").iter().map(|one| one["key"].as_str().unwrap_or_default()).collect();
    assert_eq!(keys, ["version", "effective_from", "clocks.4.goals.0.within"]);
    assert_eq!(desk.get("/v1/contracts/dap-example").await.body["versions"].as_array().map(Vec::len), Some(1), "a plan changes nothing");
    let applied = desk.post("/v1/contracts", &agreement("1.1", "2026-03-03")).await;
    assert_eq!((applied.status, &applied.body["isApplied"]), (201, &json!(true)), "{}", applied.body);
    let today = desk.registers(&incident("p2")).await;
    desk.passes("P1D").await;
    let tomorrow = desk.registers(&incident("p2")).await;
    let target = async |number: &str| desk.clock(number, "resolution").await["goals"][0]["target"].clone();
    assert_eq!([target(&before).await, target(&today).await, target(&tomorrow).await], [json!("8h"), json!("8h"), json!("4h")]);
    // A process that started before knows of it too.
    let text = agreement("1.1", "2026-03-03");
    let source = contracts::source(text["contract"].as_str().unwrap_or_default()).expect("a contract");
    assert!(agreements::plan(&other, &source).await.expect("a plan").is_applied);
}

async fn a_version_never_changes_and_never_rewrites_the_past(desk: &Desk) {
    desk.registers(&incident("p2")).await;
    let refused = desk.post("/v1/contracts", &agreement("1.1", "2026-03-02")).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("past_rewritten")), "{}", refused.body);
    let changed = desk.post("/v1/contracts", &agreement("1.0", "2026-04-01")).await;
    assert_eq!((changed.status, &changed.body["code"]), (409, &json!("version_exists")));
    let first = desk.post("/v1/contracts", &agreement("1.1", "2026-03-03")).await;
    let again = desk.post("/v1/contracts", &agreement("1.1", "2026-03-03")).await;
    assert_eq!((first.status, again.status), (201, 201));
    let versions = desk.get("/v1/contracts/dap-example").await.body["versions"].clone();
    assert_eq!(versions.as_array().map(Vec::len), Some(2), "{versions}");
    let plan = desk.post("/v1/contract-plans", &agreement("1.2", "2026-03-02")).await;
    assert!(plan.body["obstacle"].as_str().is_some_and(|text| text.contains("rewrite the past")), "{}", plan.body);
}

async fn a_plan_says_what_a_version_follows_and_until_when_it_holds(desk: &Desk) {
    let plan = async |version: &str, from: &str| {
        let text = agreement(version, from);
        let source = contracts::source(text["contract"].as_str().unwrap_or_default()).expect("a contract");
        let plan = agreements::plan(&desk.app, &source).await.expect("a plan");
        (plan.to_string(), desk.post("/v1/contract-plans", &text).await.body)
    };
    // Older than the only version there is: it follows none, and is no new contract either.
    let (told, answer) = plan("0.9", "2024-01-01").await;
    assert!(
        told.starts_with("dap-example 0.9\n  for tickets reported from 2024-01-01 until 2025-01-01, when version 1.0 takes over\n"),
        "{told}"
    );
    assert_eq!((&answer["follows"], &answer["untilDate"]), (&Value::Null, &json!("2025-01-01")));
    let (told, answer) = plan("1.1", "2026-04-01").await;
    assert!(told.contains("1.1 (follows version 1.0)\n  for tickets reported from 2026-04-01 on\n"), "{told}");
    assert_eq!((&answer["follows"], &answer["untilDate"]), (&json!("1.0"), &Value::Null));
    // The same version with another text is compared with the text that it has.
    let (told, answer) = plan("1.0", "2025-01-01").await;
    assert!(told.starts_with("dap-example 1.0\n  cannot be applied: version 1.0 was applied with another text"), "{told}");
    let keys: Vec<_> = answer["changes"].as_array().expect("changes").iter().map(|one| one["key"].clone()).collect();
    assert_eq!((keys, told.contains("~ clocks.4.goals.0.within")), (vec![json!("clocks.4.goals.0.within")], true));
}

async fn a_new_version_is_for_the_desk_and_a_draft_is_none(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    for path in ["/v1/contracts", "/v1/contract-plans"] {
        assert_eq!(desk.ask(Some(&client), "POST", path, Some(&agreement("1.1", "2026-03-03"))).await.status, 403);
        let mut draft = agreement("1.1", "2026-03-03");
        let text = draft["contract"].as_str().unwrap_or_default().replacen("goals = [{ within = \"30m\" }]", "goals = \"unknown\"", 1);
        draft["contract"] = json!(text);
        let refused = desk.post(path, &draft).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("bad_contract")), "{}", refused.body);
    }
}
