//! The ticket that a legal hold stands on, as a reference beside its text: whoever may not see the ticket is not shown the hold.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::make;

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Alias::new("legal_hold")).add_column(uuid_null("ticket_id")).to_owned()).await?;
        // Whoever migrates has told PostgreSQL the desk's own scope, so that the policies let these rows by.
        let known = match manager.get_database_backend() {
            DbBackend::Postgres => "UPDATE legal_hold SET ticket_id = subject::uuid WHERE kind = 'ticket'",
            _ => "UPDATE legal_hold SET ticket_id = unhex(replace(subject, '-', '')) WHERE kind = 'ticket'",
        };
        make(manager, Vec::new(), &[known]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Alias::new("legal_hold")).drop_column(Alias::new("ticket_id")).to_owned()).await
    }
}
