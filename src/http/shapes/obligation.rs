//! Obligations: what is due by when, how that was computed, and what became of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, EventData, Label, TokenUsed};
use crate::domain::Instant;
use crate::domain::calendar::Skipped;
use crate::domain::history::EventData as _;
use crate::domain::obligation;
use crate::usecases::Error;
use crate::usecases::actors::Actors;
use crate::usecases::obligations::Shown;

/// A fact that starts an obligation.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObligationInput {
    /// The contract.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "dap-example")]
    pub contract: Option<String>,
    /// The obligation's id in it; one that a fact starts.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "verbeterplan-exitplan")]
    pub obligation: Option<String>,
    /// Which of the facts that start it this was; needed where there are several.
    #[schema(min_length = 1, max_length = 100, example = "exitplan-afgewezen")]
    pub fact: Option<String>,
    /// The client; needed where the contract serves several.
    #[schema(min_length = 1, max_length = 100)]
    pub organisation: Option<String>,
    /// When the fact happened, if not now; or is planned for, where the obligation comes before it.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub fact_at: Option<Instant>,
    /// The evidence, in words.
    #[schema(value_type = String, min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub evidence: Option<String>,
}

/// That an obligation was met.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FulfilmentInput {
    /// When it was met, if not now.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub met_at: Option<Instant>,
    /// The evidence, in words.
    #[schema(value_type = String, min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub evidence: Option<String>,
}

/// The role that must see to an obligation.
#[derive(ToSchema, Serialize)]
pub struct ObligationOwner {
    /// Its code in the contract.
    role: String,
    /// `client` or `supplier`.
    side: Option<String>,
    /// Its name.
    label: Label,
}

/// How a due instant was computed.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObligationComputation {
    /// The date counted from: day 0.
    #[schema(value_type = String, format = Date)]
    from_date: NaiveDate,
    /// The term, as the contract writes it.
    #[schema(example = "10wd")]
    term: String,
    /// The calendar of its working days.
    calendar: String,
    /// The last date it can be met on.
    #[schema(value_type = String, format = Date)]
    due_date: NaiveDate,
    /// The zone in which that date ends.
    #[schema(example = "Europe/Amsterdam")]
    time_zone: String,
    /// The days that did not count.
    skipped: Vec<SkippedDay>,
}

/// A date that did not count.
#[derive(ToSchema, Serialize)]
pub struct SkippedDay {
    /// The date.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// `weekend`, `hours`, `by_hand`, or a holiday's name.
    #[schema(example = "good_friday")]
    reason: String,
}

impl From<&Skipped> for SkippedDay {
    fn from(skipped: &Skipped) -> Self {
        Self { date: skipped.date, reason: skipped.reason.to_owned() }
    }
}

/// A reminder of an obligation.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObligationReminder {
    /// How long before the due date.
    #[schema(example = "5wd before")]
    term: String,
    /// When it is due; `null` when that was before the obligation was opened.
    #[schema(value_type = Option<String>, format = DateTime)]
    planned_at: Option<Instant>,
    /// When it was given.
    #[schema(value_type = Option<String>, format = DateTime)]
    reminded_at: Option<Instant>,
}

/// Something that happened to an obligation.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObligationEvent {
    /// Its id.
    id: Uuid,
    /// What happened; more kinds may come.
    #[schema(example = "obligation.opened")]
    r#type: String,
    /// Who did it.
    actor: Actor,
    /// The access token with which they did, where they came with one that the desk made.
    token: Option<TokenUsed>,
    /// What shows it, where a person recorded it.
    evidence: Option<String>,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Instant,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// What changed.
    #[schema(value_type = EventData)]
    data: Value,
}

impl ObligationEvent {
    fn new(event: &obligation::Event, actors: &Actors) -> Self {
        Self {
            id: event.id,
            r#type: event.kind().as_str().to_owned(),
            actor: actors.show(&event.actor).into(),
            token: TokenUsed::of(event.token, actors),
            evidence: event.reason.clone(),
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            data: event.data.to_json(),
        }
    }
}

