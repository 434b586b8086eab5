//! The steps that make the database: each can be undone, and done again.

use migration::{Migrator, MigratorTrait};
use serde_json::json;
use uurwerk::cli;
use uurwerk::domain::permission::Role;

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(every_step_can_be_undone_and_done_again, a_hold_of_before_is_there_for_those_who_may_see_its_ticket_alone,);

async fn every_step_can_be_undone_and_done_again(desk: &Desk) {
    Migrator::down(&desk.behind().await, None).await.expect("down");
    cli::migrated_by_owner(&desk.app.settings).await.expect("up");
    assert_eq!(desk.rows("contract_version").await, 0);
    assert_eq!(desk.post("/v1/tickets", &incident("p3")).await.status, 400, "nothing is left of what was agreed");
}

async fn a_hold_of_before_is_there_for_those_who_may_see_its_ticket_alone(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let hold = json!({ "kind": "ticket", "subject": number, "reason": "Een geschil." });
    assert_eq!(desk.post("/v1/legal-holds", &hold).await.status, 201);
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/flags"), &json!({ "flag": "confidential" })).await.status, 201);
    let steps = Migrator::migrations();
    let since = steps.iter().position(|step| step.name().ends_with("tickets_of_holds")).map(|place| steps.len() - place);
    let since = u32::try_from(since.expect("a step of that name")).expect("few");
    Migrator::down(&desk.behind().await, Some(since)).await.expect("down");
    cli::migrated_by_owner(&desk.app.settings).await.expect("up");
    let officer = desk.token(None, &[Role::PrivacyOfficer]).await;
    for (token, count) in [(officer.as_str(), 0), (ADMIN, 1)] {
        let holds = desk.ask(Some(token), "GET", "/v1/legal-holds", None).await.body;
        assert_eq!(holds["items"].as_array().map(Vec::len), Some(count), "{holds}");
    }
}
