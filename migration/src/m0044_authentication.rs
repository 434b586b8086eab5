//! Whether a mail is of whom it says.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string;

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let authentication = string("authentication").default("unverified").to_owned();
        manager.alter_table(Table::alter().table(Alias::new("inbound_mail")).add_column(authentication).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let name = Alias::new("authentication");
        manager.alter_table(Table::alter().table(Alias::new("inbound_mail")).drop_column(name).to_owned()).await
    }
}
