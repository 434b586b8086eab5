//! Setting a ticket's priority: the desk decides it, a client proposes one (INC-07, PRI-06).

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{Event, EventData, Ticket, facts};
use crate::domain::clock::{FactKind, Starts};
use crate::domain::contract::{Contract, Side, TicketType};
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::text::one_of;
use crate::domain::workflow::State;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prioritise {
    pub priority: String,
    pub motivation: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the ticket is cancelled")]
    Cancelled,
    /// A client only proposes while there is something to decide.
    #[error("only an open ticket can do this")]
    NotOpen,
    /// PRI-09, PRI-10.
    #[error("is not a priority of this contract for this type; {}", one_of(known.iter().map(String::as_str)))]
    UnknownPriority { known: Vec<String> },
    /// Clocks of such a priority start at the phone contact, so there must be one (INC-03).
    #[error("this priority needs a recorded phone contact first")]
    PhoneContactMissing,
    /// A proposal that comes too late (PRI-06).
    #[error("the desk has decided the priority")]
    Decided,
}

/// That a priority was decided, or proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prioritised {
    pub priority: String,
    /// The priority before, decided or proposed.
    pub before: Option<String>,
}

impl Prioritise {
    pub(super) fn decide(&self, Situation { contract, ticket, history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        if ticket.state() == State::Cancelled {
            return Err(Refused::Cancelled);
        }
        if contract.priority(&self.priority, ticket.kind).is_none() {
            return Err(Refused::UnknownPriority { known: contract.priorities_of(ticket.kind).map(str::to_owned).collect() });
        }
        let prioritised = Prioritised { priority: self.priority.clone(), before: ticket.priority_set().map(str::to_owned) };
        let data = if who.may(Verb::DecidePriorities).is_ok() {
            if needs_phone_contact(contract, ticket.kind, &self.priority) && !was_phoned(history) {
                return Err(Refused::PhoneContactMissing);
            }
            EventData::Prioritised(prioritised)
        } else {
            // Somebody of the desk who does not decide priorities proposes none either.
            who.may(if who.actor.side() == Side::Client { Verb::ProposePriorities } else { Verb::DecidePriorities })?;
            if ticket.priority.is_some() {
                return Err(Refused::Decided);
            }
            if !ticket.state().is_open() {
                return Err(Refused::NotOpen);
            }
            EventData::PriorityProposed(prioritised)
        };
        Ok(vec![(data, self.motivation.clone())])
    }

    pub(super) fn keep_texts(&self, ticket: &mut Ticket) {
        if let Some(motivation) = &self.motivation {
            ticket.priority_motivation = Some(motivation.clone());
        }
    }
}

impl Prioritised {
    pub(super) fn decided(&self, ticket: &mut Ticket) {
        ticket.priority = Some(self.priority.clone());
    }

    pub(super) fn proposed(&self, ticket: &mut Ticket) {
        ticket.proposed_priority = Some(self.priority.clone());
    }

    pub(super) fn fact(&self) -> FactKind {
        FactKind::Reprioritised(self.priority.clone())
    }
}

impl Ticket {
    /// The priority somebody set: the decided one, else the proposed one.
    pub fn priority_set(&self) -> Option<&str> {
        self.priority.as_deref().or(self.proposed_priority.as_deref())
    }
}

/// Whether a clock of that priority starts at the phone contact.
pub fn needs_phone_contact(contract: &Contract, kind: TicketType, priority: &str) -> bool {
    let of_priority = contract.clocks.iter().filter(|entry| entry.types.contains(&kind) && entry.priority.as_deref() == Some(priority));
    of_priority.into_iter().any(|entry| entry.starts == Starts::PhoneContact)
}

/// Whether a history has a phone contact in it.
pub(super) fn was_phoned(history: &[Event]) -> bool {
    facts(history).iter().any(|fact| matches!(fact.kind, FactKind::Phoned { .. }))
}
