//! Amendments to calendars; and the prefix a ticket's number keeps when its type changes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_uniq, date, json_binary, string, timestamp_with_time_zone, uuid};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let amendments = Table::create()
            .table("calendar_amendment")
            .col(uuid("id").primary_key())
            .col(big_integer_uniq("sequence"))
            .col(string("contract"))
            .col(string("calendar"))
            .col(date("date"))
            .col(string("change"))
            .col(json_binary("hours"))
            .col(string("reason"))
            .col(string("actor"))
            .col(timestamp_with_time_zone("recorded_at"))
            .to_owned();
        manager.create_table(amendments).await?;
        let registered_as = Table::alter().table("ticket").add_column(string("registered_as").default("")).to_owned();
        manager.alter_table(registered_as).await?;
        manager.get_connection().execute_unprepared("UPDATE ticket SET registered_as = kind").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("ticket").drop_column("registered_as").to_owned()).await?;
        manager.drop_table(Table::drop().table("calendar_amendment").to_owned()).await
    }
}
