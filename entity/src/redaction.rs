//! What was asked to be removed for good, and what remains of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "redaction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// None when it is about a mail that belongs to no ticket.
    pub ticket_id: Option<Uuid>,
    pub organisation: Option<String>,
    pub what: String,
    pub target_id: Uuid,
    pub visibility: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub asked_at: DateTimeUtc,
    pub done_at: Option<DateTimeUtc>,
    pub ended_by: Option<String>,
    pub ended_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub end_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
