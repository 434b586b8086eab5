//! A change to one date of a calendar, never changed itself.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_amendment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub sequence: i64,
    pub contract: String,
    pub calendar: String,
    pub date: Date,
    pub change: String,
    pub hours: Json,
    pub reason: String,
    pub actor: String,
    pub recorded_at: DateTimeUtc,
    pub needs_approval: bool,
    /// Those whose clocks it moves.
    pub clients: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
