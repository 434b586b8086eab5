//! Where an advance of the sandbox's time goes is kept, so that its repeat goes there and no further.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{timestamp_with_time_zone, uuid};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let advance =
            Table::create().table("sandbox_advance").col(uuid("id").primary_key()).col(timestamp_with_time_zone("to_at")).to_owned();
        manager.create_table(advance).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("sandbox_advance").to_owned()).await
    }
}
