//! Obligations with their events; and mails that are about no ticket.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    date, integer, json_binary, string, string_null, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};
use sea_orm_migration::sea_orm::{DbBackend, Statement};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [obligation(), obligation_event(), obligation_opening()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        // Contracts applied before are looked at once.
        let known = "INSERT INTO obligation_opening (contract, next_open_at) \
                     SELECT contract, MIN(applied_at) FROM contract_version GROUP BY contract";
        manager.get_connection().execute_unprepared(known).await?;
        mail_without_ticket(manager, true).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DELETE FROM outbound_mail WHERE ticket_id IS NULL").await?;
        mail_without_ticket(manager, false).await?;
        for table in ["obligation_opening", "obligation_event", "obligation"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn obligation() -> TableCreateStatement {
    Table::create()
        .table("obligation")
        .col(uuid("id").primary_key())
        .col(string("organisation"))
        .col(string("contract"))
        .col(uuid("contract_version_id"))
        .col(string("duty"))
        .col(string_null("period"))
        .col(date("day_zero_date"))
        .col(timestamp_with_time_zone_null("fact_at"))
        .col(timestamp_with_time_zone("opened_at"))
        .col(string("state"))
        .col(timestamp_with_time_zone("due_at"))
        .col(timestamp_with_time_zone_null("late_at"))
        .col(timestamp_with_time_zone_null("met_at"))
        .col(timestamp_with_time_zone_null("next_fire_at"))
        .foreign_key(ForeignKey::create().from("obligation", "contract_version_id").to("contract_version", "id"))
        .to_owned()
}

fn obligation_event() -> TableCreateStatement {
    Table::create()
        .table("obligation_event")
        .col(uuid("id").primary_key())
        .col(uuid("obligation_id"))
        .col(string("organisation"))
        .col(integer("sequence"))
        .col(string("kind"))
        .col(string("actor"))
        .col(text_null("evidence"))
        .col(json_binary("data"))
        .col(timestamp_with_time_zone("occurred_at"))
        .col(timestamp_with_time_zone("recorded_at"))
        .foreign_key(ForeignKey::create().from("obligation_event", "obligation_id").to("obligation", "id"))
        .to_owned()
}

fn obligation_opening() -> TableCreateStatement {
    Table::create()
        .table("obligation_opening")
        .col(string("contract").primary_key())
        .col(timestamp_with_time_zone_null("next_open_at"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create().name(format!("i_{table}_{}", columns.join("_"))).table(table).to_owned();
        for column in columns {
            index.col(*column);
        }
        index
    };
    vec![
        // A period is of a duty once, however many processes open it.
        index("obligation", &["contract", "organisation", "duty", "period"]).unique().to_owned(),
        index("obligation", &["contract", "duty", "organisation", "day_zero_date"]),
        index("obligation", &["due_at", "id"]),
        index("obligation", &["organisation", "due_at", "id"]),
        index("obligation", &["state", "due_at", "id"]),
        index("obligation", &["contract", "due_at", "id"]),
        index("obligation", &["next_fire_at"]),
        index("obligation_event", &["obligation_id", "sequence"]).unique().to_owned(),
        index("obligation_opening", &["next_open_at"]),
    ]
}

/// Lets a mail be without a ticket, or forbids it again. SQLite changes no column: there the table is written anew from its
/// own text, so that whatever other steps added to it stays.
async fn mail_without_ticket(manager: &SchemaManager<'_>, allowed: bool) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if manager.get_database_backend() != DbBackend::Sqlite {
        let change = if allowed { "DROP" } else { "SET" };
        return connection
            .execute_unprepared(&format!("ALTER TABLE outbound_mail ALTER COLUMN ticket_id {change} NOT NULL"))
            .await
            .map(drop);
    }
    let written =
        |kind: &str| format!("SELECT sql FROM sqlite_master WHERE type = '{kind}' AND tbl_name = 'outbound_mail' AND sql IS NOT NULL");
    let texts = |kind: &str| connection.query_all_raw(Statement::from_string(DbBackend::Sqlite, written(kind)));
    let table = texts("table").await?.first().map(|row| row.try_get::<String>("", "sql")).transpose()?.unwrap_or_default();
    let (strict, loose) = ("\"ticket_id\" uuid_text NOT NULL", "\"ticket_id\" uuid_text NULL");
    let (from, to) = if allowed { (strict, loose) } else { (loose, strict) };
    if !table.contains(from) {
        return Err(DbErr::Custom(format!("outbound_mail has no column {from}")));
    }
    let indexes = texts("index").await?;
    let table = table.replacen(from, to, 1).replacen("outbound_mail", "outbound_mail_anew", 1);
    connection.execute_unprepared(&table).await?;
    connection.execute_unprepared("INSERT INTO outbound_mail_anew SELECT * FROM outbound_mail").await?;
    connection.execute_unprepared("DROP TABLE outbound_mail").await?;
    connection.execute_unprepared("ALTER TABLE outbound_mail_anew RENAME TO outbound_mail").await?;
    for index in indexes {
        connection.execute_unprepared(&index.try_get::<String>("", "sql")?).await?;
    }
    Ok(())
}
