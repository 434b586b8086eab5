//! Tickets that were merged into another one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;

const INDEX: &str = "CREATE INDEX i_ticket_merged_into_id ON ticket (merged_into_id) WHERE merged_into_id IS NOT NULL";

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Alias::new("ticket")).add_column(uuid_null("merged_into_id")).to_owned()).await?;
        manager.get_connection().execute_unprepared(INDEX).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX i_ticket_merged_into_id").await?;
        manager.alter_table(Table::alter().table(Alias::new("ticket")).drop_column(Alias::new("merged_into_id")).to_owned()).await
    }
}
