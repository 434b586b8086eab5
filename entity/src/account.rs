//! Somebody whom an identity provider knows, found by what it calls them and never by an address.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub issuer: String,
    pub subject: String,
    /// The organisation whose people the provider knows; the desk's when absent.
    pub organisation: Option<String>,
    /// Who it is among the people of the organisation.
    pub person_id: Option<Uuid>,
    pub name: String,
    pub email: Option<String>,
    pub created_at: DateTimeUtc,
    pub blocked_at: Option<DateTimeUtc>,
    /// `left` where its person left.
    pub blocked_because: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
