//! Changes: assessed before they are decided on, planned before they are carried out, tested before they are in production.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{errors, of_type, pair, told, with};
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    chg_01_an_adaptation_names_what_it_adapts,
    chg_02_an_emergency_change_is_doubted_when_its_incident_is_no_longer_the_first,
    chg_03_an_emergency_change_comes_before_all_others,
    chg_04_chg_10_nothing_is_in_production_before_the_functional_administrator_accepted_what_was_tested,
    changes_that_are_planned_together_on_one_thing_are_shown_to_each_other,
    chg_05_both_sides_approve_where_the_agreement_says_so,
    chg_06_a_change_is_assessed_before_it_is_decided_on_and_may_be_refused,
    chg_07_rfp_03_a_change_is_no_repair_and_its_cost_is_charged_somehow,
);

async fn chg_01_an_adaptation_names_what_it_adapts(desk: &Desk) {
    let adaptation = with(of_type("change_request"), json!({ "kind": "adapt" }));
    assert_eq!(errors(&desk.post("/v1/tickets", &adaptation).await), [pair("/item", "required")]);
    let made = desk.post("/v1/tickets", &with(adaptation, json!({ "item": "VPN-server" }))).await;
    assert_eq!((made.status, &made.body["item"], &made.body["kind"]), (201, &json!("VPN-server"), &json!("adapt")), "{}", made.body);
    assert_eq!(desk.post("/v1/tickets", &with(of_type("change_request"), json!({ "kind": "new" }))).await.status, 201);
}

async fn chg_02_an_emergency_change_is_doubted_when_its_incident_is_no_longer_the_first(desk: &Desk) {
    let p1 = desk.registers(&incident("p1")).await;
    let p2 = desk.registers(&incident("p2")).await;
    let emergency = |of: &str| with(of_type("change_request"), json!({ "emergencyFor": of }));
    assert_eq!(errors(&desk.post("/v1/tickets", &emergency(&p2)).await), [pair("/emergencyFor", "not_first_priority")]);
    let change = desk.registers(&emergency(&p1)).await;
    let seen = desk.get(&format!("/v1/tickets/{p1}/links")).await.body["items"].clone();
    assert_eq!((&seen[0]["kind"], &seen[0]["number"]), (&json!("solved_by"), &json!(change)), "{seen}");
    desk.passes("PT1M").await;
    assert_eq!(desk.get(&format!("/v1/tickets/{change}")).await.body["needsAttention"], false);
    desk.patch(&format!("/v1/tickets/{p1}"), &json!({ "priority": "p3" })).await;
    desk.passes("PT1M").await;
    let doubted = desk.get(&format!("/v1/tickets/{change}")).await.body;
    assert_eq!((&doubted["needsAttention"], doubted["emergencyFor"].is_string()), (&json!(true), true), "queried, not dropped: {doubted}");
    let listed = desk.get("/v1/tickets?needsAttention=true").await.body["items"].clone();
    assert_eq!(listed[0]["number"], json!(change), "{listed}");
    let client = desk.token_of("ipo").await;
    let theirs = desk.ask(Some(&client), "GET", "/v1/tickets?needsAttention=true", None).await.body["items"].clone();
    assert_eq!(theirs, json!([]), "how the desk works is not for clients to see");
    let settled = desk.post(&format!("/v1/tickets/{change}/attention-removals"), &json!({ "reason": "Toch nodig." })).await;
    assert_eq!((settled.status, &settled.body["needsAttention"]), (201, &json!(false)), "{}", settled.body);
    let closed = desk.registers(&incident("p1")).await;
    desk.moves(&closed, "cancelled").await;
    assert_eq!(told(&desk.post("/v1/tickets", &emergency(&closed)).await), (409, json!("incident_not_open")));
}

