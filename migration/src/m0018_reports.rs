//! What a report of a past month may count: the tickets still open, and those touched since the month began.

use sea_orm_migration::prelude::*;

const BY_CHANGE: &str = "i_ticket_contract_updated_at";

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(Index::create().name(BY_CHANGE).table("ticket").col("contract").col("updated_at").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(BY_CHANGE).table("ticket").to_owned()).await
    }
}
