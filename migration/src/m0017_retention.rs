//! What is destroyed when its time is over: proposals, and the indexes by which it is found.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    string, string_null, timestamp_with_time_zone as instant, timestamp_with_time_zone_null as instant_null, uuid,
};

use crate::table::{make, table, table_of, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "destruction",
            vec![
                uuid("id"),
                string("contract"),
                string("class"),
                instant("before_at"),
                string("keep"),
                string("proposed_by"),
                instant("proposed_at"),
                instant_null("approved_at"),
                instant_null("done_at"),
            ],
        ),
        table_of(
            "destruction_item",
            "destruction_id",
            "destruction",
            vec![uuid("id"), uuid("destruction_id"), uuid("subject_id"), string("name"), string_null("outcome")],
        ),
    ]
}

const COLUMNS: [&str; 2] = ["destroyed_at", "files_destroyed_at"];

const INDEXES: [&str; 7] = [
    "CREATE INDEX i_destruction_newest ON destruction (proposed_at, id)",
    "CREATE INDEX i_destruction_to_do ON destruction (approved_at) WHERE approved_at IS NOT NULL AND done_at IS NULL",
    "CREATE UNIQUE INDEX u_destruction_item ON destruction_item (destruction_id, subject_id)",
    // Nothing is in two proposals at once.
    "CREATE INDEX i_destruction_item_waiting ON destruction_item (subject_id) WHERE outcome IS NULL",
    "CREATE INDEX i_ticket_retention ON ticket (contract, closed_at, id) WHERE closed_at IS NOT NULL AND destroyed_at IS NULL",
    "CREATE INDEX i_ticket_files_retention ON ticket (contract, closed_at, id) WHERE closed_at IS NOT NULL AND files_destroyed_at IS NULL",
    "CREATE INDEX i_inbound_mail_retention ON inbound_mail (contract, received_at, id) WHERE erased_at IS NULL",
];

const OTHERS: [&str; 3] = ["DROP INDEX i_ticket_retention", "DROP INDEX i_ticket_files_retention", "DROP INDEX i_inbound_mail_retention"];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.alter_table(Table::alter().table(Alias::new("ticket")).add_column(instant_null(column)).to_owned()).await?;
        }
        make(manager, tables(), &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, Vec::new(), &OTHERS).await?;
        unmake(manager, &["destruction_item", "destruction"]).await?;
        for column in COLUMNS {
            manager.alter_table(Table::alter().table(Alias::new("ticket")).drop_column(Alias::new(column)).to_owned()).await?;
        }
        Ok(())
    }
}
