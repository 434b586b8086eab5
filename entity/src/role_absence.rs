//! That the holder of a role is away, with who acts for them.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role_absence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub assignment_id: Uuid,
    pub organisation: Option<String>,
    /// Its place among the absences of its assignment.
    pub place: i32,
    pub from_at: DateTimeUtc,
    pub until_at: DateTimeUtc,
    pub deputy_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
