//! What erasures, destructions and redactions still leave outside of rows; mails that were redacted, also those of no ticket; and requests and
//! proposals that are withdrawn or refused.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    string, string_null, text, text_null, timestamp_with_time_zone as instant, timestamp_with_time_zone_null as instant_null, uuid,
    uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::{make, table, table_of, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

/// As it is from here on; SQLite cannot take `NOT NULL` off a column, so there the table is made anew.
fn redaction(name: &'static str) -> TableCreateStatement {
    let columns = vec![
        uuid("id"),
        // None when it is about a mail that belongs to no ticket.
        uuid_null("ticket_id"),
        string_null("organisation"),
        string("what"),
        uuid("target_id"),
        string("visibility"),
        text("reason"),
        instant("asked_at"),
        instant_null("done_at"),
        string_null("ended_by"),
        instant_null("ended_at"),
        text_null("end_reason"),
    ];
    table_of(name, "ticket_id", "ticket", columns)
}

const SQLITE: [&str; 4] = [
    "INSERT INTO redaction_anew (id, ticket_id, organisation, what, target_id, visibility, reason, asked_at, done_at) \
     SELECT id, ticket_id, organisation, what, target_id, visibility, reason, asked_at, done_at FROM redaction",
    "DROP TABLE redaction",
    "ALTER TABLE redaction_anew RENAME TO redaction",
    "CREATE INDEX i_redaction_ticket_id ON redaction (ticket_id)",
];

const POSTGRES: [&str; 2] = [
    "DROP INDEX i_redaction_unfinished",
    "ALTER TABLE redaction DROP COLUMN finished_at, ALTER COLUMN ticket_id DROP NOT NULL, ALTER COLUMN organisation DROP NOT NULL, \
     ADD COLUMN ended_by VARCHAR, ADD COLUMN ended_at TIMESTAMP WITH TIME ZONE, ADD COLUMN end_reason TEXT",
];

const BOTH: [&str; 9] = [
    // Of those that wait, the first stays.
    "UPDATE redaction SET ended_at = asked_at, ended_by = 'system', end_reason = 'asked for twice' WHERE done_at IS NULL AND EXISTS \
     (SELECT 1 FROM redaction AS one WHERE one.done_at IS NULL AND one.what = redaction.what AND one.target_id = redaction.target_id \
      AND (one.asked_at < redaction.asked_at OR (one.asked_at = redaction.asked_at AND one.id < redaction.id)))",
    "CREATE UNIQUE INDEX u_redaction_waiting ON redaction (what, target_id) WHERE done_at IS NULL AND ended_at IS NULL",
    "CREATE INDEX i_redaction_target ON redaction (target_id)",
    "ALTER TABLE destruction ADD COLUMN ended_by VARCHAR",
    "ALTER TABLE destruction ADD COLUMN end_reason TEXT",
    "CREATE INDEX i_destruction_under_way ON destruction (contract, class) WHERE done_at IS NULL AND ended_at IS NULL",
    // A copy is known by what its sender wrote, in whatever mailbox it came.
    "CREATE INDEX i_inbound_mail_redacted ON inbound_mail (digest) WHERE redacted_at IS NOT NULL",
    "CREATE INDEX i_inbound_mail_loose ON inbound_mail (digest) WHERE ticket_id IS NULL",
    "CREATE INDEX i_outbound_mail_in_reply_to ON outbound_mail (in_reply_to) WHERE in_reply_to IS NOT NULL",
];

const DOWN: [&str; 6] = [
    "DROP INDEX i_destruction_under_way",
    "DROP INDEX i_inbound_mail_redacted",
    "DROP INDEX i_inbound_mail_loose",
    "DROP INDEX i_outbound_mail_in_reply_to",
    "ALTER TABLE destruction DROP COLUMN ended_by",
    "ALTER TABLE destruction DROP COLUMN end_reason",
];

const INSTANTS: [(&str, &str); 2] = [("destruction", "ended_at"), ("inbound_mail", "redacted_at")];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in INSTANTS {
            manager.alter_table(Table::alter().table(Alias::new(table)).add_column(instant_null(column)).to_owned()).await?;
        }
        make(manager, vec![table("remains", vec![uuid("id"), instant("left_at")])], &[]).await?;
        match manager.get_database_backend() {
            DbBackend::Sqlite => make(manager, vec![redaction("redaction_anew")], &SQLITE).await?,
            _ => make(manager, Vec::new(), &POSTGRES).await?,
        }
        make(manager, Vec::new(), &BOTH).await
    }

    // The step that made redactions drops their table.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, Vec::new(), &DOWN).await?;
        for (table, column) in INSTANTS {
            manager.alter_table(Table::alter().table(Alias::new(table)).drop_column(Alias::new(column)).to_owned()).await?;
        }
        unmake(manager, &["remains"]).await
    }
}
