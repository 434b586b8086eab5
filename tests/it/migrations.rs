//! The steps that make the database: each can be undone, and done again.

use migration::{Migrator, MigratorTrait};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(every_step_can_be_undone_and_done_again);

async fn every_step_can_be_undone_and_done_again(desk: &Desk) {
    let connection = desk.app.db.bare_connection();
    Migrator::down(connection, None).await.expect("down");
    Migrator::up(connection, None).await.expect("up");
    assert_eq!(desk.rows("contract_version").await, 0);
    assert_eq!(desk.post("/v1/tickets", &incident("p3")).await.status, 400, "nothing is left of what was agreed");
}
