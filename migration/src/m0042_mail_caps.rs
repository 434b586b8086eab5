//! How many mails an address got lately, and which wait for a digest.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

const INDEXES: [(&str, &str); 2] = [
    ("i_outbound_mail_lately", "CREATE INDEX i_outbound_mail_lately ON outbound_mail (lower(recipient), created_at)"),
    ("i_outbound_mail_withheld", "CREATE INDEX i_outbound_mail_withheld ON outbound_mail (next_attempt_at) WHERE state = 'withheld'"),
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (_, made) in INDEXES {
            manager.get_connection().execute_unprepared(made).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        Ok(())
    }
}
