//! A request that created something, so that its repeat creates nothing.

use sea_orm::entity::prelude::*;

/// A request that created something, so that its repeat creates nothing.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub caller: String,
    pub key: String,
    pub digest: String,
    pub created_id: Uuid,
    pub recorded_at: DateTimeUtc,
}

/// None are declared: `store` asks for what it needs.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
