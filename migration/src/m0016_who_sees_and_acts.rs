//! What a client sees of a ticket's changes, apart from what the desk does inside; and whether a token is a person's or an
//! integration's.
//!
//! Until now every change counted for everybody, so that is where a client's count begins.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let instant = match manager.get_database_backend() {
            sea_orm_migration::sea_orm::DbBackend::Postgres => "TIMESTAMP WITH TIME ZONE",
            _ => "timestamp_with_timezone_text",
        };
        let statements = [
            "ALTER TABLE token ADD COLUMN kind VARCHAR NOT NULL DEFAULT 'person'".to_owned(),
            "ALTER TABLE ticket ADD COLUMN client_version INTEGER NOT NULL DEFAULT 1".to_owned(),
            format!("ALTER TABLE ticket ADD COLUMN client_updated_at {instant} NOT NULL DEFAULT '1970-01-01T00:00:00+00:00'"),
            "UPDATE ticket SET client_version = version, client_updated_at = updated_at".to_owned(),
            "CREATE INDEX i_ticket_client_updated ON ticket (organisation, client_updated_at, id)".to_owned(),
            format!("ALTER TABLE ticket_change ADD COLUMN client_changed_at {instant} NULL"),
            "ALTER TABLE ticket_change ADD COLUMN client_position BIGINT NULL".to_owned(),
            "UPDATE ticket_change SET client_changed_at = changed_at, client_position = position".to_owned(),
            "CREATE INDEX i_ticket_change_client ON ticket_change (organisation, client_changed_at, client_position)".to_owned(),
        ];
        run(manager, &statements).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = [
            "DROP INDEX i_ticket_change_client",
            "ALTER TABLE ticket_change DROP COLUMN client_position",
            "ALTER TABLE ticket_change DROP COLUMN client_changed_at",
            "DROP INDEX i_ticket_client_updated",
            "ALTER TABLE ticket DROP COLUMN client_updated_at",
            "ALTER TABLE ticket DROP COLUMN client_version",
            "ALTER TABLE token DROP COLUMN kind",
        ];
        run(manager, &statements.map(str::to_owned)).await
    }
}

async fn run(manager: &SchemaManager<'_>, statements: &[String]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}
