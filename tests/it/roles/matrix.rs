//! Who is told: those who act in the roles of the matrix.

use serde_json::{Value, json};

use super::{ROLES, grants, history, klant, path, state, with_matrix};
use crate::on_both_databases;
use crate::support::{Desk, incident, incident_under};

on_both_databases!(
    role_02_mail_goes_to_who_holds_the_role_and_a_new_holder_gets_what_is_new,
    role_02_several_holders_all_get_it,
    role_04_a_deputy_gets_what_comes_during_an_absence,
    role_04_whoever_is_back_early_has_the_role_again_and_an_absence_that_is_cancelled_never_was,
    role_04_an_absence_without_a_deputy_is_told_and_listed,
    role_04_a_role_that_nobody_holds_any_more_is_told_where_the_contract_has_no_address,
    role_05_a_plan_says_which_role_that_is_held_it_drops,
);

/// A case climbs; to whom that is told.
pub async fn climbs(desk: &Desk) -> Vec<String> {
    climbs_for(desk, &incident("p3")["requester"]).await
}

pub async fn climbs_for(desk: &Desk, requester: &Value) -> Vec<String> {
    let mut ticket = incident_under("matrix");
    ticket["requester"] = requester.clone();
    let number = desk.registers(&ticket).await;
    desk.passes("PT1M").await;
    let before = desk.mails().len();
    let up = desk.post(&format!("/v1/tickets/{number}/escalations"), &json!({ "code": "hoger", "reason": "Het duurt." })).await;
    assert_eq!(up.status, 201, "{}", up.body);
    desk.passes("PT1M").await;
    let told = desk.mails().into_iter().skip(before);
    let mut told: Vec<_> = told.filter_map(|mail| mail.lines().find_map(|line| line.strip_prefix("To: ").map(str::to_owned))).collect();
    told.sort();
    told
}

async fn role_02_mail_goes_to_who_holds_the_role_and_a_new_holder_gets_what_is_new(desk: &Desk) {
    with_matrix(desk, false).await;
    assert_eq!(climbs(desk).await, ["klant@ipo.example"], "nobody holds it: the contract's address");
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    assert_eq!((&anna["state"], &anna["holder"]["name"]), (&json!("in_force"), &json!("Anna de Boer")));
    assert_eq!(climbs(desk).await, ["anna@ipo.example"]);
    let mut bram = klant("bram@ipo.example");
    bram["replaces"] = anna["id"].clone();
    let bram = grants(desk, &bram).await;
    assert_eq!(state(desk, &anna).await, json!("ended"));
    assert_eq!(climbs(desk).await, ["bram@ipo.example"], "what was sent before stays with Anna");
    let ended = desk.post(&path(&bram, "/endings"), &json!({ "reason": "Uit dienst." })).await;
    assert_eq!((ended.status, &ended.body["state"]), (201, &json!("ended")), "{}", ended.body);
    assert_eq!(climbs(desk).await, ["klant@ipo.example"]);
}

async fn role_02_several_holders_all_get_it(desk: &Desk) {
    with_matrix(desk, false).await;
    grants(desk, &klant("anna@ipo.example")).await;
    grants(desk, &klant("bram@ipo.example")).await;
    assert_eq!(climbs(desk).await, ["anna@ipo.example", "bram@ipo.example"]);
    let twice = desk.post(ROLES, &klant("anna@ipo.example")).await;
    assert_eq!((twice.status, &twice.body["code"]), (409, &json!("role_held")), "{}", twice.body);
}

async fn role_04_a_deputy_gets_what_comes_during_an_absence(desk: &Desk) {
    with_matrix(desk, false).await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    let away = json!({ "fromAt": "2026-03-03T00:00:00+01:00", "untilAt": "2026-03-05T00:00:00+01:00", "deputy": "bram@ipo.example" });
    let planned = desk.post(&path(&anna, "/absences"), &away).await;
    assert_eq!((planned.status, &planned.body["acting"][0]["name"]), (201, &json!("Anna de Boer")), "{}", planned.body);
    assert_eq!(climbs(desk).await, ["anna@ipo.example"]);
    desk.reaches("2026-03-03T09:00:00+01:00").await;
    assert_eq!(desk.get(&path(&anna, "")).await.body["acting"][0]["name"], json!("Bram Visser"));
    assert_eq!(climbs(desk).await, ["bram@ipo.example"]);
    desk.reaches("2026-03-05T09:00:00+01:00").await;
    assert_eq!(climbs(desk).await, ["anna@ipo.example"]);
    for (body, pointer, code) in [
        (
            json!({ "untilAt": "2026-03-05T08:00:00Z", "deputy": "anna@ipo.example", "fromAt": "2026-03-06T08:00:00Z" }),
            "/untilAt",
            "before_from",
        ),
        (json!({ "untilAt": "2026-03-09T08:00:00Z", "deputy": "anna@ipo.example" }), "/deputy", "same_person"),
        (json!({ "untilAt": "2026-03-09T08:00:00Z", "deputy": "vreemd@elders.example" }), "/deputy", "unknown_person"),
        (json!({ "untilAt": "2026-03-09T08:00:00Z", "fromAt": "2026-03-04T08:00:00Z" }), "/fromAt", "overlap"),
    ] {
        let refused = desk.post(&path(&anna, "/absences"), &body).await;
        let told = (refused.status, refused.body["errors"][0]["pointer"].clone(), refused.body["errors"][0]["code"].clone());
        assert_eq!(told, (400, json!(pointer), json!(code)), "{body}: {}", refused.body);
    }
}

