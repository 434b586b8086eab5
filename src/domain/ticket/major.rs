//! A major incident: one that many others are part of. What is done to it is done to them (`outbox::handlers::major`).

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{EventData, Ticket};
use crate::domain::contract::TicketType;
use crate::domain::permission::{Forbidden, Verb};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclareMajor {
    pub major: bool,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("only an incident can be a major incident")]
    NotAnIncident,
    #[error("only an open ticket can do this")]
    NotOpen,
    #[error("the incident is {} already", if *.0 { "a major incident" } else { "no major incident" })]
    Same(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MajorDeclared {
    pub major: bool,
}

impl DeclareMajor {
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::DeclareMajor)?;
        if ticket.kind != TicketType::Incident {
            return Err(Refused::NotAnIncident);
        }
        if !ticket.state().is_open() {
            return Err(Refused::NotOpen);
        }
        if ticket.is_major == self.major {
            return Err(Refused::Same(self.major));
        }
        Ok(vec![(EventData::MajorDeclared(MajorDeclared { major: self.major }), Some(self.reason.clone()))])
    }
}

impl MajorDeclared {
    pub(super) fn apply(self, ticket: &mut Ticket) {
        ticket.is_major = self.major;
    }
}
