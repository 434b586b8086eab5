//! When a contract's recurring duties are next looked at, to open the coming periods.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "obligation_opening")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contract: String,
    pub next_open_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
