//! The record that a person was erased.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "erasure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    pub organisation: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub actor: String,
    pub erased_at: DateTimeUtc,
    pub inbound_mails: i64,
    pub outbound_mails: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