async fn role_04_whoever_is_back_early_has_the_role_again_and_an_absence_that_is_cancelled_never_was(desk: &Desk) {
    with_matrix(desk, false).await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    let goes = async |from: &str, until: &str, deputy: Option<&str>| {
        let planned = desk.post(&path(&anna, "/absences"), &json!({ "fromAt": from, "untilAt": until, "deputy": deputy })).await;
        assert_eq!(planned.status, 201, "{}", planned.body);
        planned.body["absences"].as_array().and_then(|all| all.last()).expect("an absence")["id"].clone()
    };
    let comes_back = async |body: Value| desk.post(&path(&anna, "/absence-endings"), &body).await;
    let early = goes("2026-03-03T00:00:00+01:00", "2026-03-10T00:00:00+01:00", Some("bram@ipo.example")).await;
    let never = goes("2026-03-10T00:00:00+01:00", "2026-03-11T00:00:00+01:00", None).await;
    let later = goes("2026-03-12T00:00:00+01:00", "2026-03-14T00:00:00+01:00", None).await;
    for (body, pointer, code) in [
        (json!({}), "/absence", "required"),
        (json!({ "absence": anna["id"] }), "/absence", "unknown_value"),
        (json!({ "absence": early, "untilAt": "2026-03-02T00:00:00+01:00" }), "/untilAt", "in_past"),
        (json!({ "absence": early, "untilAt": "2026-03-03T00:00:00+01:00" }), "/untilAt", "before_from"),
        (json!({ "absence": early, "untilAt": "2026-03-10T00:00:00+01:00" }), "/untilAt", "out_of_range"),
    ] {
        let refused = comes_back(body.clone()).await;
        let told = (refused.status, refused.body["errors"][0]["pointer"].clone(), refused.body["errors"][0]["code"].clone());
        assert_eq!(told, (400, json!(pointer), json!(code)), "{body}: {}", refused.body);
    }
    let cancelled = comes_back(json!({ "absence": never })).await;
    assert_eq!(cancelled.status, 201, "{}", cancelled.body);
    let left: Vec<_> = cancelled.body["absences"].as_array().expect("absences").iter().map(|one| one["id"].clone()).collect();
    assert_eq!(left, [early.clone(), later.clone()]);
    let shortened = comes_back(json!({ "absence": later, "untilAt": "2026-03-13T00:00:00+01:00" })).await;
    assert_eq!((shortened.status, &shortened.body["absences"][1]["untilAt"]), (201, &json!("2026-03-12T23:00:00Z")), "{}", shortened.body);
    desk.reaches("2026-03-04T09:00:00+01:00").await;
    assert_eq!(climbs(desk).await, ["bram@ipo.example"]);
    let back = comes_back(json!({ "absence": early })).await;
    assert_eq!((back.status, &back.body["acting"][0]["name"]), (201, &json!("Anna de Boer")), "{}", back.body);
    assert_eq!(climbs(desk).await, ["anna@ipo.example"]);
    assert_eq!(comes_back(json!({ "absence": early })).await.status, 400, "it has ended");
    // Nobody is missed on a day on which she was to be away, and she can be away then after all.
    desk.reaches("2026-03-11T12:00:00+01:00").await;
    let again = goes("2026-03-13T00:00:00+01:00", "2026-03-14T00:00:00+01:00", Some("bram@ipo.example")).await;
    desk.reaches("2026-03-13T12:00:00+01:00").await;
    assert_eq!(comes_back(json!({ "absence": again })).await.status, 201);
    let told: Vec<_> =
        history(desk, &anna).await.into_iter().filter(|one| one.starts_with("role.absence_") || one.contains("uncovered")).collect();
    let kinds: Vec<_> = told.iter().map(|one| one.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(
        kinds,
        [
            "role.absence_planned",
            "role.absence_planned",
            "role.absence_planned",
            "role.absence_cancelled",
            "role.absence_shortened",
            "role.absence_shortened",
            "role.absence_planned",
            "role.uncovered",
            "role.absence_shortened",
        ]
    );
    assert_eq!(told[7], "role.uncovered 2026-03-11T23:00:00Z", "that of the shortened one alone");
    let outcome = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a comparison");
    assert_eq!((outcome.roles, outcome.differences.len()), (1, 0), "{:?}", outcome.differences);
}

async fn role_04_an_absence_without_a_deputy_is_told_and_listed(desk: &Desk) {
    with_matrix(desk, false).await;
    let anna = grants(desk, &klant("anna@ipo.example")).await;
    let gaps = async || {
        let listed = desk.get("/v1/role-gaps?pageSize=100").await.body["items"].clone();
        let of_matrix = listed.as_array().expect("gaps").iter().filter(|gap| gap["contract"] == "matrix").cloned();
        of_matrix.map(|gap| format!("{} {}", gap["role"], gap["cause"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(gaps().await, ["team nobody_holds_it"], "a role without holder or address");
    let away = json!({ "fromAt": "2026-03-03T08:00:00+01:00", "untilAt": "2026-03-05T08:00:00+01:00" });
    let planned = desk.post(&path(&anna, "/absences"), &away).await;
    assert_eq!(planned.status, 201, "{}", planned.body);
    desk.reaches("2026-03-03T07:00:00+01:00").await;
    assert_eq!(gaps().await, ["team nobody_holds_it"]);
    desk.reaches("2026-03-03T09:00:00+01:00").await;
    assert_eq!(gaps().await, ["klant holder_absent", "team nobody_holds_it"]);
    assert!(history(desk, &anna).await.contains(&"role.uncovered 2026-03-03T07:00:00Z".to_owned()));
    let alerts = || desk.mails().into_iter().filter(|mail| mail.contains("geen waarnemer")).count();
    assert_eq!(alerts(), 1, "the service manager hears of it once");
    assert_eq!(climbs(desk).await, ["klant@ipo.example"], "meanwhile the contract's own address");
    let deputy = json!({ "absence": planned.body["absences"][0]["id"], "deputy": "bram@ipo.example" });
    let named = desk.post(&path(&anna, "/deputies"), &deputy).await;
    assert_eq!((named.status, &named.body["acting"][0]["name"]), (201, &json!("Bram Visser")), "{}", named.body);
    assert_eq!((gaps().await, alerts()), (vec!["team nobody_holds_it".to_owned()], 1));
}

async fn role_04_a_role_that_nobody_holds_any_more_is_told_where_the_contract_has_no_address(desk: &Desk) {
    with_matrix(desk, false).await;
    desk.account("Cor Vis", "cor@leverancier.example").await;
    let mut team = klant("cor@leverancier.example");
    team["role"] = json!("team");
    team["untilAt"] = json!("2026-03-03T08:00:00+01:00");
    let cor = grants(desk, &team).await;
    assert_eq!(climbs(desk).await, ["cor@leverancier.example", "klant@ipo.example"]);
    desk.reaches("2026-03-03T09:00:00+01:00").await;
    assert_eq!(history(desk, &cor).await.last().map(String::as_str), Some("role.ended 2026-03-03T07:00:00Z"));
    assert_eq!(desk.mails().into_iter().filter(|mail| mail.contains("Niemand vervult deze rol")).count(), 1);
    assert_eq!(climbs(desk).await, ["klant@ipo.example"]);
}

async fn role_05_a_plan_says_which_role_that_is_held_it_drops(desk: &Desk) {
    with_matrix(desk, false).await;
    grants(desk, &klant("anna@ipo.example")).await;
    let next = super::MATRIX.replace("SIGNED", "false").replace("klant", "gebruiker").replace("version = \"1\"", "version = \"2\"");
    let next = next.replace("2026-03-02", "2026-04-02").replace("gebruiker@ipo", "klant@ipo");
    let plan = desk.post("/v1/contract-plans", &json!({ "contract": next })).await.body;
    assert_eq!(plan["droppedRoles"], json!([{ "role": "klant", "holders": 1 }]), "{plan}");
    assert_eq!(plan["unreachedRoles"], json!([{ "role": "team", "organisation": "ipo" }]), "{plan}");
    let source = uurwerk::usecases::contracts::source(&next).expect("a contract");
    let told = uurwerk::usecases::agreements::plan(&desk.app, &source).await.expect("a plan").to_string();
    assert!(told.contains("1 person holds the role klant, which it does not have"), "{told}");
}
