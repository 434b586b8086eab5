//! A database remembers whose time it keeps: a sandbox's, which never becomes real, or real time, which never becomes a
//! sandbox's.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, timestamp_with_time_zone, timestamp_with_time_zone_null};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create().table("timekeeping").col(integer("id").primary_key()).to_owned();
        manager.create_table(table.col(timestamp_with_time_zone_null("now_at")).to_owned()).await?;
        for sql in [
            "INSERT INTO timekeeping (id, now_at) SELECT id, now_at FROM sandbox",
            // Whatever happened where no sandbox ever stood happened in real time.
            "INSERT INTO timekeeping (id, now_at) SELECT 1, NULL WHERE NOT EXISTS (SELECT 1 FROM timekeeping) AND (EXISTS (SELECT 1 FROM ticket) \
             OR EXISTS (SELECT 1 FROM inbound_mail) OR EXISTS (SELECT 1 FROM obligation))",
        ] {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        manager.drop_table(Table::drop().table("sandbox").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create().table("sandbox").col(integer("id").primary_key()).to_owned();
        manager.create_table(table.col(timestamp_with_time_zone("now_at")).to_owned()).await?;
        let back = "INSERT INTO sandbox (id, now_at) SELECT id, now_at FROM timekeeping WHERE now_at IS NOT NULL";
        manager.get_connection().execute_unprepared(back).await?;
        manager.drop_table(Table::drop().table("timekeeping").to_owned()).await
    }
}
