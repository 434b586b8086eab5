//! A ticket's clocks, each with its goals and its ledger.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::Instant;
use crate::domain::clock::Line;
use crate::domain::contract::Contract;
use crate::domain::contract::amendment::Amendment;
use crate::domain::ticket::ClockIndex;
use crate::domain::ticket::clock_id;

/// An SLA clock of a ticket: how much counted, what it has to reach, and every stretch of time it saw.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Clock {
    /// Its id.
    id: uuid::Uuid,
    /// `response` or `resolution`.
    kind: String,
    /// `running` (outside the support window too) or `held`; once stopped `met`, `breached` or `cancelled`.
    state: String,
    /// The calendar in whose open hours it counts.
    calendar_id: String,
    /// The first open instant at or after its start.
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Instant>,
    /// When it stopped; `null` while it runs.
    #[schema(value_type = Option<String>, format = DateTime)]
    stopped_at: Option<Instant>,
    /// Open seconds counted.
    elapsed_seconds: i64,
    /// Open seconds held.
    held_seconds: i64,
    /// Open seconds left until the next goal is due; negative when it is past.
    remaining_seconds: Option<i64>,
    /// What it must reach, the first goal first.
    #[schema(value_type = Vec<ClockGoal>)]
    goals: Value,
    /// Breaches that a later fact undid.
    #[schema(value_type = Vec<VoidedBreach>)]
    voided: Value,
    /// Every segment from the start to the stop or to now.
    #[schema(value_type = Vec<LedgerSegment>)]
    ledger: Value,
    /// What was amended in its calendars while it ran.
    amendments: Vec<ClockAmendment>,
}

/// An amendment that changed a clock.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockAmendment {
    /// Its id.
    id: uuid::Uuid,
    /// The date.
    #[schema(value_type = String, format = Date)]
    date: chrono::NaiveDate,
    /// `closed`, `hours` or `as_agreed`.
    change: String,
    /// The hours it opens.
    hours: Vec<String>,
    /// Why.
    reason: String,
    /// When it took effect.
    #[schema(value_type = String, format = DateTime)]
    in_force_at: Instant,
    /// The numbers, from 1, of the goals whose breach it made void.
    voided_goals: Vec<u32>,
}

/// What a clock must reach, and how that stands.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockGoal {
    /// The percentage of the tickets that must reach it; `null` for all of them.
    share: Option<f64>,
    /// `under` a time (strictly), `within` it (the bound included), or `by` the end of a working day.
    comparison: String,
    /// The time, as the contract writes it.
    #[schema(example = "4h")]
    target: String,
    /// When it is due if nothing further happens; `null` while a hold without end keeps it out of reach.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Instant>,
    /// When it was met.
    #[schema(value_type = Option<String>, format = DateTime)]
    met_at: Option<Instant>,
    /// When its bound passed unmet, also while the clock still runs.
    #[schema(value_type = Option<String>, format = DateTime)]
    breached_at: Option<Instant>,
}

/// A breach that a later fact undid.
#[derive(ToSchema, Serialize)]
pub struct VoidedBreach {
    /// When it was breached.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// The goal, as the contract writes it.
    target: String,
    /// The kind of fact that undid it; `calendar` when an amendment did.
    #[schema(example = "reprioritised")]
    why: String,
}

/// A segment of a ledger.
#[derive(ToSchema, Serialize)]
pub struct LedgerSegment {
    /// Its first second.
    #[schema(value_type = String, format = DateTime)]
    from: Instant,
    /// The second after its last.
    #[schema(value_type = String, format = DateTime)]
    to: Instant,
    /// `running` (counted), `held`, or `closed` (outside the support window).
    state: String,
    /// Why it did not count: a hold's cause, `refused`, `reopened`, `hours`, `by_hand` or a holiday's name; `null` when it counted.
    cause: Option<String>,
}

impl Clock {
    pub fn new(contract: &Contract, ticket: uuid::Uuid, index: &ClockIndex, ledger: &[Line]) -> Self {
        let clock = &index.clock;
        let amended = index.amended.iter().filter_map(|place| contract.amendments.get(*place)).map(|amended| &amended.amendment);
        let amendment = |amendment: &Amendment| ClockAmendment {
            id: amendment.id,
            date: amendment.date,
            change: amendment.change.as_str().to_owned(),
            hours: amendment.change.hours(),
            reason: amendment.reason.clone(),
            in_force_at: amendment.in_force_at,
            voided_goals: clock
                .voided
                .iter()
                .filter(|one| one.amendment == Some(amendment.id))
                .filter_map(|one| u32::try_from(one.place + 1).ok())
                .collect(),
        };
        // Goals, breaches and ledger lines serialise as the domain has them; the structs above only describe them in the document.
        let json = |value: serde_json::Result<Value>| value.unwrap_or_default();
        Self {
            id: clock_id(ticket, clock.kind),
            kind: clock.kind.as_str().to_owned(),
            state: clock.state.as_str().to_owned(),
            calendar_id: index.calendar.clone(),
            started_at: clock.started_at,
            stopped_at: clock.stopped_at,
            elapsed_seconds: clock.elapsed_seconds,
            held_seconds: clock.held_seconds,
            remaining_seconds: index.remaining_seconds,
            goals: json(serde_json::to_value(&clock.goals)),
            voided: json(serde_json::to_value(&clock.voided)),
            ledger: json(serde_json::to_value(ledger)),
            amendments: amended.map(amendment).collect(),
        }
    }
}

/// A ticket's clocks.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockList {
    /// The instant as of which everything was computed.
    #[schema(value_type = String, format = DateTime)]
    pub known_at: Instant,
    /// Response before resolution.
    pub items: Vec<Clock>,
}
