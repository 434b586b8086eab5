//! With which token something was done, and by whose hand somebody got in: what a signature rests on.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_null, timestamp_with_time_zone_null as instant_null, uuid_null};

#[derive(DeriveMigrationName)]
pub struct Step;

const INDEX: &str = "i_token_granted_under";

fn columns() -> [(&'static str, ColumnDef); 5] {
    [
        ("event", uuid_null("token_id")),
        ("approval", uuid_null("token_id")),
        // The held right by which it was issued, and when that ends.
        ("token", uuid_null("granted_under")),
        ("token", instant_null("granted_until")),
        // Who set its password over the API; null for the command.
        ("local_account", string_null("password_by")),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await?;
        }
        let index = format!("CREATE INDEX {INDEX} ON token (granted_under) WHERE granted_under IS NOT NULL");
        manager.get_connection().execute_unprepared(&index).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&format!("DROP INDEX {INDEX}")).await?;
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).drop_column(column.get_column_name()).to_owned()).await?;
        }
        Ok(())
    }
}
