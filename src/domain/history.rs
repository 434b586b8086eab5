//! Histories: what happened to a *subject*, in the order recorded.
//!
//! A subject is anything whose present state the desk must be able to prove from what happened to it: a ticket, an obligation. Each has
//! one list of what can happen to it (`event_data!`), every entry with its own fields. That list is what is stored, what is streamed to
//! handlers, and what a replay must handle, entry by entry.

use serde::de::IntoDeserializer;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::Instant;
use super::agreements::{Agreements, UnknownVersion};
use crate::words::{ClosedList, closed_list};

/// Something that happened to a subject; never changed once recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<D> {
    /// The same for every reader, of whatever subject.
    pub id: Uuid,
    /// Who did it, as `Actor::as_text`.
    pub actor: String,
    /// The token that the desk made with which it was done, where somebody came with one.
    pub token: Option<Uuid>,
    /// Why, or the evidence, in the words of whoever did it.
    pub reason: Option<String>,
    pub data: D,
    pub occurred_at: Instant,
    pub recorded_at: Instant,
}

impl<D: EventData> Event<D> {
    pub fn kind(&self) -> D::Kind {
        self.data.kind()
    }
}

/// What can happen to one kind of subject. It holds no names or texts of people, because histories are kept for ever.
pub trait EventData: Clone + PartialEq + Serialize + for<'de> Deserialize<'de> {
    type Kind: Copy + PartialEq + ClosedList;

    fn kind(&self) -> Self::Kind;

    /// What the kind is called in the stream and in the database.
    fn name(&self) -> &'static str;

    /// What is stored beside the kind's name.
    fn to_json(&self) -> Value {
        let Ok(Value::Object(mut tagged)) = serde_json::to_value(self) else { return Value::Null };
        tagged.remove("data").unwrap_or_default()
    }

    /// Reads what was stored under a kind's name.
    fn from_json(kind: &str, data: Value) -> Result<Self, serde_json::Error> {
        // The name comes first, so that serde reads the fields straight into their kind.
        let tagged = [("kind", Value::from(kind)), ("data", data)].map(|(key, value)| (key, value.into_deserializer()));
        Self::deserialize(MapDeserializer::<_, serde_json::Error>::new(tagged.into_iter()))
    }
}

/// A thing with a history.
pub trait Subject: Clone {
    const KIND: SubjectKind;

    type Data: EventData;

    /// What is stored beside its row so that it can be found without a replay.
    type Index;

    /// What it is held to beside its own history: a contract version, or nothing.
    type Terms: Clone;

    fn id(&self) -> Uuid;

    fn organisation(&self) -> &str;

    fn terms(&self, agreements: &Agreements) -> Result<Self::Terms, UnknownVersion>;

    /// The subject with every field that its history determines set from that history.
    #[must_use]
    fn as_recorded(&self, history: &[Event<Self::Data>]) -> Self;

    /// Replays its history as of `now`: its present state, and what follows by itself that is not recorded yet. Settled again with that in
    /// its history, nothing more follows. `None` when the contract cannot say, which does not happen with a checked contract.
    fn settle(&self, terms: &Self::Terms, history: &[Event<Self::Data>], now: Instant) -> Option<Settling<Self>>;
}

#[derive(Debug)]
pub struct Settling<S: Subject> {
    pub subject: S,
    pub index: S::Index,
    /// Each at its own instant, done by the desk itself.
    pub follows: Vec<Follows<S::Data>>,
}

/// Something that follows from a history without anybody acting.
#[derive(Debug, Clone, PartialEq)]
pub struct Follows<D> {
    pub at: Instant,
    pub reason: Option<String>,
    pub data: D,
}

closed_list! {
    pub enum SubjectKind {
        Ticket = "ticket": "ticket", "ticket";
        Obligation = "obligation": "verplichting", "obligation";
        RoleAssignment = "role_assignment": "vervulde rol", "role assignment";
        SecuritySignal = "security_signal": "beveiligingssignaal", "security signal";
    }
}

/// One list of what can happen to a kind of subject: each entry a type with its own fields, under the name it is stored and streamed by.
macro_rules! event_data {
    ($($(#[$doc:meta])* $kind:ident($data:ty) = $name:literal: $dutch:literal, $english:literal;)+) => {
        $crate::words::closed_list! {
            /// A kind of event, in the past tense, by the name it has in the stream and in the database.
            pub enum EventKind { $($(#[$doc])* $kind = $name: $dutch, $english;)+ }
        }

        /// What happened, with the fields of its kind.
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "kind", content = "data")]
        pub enum EventData { $(#[serde(rename = $name)] $kind($data)),+ }

        impl $crate::domain::history::EventData for EventData {
            type Kind = EventKind;

            fn kind(&self) -> EventKind {
                match self { $(Self::$kind(_) => EventKind::$kind),+ }
            }

            fn name(&self) -> &'static str {
                self.kind().as_str()
            }
        }

    };
}

/// For kinds of events that have no fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nothing {}

/// Which stored values differed from what the history gives, and were rewritten.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexRebuilt {
    pub differences: Vec<Difference>,
}

/// `null` stands for a row that was missing, or that should not have been there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Which value: `ticket.next_due_at`, `clock.resolution.due_at`, `escalation.dap.level`.
    pub what: String,
    pub stored: Value,
    pub replayed: Value,
}

pub(super) use event_data;
