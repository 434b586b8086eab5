//! Somebody of the desk who signs in with a password and a one-time code, when no identity provider can be reached.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "local_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    /// In lower case, by which it is found.
    pub folded_name: String,
    /// Codes, with a space between them.
    pub roles: String,
    /// What its password opens.
    #[sea_orm(column_type = "Text")]
    pub credentials: String,
    /// The step of the last one-time code that was used.
    pub used_step: Option<i64>,
    /// As histories name an actor.
    pub created_by: String,
    pub created_at: DateTimeUtc,
    pub last_sign_in_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    /// Who set its password over the API; none for the command.
    pub password_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