async fn chg_03_an_emergency_change_comes_before_all_others(desk: &Desk) {
    for _ in 0..3 {
        desk.registers(&of_type("change_request")).await;
    }
    let p1 = desk.registers(&incident("p1")).await;
    desk.passes("PT1H").await;
    let emergency = desk.registers(&with(of_type("change_request"), json!({ "emergencyFor": p1 }))).await;
    for sort in ["openedAt", "-openedAt", "nextDueAt"] {
        let listed = desk.get(&format!("/v1/tickets?type=change_request&sort={sort}")).await.body["items"].clone();
        assert_eq!(listed[0]["number"], json!(emergency), "{sort}");
    }
}

/// A change that is being carried out.
async fn implementing(desk: &Desk) -> String {
    let number = desk.registers(&of_type("change_request")).await;
    for phase in ["assessing", "approval", "scheduled", "implementing"] {
        assert!([200, 201].contains(&desk.brings(&number, phase).await.status), "{phase}");
    }
    number
}

async fn chg_04_chg_10_nothing_is_in_production_before_the_functional_administrator_accepted_what_was_tested(desk: &Desk) {
    let number = implementing(desk).await;
    let lacks = [("part_required".to_owned(), "test_report".to_owned()), ("decision_required".to_owned(), "acceptance".to_owned())];
    assert_eq!(desk.lacks(&number, "implemented").await, lacks);
    assert_eq!(told(&desk.moves(&number, "implemented").await), (409, json!("part_required")));
    let administrator = desk.person(Some("ipo"), "Femke", "femke@ipo.example", &[Role::FunctionalAdministrator]).await;
    let approver = desk.signer_of("ipo").await;
    let accept = async |token: &str| desk.decides(Some(token), &number, "acceptance", "yes").await;
    assert_eq!(told(&accept(&administrator).await), (409, json!("part_required")), "nothing was tested");
    let path = format!("/v1/tickets/{number}/test-reports");
    assert_eq!(desk.post(&path, &json!({ "passed": false, "findings": "Traag." })).await.status, 201);
    assert_eq!(told(&accept(&administrator).await), (409, json!("test_failed")));
    let failed = [("test_failed".to_owned(), "test_report".to_owned()), lacks[1].clone()];
    assert_eq!(desk.lacks(&number, "implemented").await, failed, "nobody can accept yet: the desk tests once more");
    assert_eq!(told(&desk.moves(&number, "implemented").await), (409, json!("test_failed")));
    assert_eq!(desk.post(&path, &json!({ "passed": true, "findings": "Goed." })).await.status, 201);
    assert_eq!(accept(&approver).await.status, 403, "the functional administrator, and nobody else");
    assert_eq!(accept(&administrator).await.status, 201);
    // What is tested anew is accepted anew.
    assert_eq!(desk.post(&path, &json!({ "passed": true, "findings": "Nog beter." })).await.status, 201);
    assert_eq!(told(&desk.moves(&number, "implemented").await), (409, json!("decision_required")));
    assert_eq!(accept(&administrator).await.status, 201);
    assert_eq!(desk.moves(&number, "implemented").await.status, 201);
}

async fn chg_05_both_sides_approve_where_the_agreement_says_so(desk: &Desk) {
    let number = desk.registers(&of_type("change_request")).await;
    for phase in ["assessing", "approval"] {
        desk.brings(&number, phase).await;
    }
    desk.writes(&number, "change_plan").await;
    let approver = desk.signer_of("ipo").await;
    assert_eq!(told(&desk.moves(&number, "scheduled").await), (409, json!("decision_required")));
    let one = desk.decides(Some(&approver), &number, "approval", "yes").await;
    assert_eq!((one.status, &one.body["phase"]), (201, &json!("approval")), "one side is not enough: {}", one.body);
    assert_eq!(told(&desk.moves(&number, "scheduled").await), (409, json!("decision_required")));
    let other = desk.decides(None, &number, "approval", "yes").await;
    assert_eq!((other.status, &other.body["phase"]), (201, &json!("scheduled")), "{}", other.body);
    // The desk's own no ends it, and says of no solution who had a part in it.
    let unwise = desk.registers(&of_type("change_request")).await;
    for phase in ["assessing", "approval"] {
        desk.brings(&unwise, phase).await;
    }
    let refused = desk.decides(None, &unwise, "approval", "no").await;
    assert_eq!((refused.status, &refused.body["phase"]), (201, &json!("rejected")), "{}", refused.body);
}

