//! Breaches that end because other goals hold from then on: of another type, item, tier or priority. Those who are told of the ticket hear of it
//! (TKT-05, TKT-17).

use super::settle::{BreachVoided, Breached};
use super::{Event, EventData, EventKind};
use crate::domain::clock::FactKind;
use crate::domain::history::Follows;

/// Whether other goals may hold from an event of this kind on, which somebody decided.
pub const fn chooses_goals(kind: EventKind) -> bool {
    matches!(kind, EventKind::Retyped | EventKind::Specified | EventKind::Retiered | EventKind::Prioritised)
}

/// The breach that ended because other goals hold.
fn ended(data: &EventData) -> Option<&Breached> {
    match data {
        EventData::BreachVoided(BreachVoided { breach, why, .. }) if FactKind::CHOOSING.contains(&why.as_str()) => Some(breach),
        _ => None,
    }
}

/// Whether an act that asks for another item ends a breach, and says no word of why. Another type is told apart, and of another priority the
/// agreement says whether it needs a motivation.
pub fn is_unexplained(added: &[Event], follows: &[Follows<EventData>]) -> bool {
    let ends = added.iter().map(|event| &event.data).chain(follows.iter().map(|one| &one.data)).any(|data| ended(data).is_some());
    let is_said = || added.iter().any(|event| event.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty()));
    ends && added.iter().any(|event| event.kind() == EventKind::Specified) && !is_said()
}

/// The breaches that ended by the act of an event, for the one event of that act by which it is told: the change of type, else the last of
/// those by which other goals hold.
pub fn ended_by<'a>(history: &'a [Event], event: &Event) -> Vec<&'a Breached> {
    if !chooses_goals(event.kind()) {
        return Vec::new();
    }
    let place = history.iter().position(|one| one.id == event.id).unwrap_or_default();
    let is_of_the_act = |one: &&Event| (one.recorded_at, &one.actor) == (event.recorded_at, &event.actor);
    let of_the_act = history.iter().filter(is_of_the_act).filter(|one| chooses_goals(one.kind()));
    let told = of_the_act.max_by_key(|one| one.kind() == EventKind::Retyped);
    if told.is_none_or(|told| told.id != event.id) {
        return Vec::new();
    }
    let later = history[place..].iter().filter(|one| one.recorded_at == event.recorded_at);
    later.filter_map(|one| ended(&one.data)).collect()
}
