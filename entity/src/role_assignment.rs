//! One time that somebody holds a role.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role_assignment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation: Option<String>,
    pub contract: Option<String>,
    pub kind: String,
    pub role: String,
    pub holder_id: Uuid,
    pub third_party: Option<String>,
    pub from_at: DateTimeUtc,
    pub until_at: Option<DateTimeUtc>,
    pub needs_approval: bool,
    pub approved_at: Option<DateTimeUtc>,
    pub replaces_id: Option<Uuid>,
    pub granted_at: DateTimeUtc,
    pub review_due_at: DateTimeUtc,
    pub next_fire_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
