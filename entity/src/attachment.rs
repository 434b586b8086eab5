//! What is known of a file on a ticket; its bytes are in the object store.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub organisation: String,
    pub visibility: String,
    pub author: String,
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub digest: String,
    pub recorded_at: DateTimeUtc,
    /// The id of its bytes in the store, where that is not its own.
    pub stored_as: Option<Uuid>,
    pub key_id: Option<String>,
    pub envelope: Option<Vec<u8>>,
    pub classification: String,
    pub is_redacted: bool,
    /// What a virus scanner made of it.
    pub scan: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
