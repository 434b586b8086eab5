//! What makes a mail the same as another is kept apart from what it says: a mail that was wrongly taken for a duplicate can then become a
//! ticket. Message-IDs are looked up in every contract, and people by their address alone.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: [&str; 7] = [
    "DROP INDEX u_inbound_mail_once",
    "DROP INDEX i_inbound_mail_contract_message_id_digest",
    // Rows of before have none: they are found by their Message-ID and digest all the same.
    "ALTER TABLE inbound_mail ADD COLUMN once_key VARCHAR NULL",
    "CREATE UNIQUE INDEX u_inbound_mail_once ON inbound_mail (contract, once_key)",
    "CREATE INDEX i_inbound_mail_message_id ON inbound_mail (message_id)",
    "CREATE INDEX i_inbound_mail_digest ON inbound_mail (contract, digest, received_at)",
    "CREATE INDEX i_person_email ON person (email)",
];

const DOWN: [&str; 7] = [
    "DROP INDEX i_person_email",
    "DROP INDEX i_inbound_mail_digest",
    "DROP INDEX i_inbound_mail_message_id",
    "DROP INDEX u_inbound_mail_once",
    "ALTER TABLE inbound_mail DROP COLUMN once_key",
    "CREATE INDEX i_inbound_mail_contract_message_id_digest ON inbound_mail (contract, message_id, digest)",
    "CREATE UNIQUE INDEX u_inbound_mail_once ON inbound_mail (contract, message_id, digest) WHERE outcome <> 'duplicate'",
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
