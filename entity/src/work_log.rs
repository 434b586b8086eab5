//! Work that was done on a ticket; the text can be erased, the minutes stay.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_log")]
pub struct Model {
    /// The id of its event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub organisation: String,
    pub author: String,
    /// Negative for an entry that takes another one back.
    pub minutes: i32,
    pub work_date: Date,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    pub corrects_id: Option<Uuid>,
    pub remote_session: bool,
    pub recorded_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
