//! Since when mail to somebody's address is not delivered.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

const COLUMN: &str = "bounced_at";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = ColumnDef::new(COLUMN);
        manager.alter_table(Table::alter().table("person").add_column(column.timestamp_with_time_zone().null()).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("person").drop_column(COLUMN).to_owned()).await
    }
}
