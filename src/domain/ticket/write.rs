//! Writing on a ticket, and recording a phone contact. The text is kept beside the history, under the id of its event.

use serde::{Deserialize, Serialize};

use super::situation::{Recorded, Situation};
use super::visibility::Visibility;
use super::{Actor, EventData};
use crate::domain::permission::Forbidden;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    /// Whether the client may see it.
    pub public: bool,
    /// Whether it reports a phone contact.
    pub by_phone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// Whether it reports what was said by phone. The phone contact then decides whether that answers, so this is not an answer of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_phone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phoned {
    /// Who may see what was said; absent in what a client sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

impl Write {
    pub(super) fn decide(self, Situation { who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Forbidden> {
        let Self { public, by_phone } = self;
        who.may_write(public, by_phone)?;
        let phoned = by_phone.then(|| EventData::Phoned(Phoned { visibility: Some(Visibility::of(public)) }));
        Ok(phoned.into_iter().chain([said(&who.actor, public, by_phone)]).map(|data| (data, None)).collect())
    }
}

/// The kind of event a message is recorded as.
pub(super) fn said(actor: &Actor, public: bool, by_phone: bool) -> EventData {
    let written = Written { by_phone };
    match (public, actor) {
        (false, _) => EventData::Noted(written),
        (true, Actor::Desk(_) | Actor::Integration(_)) => EventData::Replied(written),
        (true, Actor::Client(_) | Actor::System) => EventData::MessageReceived(written),
    }
}
