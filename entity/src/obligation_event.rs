//! Something that happened to an obligation, never changed.

use sea_orm::entity::prelude::*;

/// Something that happened to an obligation, never changed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "obligation_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub obligation_id: Uuid,
    pub organisation: String,
    pub sequence: i32,
    pub kind: String,
    pub actor: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub evidence: Option<String>,
    pub data: Json,
    pub occurred_at: DateTimeUtc,
    pub recorded_at: DateTimeUtc,
}

/// None are declared: `store` asks for what it needs.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
