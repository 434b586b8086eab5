//! The desk: contracts, tickets with their events and clocks, mail in and out, and what the workers keep.
//!
//! Every row of a client carries its organisation. Foreign keys stand in `CREATE TABLE`, since SQLite adds none later.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary, boolean, date, integer, json_binary, string, string_null, string_uniq, text,
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Step;

const TABLES: [&str; 14] = [
    "idempotency",
    "handler",
    "stream",
    "sandbox",
    "outbound_mail",
    "inbound_mail",
    "message",
    "escalation",
    "external_reference",
    "clock",
    "event",
    "ticket",
    "person",
    "token",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        let connection = manager.get_connection();
        if manager.get_database_backend() == sea_orm_migration::sea_orm::DbBackend::Postgres {
            connection.execute_unprepared("CREATE SEQUENCE ticket_number START 1001").await?;
        }
        // The same message is one, into whichever mailbox of a contract, however many deliver it at once.
        let once = "CREATE UNIQUE INDEX u_inbound_mail_once ON inbound_mail (contract, message_id, digest) WHERE outcome <> 'duplicate'";
        connection.execute_unprepared(once).await?;
        connection.execute_unprepared("INSERT INTO stream (id, position) VALUES (1, 0)").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.into_iter().chain(["contract_version"]) {
            manager.drop_table(Table::drop().table(Alias::new(table)).if_exists().to_owned()).await?;
        }
        if manager.get_database_backend() == sea_orm_migration::sea_orm::DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP SEQUENCE IF EXISTS ticket_number").await?;
        }
        Ok(())
    }
}

/// A table whose first column is its key.
fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create().table(Alias::new(name)).to_owned();
    for (at, mut column) in columns.into_iter().enumerate() {
        if at == 0 {
            column.primary_key();
        }
        table.col(column);
    }
    table
}

/// A table of rows that belong to a ticket.
fn of_ticket(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = table(name, columns);
    table.foreign_key(ForeignKey::create().from(Alias::new(name), "ticket_id").to("ticket", "id"));
    table
}

