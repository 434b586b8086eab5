//! A ticket without a priority is due provisionally, and says so.
//!
//! What is stored of the tickets that are open was written by former rules, so each is settled anew: its timers are due.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared("ALTER TABLE ticket ADD COLUMN next_due_provisional BOOLEAN NOT NULL DEFAULT FALSE").await?;
        connection.execute_unprepared("UPDATE ticket SET next_fire_at = opened_at WHERE is_open").await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("ALTER TABLE ticket DROP COLUMN next_due_provisional").await.map(drop)
    }
}
