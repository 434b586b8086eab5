//! A message that somebody of the desk has begun and not sent. It is theirs alone, and no part of the ticket's history.

use uuid::Uuid;

use crate::domain::Instant;

/// Of each author a ticket has one at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageDraft {
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub organisation: String,
    /// As histories name people.
    pub author: String,
    /// Whether the client is to see it.
    pub public: bool,
    pub body: String,
    /// Counts how often it was saved, so that one window does not overwrite what was typed in another.
    pub version: i32,
    pub saved_at: Instant,
}
