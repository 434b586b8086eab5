//! What a report is made of: tickets with their clocks, as they stood when the period ended.

use uuid::Uuid;

use super::rows::{LateFact, Outcome};
use crate::domain::Instant;
use crate::domain::clock::{Comparison, Kind, Share};
use crate::domain::contract::TicketType;
use crate::domain::ticket::EventKind;

/// A ticket with everything a report counts of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketFigures {
    /// Its number, such as `INC-1042`.
    pub number: String,
    /// Its type.
    pub kind: TicketType,
    /// The priority that holds; the contract's default need not be filled in.
    pub priority: Option<String>,
    /// When it was reported.
    pub opened_at: Instant,
    /// When it was first taken up again in the period, if it was closed as that began.
    pub reopened_at: Option<Instant>,
    /// When it entered the closed phase it is in; `None` while it is in none, after a reopening too.
    pub closed_at: Option<Instant>,
    /// When the solution that still stands was given.
    pub resolved_at: Option<Instant>,
    /// When it was cancelled; such a ticket has no `closed_at`.
    pub cancelled_at: Option<Instant>,
    /// Its clocks, those that are shown.
    pub clocks: Vec<ClockFigures>,
    /// The same clocks by everything known when the report is made, where anything happened since: goals are judged by these.
    pub judged: Option<Vec<ClockFigures>>,
    /// Its steps on the ladder.
    pub escalations: Vec<EscalationStep>,
    /// Verdicts that are not what they were when the period ended.
    pub corrections: Vec<CorrectionFigures>,
    /// When a verdict of the period last changed after its end, be it back to what it was.
    pub corrected_at: Option<Instant>,
    /// What happened by the end of the period and was recorded after it.
    pub late: Vec<LateFact>,
}

/// A clock of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockFigures {
    /// Which clock.
    pub kind: Kind,
    /// The priority its entry in the contract is for; `None` when the entry is for all.
    pub priority: Option<String>,
    /// The tier its entry in the contract is for; `None` when the entry is for all.
    pub tier: Option<String>,
    /// The first open instant at or after its start.
    pub started_at: Option<Instant>,
    /// When it stopped, by cancelling too.
    pub stopped_at: Option<Instant>,
    /// Whether cancelling stopped it.
    pub cancelled: bool,
    /// Open seconds counted, once it stopped.
    pub elapsed_seconds: Option<i64>,
    /// What it must reach, in the contract's order; none while no priority is set and the clock depends on one.
    pub goals: Vec<GoalFigures>,
}

/// A goal of a clock, and its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalFigures {
    /// For which share of the tickets; `None` when the contract names none, which is all of them.
    pub share: Option<Share>,
    /// Strict, inclusive, or by the end of a working day.
    pub comparison: Comparison,
    /// The contract's own text, such as `4h`.
    pub target: String,
    /// The earliest instant the bound is reached if nothing more happens.
    pub due_at: Option<Instant>,
    /// When it was met.
    pub met_at: Option<Instant>,
    /// When it was breached; a breach that was made void is none.
    pub breached_at: Option<Instant>,
    /// When the breach that stands in its place first came about: other goals there moved it, none undid it.
    pub missed_at: Option<Instant>,
}

/// A verdict that is not what it was when the period ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionFigures {
    /// Which clock.
    pub clock: Kind,
    /// The goal's place there, the first is 0.
    pub place: usize,
    /// How its bound is held against a stop.
    pub comparison: Comparison,
    /// The contract's own text.
    pub target: String,
    /// The verdict when the period ended; `None` when it did not count in it.
    pub before: Option<Outcome>,
    /// The verdict now.
    pub after: Option<Outcome>,
    /// Since when.
    pub corrected_at: Instant,
    /// What made it so.
    pub cause: EventKind,
    /// Why, in the words of whoever did that.
    pub reason: Option<String>,
    /// The amendment, when that made it so.
    pub amendment: Option<Uuid>,
}

/// A step of a ticket from one level of its ladder to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationStep {
    /// When.
    pub at: Instant,
    /// The level it left.
    pub from_level: u32,
    /// The level it came to.
    pub to_level: u32,
    /// What moved it, in words or as a code.
    pub trigger: String,
}

impl TicketFigures {
    /// When it was closed or cancelled.
    pub fn left_at(&self) -> Option<Instant> {
        self.closed_at.or(self.cancelled_at)
    }

    /// Where it stands in a list: by type, then by number (`INC-9` before `INC-10`).
    pub(super) fn place(&self) -> (TicketType, usize, &str) {
        (self.kind, self.number.len(), &self.number)
    }
}

impl GoalFigures {
    /// The instant its fate was known: met when the clock stopped in time, missed when the bound passed (AMB-18). Once missed it counts
    /// there until that is undone, whatever goals take its place.
    pub(super) fn fate_at(&self) -> Option<Instant> {
        self.missed_at.or(self.met_at)
    }

    /// What it came to, once its fate is known.
    pub(super) fn outcome(&self) -> Outcome {
        if self.missed_at.is_some() { Outcome::Missed } else { Outcome::Met }
    }
}
