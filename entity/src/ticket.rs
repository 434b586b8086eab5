//! A ticket as it stands: an index of its events.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket")]
#[expect(clippy::struct_excessive_bools, reason = "a row has the columns it has")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub organisation: String,
    pub contract: String,
    pub contract_version_id: Uuid,
    pub kind: String,
    pub registered_as: String,
    pub tier: Option<String>,
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub phase: String,
    pub state: String,
    pub waiting_cause: Option<String>,
    pub priority: Option<String>,
    pub proposed_priority: Option<String>,
    pub priority_motivation: Option<String>,
    pub channel: String,
    pub requester_id: Option<Uuid>,
    pub assignee: Option<String>,
    pub team: Option<String>,
    pub opened_at: DateTimeUtc,
    pub recorded_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub resolved_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    pub next_due_at: Option<DateTimeUtc>,
    pub next_due_provisional: bool,
    pub next_fire_at: Option<DateTimeUtc>,
    pub version: i32,
    pub priority_rank: i32,
    pub due_order: i64,
    pub is_open: bool,
    pub breached: bool,
    pub at_risk: bool,
    /// Only while it is open.
    pub long_open_at: Option<DateTimeUtc>,
    /// The questions it waits for, by their codes, with spaces between them.
    #[sea_orm(column_type = "Text")]
    pub awaited: String,
    pub called_outside_hours: bool,
    pub goes_first: bool,
    pub emergency_for_id: Option<Uuid>,
    pub client_version: i32,
    pub client_updated_at: DateTimeUtc,
    pub flags: i32,
    pub registered_by: String,
    pub destroyed_at: Option<DateTimeUtc>,
    pub third_party: Option<String>,
    pub line: String,
    pub system_fault: bool,
    pub variant: Option<String>,
    pub service: Option<String>,
    pub category: Option<String>,
    pub fault_location: Option<String>,
    pub wanted_by_date: Option<Date>,
    pub item: Option<String>,
    pub out_of_scope: bool,
    pub is_major: bool,
    pub handling: Option<String>,
    pub needs_attention: bool,
    pub planned_from_at: Option<DateTimeUtc>,
    pub planned_until_at: Option<DateTimeUtc>,
    pub merged_into_id: Option<Uuid>,
    /// Codes, with a space between them.
    pub response_teams: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
