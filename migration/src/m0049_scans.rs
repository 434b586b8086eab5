//! What a virus scanner made of files and mails, and which of them wait for it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Step;

const COLUMN: &str = "scan";
const WAITING: [(&str, &str, &str); 2] = [
    (
        "attachment",
        "i_attachment_unscanned",
        "CREATE INDEX i_attachment_unscanned ON attachment (recorded_at, id) WHERE scan = 'unscanned'",
    ),
    (
        "inbound_mail",
        "i_inbound_mail_unscanned",
        "CREATE INDEX i_inbound_mail_unscanned ON inbound_mail (received_at, id) WHERE scan = 'unscanned'",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _, index) in WAITING {
            let mut column = ColumnDef::new(COLUMN);
            manager.alter_table(Table::alter().table(table).add_column(column.string().null()).to_owned()).await?;
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, index, _) in WAITING {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {index}")).await?;
            manager.alter_table(Table::alter().table(table).drop_column(COLUMN).to_owned()).await?;
        }
        Ok(())
    }
}
