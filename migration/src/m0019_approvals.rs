//! Approvals of amendments: one of today or earlier waits for both sides. Those recorded before are in force as they were.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_uniq, boolean, string, text_null, timestamp_with_time_zone, uuid};

const ONCE: &str = "u_amendment_approval_amendment_id_side";

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let needs = boolean("needs_approval").default(false).to_owned();
        manager.alter_table(Table::alter().table("calendar_amendment").add_column(needs).to_owned()).await?;
        let approvals = Table::create()
            .table("amendment_approval")
            .col(uuid("id").primary_key())
            .col(uuid("amendment_id"))
            .col(big_integer_uniq("sequence"))
            .col(string("side"))
            .col(string("approved_by"))
            .col(text_null("evidence"))
            .col(string("actor"))
            .col(timestamp_with_time_zone("approved_at"))
            .foreign_key(ForeignKey::create().from("amendment_approval", "amendment_id").to("calendar_amendment", "id"))
            .to_owned();
        manager.create_table(approvals).await?;
        let once = Index::create().name(ONCE).table("amendment_approval").col("amendment_id").col("side").unique().to_owned();
        manager.create_index(once).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("amendment_approval").to_owned()).await?;
        manager.alter_table(Table::alter().table("calendar_amendment").drop_column("needs_approval").to_owned()).await
    }
}
