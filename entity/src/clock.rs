//! A clock as last replayed: an index of its ticket's events.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "clock")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub organisation: String,
    pub contract: String,
    pub kind: String,
    pub state: String,
    pub calendar: String,
    pub priority: Option<String>,
    pub tier: Option<String>,
    pub opened_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub stopped_at: Option<DateTimeUtc>,
    pub due_at: Option<DateTimeUtc>,
    pub elapsed_seconds: Option<i64>,
    pub held_seconds: Option<i64>,
    #[sea_orm(column_type = "JsonBinary")]
    pub goals: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
