//! Putting a ticket under another tier of its contract.

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{EventData, Ticket};
use crate::domain::clock::FactKind;
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::text::one_of;
use crate::domain::workflow::State;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retier {
    pub tier: String,
    /// Why, where somebody says so.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the ticket is cancelled")]
    Cancelled,
    #[error("is not a tier of this contract; {}", one_of(known.iter().map(String::as_str)))]
    UnknownTier { known: Vec<String> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retiered {
    pub tier: String,
    pub before: Option<String>,
}

impl Retier {
    pub(super) fn decide(&self, Situation { contract, ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::RetierTickets)?;
        if ticket.state() == State::Cancelled {
            return Err(Refused::Cancelled);
        }
        let known = contract.tiers();
        if !known.contains(self.tier.as_str()) {
            return Err(Refused::UnknownTier { known: known.into_iter().map(str::to_owned).collect() });
        }
        Ok(vec![(EventData::Retiered(Retiered { tier: self.tier.clone(), before: ticket.tier.clone() }), self.reason.clone())])
    }
}

impl Retiered {
    pub(super) fn apply(&self, ticket: &mut Ticket) {
        ticket.tier = Some(self.tier.clone());
    }

    pub(super) fn fact(&self) -> FactKind {
        FactKind::Retiered(self.tier.clone())
    }
}
