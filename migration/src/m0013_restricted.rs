//! Tickets that few may see: their flags, and who registered them; how sensitive their files are; and
//! what was removed of them for good.

use sea_orm_migration::prelude::*;

use sea_orm_migration::schema::{string, text, timestamp_with_time_zone as instant, timestamp_with_time_zone_null as instant_null, uuid};

use crate::table::{make, table_of, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, vec![redaction()], &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, Vec::new(), &DOWN).await?;
        unmake(manager, &["redaction"]).await
    }
}

/// What was asked to be removed for good. Its signatures are approvals.
fn redaction() -> TableCreateStatement {
    let columns = vec![
        uuid("id"),
        uuid("ticket_id"),
        string("organisation"),
        string("what"),
        uuid("target_id"),
        string("visibility"),
        text("reason"),
        instant("asked_at"),
        instant_null("done_at"),
        // When nothing was left outside of rows either.
        instant_null("finished_at"),
    ];
    table_of("redaction", "ticket_id", "ticket", columns)
}

const UP: [&str; 8] = [
    // A bit for each flag; an index of the ticket's history.
    "ALTER TABLE ticket ADD COLUMN flags INTEGER NOT NULL DEFAULT 0",
    // As its first event names them; it decides who sees the ticket.
    "ALTER TABLE ticket ADD COLUMN registered_by VARCHAR NOT NULL DEFAULT ''",
    "UPDATE ticket SET registered_by = COALESCE((SELECT actor FROM event WHERE subject_id = ticket.id AND sequence = 1), '')",
    // Few tickets have a flag, so a row is held against very little.
    "CREATE INDEX i_ticket_flagged ON ticket (id) WHERE flags <> 0",
    "ALTER TABLE attachment ADD COLUMN classification VARCHAR NOT NULL DEFAULT 'internal'",
    "ALTER TABLE attachment ADD COLUMN is_redacted BOOLEAN NOT NULL DEFAULT FALSE",
    "CREATE INDEX i_redaction_ticket_id ON redaction (ticket_id)",
    "CREATE INDEX i_redaction_unfinished ON redaction (id) WHERE done_at IS NOT NULL AND finished_at IS NULL",
];

const DOWN: [&str; 5] = [
    "ALTER TABLE attachment DROP COLUMN is_redacted",
    "ALTER TABLE attachment DROP COLUMN classification",
    "DROP INDEX i_ticket_flagged",
    "ALTER TABLE ticket DROP COLUMN registered_by",
    "ALTER TABLE ticket DROP COLUMN flags",
];
