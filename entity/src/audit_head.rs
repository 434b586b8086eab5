//! The end of the chain of audit lines, and how much of its beginning was removed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Of the line that was sealed last.
    pub position: i64,
    pub hash: String,
    /// The last line that was removed because its time was up.
    pub removed_through: i64,
    pub removed_hash: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
