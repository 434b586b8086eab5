//! Putting a ticket in someone's hands, or taking it out of them.

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{EventData, Ticket};
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::workflow::State;

/// Whoever asks, as an assignee.
pub const ME: &str = "me";

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assign {
    pub assignee: Field,
    pub team: Field,
    /// Who outside the desk works on it, under whoever has it in hand here (TKT-12).
    pub third_party: Field,
}

/// What becomes of a field that may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Field<T = String> {
    #[default]
    Kept,
    Emptied,
    Set(T),
}

impl<T: Clone> Field<T> {
    pub fn over(&self, present: Option<&T>) -> Option<T> {
        match self {
            Self::Kept => present.cloned(),
            Self::Emptied => None,
            Self::Set(value) => Some(value.clone()),
        }
    }
}

impl<T> Field<T> {
    pub const fn is_kept(&self) -> bool {
        matches!(self, Self::Kept)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the ticket is cancelled")]
    Cancelled,
    #[error("a third party works under somebody of the desk: name a person or a team that answers for the ticket")]
    OwnerMissing,
}

/// Whose it is from now on: a person, a team, both or nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    pub assignee: Option<String>,
    pub team: Option<String>,
    #[serde(rename = "thirdParty", default, skip_serializing_if = "Option::is_none")]
    pub third_party: Option<String>,
}

impl Assign {
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::AssignTickets)?;
        if ticket.state() == State::Cancelled {
            return Err(Refused::Cancelled);
        }
        let own = who.actor.known_as().filter(|_| matches!(&self.assignee, Field::Set(named) if named.trim().eq_ignore_ascii_case(ME)));
        let assigned = Assigned {
            assignee: own.map(str::to_owned).or_else(|| self.assignee.over(ticket.assignee.as_ref())),
            team: self.team.over(ticket.team.as_ref()),
            third_party: self.third_party.over(ticket.third_party.as_ref()),
        };
        if assigned.third_party.is_some() && assigned.assignee.is_none() && assigned.team.is_none() {
            return Err(Refused::OwnerMissing);
        }
        let changes = (&assigned.assignee, &assigned.team, &assigned.third_party) != (&ticket.assignee, &ticket.team, &ticket.third_party);
        Ok(match (&self.assignee, &self.team) {
            // Giving it to whoever has it already still says that it is in hand, which is an answer (design § 2.10).
            (Field::Set(_), _) | (_, Field::Set(_)) => vec![(EventData::Assigned(assigned), None)],
            _ if changes && matches!(self.third_party, Field::Set(_)) => vec![(EventData::Assigned(assigned), None)],
            _ if changes => vec![(EventData::Unassigned(assigned), None)],
            _ => Vec::new(),
        })
    }
}

impl Assigned {
    pub(super) fn apply(&self, ticket: &mut Ticket) {
        ticket.assignee.clone_from(&self.assignee);
        ticket.team.clone_from(&self.team);
        ticket.third_party.clone_from(&self.third_party);
    }
}
