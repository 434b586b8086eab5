//! An SLA clock: derived from a ticket's history, never accumulated.
//!
//! `fact` says what can happen; `timeline` keeps which stretches of time count under which calendar; `replay` walks the
//! facts in turn and decides stops, breaches and voids; `view` shows the result as of an instant; `ledger` proves it;
//! `due` tells which warnings and breaches come next. A stored deadline is an index of this replay, nothing more.
//!
//! Absent on purpose: counters that are added to, and any reading of the machine's time.

mod due;
mod fact;
mod ledger;
mod replay;
mod timeline;
mod view;

pub use due::{Fires, Firing};
pub use fact::{Fact, FactKind, OutOfOrder, check_order};
pub use ledger::{Line, LineState, Undone};
pub use replay::{Replay, Ticket, replay};
pub use view::{Clock, ClockState, GoalView, Voided};

pub use super::contract::{AGREED, Answer, BadDuration, Comparison, Entry, Goal, Interlude, Kind, Share, Starts, TimeLimit, open_seconds};
