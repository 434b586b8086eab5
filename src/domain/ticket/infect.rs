//! Malware in a file of a ticket. The scanner finds it after the file was added, so the program says so, and somebody has to look at it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::EventData;
use super::situation::Recorded;
use super::visibility::Visibility;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Infect {
    pub attachment: Uuid,
    /// Whether the client may see that the file is there.
    pub public: bool,
    pub found: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileInfected {
    pub attachment: Uuid,
    pub visibility: Visibility,
    /// What the scanner calls it.
    pub found: String,
}

impl Infect {
    pub(super) fn decide(&self) -> Vec<Recorded> {
        let infected = FileInfected { attachment: self.attachment, visibility: Visibility::of(self.public), found: self.found.clone() };
        vec![(EventData::FileInfected(infected), None)]
    }
}
