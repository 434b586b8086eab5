//! The desk's own people are found by what they are called.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

const INDEX: &str = "CREATE INDEX i_account_desk_name ON account (lower(name)) WHERE organisation IS NULL AND person_id IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(INDEX).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX i_account_desk_name").await.map(drop)
    }
}
