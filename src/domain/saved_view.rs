//! A saved view: a named choice of tickets, as the query parameters that `GET /v1/tickets` takes. It is read by the reader of that list each time,
//! so that it holds nothing that the list would refuse.

use uuid::Uuid;

use super::Instant;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    pub id: Uuid,
    /// As histories name people.
    pub owner: String,
    pub name: String,
    /// Such as `state=new,active&sort=priority`.
    pub query: String,
    /// Whether everybody at the desk has it.
    pub is_shared: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Counts its changes.
    pub version: i32,
}
