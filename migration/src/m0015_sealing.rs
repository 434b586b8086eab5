//! With what stored files and mails can be opened again, where they are sealed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary_null, string_null, uuid_null};

use crate::table::make;

#[derive(DeriveMigrationName)]
pub struct Step;

/// Files and mails are found by the key that their own keys are wrapped with: those under an old key, and, with no key at all, those in clear.
const INDEXES: [&str; 2] =
    ["CREATE INDEX i_attachment_key_id ON attachment (key_id, id)", "CREATE INDEX i_inbound_mail_key_id ON inbound_mail (key_id, id)"];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A file that is sealed later than it came is stored anew, under another id than its own.
        let columns =
            [("attachment", uuid_null("stored_as")), ("attachment", string_null("key_id")), ("attachment", binary_null("envelope"))];
        let more = [("inbound_mail", string_null("key_id")), ("inbound_mail", binary_null("envelope"))];
        for (table, mut column) in columns.into_iter().chain(more) {
            manager.alter_table(Table::alter().table(Alias::new(table)).add_column(&mut column).to_owned()).await?;
        }
        make(manager, Vec::new(), &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, Vec::new(), &["DROP INDEX i_attachment_key_id", "DROP INDEX i_inbound_mail_key_id"]).await?;
        for (table, columns) in [("attachment", &["stored_as", "key_id", "envelope"][..]), ("inbound_mail", &["key_id", "envelope"])] {
            for column in columns {
                manager.alter_table(Table::alter().table(Alias::new(table)).drop_column(Alias::new(*column)).to_owned()).await?;
            }
        }
        Ok(())
    }
}
