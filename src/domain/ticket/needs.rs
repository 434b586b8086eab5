//! What a ticket itself still lacks for a move: for every type, and by the rules of its own.

use super::kinds::{self, Need};
use super::part::versions;
use super::{Event, EventKind, Ticket};
use crate::domain::clock::Entry;
use crate::domain::contract::Contract;
use crate::domain::workflow::Phase;

/// All of it, for a move to a phase that histories call `event`.
pub(super) fn missing(contract: &Contract, ticket: &Ticket, history: &[Event], to: &Phase, event: EventKind) -> Vec<Need> {
    let of_every_type = (event == EventKind::Resolved).then_some(Need::Priority);
    let of_its_type = kinds::rules(ticket.kind).needs.iter().filter(|(step, _)| *step == to.step).map(|(_, need)| *need);
    let lacks = |need: &Need| match need {
        Need::Priority => lacks_priority(contract, ticket),
        Need::Part(part) => versions(history, *part) == 0,
    };
    of_every_type.into_iter().chain(of_its_type).filter(lacks).collect()
}

/// Whether a clock of the ticket depends on a priority it does not have.
fn lacks_priority(contract: &Contract, ticket: &Ticket) -> bool {
    let depends = |entry: &Entry| entry.priority.is_some() && entry.is_for(entry.kind, ticket.kind, ticket.tier.as_deref());
    contract.effective_priority(ticket.priority_set(), ticket.kind).is_none() && contract.clocks.iter().any(depends)
}
