//! What a report is made of: tickets with their clocks, as they stood when the period ended.

use uuid::Uuid;

use super::rows::{LateFact, Outcome};
use crate::domain::Instant;
use crate::domain::clock::{Comparison, Kind, Share};
use crate::domain::contract::TicketType;
use crate::domain::ticket::EventKind;
use crate::domain::workflow::Handling;

/// A ticket with everything a report counts of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketFigures {
    pub number: String,
    pub kind: TicketType,
    /// The priority that applies; the contract's default need not be filled in.
    pub priority: Option<String>,
    pub opened_at: Instant,
    /// When it was first reopened in the period, if it was closed when the period began.
    pub reopened_at: Option<Instant>,
    /// When it entered its present closed phase; `None` while it is in none, also after a reopening.
    pub closed_at: Option<Instant>,
    /// When the solution that still stands was given.
    pub resolved_at: Option<Instant>,
    /// When it was cancelled; such a ticket has no `closed_at`.
    pub cancelled_at: Option<Instant>,
    /// When it was merged into another one, if that stands; such a ticket has neither `closed_at` nor `cancelled_at`.
    pub merged_at: Option<Instant>,
    /// Whether the agreement does not cover it (TKT-16): then it has no clocks.
    pub out_of_scope: bool,
    /// Whether it was open for long when the period ended (TKT-11).
    pub is_long_open: bool,
    /// Who had a part in it, where that was said (KPI-30).
    pub handling: Option<Handling>,
    pub clocks: Vec<ClockFigures>,
    /// The same clocks by everything known when the report is made, if anything happened since: goals are judged by these.
    pub judged: Option<Vec<ClockFigures>>,
    pub escalations: Vec<EscalationStep>,
    /// Verdicts that differ from what they were when the period ended.
    pub corrections: Vec<CorrectionFigures>,
    /// When a verdict of the period last changed after its end, even if back to what it was, or a merge in it was undone.
    pub corrected_at: Option<Instant>,
    /// What happened by the end of the period and was recorded after it.
    pub late: Vec<LateFact>,
}

/// A clock of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockFigures {
    pub kind: Kind,
    /// The priority its entry in the contract is for; `None` when the entry is for all.
    pub priority: Option<String>,
    /// The tier its entry in the contract is for; `None` when the entry is for all.
    pub tier: Option<String>,
    /// The item of the catalogue its entry in the contract is for; `None` when the entry is for all.
    pub item: Option<String>,
    /// The first open instant at or after its start.
    pub started_at: Option<Instant>,
    /// Cancelling also stops it.
    pub stopped_at: Option<Instant>,
    /// Whether cancelling stopped it.
    pub cancelled: bool,
    /// Open seconds counted, once it stopped.
    pub elapsed_seconds: Option<i64>,
    /// What it must reach, in the contract's order; none while no priority is set and the clock depends on one.
    pub goals: Vec<GoalFigures>,
}

/// A goal of a clock, and how it ended.
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
    pub met_at: Option<Instant>,
    /// `None` for a breach that is void.
    pub breached_at: Option<Instant>,
    /// When the present breach came about; other goals in its place may have moved `breached_at`, none undid it.
    pub missed_at: Option<Instant>,
}

/// A verdict that differs from what it was when the period ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionFigures {
    pub clock: Kind,
    /// The goal's place there, the first is 0.
    pub place: usize,
    /// How its bound is held against a stop.
    pub comparison: Comparison,
    /// The contract's own text.
    pub target: String,
    /// The verdict when the period ended; `None` when it did not count in it.
    pub before: Option<Outcome>,
    pub after: Option<Outcome>,
    pub corrected_at: Instant,
    /// The kind of event that changed it.
    pub cause: EventKind,
    /// In the words of whoever did that.
    pub reason: Option<String>,
    /// The amendment, if one changed it.
    pub amendment: Option<Uuid>,
}

/// A step of a ticket from one level of its ladder to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationStep {
    pub at: Instant,
    pub from_level: u32,
    pub to_level: u32,
    /// In words or as a code.
    pub trigger: String,
}

impl TicketFigures {
    /// When it was closed, cancelled or merged.
    pub fn left_at(&self) -> Option<Instant> {
        self.closed_at.or(self.cancelled_at).or(self.merged_at)
    }

    /// Where it stands in a list: by type, then by number (`INC-9` before `INC-10`).
    pub(super) fn place(&self) -> (TicketType, usize, &str) {
        (self.kind, self.number.len(), &self.number)
    }
}

impl GoalFigures {
    /// When its fate was known: met when the clock stopped in time, missed when the bound passed (AMB-18). Once missed, it stays missed at
    /// that instant until that is undone, whatever goals take its place.
    pub(super) fn fate_at(&self) -> Option<Instant> {
        self.missed_at.or(self.met_at)
    }

    /// Only meaningful once its fate is known.
    pub(super) fn outcome(&self) -> Outcome {
        if self.missed_at.is_some() { Outcome::Missed } else { Outcome::Met }
    }
}
