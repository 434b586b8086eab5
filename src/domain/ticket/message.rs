//! How a message is recorded.

use serde::{Deserialize, Serialize};

use super::{Actor, EventData};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// Whether it reports what was said by phone. The phone contact then decides whether that answers, so this is not an answer of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_phone: bool,
}

impl EventData {
    /// Whether it is a message that reports what was said by phone.
    pub const fn is_of_a_call(&self) -> bool {
        matches!(self, Self::Noted(written) | Self::Replied(written) | Self::MessageReceived(written) if written.by_phone)
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