fn tables() -> Vec<TableCreateStatement> {
    let instant = timestamp_with_time_zone::<&str>;
    let instant_null = timestamp_with_time_zone_null::<&str>;
    vec![
        table(
            "contract_version",
            vec![
                uuid("id"),
                string("contract"),
                string("version"),
                date("effective_date"),
                string("digest"),
                text("source"),
                instant("applied_at"),
            ],
        ),
        table(
            "token",
            vec![
                uuid("id"),
                string("name"),
                string_null("organisation"),
                string_uniq("hash"),
                instant("created_at"),
                instant_null("expires_at"),
                instant_null("revoked_at"),
            ],
        ),
        table("person", vec![uuid("id"), string("organisation"), string("name"), string("email"), instant("created_at")]),
        table(
            "ticket",
            vec![
                uuid("id"),
                big_integer("number").unique_key().to_owned(),
                string("organisation"),
                string("contract"),
                uuid("contract_version_id"),
                string("kind"),
                string_null("tier"),
                string("title"),
                text("description"),
                string("phase"),
                string("state"),
                string_null("waiting_cause"),
                string_null("priority"),
                string_null("proposed_priority"),
                string_null("priority_motivation"),
                string("channel"),
                uuid_null("requester_id"),
                string_null("assignee"),
                string_null("team"),
                instant("opened_at"),
                instant("recorded_at"),
                instant("updated_at"),
                instant_null("resolved_at"),
                instant_null("closed_at"),
                instant_null("next_due_at"),
                instant_null("next_fire_at"),
                integer("version"),
            ],
        ),
        of_ticket(
            "event",
            vec![
                uuid("id"),
                uuid("ticket_id"),
                string("organisation"),
                integer("sequence"),
                string("kind"),
                string("actor"),
                string_null("reason"),
                json_binary("data"),
                instant("occurred_at"),
                instant("recorded_at"),
                big_integer_null("position"),
            ],
        ),
        of_ticket(
            "clock",
            vec![
                uuid("id"),
                uuid("ticket_id"),
                string("organisation"),
                string("contract"),
                string("kind"),
                string("state"),
                string("calendar"),
                string_null("priority"),
                string_null("tier"),
                instant("opened_at"),
                instant_null("started_at"),
                instant_null("stopped_at"),
                instant_null("due_at"),
                big_integer_null("elapsed_seconds"),
                big_integer_null("held_seconds"),
                json_binary("goals"),
            ],
        ),
        of_ticket("external_reference", vec![uuid("id"), uuid("ticket_id"), string("organisation"), string("system"), string("reference")]),
        of_ticket(
            "escalation",
            vec![uuid("id"), uuid("ticket_id"), string("organisation"), string("ladder"), integer("level"), instant("level_since_at")],
        ),
        of_ticket(
            "message",
            vec![
                uuid("id"),
                uuid("ticket_id"),
                string("organisation"),
                string("visibility"),
                string("author"),
                uuid_null("person_id"),
                text("body"),
                instant("occurred_at"),
                instant("recorded_at"),
            ],
        ),
        table(
            "inbound_mail",
            vec![
                uuid("id"),
                string_null("organisation"),
                string("contract"),
                string("mailbox"),
                string("message_id"),
                string("digest"),
                string("outcome"),
                string_null("reason"),
                uuid_null("ticket_id"),
                instant("received_at"),
                binary("raw"),
            ],
        ),
        of_ticket(
            "outbound_mail",
            vec![
                uuid("id"),
                uuid("ticket_id"),
                string("organisation"),
                uuid("event_id"),
                string("template"),
                string("recipient"),
                string("subject"),
                text("body"),
                string("auto"),
                string("message_id"),
                string_null("in_reply_to"),
                string("state"),
                integer("attempts"),
                instant_null("next_attempt_at"),
                instant("created_at"),
                instant_null("sent_at"),
                string_null("last_error"),
            ],
        ),
        table("sandbox", vec![integer("id"), instant("now_at")]),
        table("stream", vec![integer("id"), big_integer("position")]),
        table("handler", vec![string("name"), big_integer("position"), boolean("stuck")]),
        table(
            "idempotency",
            vec![uuid("id"), string("caller"), string("key"), string("digest"), uuid("created_id"), instant("recorded_at")],
        ),
    ]
}

fn index(table: &'static str, columns: &[&'static str], unique: bool) -> IndexCreateStatement {
    let mut index =
        Index::create().name(format!("{}_{}_{}", if unique { "u" } else { "i" }, table, columns.join("_"))).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    if unique {
        index.unique();
    }
    index
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("contract_version", &["contract", "version"], true),
        index("person", &["organisation", "email"], true),
        index("ticket", &["organisation", "opened_at", "id"], false),
        index("ticket", &["opened_at", "id"], false),
        index("ticket", &["state", "opened_at", "id"], false),
        index("ticket", &["contract", "opened_at"], false),
        index("ticket", &["contract", "closed_at"], false),
        index("ticket", &["next_fire_at"], false),
        index("event", &["ticket_id", "sequence"], true),
        index("event", &["position"], false),
        index("clock", &["ticket_id", "kind"], true),
        index("clock", &["contract", "stopped_at"], false),
        index("external_reference", &["organisation", "system", "reference"], true),
        index("external_reference", &["ticket_id"], false),
        index("escalation", &["ticket_id", "ladder"], true),
        index("message", &["ticket_id", "occurred_at"], false),
        index("inbound_mail", &["contract", "message_id", "digest"], false),
        index("outbound_mail", &["event_id", "recipient", "template"], true),
        index("outbound_mail", &["state", "next_attempt_at"], false),
        index("outbound_mail", &["message_id"], false),
        index("outbound_mail", &["ticket_id"], false),
        index("idempotency", &["caller", "key"], true),
    ]
}
