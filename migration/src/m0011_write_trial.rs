//! Where the desk tries whether the database takes writes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{blob, uuid};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let trial = Table::create().table("write_trial").col(uuid("id").primary_key()).col(blob("bytes")).to_owned();
        manager.create_table(trial).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("write_trial").to_owned()).await
    }
}
