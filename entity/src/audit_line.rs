//! A line of the audit trail.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub action: String,
    pub object_kind: Option<String>,
    pub object_id: Option<String>,
    pub result: String,
    pub code: Option<String>,
    /// How many attempts the line stands for.
    pub count: i64,
    pub origin: String,
    pub actor: String,
    pub correlation: Option<String>,
    pub recorded_at: DateTimeUtc,
    /// Its place in the chain; `None` until it is sealed.
    pub position: Option<i64>,
    pub hash: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
