//! Obligations: what a contract wants done by a date, and each time it is due.
//!
//! A *duty* is the agreement's sentence: whose it is, what starts it, and by when it is to be done. An *obligation* is one
//! time it is due: of a period, or after a recorded fact. Its due instant, reminders and lateness are replayed from its
//! events and the calendar as it was known (`replay`); `due_at` in a row is an index of that.
//!
//! Absent on purpose: what was owed itself. A report, a plan or a notice is a fact recorded elsewhere; here stand its date
//! and the evidence.

mod period;
mod replay;

pub use period::{Cycle, Period};
pub use replay::{Met, Reminder, Replay, Step, replay};

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use super::Instant;
use super::calendar::Term;
use super::contract::{Contract, Label};
use crate::words::closed_list;

/// What starts a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// Every period; its last date is day 0.
    Every(Cycle),
    /// A recorded fact of one of these names; its local date is day 0.
    Facts(Vec<String>),
}

/// A dated duty of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its code in the contract.
    pub id: String,
    /// Its name for people.
    pub title: Label,
    /// Where the agreement says so.
    pub clause: String,
    /// The role that must see to it.
    pub owner: String,
    /// The calendar its working days and reminders are on.
    pub calendar: String,
    /// What starts it.
    pub occasion: Occasion,
    /// By when, counted from day 0.
    pub due: Term,
    /// How long before the due date its owner is reminded.
    pub remind: Vec<Term>,
}

impl Duty {
    /// Whether it must be done before something that is planned.
    pub fn precedes_its_fact(&self) -> bool {
        matches!(self.occasion, Occasion::Facts(_)) && matches!(self.due, Term::Before(..))
    }
}

impl Contract {
    /// The duty of that code.
    pub fn duty(&self, id: &str) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.id == id)
    }
}

closed_list! {
    /// How an obligation stands.
    pub enum State {
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
    /// Its id.
    pub id: Uuid,
    /// Whose agreement it is about.
    pub organisation: String,
    /// The contract.
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
    /// Since when it stands.
    pub opened_at: Instant,
    /// How it stands.
    pub state: State,
    /// From then on it is too late.
    pub due_at: Instant,
    /// When it was seen to be late; nothing once that is undone.
    pub late_at: Option<Instant>,
    /// When it was done.
    pub met_at: Option<Instant>,
    /// When it next reminds or is late.
    pub next_fire_at: Option<Instant>,
}

/// What happens to an obligation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// It came to be.
    Opened,
    /// Its owner was reminded.
    Reminded,
    /// A change of the calendar moved its due date (CAL-12).
    DueMoved,
    /// It is too late.
    Late,
    /// It turned out to have been done in time.
    LateVoided,
    /// It was done.
    Met,
    /// What was stored of it differed from its history, and was written anew.
    IndexRebuilt,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Opened, Self::Reminded, Self::DueMoved, Self::Late, Self::LateVoided, Self::Met, Self::IndexRebuilt];

    /// The name in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "obligation.opened",
            Self::Reminded => "obligation.reminded",
            Self::DueMoved => "obligation.due_moved",
            Self::Late => "obligation.late",
            Self::LateVoided => "obligation.late_voided",
            Self::Met => "obligation.met",
            Self::IndexRebuilt => "obligation.index_rebuilt",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Something that happened to an obligation; never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// What.
    pub kind: EventKind,
    /// Who, by id.
    pub actor: String,
    /// The evidence, where a person recorded it.
    pub evidence: Option<String>,
    /// What belongs to it.
    pub data: Value,
    /// When it happened.
    pub occurred_at: Instant,
    /// When that was recorded.
    pub recorded_at: Instant,
}
