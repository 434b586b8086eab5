//! Mail that came is found by its ticket, for the next mail to answer.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE INDEX i_inbound_mail_ticket_id ON inbound_mail (ticket_id, received_at) WHERE ticket_id IS NOT NULL";
        manager.get_connection().execute_unprepared(sql).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX i_inbound_mail_ticket_id").await.map(drop)
    }
}
