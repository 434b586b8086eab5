//! Adding a file to a ticket. Its name and bytes are kept beside the history.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::EventData;
use super::situation::{Recorded, Situation};
use super::visibility::Visibility;
use crate::domain::permission::Forbidden;
use crate::words::closed_list;

closed_list! {
    /// How sensitive a file is; the measures follow from it (SEC-04).
    #[derive(Default)]
    pub enum Classification {
        Public = "public": "openbaar", "public";
        #[default]
        Internal = "internal": "intern", "internal";
        /// Read by few of those who see its ticket.
        Restricted = "restricted": "beperkt", "restricted";
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attach {
    pub id: Uuid,
    /// Whether the client may see it.
    pub public: bool,
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attached {
    pub attachment: Uuid,
    pub visibility: Visibility,
    pub size_bytes: u64,
}

impl Attach {
    pub(super) fn decide(&self, Situation { who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Forbidden> {
        who.may_show(self.public)?;
        let attached = Attached { attachment: self.id, visibility: Visibility::of(self.public), size_bytes: self.bytes };
        Ok(vec![(EventData::Attached(attached), None)])
    }
}
