//! Flagging a ticket, so that few see it, and taking a flag off.
//!
//! A flag narrows who sees a ticket, so whoever takes part in one may set it; it is taken off by somebody whom it concerns, with a reason.

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::{EventData, Ticket};
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::restriction::{Aspect, Flag, Flags, Restricted};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetFlag {
    pub flag: Flag,
    /// What a breach of security touches: at least one with that flag, none with another.
    pub aspects: Vec<Aspect>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiftFlag {
    pub flag: Flag,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error(transparent)]
    Aspects(#[from] WrongAspects),
    #[error("the ticket has this flag already")]
    Set,
    #[error("the ticket does not have this flag")]
    NotSet,
}

/// INC-10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongAspects {
    #[error("a security flag says which of availability, integrity and confidentiality are touched")]
    Missing,
    #[error("only a security flag has aspects")]
    Unexpected,
}

/// That a flag was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flagged {
    pub flag: Flag,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aspects: Vec<Aspect>,
}

/// That a flag was taken off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unflagged {
    pub flag: Flag,
}

/// Whether these aspects go with these flags.
pub fn check_aspects(flags: Flags, aspects: &[Aspect]) -> Result<(), WrongAspects> {
    match (flags.has(Flag::Security), aspects.is_empty()) {
        (true, true) => Err(WrongAspects::Missing),
        (false, false) => Err(WrongAspects::Unexpected),
        _ => Ok(()),
    }
}

impl SetFlag {
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::FlagTickets)?;
        check_aspects(Flags::NONE.with(self.flag), &self.aspects)?;
        if ticket.flags.has(self.flag) {
            return Err(Refused::Set);
        }
        Ok(vec![(EventData::Flagged(Flagged { flag: self.flag, aspects: self.aspects.clone() }), None)])
    }
}

impl LiftFlag {
    pub(super) fn decide(&self, Situation { ticket, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may_lift(self.flag)?;
        if !ticket.flags.has(self.flag) {
            return Err(Refused::NotSet);
        }
        Ok(vec![(EventData::Unflagged(Unflagged { flag: self.flag }), Some(self.reason.clone()))])
    }
}

impl Flagged {
    pub(super) fn apply(&self, ticket: &mut Ticket) {
        ticket.flags = ticket.flags.with(self.flag);
    }
}

impl Unflagged {
    pub(super) fn apply(&self, ticket: &mut Ticket) {
        ticket.flags = ticket.flags.without(self.flag);
    }
}

impl Ticket {
    /// What of it decides who sees it.
    pub fn restricted(&self) -> Restricted<'_> {
        Restricted {
            flags: self.flags,
            organisation: &self.organisation,
            requester_id: self.requester_id,
            assignee: self.assignee.as_deref(),
            registered_by: &self.registered_by,
        }
    }
}
