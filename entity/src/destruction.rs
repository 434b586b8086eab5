//! A proposal to destroy what was kept long enough, and what became of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "destruction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub contract: String,
    pub class: String,
    pub before_at: DateTimeUtc,
    pub keep: String,
    pub proposed_by: String,
    pub proposed_at: DateTimeUtc,
    pub approved_at: Option<DateTimeUtc>,
    pub done_at: Option<DateTimeUtc>,
    pub ended_by: Option<String>,
    pub ended_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub end_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
