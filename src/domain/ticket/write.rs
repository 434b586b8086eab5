//! Writing on a ticket, and recording a phone contact. The text is kept beside the history, under the id of its event.

use serde::{Deserialize, Serialize};

use super::attention::{Attention, AttentionAsked};
use super::message::said;
use super::situation::{Recorded, Situation};
use super::transition::Moved;
use super::visibility::Visibility;
use super::{Event, EventData, Ticket};
use crate::domain::Instant;
use crate::domain::contract::Contract;
use crate::domain::permission::Forbidden;
use crate::domain::workflow::{HoldCause, State, Step};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    /// Whether the client may see it.
    pub public: bool,
    /// Whether it reports a phone contact.
    pub by_phone: bool,
    /// Whether a machine wrote it: that answers nothing.
    pub is_automatic: bool,
    /// When it came, where it is recorded later than that.
    pub came_at: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phoned {
    /// Who may see what was said; absent in what a client sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

impl Write {
    pub(super) fn decide(self, Situation { contract, ticket, history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Forbidden> {
        let Self { public, by_phone, is_automatic, came_at } = self;
        who.may_write(public, by_phone)?;
        let phoned = by_phone.then(|| EventData::Phoned(Phoned { visibility: Some(Visibility::of(public)) }));
        let said = said(&who.actor, public, by_phone);
        let resumed = matches!(said, EventData::MessageReceived(_)).then(|| answered(contract, ticket, history)).flatten();
        let asked_at = history.iter().rev().find(|event| matches!(event.data, EventData::Held(_))).map(|event| event.occurred_at);
        let is_of_before = came_at.zip(asked_at).is_some_and(|(came, asked)| came < asked);
        let follows = resumed.filter(|_| !is_automatic).map(|moved| {
            let asked = EventData::AttentionAsked(AttentionAsked { why: Attention::WroteBefore });
            if is_of_before { asked } else { EventData::Resumed(moved) }
        });
        Ok(phoned.into_iter().chain([said]).chain(follows).map(|data| (data, None)).collect())
    }
}

/// Where an answer of the client takes a ticket that waits for one: back to the phase it was held in (design § 4).
pub(super) fn answered(contract: &Contract, ticket: &Ticket, history: &[Event]) -> Option<Moved> {
    let waits = ticket.phase.step == Step::OnHold
        && ticket.waiting_cause.as_deref().and_then(HoldCause::named).is_some_and(HoldCause::is_the_clients);
    let back = ticket.moves(contract, history).into_iter().find(|phase| phase.state == State::Active).filter(|_| waits)?;
    let (from, to, state) = (ticket.phase.step, back.step, back.state);
    Some(Moved { from, to, state, cause: None, closing_texts: Vec::new(), handling: None, along_with: None })
}
