//! Security signals: recorded for one client or for every client of an agreement, answered, talked over, and sometimes an incident (INC-15).

pub mod read;
mod record;
mod write;

pub use record::{NewSignal, record};
pub use write::{Discussion, became, discuss, respond};

use crate::domain::security_signal::{Event, SecuritySignal, SignalNote};
use crate::domain::ticket::TicketName;

/// A signal with everything that happened to it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub signal: SecuritySignal,
    /// In the order recorded.
    pub events: Vec<Event>,
    pub notes: Vec<SignalNote>,
    /// The incident that it became, where the reader sees it.
    pub incident: Option<TicketName>,
}

impl Shown {
    /// Counts what happened to it.
    pub fn version(&self) -> i32 {
        i32::try_from(self.events.len()).unwrap_or(i32::MAX)
    }

    /// What was written with an event.
    pub fn text(&self, event: &Event) -> Option<&str> {
        self.notes.iter().find(|note| note.id == event.id).map(|note| note.text.as_str())
    }
}
