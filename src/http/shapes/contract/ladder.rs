//! Escalation ladders.

use serde::Serialize;
use utoipa::ToSchema;

use super::{names, small};
use crate::domain::contract::{Condition, Ladder, Level, Opens};
use crate::http::shapes::Label;

/// An escalation ladder.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractLadder {
    /// Its id in the contract.
    id: String,
    /// The ticket types it is for.
    types: Vec<String>,
    /// Whether tickets stand on the first level from their registration on.
    opens_at_registration: bool,
    /// Its steps, the lowest first.
    levels: Vec<ContractLevel>,
}

/// A level of a ladder.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractLevel {
    /// Its number, 1 first.
    level: i32,
    /// Its display name.
    title: Label,
    /// Codes of the client's roles that are told and act.
    client: Vec<String>,
    /// Codes of the supplier's roles that are told and act.
    supplier: Vec<String>,
    /// Whose decision brings a case here: `client`, `supplier` (the desk), or both; more values may come.
    raised_by: Vec<String>,
    /// `automatic`: the case moves on as soon as a condition holds; `proposed`: a person decides.
    mode: String,
    /// Any of these moves a case on.
    climb: Vec<ContractCondition>,
    /// Reason codes of decisions with which a case passes this level over.
    skipped_by: Vec<String>,
    /// Texts without which a case that came this high is not closed: `measures`, `results`, `lessons`.
    closing_needs: Vec<String>,
}

/// What moves a case to the next level.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractCondition {
    /// `breached`, `elapsed`, `level-open` or `decided`. The other fields are set where this kind uses them, and `null` otherwise.
    when: String,
    /// Which clock is meant: `response` or `resolution`.
    clock: Option<String>,
    /// Which goal of it, the first being 1.
    goal: Option<i32>,
    /// How much of its first goal has to be used up, in per cent.
    percent: Option<i32>,
    /// How long on this level, in open seconds.
    open_seconds: Option<i64>,
    /// In whose open hours that counts.
    calendar_id: Option<String>,
    /// The reason code a person gives with `createTicketEscalation`.
    code: Option<String>,
}

impl From<&Ladder> for ContractLadder {
    fn from(ladder: &Ladder) -> Self {
        Self {
            id: ladder.id.clone(),
            types: names(&ladder.types),
            opens_at_registration: ladder.opens == Opens::Registration,
            levels: ladder.levels.iter().map(ContractLevel::from).collect(),
        }
    }
}

impl From<&Level> for ContractLevel {
    fn from(level: &Level) -> Self {
        Self {
            level: small(level.level),
            title: (&level.title).into(),
            client: level.client.clone(),
            supplier: level.supplier.clone(),
            raised_by: level.raised_by.iter().map(|side| side.as_str().to_owned()).collect(),
            mode: level.mode.as_str().to_owned(),
            climb: level.climb.iter().map(ContractCondition::from).collect(),
            skipped_by: level.skipped_by.clone(),
            closing_needs: level.closing_needs.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<&Condition> for ContractCondition {
    fn from(condition: &Condition) -> Self {
        let bare = Self {
            when: condition.kind().as_str().to_owned(),
            clock: None,
            goal: None,
            percent: None,
            open_seconds: None,
            calendar_id: None,
            code: None,
        };
        match condition {
            Condition::Breached { clock, goal } => Self { clock: Some(clock.as_str().to_owned()), goal: Some(small(goal + 1)), ..bare },
            Condition::Elapsed { clock, percent } => {
                Self { clock: Some(clock.as_str().to_owned()), percent: Some(small(*percent)), ..bare }
            }
            Condition::LevelOpen { seconds, calendar } => {
                Self { open_seconds: Some(*seconds), calendar_id: Some(calendar.clone()), ..bare }
            }
            Condition::Decided { code } => Self { code: Some(code.clone()), ..bare },
        }
    }
}
