//! What a ticket itself still lacks for a move: for every type, by the rules of its own, and by its agreement.

use super::kinds::{self, Need, Part, When};
use super::link::links;
use super::part::{says, versions};
use super::{Event, EventKind, Ticket, answer};
use crate::domain::clock::Kind;
use crate::domain::contract::{Contract, Side, TicketType};
use crate::domain::workflow::{Phase, Verdict};

/// All of it, for a move to a phase that histories call `event`.
pub(super) fn missing(contract: &Contract, ticket: &Ticket, history: &[Event], to: &Phase, event: EventKind) -> Vec<Need> {
    // What waits for something else stays where it is.
    if event == EventKind::Held {
        return Vec::new();
    }
    let of_every_type = (event == EventKind::Resolved).then_some(Need::Priority);
    let item = contract.item_of(ticket.kind, ticket.about.variant.as_deref());
    let counts = |when: When| match when {
        When::Always => true,
        When::Kind(kind, is) => {
            let own = ticket.about.variant.as_deref().and_then(|code| contract.rules_of_kind(ticket.kind, code));
            (own == Some(kind)) == is
        }
        When::Flagged(flag) => ticket.flags.has(flag),
        // An item that needs none may take the place of one that did.
        When::Asked(question) => item.is_none_or(|item| item.needs_authorisation) && answer::was_asked(ticket.kind, history, question),
        When::Says(part, what) => says(history, part) == Some(what),
        When::Answered(question, verdict) => answer::verdict(contract, ticket.kind, history, question) == Some(verdict),
    };
    let of_its_type = kinds::needs(contract, ticket.kind, to.step).filter(|rule| counts(rule.when)).map(|rule| rule.need);
    let lacks = |need: &Need| match need {
        Need::Priority => lacks_priority(contract, ticket),
        Need::Service => ticket.about.service.is_none() && !contract.tickets.services.is_empty(),
        Need::Item => contract.asks_for_item(ticket.kind) && item.is_none(),
        // A form says which item it was filled in for.
        Need::Form => item.is_some_and(|item| item.form.asks_something() && says(history, Part::RequestForm) != Some(&item.code)),
        Need::Part(part) => versions(history, *part) == 0,
        Need::Saying(part) => says_otherwise(ticket.kind, history, *part),
        Need::Link(relation) => !links(history).iter().any(|(known, _)| known == relation),
        Need::Answer(question) => answer::verdict(contract, ticket.kind, history, *question).is_none(),
        Need::Yes(question) => answer::verdict(contract, ticket.kind, history, *question) != Some(Verdict::Yes),
    };
    let mut missing = Vec::new();
    // Where a question is not asked yet because of what a part says, that comes first: whoever is to answer cannot.
    let with_its_part = |need: Need| {
        let part = match need {
            Need::Answer(question) | Need::Yes(question) => kinds::rules(ticket.kind).asked(question).and_then(|asked| asked.about),
            _ => None,
        };
        part.map(Need::Saying).into_iter().chain([need])
    };
    for need in of_every_type.into_iter().chain(of_its_type).filter(lacks).flat_map(with_its_part).filter(lacks) {
        if !missing.contains(&need) {
            missing.push(need);
        }
    }
    missing
}

/// Whether a part is there, and its last version does not say what its question is asked about.
fn says_otherwise(kind: TicketType, history: &[Event], part: Part) -> bool {
    let asked = kinds::rules(kind).questions.iter().find(|asked| asked.about == Some(part)).and_then(|asked| asked.says);
    asked.is_some_and(|asked| says(history, part).is_some_and(|said| said != asked))
}

/// Which side gives what is needed.
pub fn given_by(contract: &Contract, need: Need) -> Vec<Side> {
    match need {
        Need::Answer(question) | Need::Yes(question) => answer::deciders(contract, question),
        Need::Priority | Need::Service | Need::Item | Need::Form | Need::Part(_) | Need::Saying(_) | Need::Link(_) => vec![Side::Supplier],
    }
}

/// Whether a clock of the ticket depends on a priority it does not have.
fn lacks_priority(contract: &Contract, ticket: &Ticket) -> bool {
    let entries = |kind| contract.entries(kind, ticket.kind, ticket.tier.as_deref(), ticket.about.item(ticket.kind));
    let depends = |kind: &Kind| entries(*kind).any(|entry| entry.priority.is_some());
    contract.effective_priority(ticket.priority_set(), ticket.kind).is_none() && Kind::ALL.iter().any(depends)
}
