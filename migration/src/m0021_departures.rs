//! People who leave: which accounts were blocked by that; and what happened to lists of contacts.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, string, string_null, timestamp_with_time_zone as instant, uuid};

use crate::table::{make, table, unmake};

#[derive(DeriveMigrationName)]
pub struct Step;

fn tables() -> Vec<TableCreateStatement> {
    vec![table(
        "contact_change",
        vec![
            uuid("id"),
            string("organisation"),
            uuid("contact_id"),
            uuid("person_id"),
            boolean("is_active"),
            string("actor"),
            instant("recorded_at"),
        ],
    )]
}

const STATEMENTS: [&str; 4] = [
    // Until now nothing else blocked an account; the name of an erased one is gone.
    "UPDATE account SET blocked_because = 'left' WHERE blocked_at IS NOT NULL AND subject NOT LIKE 'erased:%'",
    "CREATE INDEX i_contact_change_contact_id ON contact_change (contact_id, recorded_at)",
    "CREATE INDEX i_contact_change_person_id ON contact_change (person_id, id)",
    "CREATE INDEX i_approval_approver_id ON approval (approver_id, id) WHERE approver_id IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("account").add_column(string_null("blocked_because")).to_owned()).await?;
        make(manager, tables(), &STATEMENTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        unmake(manager, &["contact_change"]).await?;
        make(manager, Vec::new(), &["DROP INDEX i_approval_approver_id"]).await?;
        manager.alter_table(Table::alter().table("account").drop_column("blocked_because").to_owned()).await
    }
}
