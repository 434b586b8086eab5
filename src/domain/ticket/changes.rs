//! What each event of a history changed of its ticket: every field, with what it was and what it became (TKT-04). Nothing of it is stored:
//! it follows from the replay. What the texts said before stands in rows of their own, which can be taken away.

use uuid::Uuid;

use super::visibility::Reader;
use super::{Event, Ticket};
use crate::domain::restriction::Flag;

/// A field that an event changed, with its values as codes; absent where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// As the API names it.
    pub field: &'static str,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What each event after the registration changed, by its id, as far as a reader sees it.
pub fn changes(ticket: &Ticket, history: &[Event], reader: Reader) -> Vec<(Uuid, Vec<FieldChange>)> {
    let mut present = ticket.clone();
    let mut found = Vec::new();
    for (at, event) in history.iter().enumerate() {
        let before = fields(&reader.ticket(present.clone()));
        present.apply(&event.data, event.occurred_at);
        // The registration sets every field, and says so itself.
        if at == 0 {
            continue;
        }
        let after = fields(&reader.ticket(present.clone()));
        let changed = before.into_iter().zip(after).filter(|(before, after)| before != after);
        let changed: Vec<_> = changed.map(|((field, before), (_, after))| FieldChange { field, before, after }).collect();
        if !changed.is_empty() {
            found.push((event.id, changed));
        }
    }
    found
}

/// Every field that its history determines.
fn fields(ticket: &Ticket) -> [(&'static str, Option<String>); 26] {
    let about = &ticket.about;
    let flags: Vec<_> = ticket.flags.iter().map(Flag::as_str).collect();
    let said = |yes: bool| yes.then(|| "true".to_owned());
    [
        ("type", Some(ticket.kind.to_string())),
        ("phase", Some(ticket.phase.step.to_string())),
        ("state", Some(ticket.state().to_string())),
        ("waitingCause", ticket.waiting_cause.clone()),
        ("priority", ticket.priority.clone()),
        ("proposedPriority", ticket.proposed_priority.clone()),
        ("tier", ticket.tier.clone()),
        ("assignee", ticket.assignee.clone()),
        ("team", ticket.team.clone()),
        ("thirdParty", ticket.third_party.clone()),
        ("supportLine", Some(ticket.line.to_string())),
        ("systemFault", said(ticket.is_system_fault)),
        ("kind", about.variant.clone()),
        ("service", about.service.clone()),
        ("category", about.category.clone()),
        ("faultLocation", about.fault_location.map(|location| location.to_string())),
        ("wantedByDate", about.wanted_by_date.map(|date| date.to_string())),
        ("outOfScope", said(ticket.out_of_scope)),
        ("major", said(ticket.is_major)),
        ("handling", ticket.handling.map(|handling| handling.to_string())),
        ("needsAttention", said(ticket.needs_attention)),
        ("flags", (!flags.is_empty()).then(|| flags.join(","))),
        ("plannedFromAt", ticket.planned.map(|planned| planned.starts_at.to_string())),
        ("plannedUntilAt", ticket.planned.map(|planned| planned.ends_at.to_string())),
        ("resolvedAt", ticket.resolved_at.map(|at| at.to_string())),
        ("closedAt", ticket.closed_at.map(|at| at.to_string())),
    ]
}
