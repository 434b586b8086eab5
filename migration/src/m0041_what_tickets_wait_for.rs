//! What is kept of a ticket for lists: which decisions it waits for, since when it is open for long, and whether it was called in while the
//! telephone was not answered. Work that was done in a remote session.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, text, timestamp_with_time_zone_null as instant_null};

#[derive(DeriveMigrationName)]
pub struct Step;

/// Each is added by a statement of its own: SQLite takes one column at a time.
fn columns() -> [(&'static str, ColumnDef); 4] {
    [
        ("ticket", instant_null("long_open_at").to_owned()),
        ("ticket", text("awaited").default("").to_owned()),
        ("ticket", boolean("called_outside_hours").default(false).to_owned()),
        ("work_log", boolean("remote_session").default(false).to_owned()),
    ]
}

const INDEXES: [(&str, &str); 2] = [
    ("i_ticket_long_open", "CREATE INDEX i_ticket_long_open ON ticket (opened_at, id) WHERE is_open AND long_open_at IS NOT NULL"),
    ("i_ticket_awaited", "CREATE INDEX i_ticket_awaited ON ticket (opened_at) WHERE awaited <> ''"),
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(Alias::new(table)).add_column(column).to_owned()).await?;
        }
        for (_, made) in INDEXES {
            manager.get_connection().execute_unprepared(made).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        for (table, column) in columns() {
            let name = Alias::new(column.get_column_name());
            manager.alter_table(Table::alter().table(Alias::new(table)).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
