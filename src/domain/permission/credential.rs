//! With what somebody came in, and what they may for a while only.

use uuid::Uuid;

use super::Role;
use crate::domain::Instant;

/// With what somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Credential {
    /// A token that the desk made; `None` for somebody who signed in, and for what stands in the settings.
    pub token: Option<Uuid>,
    /// The person who acts, where nobody else can be behind it: they signed in, or use a token that was made for them by the command on
    /// the desk's machine. Only they sign.
    pub in_person: Option<Uuid>,
    /// Whether whoever made it has it as well: a token that was made over the API.
    pub is_shared: bool,
}

/// A right that is held, that counts for every row, and that nothing else gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldRight {
    pub role: Role,
    pub assignment: Uuid,
    pub until_at: Option<Instant>,
}
