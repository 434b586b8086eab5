//! What can happen to a security signal.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::SignalSource;
use crate::domain::Instant;
use crate::domain::history::{self, IndexRebuilt, Nothing, event_data};
use crate::domain::redaction::Redactable;

event_data! {
    Recorded(Recorded) = "security_signal.recorded": "vastgelegd", "recorded";
    /// What was done about it was written down, beside the history under the id of the event.
    Responded(Nothing) = "security_signal.responded": "reactie vastgelegd", "response recorded";
    /// Somebody of the client who is told of breaches of security talked it over; what was said is kept beside the history, too.
    Discussed(Discussed) = "security_signal.discussed": "besproken", "discussed";
    /// It turned out to be a breach of security.
    BecameIncident(BecameIncident) = "security_signal.became_incident": "incident geworden", "became an incident";
    /// Words of it were removed for good, by two persons.
    Redacted(Redacted) = "security_signal.redacted": "geredigeerd", "redacted";
    /// Stored values differed from its history, and were rewritten.
    IndexRebuilt(IndexRebuilt) = "security_signal.index_rebuilt": "opgeslagen waarden hersteld", "stored values mended";
}

pub type Event = history::Event<EventData>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    pub contract: String,
    pub contract_version: Uuid,
    pub observation: Uuid,
    pub source: SignalSource,
    pub observed_at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discussed {
    /// The role of the agreement in which somebody of the client talked.
    pub role: String,
    /// Who that was, where the desk knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BecameIncident {
    /// `None` for whoever does not see that ticket.
    pub ticket: Option<Uuid>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted {
    pub redaction: Uuid,
    pub what: Redactable,
    /// The signal for its own texts; the event with which something was written.
    pub target: Uuid,
}
