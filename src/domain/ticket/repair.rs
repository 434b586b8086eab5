//! A moment of repair agreed with the client, which takes the place of the contract's goals (PRI-05, AMB-20).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::EventData;
use super::situation::{Recorded, Situation};
use crate::domain::Instant;
use crate::domain::clock::{FactKind, Goal, Kind};
use crate::domain::permission::{Forbidden, Verb};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreeRepair {
    pub due_at: Instant,
    /// Who of the client agreed.
    pub agreed_by: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("only an open ticket can do this")]
    NotOpen,
    #[error("the ticket's clocks depend on its priority, and it has none yet")]
    PriorityMissing,
    /// The agreement has fixed times for this ticket.
    #[error("the contract leaves no moment of repair to be agreed for this ticket")]
    NotAgreeable,
    #[error("must be after the agreement itself")]
    InPast,
}

/// A later agreement replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepairAgreed {
    pub due_at: Instant,
    pub agreed_by: Uuid,
}

impl AgreeRepair {
    pub(super) fn decide(&self, Situation { contract, ticket, who, at, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::AgreeRepairs)?;
        if !ticket.state().is_open() {
            return Err(Refused::NotOpen);
        }
        let priority = contract.effective_priority(ticket.priority_set(), ticket.kind).ok_or(Refused::PriorityMissing)?;
        let mut clocks = contract.entries(Kind::Resolution, ticket.kind, ticket.tier.as_deref(), ticket.about.item(ticket.kind));
        if !clocks.any(|entry| entry.can_be_agreed && entry.priority.as_deref().is_none_or(|wanted| wanted == priority)) {
            return Err(Refused::NotAgreeable);
        }
        if self.due_at <= at {
            return Err(Refused::InPast);
        }
        Ok(vec![(EventData::RepairAgreed(RepairAgreed { due_at: self.due_at, agreed_by: self.agreed_by }), None)])
    }
}

impl RepairAgreed {
    pub(super) fn fact(&self) -> FactKind {
        FactKind::Agreed(Goal::agreed(self.due_at))
    }
}
