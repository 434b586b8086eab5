//! An incoming mail as it arrived, whatever became of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation: Option<String>,
    pub contract: String,
    pub mailbox: String,
    pub message_id: String,
    pub sender: Option<String>,
    pub subject: Option<String>,
    pub digest: String,
    pub authentication: String,
    pub outcome: String,
    pub reason: Option<String>,
    pub ticket_id: Option<Uuid>,
    pub received_at: DateTimeUtc,
    pub raw: Vec<u8>,
    pub once_key: Option<String>,
    pub key_id: Option<String>,
    pub envelope: Option<Vec<u8>>,
    pub size_bytes: i64,
    pub erased_at: Option<DateTimeUtc>,
    pub redacted_at: Option<DateTimeUtc>,
    /// What a virus scanner made of it.
    pub scan: Option<String>,
    /// What was made of a person's signature on it.
    pub signature: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
