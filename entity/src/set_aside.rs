//! An event that a handler has not handled yet: handling it failed, it waits behind one that failed, or it is a dead letter.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "set_aside")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub handler: String,
    pub event_id: Uuid,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub organisation: String,
    pub position: i64,
    pub attempts: i32,
    pub next_attempt_at: Option<DateTimeUtc>,
    pub last_error: Option<String>,
    pub set_aside_at: DateTimeUtc,
    pub died_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
