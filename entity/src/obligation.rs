//! One time a duty is due, as it stands: an index of its events.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "obligation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation: String,
    pub contract: String,
    pub contract_version_id: Uuid,
    pub duty: String,
    pub period: Option<String>,
    pub day_zero_date: Date,
    pub fact_at: Option<DateTimeUtc>,
    pub opened_at: DateTimeUtc,
    pub state: String,
    pub due_at: DateTimeUtc,
    pub late_at: Option<DateTimeUtc>,
    pub met_at: Option<DateTimeUtc>,
    pub next_fire_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
