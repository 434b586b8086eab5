//! Saying anew how sensitive a file is (SEC-04), by somebody who may read it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::EventData;
use super::attach::Classification;
use super::situation::{Recorded, Situation};
use super::visibility::Visibility;
use crate::domain::permission::{Forbidden, Verb};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classify {
    pub attachment: Uuid,
    /// Whether the client may see it.
    pub public: bool,
    pub before: Classification,
    pub to: Classification,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classified {
    pub attachment: Uuid,
    pub visibility: Visibility,
    pub classification: Classification,
    pub before: Classification,
}

impl Classify {
    /// The class that it has already is no change.
    pub(super) fn decide(self, Situation { who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Forbidden> {
        let Self { attachment, public, before, to } = self;
        who.may(Verb::ClassifyFiles)?;
        who.may_show(public)?;
        let classified = Classified { attachment, visibility: Visibility::of(public), classification: to, before };
        Ok(if to == before { Vec::new() } else { vec![(EventData::Classified(classified), None)] })
    }
}
