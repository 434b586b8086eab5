//! Saying that an agreement does not cover what a ticket is about, or that it does after all. A ticket that is out of scope stays open and
//! visible; it has no clocks, and counts in no figure (TKT-16).

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{Event, EventData, Ticket};
use crate::domain::Instant;
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::workflow::State;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeScope {
    pub out_of_scope: bool,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the ticket is cancelled")]
    Cancelled,
    #[error("the ticket is {} already", if *.0 { "out of scope" } else { "in scope" })]
    Same(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scoped {
    pub out_of_scope: bool,
}

impl ChangeScope {
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::ScopeTickets)?;
        if ticket.state() == State::Cancelled {
            return Err(Refused::Cancelled);
        }
        if ticket.out_of_scope == self.out_of_scope {
            return Err(Refused::Same(self.out_of_scope));
        }
        Ok(vec![(EventData::Scoped(Scoped { out_of_scope: self.out_of_scope }), Some(self.reason.clone()))])
    }
}

impl Scoped {
    pub(super) fn apply(self, ticket: &mut Ticket) {
        ticket.out_of_scope = self.out_of_scope;
    }
}

/// Whether a ticket was out of scope at an instant.
pub fn is_out_of_scope(history: &[Event], at: Instant) -> bool {
    let said = history.iter().rev().filter(|event| event.occurred_at <= at).find_map(|event| match event.data {
        EventData::Scoped(scoped) => Some(scoped.out_of_scope),
        _ => None,
    });
    said.unwrap_or_default()
}
