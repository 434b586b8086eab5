//! The steps that make the database: each can be undone, and done again.

use migration::{Migrator, MigratorTrait};
use uurwerk::cli;

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(every_step_can_be_undone_and_done_again);

async fn every_step_can_be_undone_and_done_again(desk: &Desk) {
    Migrator::down(&desk.behind().await, None).await.expect("down");
    cli::migrated_by_owner(&desk.app.settings).await.expect("up");
    assert_eq!(desk.rows("contract_version").await, 0);
    assert_eq!(desk.post("/v1/tickets", &incident("p3")).await.status, 400, "nothing is left of what was agreed");
}
