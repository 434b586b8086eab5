//! How many bytes of attachments and mails an organisation keeps.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "storage_use")]
pub struct Model {
    /// Empty for mail that is nobody's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation: String,
    pub bytes: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
