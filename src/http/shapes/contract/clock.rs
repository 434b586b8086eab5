//! Clocks, with their goals.

use serde::Serialize;
use utoipa::ToSchema;

use super::{names, small};
use crate::domain::clock::{Entry, Goal, Kind};

/// A clock some tickets get.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractClock {
    /// `response` or `resolution`.
    kind: String,
    /// The ticket types it is for.
    types: Vec<String>,
    /// Only for this priority.
    priority: Option<String>,
    /// Only for this tier.
    tier: Option<String>,
    /// Only for this item of the catalogue; its tickets then have none of the clocks of this kind that name no item.
    item: Option<String>,
    /// The calendar in whose open hours it counts.
    calendar_id: String,
    /// What it starts at: `report`, or `phone_contact` for the first contact by phone.
    starts: String,
    /// What it has to reach, the first one first.
    goals: Vec<ContractGoal>,
    /// Percentages of the first goal at which a warning goes out.
    warn_at: Vec<i32>,
    /// Causes of waiting that stop it.
    holds: Vec<String>,
    /// What answers a response clock: `reply`, `classification`, `assignment`.
    answered_by: Vec<String>,
    /// Whether a refused solution's time counts: `counts` or `held`.
    after_refusal: String,
    /// Whether a reopened ticket's time counts: `counts` or `held`.
    after_reopen: String,
    /// Whether a repair time agreed with the client can replace its goals, for one ticket.
    can_be_agreed: bool,
}

/// What a clock has to reach.
#[derive(ToSchema, Serialize)]
pub struct ContractGoal {
    /// For which percentage of the tickets; all of them when `null`.
    share: Option<f64>,
    /// `under` a time (strictly), `within` it (the bound included), or `by` the end of a working day.
    comparison: String,
    /// The time, as the contract writes it.
    #[schema(example = "4h")]
    target: String,
}

impl From<&Entry> for ContractClock {
    fn from(entry: &Entry) -> Self {
        let is_response = entry.kind == Kind::Response;
        // A resolution clock has the setting too, with its default, but ignores it.
        let answers = entry.answered_by.iter().filter(|_| is_response);
        Self {
            kind: entry.kind.as_str().to_owned(),
            types: names(&entry.types),
            priority: entry.priority.clone(),
            tier: entry.tier.clone(),
            item: entry.item.clone(),
            calendar_id: entry.calendar_id.clone(),
            starts: entry.starts.as_str().to_owned(),
            goals: entry.goals.iter().map(ContractGoal::from).collect(),
            warn_at: entry.warn_at.iter().map(|percent| small(*percent)).collect(),
            holds: entry.holds.clone(),
            answered_by: answers.map(|answer| answer.as_str().to_owned()).collect(),
            after_refusal: entry.after_refusal.as_str().to_owned(),
            after_reopen: entry.after_reopen.as_str().to_owned(),
            can_be_agreed: entry.can_be_agreed,
        }
    }
}

impl From<&Goal> for ContractGoal {
    fn from(goal: &Goal) -> Self {
        Self {
            share: goal.share.and_then(|share| share.to_string().parse().ok()),
            comparison: goal.comparison.as_str().to_owned(),
            target: goal.target.clone(),
        }
    }
}
