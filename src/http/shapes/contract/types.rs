//! Ticket types, with their phases.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::contract::{Contract as Agreement, TicketType};
use crate::domain::{ticket, workflow};
use crate::http::shapes::Label;

/// A ticket type under a contract.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractType {
    /// The type.
    #[schema(example = "incident")]
    r#type: String,
    /// What people call it under this contract.
    label: Label,
    /// What its ticket numbers begin with.
    #[schema(example = "INC")]
    prefix: String,
    /// In the order of its workflow.
    phases: Vec<ContractPhase>,
    /// The codes of the priorities it can have.
    priorities: Vec<String>,
    /// Whether the client's tier decides its clocks.
    needs_tier: bool,
    /// The id of the ladder its tickets escalate on; `null` where they do not.
    ladder: Option<String>,
}

/// A phase of a ticket type.
#[derive(ToSchema, Serialize)]
pub struct ContractPhase {
    /// Its code, which moves and filters take.
    #[schema(example = "in_progress")]
    phase: String,
    /// The state that comes with it: `new`, `active`, `waiting`, `resolved`, `closed` or `cancelled`.
    state: String,
    /// Its display name.
    label: Label,
}

impl ContractType {
    pub(super) fn new(contract: &Agreement, kind: TicketType) -> Self {
        let phase = |phase: &workflow::Phase| ContractPhase {
            phase: phase.step.to_string(),
            state: phase.state.as_str().to_owned(),
            label: phase.step.word().into(),
        };
        let priorities = contract.priorities.iter().filter(|priority| priority.types.contains(&kind));
        Self {
            r#type: kind.as_str().to_owned(),
            label: contract.type_labels.get(&kind).map_or_else(|| kind.word().into(), Label::from),
            prefix: kind.prefix().to_owned(),
            phases: ticket::kinds::phases(kind).map(phase).collect(),
            priorities: priorities.map(|priority| priority.code.clone()).collect(),
            needs_tier: contract.needs_tier(kind),
            ladder: contract.ladder(kind).map(|ladder| ladder.id.clone()),
        }
    }
}
