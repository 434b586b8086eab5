//! Mails that wait for opening hours, and how many automatic ones were queued lately for somebody.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: [&str; 3] = [
    "CREATE INDEX i_outbound_mail_waiting ON outbound_mail (next_attempt_at) WHERE state = 'waiting'",
    "DROP INDEX i_outbound_mail_lately",
    "CREATE INDEX i_outbound_mail_lately ON outbound_mail (lower(recipient), queued_at)",
];
const DOWN: [&str; 3] = [
    "DROP INDEX i_outbound_mail_waiting",
    "DROP INDEX i_outbound_mail_lately",
    "CREATE INDEX i_outbound_mail_lately ON outbound_mail (lower(recipient), created_at)",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}

async fn run(manager: &SchemaManager<'_>, statements: [&str; 3]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}
