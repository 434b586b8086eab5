//! That something of a ticket is there no more: it was destroyed, or its files were, or somebody named in it was erased. None of these is an
//! act on the ticket (`domain::retention`, `domain::privacy`); its history tells of them for whoever keeps a copy.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Ticket;
use crate::domain::Instant;

/// Its texts, files and people, or its files alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destroyed {
    pub destruction: Uuid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonErased {
    pub person: Uuid,
}

impl Destroyed {
    pub(super) fn apply(ticket: &mut Ticket, at: Instant) {
        ticket.destroyed_at = Some(at);
    }
}
