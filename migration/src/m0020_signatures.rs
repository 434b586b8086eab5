//! With which token something was done, and by whose hand somebody got in: what a signature rests on.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_null, uuid_null};

#[derive(DeriveMigrationName)]
pub struct Step;

fn columns() -> [(&'static str, ColumnDef); 3] {
    [
        ("event", uuid_null("token_id")),
        ("approval", uuid_null("token_id")),
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
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).drop_column(column.get_column_name()).to_owned()).await?;
        }
        Ok(())
    }
}
