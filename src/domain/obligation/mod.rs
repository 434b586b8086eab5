//! Obligations: what a contract wants done by a date, and each time it is due.
//!
//! A *duty* is the agreement's sentence: whose it is, what starts it, and by when it is to be done. An *obligation* is one
//! time it is due: of a period, or after a recorded fact. Its due instant, reminders and lateness are replayed from its
//! events and the calendar as it was known (`replay`); `due_at` in a row is an index of that.
//!
//! Absent on purpose: what was owed itself. A report, a plan or a notice is a fact recorded elsewhere; here stand its date
//! and the evidence.

mod event;
mod listing;
mod replay;

pub use super::contract::{Cycle, Duty, Occasion, Period};
pub use event::{DueMoved, Event, EventData, EventKind, Late, LateVoided, Opened, Reminded};
pub use listing::ObligationFilter;
pub use replay::{Met, Reminder, Replay, replay};

use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::Instant;
use super::agreements::{Agreements, UnknownVersion, Version};
use super::history::{self, Settling, SubjectKind};
use crate::words::closed_list;

closed_list! {
    /// How an obligation stands.
    pub enum ObligationState {
        /// Not done, and not late.
        Open = "open": "open", "open";
        /// Not done in time.
        Late = "late": "te laat", "late";
        /// Done, in time or not.
        Met = "met": "nagekomen", "met";
    }
}

/// One time a duty is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    pub id: Uuid,
    /// Whose agreement it is about.
    pub organisation: String,
    pub contract: String,
    /// The version it is held to.
    pub contract_version_id: Uuid,
    /// The duty's code.
    pub duty: String,
    /// The period it is of, such as `2026-W10`, `2026-03`, `2026-Q1`, `2026-H1` or `2026`.
    pub period: Option<String>,
    /// The date its term is counted from.
    pub day_zero: NaiveDate,
    /// The fact that started it, where it is of no period.
    pub fact_at: Option<Instant>,
    /// When it came into being.
    pub opened_at: Instant,
    pub state: ObligationState,
    /// From then on it is too late.
    pub due_at: Instant,
    /// When it was found to be late; `None` once that is undone.
    pub late_at: Option<Instant>,
    pub met_at: Option<Instant>,
    /// When it next reminds or becomes late.
    pub next_fire_at: Option<Instant>,
}

impl history::Subject for Obligation {
    const KIND: SubjectKind = SubjectKind::Obligation;
    type Data = EventData;
    type Index = ();
    type Terms = Arc<Version>;

    fn id(&self) -> Uuid {
        self.id
    }

    fn organisation(&self) -> &str {
        &self.organisation
    }

    fn terms(&self, agreements: &Agreements) -> Result<Arc<Version>, UnknownVersion> {
        agreements.version(self.contract_version_id).cloned()
    }

    /// Every field that its history determines is set when it is settled.
    fn as_recorded(&self, _history: &[Event]) -> Self {
        self.clone()
    }

    fn settle(&self, version: &Arc<Version>, history: &[Event], now: Instant) -> Option<Settling<Self>> {
        let contract = &version.contract;
        let replay = replay(contract, contract.duty(&self.duty)?, self, history, now)?;
        let met_at = Met::of(history).map(|met| met.at);
        let state = match (met_at, replay.late_at) {
            (Some(_), _) => ObligationState::Met,
            (None, Some(_)) => ObligationState::Late,
            (None, None) => ObligationState::Open,
        };
        let (due_at, late_at, next_fire_at) = (replay.due_at, replay.late_at, replay.next_fire_at);
        Some(Settling {
            subject: Self { state, due_at, late_at, met_at, next_fire_at, ..self.clone() },
            index: (),
            follows: replay.follows,
        })
    }
}