/// One occasion on which a duty of a contract is due.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Obligation {
    /// Its id.
    id: Uuid,
    /// The contract.
    contract: String,
    /// The version of it that it is held to.
    contract_version: String,
    /// Its id in the contract, the same every time.
    #[serde(rename = "obligation")]
    duty: String,
    /// The client it concerns.
    organisation: String,
    /// Its name.
    title: Label,
    /// The clause of the agreement it comes from.
    #[schema(example = "DAP 3.4.1")]
    clause: String,
    /// The responsible role.
    owner: ObligationOwner,
    /// `open`, `late` or `met`.
    state: String,
    /// The period it is of, such as 2026-W10, 2026-03, 2026-Q1, 2026-H1 or 2026.
    period: Option<String>,
    /// The fact that started it, where it is of no period.
    #[schema(value_type = Option<String>, format = DateTime)]
    fact_at: Option<Instant>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Instant,
    /// The deadline: from this instant on it is late.
    #[schema(value_type = String, format = DateTime)]
    due_at: Instant,
    /// When it became late.
    #[schema(value_type = Option<String>, format = DateTime)]
    late_at: Option<Instant>,
    /// When it was met.
    #[schema(value_type = Option<String>, format = DateTime)]
    met_at: Option<Instant>,
    /// How the due instant was computed.
    computation: ObligationComputation,
    /// Its reminders, as the contract lists them.
    reminders: Vec<ObligationReminder>,
    /// What happened, in the order recorded.
    events: Vec<ObligationEvent>,
}

impl Obligation {
    /// Fails when the contract version no longer has the duty, which would be a fault of ours.
    pub fn new(shown: &Shown, actors: &Actors) -> Result<Self, Error> {
        let (obligation, contract, duty) = (&shown.obligation, &shown.version.contract, shown.duty()?);
        let role = contract.role(&duty.owner);
        Ok(Self {
            id: obligation.id,
            contract: obligation.contract.clone(),
            contract_version: contract.version.clone(),
            duty: obligation.duty.clone(),
            organisation: obligation.organisation.clone(),
            title: (&duty.title).into(),
            clause: duty.clause.clone(),
            owner: ObligationOwner {
                role: duty.owner.clone(),
                side: role.map(|role| role.side.as_str().to_owned()),
                label: role.map_or_else(|| Label::new(&duty.owner, &duty.owner), |role| (&role.label).into()),
            },
            state: obligation.state.as_str().to_owned(),
            period: obligation.period.clone(),
            fact_at: obligation.fact_at,
            opened_at: obligation.opened_at,
            due_at: shown.replay.due_at,
            late_at: obligation.late_at,
            met_at: obligation.met_at,
            computation: ObligationComputation {
                from_date: obligation.day_zero,
                term: duty.due.to_string(),
                calendar: duty.calendar.clone(),
                due_date: shown.replay.counted.date,
                time_zone: contract.zone.name().to_owned(),
                skipped: shown.replay.counted.skipped.iter().map(Into::into).collect(),
            },
            reminders: shown.replay.reminders.iter().map(|one| reminder(one, &shown.events)).collect(),
            events: shown.events.iter().map(|event| ObligationEvent::new(event, actors)).collect(),
        })
    }
}

fn reminder(reminder: &obligation::Reminder, events: &[obligation::Event]) -> ObligationReminder {
    let term = reminder.before.to_string();
    let given = events.iter().find(|event| matches!(&event.data, obligation::EventData::Reminded(one) if one.before == term));
    let reminded_at = given.map(|event| event.occurred_at);
    ObligationReminder { term, planned_at: reminded_at.or(reminder.planned_at), reminded_at }
}

/// A page of obligations.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObligationPage {
    /// First due first.
    #[schema(max_items = 100)]
    pub items: Vec<Obligation>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
