//! What screens ask for: people by a part of their name, and requests by their age, so that old ones are forgotten.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text;

#[derive(DeriveMigrationName)]
pub struct Step;

const BY_AGE: &str = "i_idempotency_recorded_at";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = text("search_text").default("").to_owned();
        manager.alter_table(Table::alter().table("person").add_column(column).to_owned()).await?;
        // Good enough for rows of before: every row written since has accents taken off, too.
        manager.get_connection().execute_unprepared("UPDATE person SET search_text = lower(name || ' ' || email)").await?;
        manager.create_index(Index::create().name(BY_AGE).table("idempotency").col("recorded_at").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(BY_AGE).table("idempotency").to_owned()).await?;
        manager.alter_table(Table::alter().table("person").drop_column("search_text").to_owned()).await
    }
}
