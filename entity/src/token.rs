//! A bearer token: only its hash is kept.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub organisation: Option<String>,
    /// Whose it is, where it belongs to a known person.
    pub person_id: Option<Uuid>,
    /// Codes, with a space between them.
    pub roles: String,
    pub hash: String,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
    /// The verbs it is limited to: codes, with a space between them. Not limited when absent.
    #[sea_orm(column_type = "Text", nullable)]
    pub verbs: Option<String>,
    /// The organisations it is limited to, as a JSON list. Not limited when absent.
    #[sea_orm(column_type = "Text", nullable)]
    pub organisations: Option<String>,
    /// The local account that signed in.
    pub account_id: Option<Uuid>,
    /// Who issued it, as histories name an actor.
    pub issued_by: Option<String>,
    /// To within a minute.
    pub last_used_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
