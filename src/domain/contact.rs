//! Who of a client may contact the desk under a contract (SUP-13).

use uuid::Uuid;

use super::Instant;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: Uuid,
    pub contract: String,
    pub organisation: String,
    pub person_id: Uuid,
    /// Who put them on the list, as histories name them.
    pub added_by: String,
    pub added_at: Instant,
    /// Who took them off, and when; `None` while they are on it.
    pub ended: Option<(String, Instant)>,
}

/// That somebody was put on a list, or taken off it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactChange {
    /// Whether they were on it from then on.
    pub is_active: bool,
    /// Who did that, as histories name them.
    pub actor: String,
    pub at: Instant,
}

impl Contact {
    /// What was last done to their place on the list.
    pub fn latest(&self) -> ContactChange {
        let (is_active, (actor, at)) = match &self.ended {
            Some((by, at)) => (false, (by, *at)),
            None => (true, (&self.added_by, self.added_at)),
        };
        ContactChange { is_active, actor: actor.clone(), at }
    }

    pub fn is_active(&self) -> bool {
        self.ended.is_none()
    }
}

/// Which contacts a list shows; an empty field does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct ContactFilter {
    pub contract: String,
    pub organisations: Vec<String>,
    pub is_active: Option<bool>,
    /// After this organisation and id in the list.
    pub after: Option<(String, Uuid)>,
    pub limit: u64,
}
