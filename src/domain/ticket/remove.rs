//! That something of a ticket is there no more: it was destroyed, or its files were, or somebody named in it was erased. None of these is an
//! act on the ticket (`domain::retention`, `domain::privacy`); its history tells of them for whoever keeps a copy.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Ticket, Visibility};
use crate::domain::Instant;

/// Its texts, files and people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destroyed {
    pub destruction: Uuid,
}

/// Its files alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesDestroyed {
    pub destruction: Uuid,
    /// Who saw one of them.
    pub visibility: Visibility,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonErased {
    pub person: Uuid,
    /// Who saw their name there.
    pub visibility: Visibility,
}

impl Destroyed {
    pub(super) fn apply(ticket: &mut Ticket, at: Instant) {
        ticket.destroyed_at = Some(at);
    }
}
