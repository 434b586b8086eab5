//! When a ticket last changed. Marked after the commit, so that a reader of changes misses none.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ticket_id: Uuid,
    pub organisation: String,
    pub changed_at: DateTimeUtc,
    pub position: i64,
    pub client_changed_at: Option<DateTimeUtc>,
    pub client_position: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
