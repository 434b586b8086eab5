//! Which line of the desk has a ticket. The second takes what the first cannot solve, and at once what is plainly a fault of the system
//! (INC-18, SUP-12). No clock follows it.

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{EventData, Ticket};
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::workflow::SupportLine;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLine {
    pub to: SupportLine,
    /// Whether it goes to the second line because it is a fault of the system.
    pub is_system_fault: bool,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("only an open ticket can do this")]
    NotOpen,
    #[error("a system fault goes to the second line")]
    FaultOfFirstLine,
    #[error("the ticket is with that line already")]
    Same,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineChanged {
    pub line: SupportLine,
    pub before: SupportLine,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub system_fault: bool,
}

impl ChangeLine {
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::AssignTickets)?;
        if !ticket.state().is_open() {
            return Err(Refused::NotOpen);
        }
        if self.is_system_fault && self.to == SupportLine::First {
            return Err(Refused::FaultOfFirstLine);
        }
        if self.to == ticket.line && self.is_system_fault == ticket.is_system_fault {
            return Err(Refused::Same);
        }
        let changed = LineChanged { line: self.to, before: ticket.line, system_fault: self.is_system_fault };
        Ok(vec![(EventData::LineChanged(changed), Some(self.reason.clone()))])
    }
}

impl LineChanged {
    pub(super) fn apply(self, ticket: &mut Ticket) {
        (ticket.line, ticket.is_system_fault) = (self.line, self.system_fault);
    }
}
