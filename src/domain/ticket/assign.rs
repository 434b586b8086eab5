//! Putting a ticket in someone's hands, or taking it out of them.

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{EventData, Ticket};
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::workflow::State;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assign {
    pub assignee: Field,
    pub team: Field,
}

/// What becomes of a field that may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Field {
    #[default]
    Kept,
    Emptied,
    Set(String),
}

impl Field {
    pub fn over(&self, present: Option<&String>) -> Option<String> {
        match self {
            Self::Kept => present.cloned(),
            Self::Emptied => None,
            Self::Set(text) => Some(text.clone()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the ticket is cancelled")]
    Cancelled,
}

/// Whose it is from now on: a person, a team, both or nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    pub assignee: Option<String>,
    pub team: Option<String>,
}

impl Assign {
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::AssignTickets)?;
        if ticket.state() == State::Cancelled {
            return Err(Refused::Cancelled);
        }
        let assigned = Assigned { assignee: self.assignee.over(ticket.assignee.as_ref()), team: self.team.over(ticket.team.as_ref()) };
        let changes = (&assigned.assignee, &assigned.team) != (&ticket.assignee, &ticket.team);
        Ok(match (&self.assignee, &self.team) {
            // Giving it to whoever has it already still says that it is in hand, which is an answer (design § 2.10).
            (Field::Set(_), _) | (_, Field::Set(_)) => vec![(EventData::Assigned(assigned), None)],
            _ if changes => vec![(EventData::Unassigned(assigned), None)],
            _ => Vec::new(),
        })
    }
}

impl Assigned {
    pub(super) fn apply(&self, ticket: &mut Ticket) {
        ticket.assignee.clone_from(&self.assignee);
        ticket.team.clone_from(&self.team);
    }
}
