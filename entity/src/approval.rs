//! A side's approval of something that waits for it, never changed itself.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "approval")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub sequence: i64,
    pub side: String,
    pub approver_id: Option<Uuid>,
    pub name: String,
    pub evidence: Option<String>,
    pub actor: String,
    pub approved_at: DateTimeUtc,
    /// The token with which it was recorded.
    pub token_id: Option<Uuid>,
    /// The client for which it was given, where each client signs for itself.
    pub client: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
