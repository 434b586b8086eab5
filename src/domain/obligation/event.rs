//! What can happen to an obligation.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::Instant;
use crate::domain::history::{self, IndexRebuilt, Nothing, event_data};

event_data! {
    Opened(Opened) = "obligation.opened": "ontstaan", "opened";
    Reminded(Reminded) = "obligation.reminded": "herinnerd", "reminded";
    /// A change of the calendar moved its due date (CAL-12).
    DueMoved(DueMoved) = "obligation.due_moved": "termijn verschoven door de kalender", "due date moved by the calendar";
    Late(Late) = "obligation.late": "te laat", "late";
    /// It turned out to have been done in time.
    LateVoided(LateVoided) = "obligation.late_voided": "toch op tijd", "in time after all";
    /// It was done; the event's words are the evidence.
    Met(Nothing) = "obligation.met": "nagekomen", "met";
    /// Stored values differed from its history, and were rewritten.
    IndexRebuilt(IndexRebuilt) = "obligation.index_rebuilt": "opgeslagen waarden hersteld", "stored values mended";
}

/// Something that happened to an obligation; its words are the evidence, where a person recorded it.
pub type Event = history::Event<EventData>;

/// What brought it about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Opened {
    /// The calendar, for a period such as `2026-Q1`.
    ByPeriod { period: String },
    /// A recorded fact.
    ByFact { fact: String, fact_at: Instant },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminded {
    /// The term before the due date, as a contract writes it.
    pub before: String,
}

/// How far the due instant moved, and what moved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueMoved {
    pub from: Instant,
    pub to: Instant,
    pub amendment: Uuid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Late {
    pub due_at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LateVoided {
    pub met_at: Instant,
}
