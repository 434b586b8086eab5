//! Going where a major incident goes: the move that was made there, for every ticket that is part of it. Its history says along with which
//! ticket it moved, and who moved that.

use uuid::Uuid;

use super::situation::{Recorded, Situation};
use super::transition::{Move, Refused};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoAlong {
    pub with: Uuid,
    pub step: Move,
}

impl GoAlong {
    pub(super) fn decide(&self, situation: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        let mut records = self.step.decide(situation)?;
        for moved in records.iter_mut().filter_map(|(data, _)| data.as_move_mut()) {
            moved.along_with = Some(self.with);
        }
        Ok(records)
    }
}
