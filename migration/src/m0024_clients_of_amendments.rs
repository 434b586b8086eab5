//! Which clients an amendment of a calendar concerns, and for which of them each approval was given.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{json, string_null};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let clients = json("clients").default("[]").to_owned();
        manager.alter_table(Table::alter().table(Alias::new("calendar_amendment")).add_column(clients).to_owned()).await?;
        manager.alter_table(Table::alter().table(Alias::new("approval")).add_column(string_null("client")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("approval", "client"), ("calendar_amendment", "clients")] {
            manager.alter_table(Table::alter().table(Alias::new(table)).drop_column(Alias::new(column)).to_owned()).await?;
        }
        Ok(())
    }
}
