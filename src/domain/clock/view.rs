//! A clock as people and programs see it.

use serde::Serialize;

use super::ledger::Line;
use super::replay::{GoalPlace, Replay};
use super::{Comparison, Goal, Kind, Share};
use crate::domain::Instant;
use crate::words::closed_list;

closed_list! {
    /// What a clock is doing.
    pub enum ClockState {
        /// Running, also while its support window is closed.
        Running = "running": "loopt", "running";
        Held = "held": "staat stil", "held";
        /// It stopped, every goal met.
        Met = "met": "gehaald", "met";
        /// It stopped, at least one goal missed.
        Breached = "breached": "niet gehaald", "breached";
        /// The ticket was cancelled while it ran.
        Cancelled = "cancelled": "ingetrokken", "cancelled";
    }
}

impl ClockState {
    pub const fn is_stopped(self) -> bool {
        matches!(self, Self::Met | Self::Breached | Self::Cancelled)
    }
}

/// A goal and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GoalView {
    /// For which share of the tickets; `null` when the contract names none.
    pub share: Option<Share>,
    /// Strict, inclusive, or by the end of a working day.
    pub comparison: Comparison,
    /// The contract's own text.
    pub target: String,
    /// The earliest instant the bound is reached if nothing more happens.
    pub due_at: Option<Instant>,
    pub met_at: Option<Instant>,
    pub breached_at: Option<Instant>,
    /// When the present breach came about; another goal in its place may have moved `breached_at` since. It decides in which month the goal
    /// counts as missed.
    #[serde(skip)]
    pub missed_at: Option<Instant>,
}

/// A breach that a later fact undid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Voided {
    pub at: Instant,
    /// The text of its goal.
    pub target: String,
    /// The kind of fact that undid it; `calendar` when an amendment did.
    pub why: &'static str,
    /// Set when an amendment did.
    #[serde(skip)]
    pub amendment: Option<uuid::Uuid>,
    /// Its goal's place in the clock, the first is 0.
    #[serde(skip)]
    pub place: usize,
}

/// A clock as of an instant: what `simulate` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Clock {
    pub kind: Kind,
    pub state: ClockState,
    /// The first open instant at or after its start.
    pub started_at: Option<Instant>,
    pub stopped_at: Option<Instant>,
    /// Open seconds counted.
    pub elapsed_seconds: i64,
    /// Open seconds held.
    pub held_seconds: i64,
    pub goals: Vec<GoalView>,
    /// In the order in which they were undone.
    pub voided: Vec<Voided>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Vec<Line>>,
}

impl Replay<'_> {
    /// The clock as of the instant it was replayed to; `None` when the ticket has no clock of this kind to show.
    pub fn view(&self, as_of: Instant) -> Option<Clock> {
        let timeline = self.timeline.as_ref().filter(|_| self.is_shown())?;
        let until = self.stopped.unwrap_or(as_of);
        let goals: Vec<_> =
            self.places.iter().filter_map(|place| place.goal.map(|goal| self.goal_view(goal, timeline.due(goal), place))).collect();
        Some(Clock {
            kind: self.kind,
            state: self.state(&goals),
            started_at: timeline.started_at(),
            stopped_at: self.stopped,
            elapsed_seconds: timeline.counted(until),
            held_seconds: timeline.held(until),
            goals,
            voided: self.voided.clone(),
            ledger: None,
        })
    }

    /// Open seconds counted by an instant: 0 before the start, and no more than at the stop after it.
    pub fn elapsed_at(&self, at: Instant) -> Option<i64> {
        let timeline = self.timeline.as_ref().filter(|_| self.is_shown())?;
        let until = self.stopped.map_or(at, |stop| stop.min(at));
        Some(if until <= timeline.start() { 0 } else { timeline.counted(until) })
    }

    fn state(&self, goals: &[GoalView]) -> ClockState {
        match self.stopped {
            Some(_) if self.cancelled => ClockState::Cancelled,
            Some(_) if goals.iter().any(|goal| goal.breached_at.is_some()) => ClockState::Breached,
            Some(_) => ClockState::Met,
            None if self.timeline.as_ref().and_then(super::timeline::Timeline::held_by).is_some() => ClockState::Held,
            None => ClockState::Running,
        }
    }

    fn goal_view(&self, goal: &Goal, due_at: Option<Instant>, place: &GoalPlace<'_>) -> GoalView {
        GoalView {
            share: goal.share,
            comparison: goal.comparison,
            target: goal.target.clone(),
            due_at,
            met_at: self.stopped.filter(|_| place.breached.is_none() && !self.cancelled),
            breached_at: place.breached,
            missed_at: place.missed,
        }
    }
}
