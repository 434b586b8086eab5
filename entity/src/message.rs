//! What someone wrote on a ticket; the text can be erased.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub organisation: String,
    pub visibility: String,
    pub author: String,
    pub person_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub cut_from: Option<Uuid>,
    pub occurred_at: DateTimeUtc,
    pub recorded_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
