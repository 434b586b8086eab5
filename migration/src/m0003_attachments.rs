//! Attachments: what is known of each file, and which uploads are under way. The bytes are in the object store.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, string, timestamp_with_time_zone, uuid};

#[derive(DeriveMigrationName)]
pub struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let attachment = Table::create()
            .table("attachment")
            .col(uuid("id").primary_key())
            .col(uuid("ticket_id"))
            .col(string("organisation"))
            .col(string("visibility"))
            .col(string("author"))
            .col(string("name"))
            .col(string("media_type"))
            .col(big_integer("size_bytes"))
            .col(string("digest"))
            .col(timestamp_with_time_zone("recorded_at"))
            .foreign_key(ForeignKey::create().from("attachment", "ticket_id").to("ticket", "id"))
            .to_owned();
        let upload = Table::create()
            .table("upload")
            .col(uuid("id").primary_key())
            .col(timestamp_with_time_zone("started_at"))
            .col(boolean("given_up"))
            .to_owned();
        manager.create_table(attachment).await?;
        manager.create_table(upload).await?;
        for (name, table, columns) in
            [("i_attachment_ticket", "attachment", &["ticket_id", "recorded_at"][..]), ("i_upload_started_at", "upload", &["started_at"])]
        {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["upload", "attachment"] {
            manager.drop_table(Table::drop().table(table).if_exists().to_owned()).await?;
        }
        Ok(())
    }
}
