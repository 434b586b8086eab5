//! Something that touches security and is no incident, of one client: an index of its events, with its texts.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "security_signal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation: String,
    pub contract: String,
    pub contract_version_id: Uuid,
    /// The same for every client for whom it was recorded at once.
    pub observation_id: Uuid,
    pub source: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub observed_at: DateTimeUtc,
    pub recorded_at: DateTimeUtc,
    pub recorded_by: String,
    pub incident_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
