//! Whose time the database keeps: one row, once anything was done in it.

use sea_orm::entity::prelude::*;

/// Whose time the database keeps: one row, once anything was done in it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "timekeeping")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Where a sandbox's time stands; none in real time.
    pub now_at: Option<DateTimeUtc>,
}

/// None are declared: `store` asks for what it needs.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
