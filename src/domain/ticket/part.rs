//! Writing a part of a ticket, such as the root cause analysis of a problem. A part is never overwritten: each writing is a version of its
//! own. The content is kept beside the history, under the id of its event, so that it can be erased.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::kinds::{self, Part};
use super::situation::{Recorded, Situation};
use super::{Event, EventData};
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::workflow::State;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WritePart(pub Part);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("a ticket of type {kind} has no {}", part.english())]
    NotOfType { part: Part, kind: TicketType },
    #[error("the ticket is cancelled")]
    Cancelled,
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartWritten {
    pub part: Part,
    /// From 1.
    pub version: u32,
}

/// A version of a part.
#[derive(Debug, Clone, PartialEq)]
pub struct PartVersion<C> {
    /// The id of its event.
    pub id: Uuid,
    pub version: u32,
    pub author: String,
    pub written_at: Instant,
    pub content: C,
}

impl WritePart {
    pub(super) fn decide(self, Situation { ticket, history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::WriteParts)?;
        let Self(part) = self;
        if !kinds::rules(ticket.kind).parts.contains(&part) {
            return Err(Refused::NotOfType { part, kind: ticket.kind });
        }
        if ticket.state() == State::Cancelled {
            return Err(Refused::Cancelled);
        }
        let version = versions(history, part) + 1;
        Ok(vec![(EventData::PartWritten(PartWritten { part, version }), None)])
    }
}

/// How many versions of a part were written.
pub(super) fn versions(history: &[Event], part: Part) -> u32 {
    let of_part = history.iter().filter_map(|event| match &event.data {
        EventData::PartWritten(written) if written.part == part => Some(written.version),
        _ => None,
    });
    of_part.max().unwrap_or(0)
}