async fn chg_06_a_change_is_assessed_before_it_is_decided_on_and_may_be_refused(desk: &Desk) {
    let number = desk.registers(&of_type("change_request")).await;
    desk.moves(&number, "assessing").await;
    assert_eq!(told(&desk.moves(&number, "approval").await), (409, json!("part_required")));
    let path = format!("/v1/tickets/{number}/transitions");
    assert_eq!(errors(&desk.post(&path, &json!({ "to": "rejected" })).await), [pair("/reason", "required")]);
    let refused = desk.moves(&number, "rejected").await;
    assert_eq!((refused.status, &refused.body["state"]), (201, &json!("closed")), "{}", refused.body);
}

async fn chg_07_rfp_03_a_change_is_no_repair_and_its_cost_is_charged_somehow(desk: &Desk) {
    let number = desk.registers(&of_type("change_request")).await;
    desk.moves(&number, "assessing").await;
    let path = format!("/v1/tickets/{number}/assessments");
    let assessment = |more: Value| {
        with(json!({ "nature": "extension", "class": "normal", "impact": "low", "risk": "low", "explanation": "x", "cost": "0" }), more)
    };
    let repair = desk.post(&path, &assessment(json!({ "nature": "fault" }))).await;
    assert_eq!(errors(&repair), [pair("/nature", "not_allowed")]);
    assert!(repair.body.to_string().contains("incident"), "it is told what it is instead: {}", repair.body);
    assert_eq!(errors(&desk.post(&path, &assessment(json!({ "cost": "100.00" }))).await), [pair("/chargedBy", "required")]);
    for (charged, lacks) in [("actual_cost", None), ("quotation", Some("follows_from"))] {
        let priced = json!({ "cost": "100.00", "chargedBy": charged });
        assert_eq!(desk.post(&path, &assessment(priced)).await.status, 201);
        let lacking: Vec<_> = desk.lacks(&number, "approval").await.into_iter().map(|(_, field)| field).collect();
        assert_eq!(lacking, lacks.into_iter().map(str::to_owned).collect::<Vec<_>>(), "{charged}");
    }
}

async fn changes_that_are_planned_together_on_one_thing_are_shown_to_each_other(desk: &Desk) {
    let planned = async |item: &str, from: &str, until: &str| {
        let number = desk.registers(&with(of_type("change_request"), json!({ "item": item }))).await;
        let plan = json!({ "startsAt": from, "endsAt": until, "implementation": "x", "backOut": "y" });
        assert_eq!(desk.post(&format!("/v1/tickets/{number}/change-plans"), &plan).await.status, 201);
        number
    };
    let one = planned("VPN-server", "2026-04-01T18:00:00Z", "2026-04-01T20:00:00Z").await;
    let other = planned("vpn-server", "2026-04-01T19:00:00Z", "2026-04-01T21:00:00Z").await;
    planned("VPN-server", "2026-04-01T20:00:00Z", "2026-04-01T22:00:00Z").await;
    planned("Mailserver", "2026-04-01T18:00:00Z", "2026-04-01T20:00:00Z").await;
    let seen = desk.get(&format!("/v1/tickets/{one}/collisions")).await.body["items"].clone();
    assert_eq!((seen.as_array().map(Vec::len), &seen[0]["number"]), (Some(1), &json!(other)), "{seen}");
    let early = json!({ "startsAt": "2026-04-01T18:00:00Z", "endsAt": "2026-04-01T18:00:00Z", "implementation": "x", "backOut": "y" });
    assert_eq!(errors(&desk.post(&format!("/v1/tickets/{one}/change-plans"), &early).await), [pair("/endsAt", "not_allowed")]);
}
