//! The report as it is stored and shown: named figures only, in an order that never depends on the order of the input.
//!
//! Lists and maps are `Vec`s, whose order is part of the figures (RPT-26: the same input gives the same bytes).

use serde::Serialize;

use super::Month;
use super::SecurityMatters;
use super::rows::{
    AgreedRow, Correction, Escalation, EscalationCount, GoalRow, LateFact, ReportedAmendment, RunningBreach, TicketLine, Verdict,
};
use crate::domain::Instant;
use crate::domain::contract::{Share, TicketType};

/// The monthly service-management report of a contract (DAP 3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceManagementReport {
    /// The contract.
    pub contract_id: String,
    /// The version whose rows and labels these are. Goals of tickets pinned to other versions have rows of their own.
    pub contract_version: String,
    /// The contract's name for people.
    pub title: String,
    /// The month.
    #[schema(value_type = String, example = "2026-03")]
    pub month: Month,
    /// The IANA zone in which the month begins and ends.
    pub time_zone: String,
    /// The first instant of the month.
    #[schema(value_type = String, format = DateTime)]
    pub from_at: Instant,
    /// The first instant after it.
    #[schema(value_type = String, format = DateTime)]
    pub to_at: Instant,
    /// Whether the month was not over: what was still to happen in it is not in the figures.
    pub provisional: bool,
    /// Since when the report reads as it does: the end of the month, or the last correction or late fact. Asked with `asOf` at this
    /// instant it is the same; at an earlier one it is an earlier version.
    #[schema(value_type = String, format = DateTime)]
    pub version_at: Instant,
    /// Keys of the contract whose values were chosen and not agreed.
    pub assumed: Vec<String>,
    /// Which tickets are in the figures.
    pub population: Population,
    /// Always six, in a fixed order (RPT-01).
    pub types: Vec<TypeCounts>,
    /// Always six, in that order (RPT-02).
    pub handling_times: Vec<TypeHandling>,
    /// Who had a part in what was closed in the month (KPI-30).
    pub involvement: Involvement,
    /// Every goal of the contract, and every other that a ticket had (RPT-03).
    pub goals: Vec<GoalRow>,
    /// Moments of repair agreed with the client, which took the place of goals (AMB-20).
    pub agreed: Vec<AgreedRow>,
    /// Every bound passed on a clock that still ran when the month ended.
    pub running_breaches: Vec<RunningBreach>,
    /// How often a ticket went from one level to another in the month.
    pub escalation_counts: Vec<EscalationCount>,
    /// Each of those steps.
    pub escalations: Vec<Escalation>,
    /// The long-open tickets (TKT-11).
    pub long_open: Vec<TicketLine>,
    /// Verdicts on goals that are not what they were when the month ended, with what corrected them (AMB-18).
    pub corrections: Vec<Correction>,
    /// What was amended in the contract's calendars: for a date of the month, in the month, or with a correction of it.
    pub amendments: Vec<ReportedAmendment>,
    /// What happened by the end of the month and was recorded after it; every figure counts it.
    pub late_facts: Vec<LateFact>,
    /// Tickets without a priority where a clock of their type depends on one, cancelled and merged ones apart.
    pub not_classified: Vec<TicketLine>,
    /// Breaches of security and security signals of the month (RPT-06).
    pub security: SecurityMatters,
}

/// The population of the figures, in words and in counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Population {
    /// In Dutch.
    pub sentence: String,
    /// Tickets that were open at some moment of the month.
    pub considered: u64,
    /// Of those, the ones cancelled in the month.
    pub cancelled: u64,
    /// Of those, the ones merged into another one in the month.
    pub merged: u64,
    /// Of those, the ones outside the agreement's scope, which have no clocks and so are in no goal.
    pub out_of_scope: u64,
    /// Of those, the ones in `notClassified`.
    pub not_classified: u64,
    /// Of those, the ones in `runningBreaches`.
    pub running_past_bound: u64,
}

/// Who had a part in handling the tickets that were closed in the month, by what the desk said when it resolved them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Involvement {
    /// Closed in the month.
    pub closed: u64,
    /// Of those, handled by the desk alone.
    pub alone: u64,
    /// With the client.
    pub with_client: u64,
    /// With a third party.
    pub with_third_party: u64,
    /// With both.
    pub with_both: u64,
    /// Of which it was not said.
    pub not_said: u64,
    /// The percentage that the desk has to handle alone, of those of which it was said; `null` where the agreement names none.
    #[schema(value_type = Option<f64>)]
    pub norm: Option<Share>,
    /// Whether it did; `null` without a norm.
    #[schema(value_type = Option<String>)]
    pub verdict: Option<Verdict>,
}

/// What happened to the tickets of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypeCounts {
    /// The type.
    #[schema(value_type = String)]
    pub ticket_type: TicketType,
    /// Its Dutch name.
    pub label: String,
    /// Reported in the month.
    pub reported: u64,
    /// Closed before the month, and taken up again in it.
    pub reopened: u64,
    /// Closed in the month.
    pub closed: u64,
    /// Cancelled in the month.
    pub cancelled: u64,
    /// Merged into another one in the month; a merge that was undone never was.
    pub merged: u64,
    /// Neither closed, cancelled nor merged when the month ended.
    pub open_at_end: u64,
    /// Of those open, the ones with a solution that awaits acceptance.
    pub resolved_at_end: u64,
    /// Of those open without a solution, the ones open for long (AMB-08).
    pub long_open: u64,
}

/// Handling times of the tickets of a type that were resolved in the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypeHandling {
    /// The type.
    #[schema(value_type = String)]
    pub ticket_type: TicketType,
    /// Its Dutch name.
    pub label: String,
    /// All of them.
    pub all: HandlingTime,
    /// By priority, first handled first; empty for a type that has none.
    pub priorities: Vec<PriorityHandling>,
}

/// Handling times of one priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriorityHandling {
    /// The priority; `null` for the tickets without one.
    pub priority: Option<String>,
    /// Its Dutch name.
    pub label: String,
    /// Its tickets.
    pub time: HandlingTime,
}

/// Handling times on both measures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HandlingTime {
    /// How many were resolved.
    pub n: u64,
    /// Open seconds of the resolution clock, of the tickets that have one.
    pub window: Spread,
    /// Seconds from the report to the solution.
    pub calendar: Spread,
}

/// A list of durations in four figures. The exact mean is `totalSeconds` divided by `n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Spread {
    /// How many durations.
    pub n: u64,
    /// Their sum.
    pub total_seconds: i64,
    /// Their mean, cut to whole seconds for show; `null` when there are none.
    pub mean_seconds: Option<i64>,
    /// The middle one; of an even number the mean of the two in the middle, cut to whole seconds.
    pub median_seconds: Option<i64>,
    /// The sum of the one or two in the middle, and how many those are: the exact median.
    #[serde(skip)]
    pub middle: (i64, u64),
    /// The longest.
    pub max_seconds: Option<i64>,
}
