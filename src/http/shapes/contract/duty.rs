//! Dated duties.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::obligation::{Duty, Occasion};
use crate::http::shapes::Label;

/// A dated duty of a contract: every period anew, or when one of its facts is recorded.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractDuty {
    /// Its id in the contract.
    id: String,
    /// Its display name.
    title: Label,
    /// The clause of the agreement it comes from.
    #[schema(example = "DAP 4.3")]
    clause: String,
    /// The responsible role.
    owner: String,
    /// The subject whose roles are told as well when it is late; `null` when there is none.
    subject: Option<String>,
    /// The calendar of its working days.
    calendar: String,
    /// How often it comes back: week, month, quarter, half-year or year; `null` when a fact starts it.
    every: Option<String>,
    /// The facts, any of which starts it; empty when it recurs by itself.
    facts: Vec<String>,
    /// By when, counted from the last day of the period or from the day of the fact, as the contract writes it.
    #[schema(example = "10wd")]
    due: String,
    /// How long before that its owner is reminded, as the contract writes it.
    remind: Vec<String>,
}

impl From<&Duty> for ContractDuty {
    fn from(duty: &Duty) -> Self {
        let (every, facts) = match &duty.occasion {
            Occasion::Every(cycle) => (Some(cycle.as_str().to_owned()), Vec::new()),
            Occasion::Facts(facts) => (None, facts.clone()),
        };
        Self {
            id: duty.id.clone(),
            title: (&duty.title).into(),
            clause: duty.clause.clone(),
            owner: duty.owner.clone(),
            subject: duty.subject.clone(),
            calendar: duty.calendar.clone(),
            every,
            facts,
            due: duty.due.to_string(),
            remind: duty.remind.iter().map(ToString::to_string).collect(),
        }
    }
}
