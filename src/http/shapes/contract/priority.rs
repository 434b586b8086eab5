//! Priorities.

use serde::Serialize;
use utoipa::ToSchema;

use super::{names, small};
use crate::domain::contract::{Contract as Agreement, Priority, TicketType};
use crate::domain::ticket::prioritise;
use crate::http::shapes::Label;

/// A priority of a contract.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractPriority {
    /// The code to set it with.
    code: String,
    /// 1 is handled first.
    rank: i32,
    /// Its display name.
    label: Label,
    /// What it means; `null` when the agreement does not say.
    definition: Option<Label>,
    /// Whether `priorityMotivation` must come with it: `required` or `optional`.
    motivation: String,
    /// Whether the agreement expects a workaround while it is not solved: `expected` or `optional`.
    workaround: String,
    /// Whether the desk can set it only on a ticket with a recorded phone contact.
    needs_phone_contact: bool,
    /// The types that can have it.
    types: Vec<String>,
}

impl ContractPriority {
    pub(super) fn new(contract: &Agreement, priority: &Priority) -> Self {
        let phoned = |kind: &TicketType| prioritise::needs_phone_contact(contract, *kind, &priority.code);
        Self {
            code: priority.code.clone(),
            rank: small(priority.rank),
            label: (&priority.label).into(),
            definition: priority.definition.as_ref().map(Label::from),
            motivation: priority.motivation.as_str().to_owned(),
            workaround: priority.workaround.as_str().to_owned(),
            needs_phone_contact: priority.types.iter().any(phoned),
            types: names(&priority.types),
        }
    }
}
