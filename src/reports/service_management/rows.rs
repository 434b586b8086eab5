//! The rows of the report's lists: goals, corrections, breaches, escalations and tickets.

use serde::Serialize;

use crate::domain::Instant;
use crate::domain::clock::{Comparison, Kind, Share};
use crate::domain::contract::TicketType;
use crate::words::closed_list;

/// How a goal was reached by the tickets whose fate became known in the month (AMB-18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GoalRow {
    /// Which clock.
    #[schema(value_type = String)]
    pub clock: Kind,
    /// The type of its tickets.
    #[schema(value_type = String)]
    pub ticket_type: TicketType,
    /// The priority the clock is for; `null` for all.
    pub priority: Option<String>,
    /// Its Dutch name.
    pub priority_label: Option<String>,
    /// The tier the clock is for; `null` for all.
    pub tier: Option<String>,
    /// The item of the catalogue the clock is for; `null` for all others.
    pub item: Option<String>,
    /// Its Dutch name.
    pub item_label: Option<String>,
    /// Its place among the clock's goals; 1 is the first.
    pub goal: u32,
    /// The share of the tickets that must reach it, in per cent; 100 when the contract names none.
    #[schema(value_type = f64)]
    pub share_required: Share,
    /// Strict, inclusive, or by the end of a working day.
    #[schema(value_type = String)]
    pub comparison: Comparison,
    /// The contract's own text, such as `4h`.
    pub target: String,
    /// Tickets whose fate became known: `met + missed`.
    pub n: u64,
    /// In time.
    pub met: u64,
    /// Too late.
    pub missed: u64,
    /// `met` of `n` in per cent with one decimal, rounded half up, for show: `88.9`; `null` when `n` is 0.
    pub percentage: Option<String>,
    /// How many of `n` may be missed (CLK-10).
    pub misses_allowed: u64,
    /// By integers, never by `percentage` (C4).
    pub verdict: Verdict,
}

/// Moments of repair that were agreed for tickets by themselves: no share was agreed for them, so there is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgreedRow {
    /// The type of its tickets.
    #[schema(value_type = String)]
    pub ticket_type: TicketType,
    /// Their priority.
    pub priority: Option<String>,
    /// Its Dutch name.
    pub priority_label: Option<String>,
    /// Tickets whose fate became known: `met + missed`.
    pub n: u64,
    /// Repaired by then.
    pub met: u64,
    /// Not repaired by then.
    pub missed: u64,
}

closed_list! {
    /// What a goal of a ticket came to.
    #[derive(utoipa::ToSchema)]
    #[schema(rename_all = "snake_case")]
    pub enum Outcome {
        Met = "met": "gehaald", "met";
        Missed = "missed": "te laat", "missed";
    }
}

/// A verdict that is not what it was when the month ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Correction {
    /// The ticket.
    pub number: String,
    /// Its type.
    #[schema(value_type = String)]
    pub ticket_type: TicketType,
    /// Which clock.
    #[schema(value_type = String)]
    pub clock: Kind,
    /// The goal's place; 1 is the first.
    pub goal: u32,
    /// Strict, inclusive, or by the end of a working day.
    #[schema(value_type = String)]
    pub comparison: Comparison,
    /// The contract's own text.
    pub target: String,
    /// What it was when the month ended; `null` when it did not count in this month.
    pub before: Option<Outcome>,
    /// What it is; `null` when it no longer counts in this month: it counts in the one in which its fate is known.
    pub after: Option<Outcome>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub corrected_at: Instant,
    /// The type of the event that made it so.
    #[schema(example = "ticket.solution_refused")]
    pub cause: String,
    /// Why, in the words of whoever did that.
    pub reason: Option<String>,
    /// The amendment to a calendar, when that made it so.
    pub amendment_id: Option<uuid::Uuid>,
}

/// An amendment to a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedAmendment {
    /// Its id.
    pub id: uuid::Uuid,
    /// The calendar's name in the contract.
    pub calendar: String,
    /// The date.
    #[schema(value_type = String, format = Date)]
    pub date: chrono::NaiveDate,
    /// closed, hours or `as_agreed`.
    pub change: String,
    /// The hours it opens.
    pub hours: Vec<String>,
    /// Why.
    pub reason: String,
    /// Since when it is in force: recorded then, or approved by the last side.
    #[schema(value_type = String, format = DateTime)]
    pub in_force_at: Instant,
}

/// Something that happened by the end of the month and was recorded after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LateFact {
    /// The ticket.
    pub number: String,
    /// The type of the event.
    #[schema(example = "ticket.registered")]
    pub event_type: String,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: Instant,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Instant,
    /// Why that was late.
    pub reason: Option<String>,
}

closed_list! {
    /// Whether enough tickets reached a goal.
    #[derive(utoipa::ToSchema)]
    #[schema(rename_all = "snake_case")]
    pub enum Verdict {
        /// Enough did.
        Met = "met": "gehaald", "met";
        /// Too few did.
        Missed = "missed": "niet gehaald", "missed";
        /// There was nothing to judge (*n.v.t.*).
        NotApplicable = "not_applicable": "n.v.t.", "not applicable";
    }
}

impl Verdict {
    /// Whether `met` of `n` reach a share, by integers alone (CLK-09, KPI-38).
    pub fn of(share: Share, met: u64, n: u64) -> Self {
        match n {
            0 => Self::NotApplicable,
            _ if share.is_reached(met, n) => Self::Met,
            _ => Self::Missed,
        }
    }
}

/// A bound passed on a clock that still ran when the month ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunningBreach {
    /// The ticket.
    pub number: String,
    /// Its type.
    #[schema(value_type = String)]
    pub ticket_type: TicketType,
    /// Its priority.
    pub priority: Option<String>,
    /// The priority's Dutch name.
    pub priority_label: Option<String>,
    /// Which clock.
    #[schema(value_type = String)]
    pub clock: Kind,
    /// The goal's place; 1 is the first.
    pub goal: u32,
    /// Strict, inclusive, or by the end of a working day.
    #[schema(value_type = String)]
    pub comparison: Comparison,
    /// The contract's own text.
    pub target: String,
    /// When the bound passed, in this month or before it.
    #[schema(value_type = String, format = DateTime)]
    pub breached_at: Instant,
}

/// How often tickets went from one level to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EscalationCount {
    /// The level they left.
    pub from_level: u32,
    /// The level they came to.
    pub to_level: u32,
    /// How often.
    pub count: u64,
}

/// A ticket's step from one level to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Escalation {
    /// The ticket.
    pub number: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Instant,
    /// The level it left.
    pub from_level: u32,
    /// The level it came to.
    pub to_level: u32,
    /// What moved it.
    pub trigger: String,
}

/// A ticket in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TicketLine {
    /// Its number.
    pub number: String,
    /// Its type.
    #[schema(value_type = String)]
    pub ticket_type: TicketType,
    /// Its priority.
    pub priority: Option<String>,
    /// The priority's Dutch name.
    pub priority_label: Option<String>,
    /// When it was reported.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Instant,
}
