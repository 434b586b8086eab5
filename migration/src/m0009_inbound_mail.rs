//! Mail that came is shown to the desk: by whom and about what, newest first, and by its ticket for the next mail to answer.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: [&str; 5] = [
    "ALTER TABLE inbound_mail ADD COLUMN sender VARCHAR NULL",
    "ALTER TABLE inbound_mail ADD COLUMN subject VARCHAR NULL",
    "CREATE INDEX i_inbound_mail_newest ON inbound_mail (received_at, id)",
    "CREATE INDEX i_inbound_mail_quarantined ON inbound_mail (received_at, id) WHERE outcome = 'quarantined'",
    "CREATE INDEX i_inbound_mail_ticket_id ON inbound_mail (ticket_id, received_at) WHERE ticket_id IS NOT NULL",
];

const DOWN: [&str; 5] = [
    "DROP INDEX i_inbound_mail_ticket_id",
    "DROP INDEX i_inbound_mail_quarantined",
    "DROP INDEX i_inbound_mail_newest",
    "ALTER TABLE inbound_mail DROP COLUMN subject",
    "ALTER TABLE inbound_mail DROP COLUMN sender",
];

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
