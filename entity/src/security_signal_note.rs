//! What was written on a security signal; the text can be erased.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "security_signal_note")]
pub struct Model {
    /// The id of its event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub signal_id: Uuid,
    pub organisation: String,
    pub author: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
