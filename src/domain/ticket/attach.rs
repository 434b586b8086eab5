//! Adding a file to a ticket. Its name and bytes are kept beside the history.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::act::{Recorded, Situation};
use super::visibility::Visibility;
use super::{Actor, EventData};

/// A file to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attach {
    pub id: Uuid,
    /// Whether the client may see it.
    pub public: bool,
    pub bytes: u64,
}

/// Why it is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("only the desk may do this")]
    DeskOnly,
}

/// That a file was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attached {
    pub attachment: Uuid,
    pub visibility: Visibility,
    pub size_bytes: u64,
}

impl Attach {
    pub(super) fn decide(&self, Situation { actor, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        may_attach(actor, self.public)?;
        let attached = Attached { attachment: self.id, visibility: Visibility::of(self.public), size_bytes: self.bytes };
        Ok(vec![(EventData::Attached(attached), None)])
    }
}

/// Whether someone may add a file that is seen so: asked before its first byte is taken, too.
pub fn may_attach(actor: &Actor, public: bool) -> Result<(), Refused> {
    if actor.is_client() && !public { Err(Refused::DeskOnly) } else { Ok(()) }
}
