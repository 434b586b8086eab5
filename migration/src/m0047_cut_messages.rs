//! Of which mail a message shows a part.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;

/// Looked up when a mail is removed; most messages have none.
const INDEX: &str = "CREATE INDEX i_message_cut_from ON message (cut_from) WHERE cut_from IS NOT NULL";

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("message").add_column(uuid_null("cut_from")).to_owned()).await?;
        manager.get_connection().execute_unprepared(INDEX).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX i_message_cut_from").await?;
        manager.alter_table(Table::alter().table("message").drop_column("cut_from").to_owned()).await
    }
}
