//! Writing a part of a ticket, such as the root cause analysis of a problem. A part is never overwritten: each writing is a version of its
//! own. The content is kept beside the history, under the id of its event, so that it can be erased.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::kinds::{self, Part, proposal_request};
use super::scope::Scoped;
use super::situation::{Recorded, Situation};
use super::{Event, EventData, Ticket};
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::workflow::{State, Step};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WritePart {
    pub part: Part,
    /// As `Content::says`.
    pub says: Option<String>,
    /// As `Content::window`.
    pub window: Option<(Instant, Instant)>,
    /// As `Content::is_emergency`.
    pub is_emergency: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("a ticket of type {kind} has no {}", part.english())]
    NotOfType { part: Part, kind: TicketType },
    #[error("the offer of this ticket is its {}, by its kind", offer.english())]
    NotTheOffer { offer: Part },
    #[error("the ticket is cancelled")]
    Cancelled,
    /// It was mailed as it is.
    #[error("the offer is submitted: take it back to drafting first")]
    Submitted,
    /// What was decided about stays as it was then.
    #[error("the ticket is closed: reopen it first")]
    Closed,
    /// CHG-02.
    #[error("an emergency is for an open incident of the first priority, which is named when the change is registered")]
    IncidentMissing,
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartWritten {
    pub part: Part,
    /// From 1.
    pub version: u32,
    /// What the rules of its type depend on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}

/// When something is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    pub starts_at: Instant,
    pub ends_at: Instant,
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
    pub(super) fn decide(&self, Situation { contract, ticket, history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::WriteParts)?;
        let part = self.part;
        if !kinds::rules(ticket.kind).parts.contains(&part) {
            return Err(Refused::NotOfType { part, kind: ticket.kind });
        }
        let offer = proposal_request::offer(contract, ticket.about.variant.as_deref());
        if matches!(part, Part::Proposal | Part::Quotation) && part != offer {
            return Err(Refused::NotTheOffer { offer });
        }
        match ticket.state() {
            State::Cancelled => return Err(Refused::Cancelled),
            State::Closed if part == offer || is_decided_about(ticket.kind, part) => return Err(Refused::Closed),
            State::New | State::Active | State::Waiting | State::Resolved | State::Closed => {}
        }
        if part == offer && ticket.phase.step == Step::Submitted {
            return Err(Refused::Submitted);
        }
        if self.is_emergency && ticket.emergency_for.is_none() {
            return Err(Refused::IncidentMissing);
        }
        let version = versions(history, part) + 1;
        let written = EventData::PartWritten(PartWritten { part, version, says: self.says.clone() });
        let planned = self.window.map(|(starts_at, ends_at)| EventData::Planned(Planned { starts_at, ends_at }));
        // Where others are at fault, the agreement does not cover it (INC-16).
        let out_of_scope = self.says.as_deref() == Some(kinds::incident::FAULT_OF_OTHERS);
        let scoped = (part == Part::Finding && out_of_scope != ticket.out_of_scope).then_some(EventData::Scoped(Scoped { out_of_scope }));
        Ok(std::iter::once(written).chain(planned).chain(scoped).map(|data| (data, None)).collect())
    }
}

/// Whether a type asks somebody to decide about a part.
fn is_decided_about(kind: TicketType, part: Part) -> bool {
    let questions = kinds::rules(kind).questions.iter();
    questions.into_iter().any(|asked| asked.about == Some(part) || asked.beside.iter().any(|(beside, _)| *beside == part))
}

impl Planned {
    pub(super) fn apply(self, ticket: &mut Ticket) {
        ticket.planned = Some(self);
    }
}

/// What the last version of a part says that rules depend on.
pub(super) fn says(history: &[Event], part: Part) -> Option<&str> {
    let last = history.iter().rev().find_map(|event| match &event.data {
        EventData::PartWritten(written) if written.part == part => Some(written.says.as_deref()),
        _ => None,
    });
    last.flatten()
}

/// How many versions of a part were written.
pub(super) fn versions(history: &[Event], part: Part) -> u32 {
    let of_part = history.iter().filter_map(|event| match &event.data {
        EventData::PartWritten(written) if written.part == part => Some(written.version),
        _ => None,
    });
    of_part.max().unwrap_or(0)
}
