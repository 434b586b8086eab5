//! Lists: what tickets are sorted, narrowed and searched by, and what tells a reader that a ticket changed.
//!
//! Nothing was released before this step, so no rows are carried over: those there are sort as if nobody had set a
//! priority, until their next change.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, integer, string, timestamp_with_time_zone, uuid, uuid_null};
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Step;

/// Indexes of tickets, each with the rows it is for. Open work is small beside history, so most hold that alone.
const INDEXES: [(&str, &str, &str); 13] = [
    ("open_newest", "opened_at, id", "is_open"),
    ("open_newest_of_organisation", "organisation, opened_at, id", "is_open"),
    ("open_newest_of_type", "kind, opened_at, id", "is_open"),
    ("queue", "priority_rank, due_order, id", "is_open"),
    ("queue_of_contract", "contract, priority_rank, due_order, id", "is_open"),
    ("queue_of_assignee", "assignee, priority_rank, due_order, id", "is_open"),
    ("queue_of_team", "team, priority_rank, due_order, id", "is_open"),
    ("next_due", "due_order, id", ""),
    ("goes_first", "opened_at, id", "goes_first"),
    ("breached", "opened_at, id", "breached"),
    ("assignee", "assignee, opened_at, id", "assignee IS NOT NULL"),
    ("requester", "requester_id, opened_at, id", "requester_id IS NOT NULL"),
    ("updated", "updated_at, id", ""),
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in columns() {
            manager.alter_table(Table::alter().table("ticket").add_column(&mut column).to_owned()).await?;
        }
        let connection = manager.get_connection();
        for (name, columns, rows) in INDEXES {
            let rows = if rows.is_empty() { String::new() } else { format!(" WHERE {rows}") };
            connection.execute_unprepared(&format!("CREATE INDEX i_ticket_{name} ON ticket ({columns}){rows}")).await?;
        }
        // The words come folded and parted, so that both databases find the same: SQLite's tokenizer parts them at the spaces
        // alone. There the number is the row's own.
        let search: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &[
                "CREATE TABLE ticket_search (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
                "CREATE INDEX i_ticket_search_words ON ticket_search USING GIN (words)",
            ],
            _ => &["CREATE VIRTUAL TABLE ticket_search USING fts5(words, content = '', contentless_delete = 1, detail = none, \
                 tokenize = 'ascii')"],
        };
        for sql in search {
            connection.execute_unprepared(sql).await?;
        }
        manager.create_table(change()).await?;
        for columns in ["changed_at, position", "organisation, changed_at, position"] {
            let name = columns.replace(", ", "_");
            connection.execute_unprepared(&format!("CREATE INDEX i_ticket_change_{name} ON ticket_change ({columns})")).await?;
        }
        let mut horizon = Table::create().table("change_horizon").to_owned();
        manager.create_table(horizon.col(integer("id").primary_key()).col(timestamp_with_time_zone("reached_at")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["change_horizon", "ticket_change", "ticket_search"] {
            manager.drop_table(Table::drop().table(Alias::new(table)).if_exists().to_owned()).await?;
        }
        for (name, ..) in INDEXES {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX i_ticket_{name}")).await?;
        }
        for column in columns() {
            manager.alter_table(Table::alter().table("ticket").drop_column(column.get_column_name()).to_owned()).await?;
        }
        Ok(())
    }
}

fn columns() -> Vec<ColumnDef> {
    vec![
        integer("priority_rank").default(i32::MAX).to_owned(),
        big_integer("due_order").default(i64::MAX).to_owned(),
        boolean("is_open").default(false).to_owned(),
        boolean("breached").default(false).to_owned(),
        boolean("goes_first").default(false).to_owned(),
        uuid_null("emergency_for_id"),
    ]
}

/// Without a foreign key: its check would make the pass that marks changes wait for whoever holds a ticket.
fn change() -> TableCreateStatement {
    let mut table = Table::create().table("ticket_change").to_owned();
    table.col(uuid("ticket_id").primary_key()).col(string("organisation"));
    table.col(timestamp_with_time_zone("changed_at")).col(big_integer("position")).to_owned()
}
