//! What a history makes of a ticket: the other half of `act`, so that a stored row can be held against its history.

use super::{Event, EventKind, Ticket};
use crate::domain::Instant;
use crate::domain::workflow::{self, Phase, State};

/// The ticket as its history says it stands. Texts, people and names elsewhere are no part of a history: those stay.
pub fn as_recorded(ticket: &Ticket, history: &[Event]) -> Ticket {
    let mut after = ticket.clone();
    for event in history {
        apply(&mut after, event);
    }
    after
}

fn apply(ticket: &mut Ticket, event: &Event) {
    let text = |key: &str| event.text(key).map(str::to_owned);
    match event.kind {
        EventKind::Registered => register(ticket, event),
        EventKind::Prioritised => ticket.priority = text("priority"),
        EventKind::PriorityProposed => ticket.proposed_priority = text("priority"),
        EventKind::Retyped => {
            ticket.kind = event.text("type").and_then(|name| name.parse().ok()).unwrap_or(ticket.kind);
            (ticket.priority, ticket.proposed_priority) = (text("decidedPriority"), text("proposedPriority"));
            if let Some(phase) = phase(ticket, event) {
                ticket.phase = phase;
            }
            ticket.waiting_cause = ticket.waiting_cause.take().filter(|_| ticket.phase.name == workflow::ON_HOLD);
        }
        EventKind::Retiered => ticket.tier = text("tier"),
        EventKind::Assigned | EventKind::Unassigned | EventKind::Edited if event.data.get("assignee").is_some() => {
            (ticket.assignee, ticket.team) = (text("assignee"), text("team"));
        }
        EventKind::Moved
        | EventKind::Held
        | EventKind::Resumed
        | EventKind::Resolved
        | EventKind::SolutionRefused
        | EventKind::Accepted
        | EventKind::Reopened
        | EventKind::Cancelled => {
            if let Some(phase) = phase(ticket, event) {
                stand(ticket, phase, event.text("cause"), event.occurred_at);
            }
        }
        _ => {}
    }
}

fn register(ticket: &mut Ticket, event: &Event) {
    let priority = event.text("priority").map(str::to_owned);
    let decided = event.data["decided"] == true;
    ticket.kind = ticket.registered_as;
    ticket.tier = event.text("tier").map(str::to_owned);
    (ticket.priority, ticket.proposed_priority) = if decided { (priority, None) } else { (None, priority) };
    (ticket.assignee, ticket.team, ticket.waiting_cause) = (None, None, None);
    (ticket.resolved_at, ticket.closed_at) = (None, None);
    ticket.opened_at = event.occurred_at;
    if let Some(first) = workflow::phase_named(ticket.kind, workflow::REGISTERED) {
        ticket.phase = first;
    }
}

fn phase(ticket: &Ticket, event: &Event) -> Option<&'static Phase> {
    workflow::phase_named(ticket.kind, event.text("to")?)
}

/// Puts a ticket in a phase by a move at an instant.
pub(super) fn stand(ticket: &mut Ticket, phase: &'static Phase, cause: Option<&str>, at: Instant) {
    ticket.phase = phase;
    ticket.waiting_cause = cause.map(str::to_owned);
    ticket.resolved_at = match phase.state {
        State::Resolved | State::Closed => ticket.resolved_at.or(Some(at)),
        _ => None,
    };
    ticket.closed_at = matches!(phase.state, State::Closed | State::Cancelled).then_some(at);
}
