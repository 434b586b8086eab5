//! That something of a ticket was redacted. Deciding it is not an act of one person, so it is no wish: see `domain::redaction`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::visibility::Visibility;
use crate::domain::redaction::Redactable;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted {
    pub redaction: Uuid,
    pub what: Redactable,
    /// The message, file, version of a part, or event; the ticket itself for its texts and references.
    pub target: Uuid,
    /// Who may see what was redacted, and so that it was.
    pub visibility: Visibility,
}
