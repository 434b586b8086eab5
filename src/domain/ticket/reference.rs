//! What a ticket is called in other systems, said later than its registration. The names themselves are no part of its history: they are kept
//! beside it, and can be taken away.

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{EventData, ExternalReference};
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::workflow::State;

/// The most that a ticket has.
pub const MOST: usize = 20;

/// A name in another system to be added. `present` are those that the ticket has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddReference {
    pub reference: ExternalReference,
    pub present: Vec<ExternalReference>,
}

/// A name in another system to be taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveReference {
    pub reference: ExternalReference,
    pub present: Vec<ExternalReference>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the ticket is cancelled")]
    Cancelled,
    #[error("a ticket has at most {MOST} references")]
    TooMany,
    #[error("the ticket has no such reference")]
    Absent,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceChanged {
    pub system: String,
}

impl AddReference {
    /// One that it has already is no change.
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::EditTickets)?;
        if ticket.state() == State::Cancelled {
            return Err(Refused::Cancelled);
        }
        if self.present.iter().any(|known| is_same(known, &self.reference)) {
            return Ok(Vec::new());
        }
        if self.present.len() >= MOST {
            return Err(Refused::TooMany);
        }
        Ok(vec![(EventData::ReferenceAdded(ReferenceChanged { system: self.reference.system.clone() }), None)])
    }
}

/// Other systems name things without regard to capitals.
fn is_same(one: &ExternalReference, other: &ExternalReference) -> bool {
    let folded = |name: &ExternalReference| (name.system.to_lowercase(), name.reference.to_lowercase());
    folded(one) == folded(other)
}

impl RemoveReference {
    pub(super) fn decide(&self, Situation { who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::EditTickets)?;
        if !self.present.contains(&self.reference) {
            return Err(Refused::Absent);
        }
        Ok(vec![(EventData::ReferenceRemoved(ReferenceChanged { system: self.reference.system.clone() }), None)])
    }
}
