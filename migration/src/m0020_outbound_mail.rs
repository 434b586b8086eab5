//! Mail that is sent again after it was given up is tried for as long as a new one; and the desk lists what it sent.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: [&str; 4] = [
    "ALTER TABLE outbound_mail ADD COLUMN queued_at TIMESTAMP WITH TIME ZONE NULL",
    "UPDATE outbound_mail SET queued_at = created_at",
    "CREATE INDEX i_outbound_mail_newest ON outbound_mail (created_at, id)",
    "CREATE INDEX i_outbound_mail_state_newest ON outbound_mail (state, created_at, id)",
];

const DOWN: [&str; 3] =
    ["DROP INDEX i_outbound_mail_state_newest", "DROP INDEX i_outbound_mail_newest", "ALTER TABLE outbound_mail DROP COLUMN queued_at"];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &DOWN).await
    }
}

async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}
