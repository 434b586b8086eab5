//! Somebody who reports or answers; the only row with a name and an address, so that it can be erased.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation: String,
    pub name: String,
    pub email: String,
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    pub is_stranger: bool,
    pub created_at: DateTimeUtc,
    pub phone: Option<String>,
    pub is_shared: bool,
    pub left_at: Option<DateTimeUtc>,
    pub erased_at: Option<DateTimeUtc>,
    /// Since when mail to the address is not delivered.
    pub bounced_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
