//! The part of a ticket's history that matters to its clocks.

use uuid::Uuid;

use super::standing::standing;
use super::{Event, EventData};
use crate::domain::clock::{Answer, Fact, FactKind};
use crate::domain::contract::TicketType;
use crate::domain::workflow::State;

/// The facts of a history, for its clocks, in order. A report by phone is a phone contact (AMB-10); which acts of the desk answer is
/// decided by `answers`. A merge that was undone is none.
pub fn facts(history: &[Event]) -> Vec<Fact> {
    facts_with_events(history).into_iter().map(|(_, fact)| fact).collect()
}

/// The same, each with the event that tells it.
pub fn facts_with_events(history: &[Event]) -> Vec<(Uuid, Fact)> {
    let events = standing(history);
    let (mut facts, mut asked) = (Vec::new(), Asked::default());
    for event in events.iter() {
        let answers = answers(event).map(FactKind::Responded);
        let does = does(event).into_iter().chain(asked.after(event));
        // One act may end a hold and answer: that answer is in time as long as the hold lasts, so it comes first. A hold that begins may
        // join one that ended in the same second, so nothing may come between them.
        let answers_first = event.data.as_move().is_some() && !matches!(event.data, EventData::Held(_));
        let kinds: Vec<_> = if answers_first { answers.chain(does).collect() } else { does.chain(answers).collect() };
        facts.extend(kinds.into_iter().map(|kind| (event.id, Fact { at: event.occurred_at, kind })));
    }
    // Amendments are recorded when a ticket is settled, which may be after later facts.
    facts.sort_by_key(|(_, fact)| fact.at);
    // What is said or done about a cancelled or merged ticket moves no clock.
    if let Some(cancelled) = facts.iter().position(|(_, fact)| fact.kind == FactKind::Cancelled) {
        facts.truncate(cancelled + 1);
    }
    facts
}

/// What a ticket asks for of the catalogue, as its history goes.
#[derive(Default)]
struct Asked<'a> {
    kind: Option<TicketType>,
    item: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// Takes an event in: the fact, if the ticket asks for something else from then on.
    fn after(&mut self, event: &'a Event) -> Option<FactKind> {
        let (kind, about) = match &event.data {
            EventData::Registered(registered) => (Some(registered.kind), &registered.about),
            EventData::Retyped(retyped) => (Some(retyped.kind), &retyped.about),
            EventData::Specified(specified) => (self.kind, &specified.about),
            _ => return None,
        };
        let item = kind.and_then(|kind| about.item(kind));
        let changed = item != self.item;
        (self.kind, self.item) = (kind, item);
        // A clock knows what the registration says.
        (changed && !matches!(event.data, EventData::Registered(_))).then(|| FactKind::ItemChanged(item.map(str::to_owned)))
    }
}

/// What an event does to the clocks, whoever acted.
fn does(event: &Event) -> Option<FactKind> {
    match &event.data {
        EventData::Registered(registered) => registered.fact(),
        EventData::Prioritised(prioritised) | EventData::PriorityProposed(prioritised) => Some(prioritised.fact()),
        EventData::Retyped(retyped) => Some(retyped.fact()),
        EventData::Retiered(retiered) => Some(retiered.fact()),
        EventData::RepairAgreed(agreed) => Some(agreed.fact()),
        EventData::CalendarAmended(amended) => Some(FactKind::Amended(amended.amendment)),
        EventData::Phoned(_) => Some(FactKind::Phoned { answers: event.is_by_a_person_of_the_desk() }),
        EventData::Held(moved) => Some(FactKind::Held(moved.cause.clone().unwrap_or_default())),
        EventData::Resumed(_) => Some(FactKind::Resumed),
        EventData::Resolved(_) => Some(FactKind::Resolved),
        EventData::SolutionRefused(_) => Some(FactKind::SolutionRefused),
        EventData::Accepted(_) => Some(FactKind::Accepted),
        EventData::Reopened(_) => Some(FactKind::Reopened),
        // Merged, its clocks end as those of a cancelled one: without a verdict.
        EventData::Cancelled(_) | EventData::Merged(_) => Some(FactKind::Cancelled),
        EventData::TypeConfirmed(_)
        | EventData::Assigned(_)
        | EventData::Unassigned(_)
        | EventData::Flagged(_)
        | EventData::Redacted(_)
        | EventData::Destroyed(_)
        | EventData::FilesDestroyed(_)
        | EventData::PersonErased(_)
        | EventData::Unflagged(_)
        | EventData::Edited(_)
        | EventData::Replied(_)
        | EventData::MessageReceived(_)
        | EventData::Noted(_)
        | EventData::Attached(_)
        | EventData::Classified(_)
        | EventData::FileInfected(_)
        | EventData::PartWritten(_)
        | EventData::Specified(_)
        | EventData::Scoped(_)
        | EventData::LineChanged(_)
        | EventData::MajorDeclared(_)
        | EventData::Linked(_)
        | EventData::Unlinked(_)
        | EventData::Decided(_)
        | EventData::Planned(_)
        | EventData::AttentionAsked(_)
        | EventData::AttentionSettled(_)
        | EventData::Tagged(_)
        | EventData::Untagged(_)
        | EventData::ReferenceAdded(_)
        | EventData::ReferenceRemoved(_)
        | EventData::Followed(_)
        | EventData::Unfollowed(_)
        | EventData::WorkLogged(_)
        | EventData::MergeUndone(_)
        | EventData::ResponseTeamCalled(_)
        | EventData::ResponseTeamTakenBack(_)
        | EventData::MergedIn(_)
        | EventData::MergedInUndone(_)
        | EventData::Moved(_)
        | EventData::Reminded(_)
        | EventData::Warned(_)
        | EventData::Breached(_)
        | EventData::BreachVoided(_)
        | EventData::IndexRebuilt(_)
        | EventData::Climbed(_)
        | EventData::Proposed(_)
        | EventData::MailGivenUp(_)
        | EventData::MailSentAgain(_) => None,
    }
}

/// How an event answers the client (design § 2.10): an act of a person of the desk, never of an integration or the program.
///
/// - a *reply*: a public message, or the reason of a move, which is mailed; a phone contact is judged by the clock, which may
///   start at it;
/// - a *classification*: the priority decided, at the registration too, or the type changed or confirmed later;
/// - an *assignment*: a person or a team named, or a move into a phase in which it is worked on.
fn answers(event: &Event) -> impl Iterator<Item = Answer> + use<> {
    let moved = event.data.as_move();
    let is_explained = event.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
    let (replies, classifies, assigns) = match &event.data {
        EventData::Replied(written) => (!written.by_phone, false, false),
        EventData::Registered(registered) => (false, registered.decided, false),
        EventData::Prioritised(_) | EventData::Retyped(_) | EventData::TypeConfirmed(_) => (false, true, false),
        EventData::Assigned(_) => (false, false, true),
        _ => (moved.is_some() && is_explained, false, moved.is_some_and(|moved| moved.state == State::Active)),
    };
    let is_theirs = event.is_by_a_person_of_the_desk();
    let given = [(Answer::Reply, replies), (Answer::Classification, classifies), (Answer::Assignment, assigns)];
    given.into_iter().filter(move |(_, given)| *given && is_theirs).map(|(answer, _)| answer)
}

/// The priority that somebody set and that still holds, decided or proposed.
pub(super) fn priority_set(history: &[Event]) -> Option<&str> {
    let set = history.iter().rev().find_map(|event| match &event.data {
        EventData::Registered(registered) => Some(registered.priority.as_deref()),
        EventData::Retyped(retyped) => Some(retyped.priority.as_deref()),
        EventData::Prioritised(prioritised) | EventData::PriorityProposed(prioritised) => Some(Some(prioritised.priority.as_str())),
        _ => None,
    });
    set.flatten()
}

#[cfg(test)]
mod tests {
    use super::super::transition::Moved;
    use super::*;
    use crate::domain::Instant;
    use crate::domain::workflow::Step;

    /// The facts of one event of somebody, as their names.
    fn facts_of(data: EventData, actor: &str) -> Vec<String> {
        let (occurred_at, reason) = (Instant::MIN, Some("Zo is het.".to_owned()));
        let event = Event { id: Uuid::nil(), actor: actor.to_owned(), token: None, reason, data, occurred_at, recorded_at: occurred_at };
        let name = |fact: &Fact| match &fact.kind {
            FactKind::Responded(answer) => answer.as_str().to_owned(),
            other => other.as_str().to_owned(),
        };
        facts(&[event]).iter().map(name).collect()
    }

    fn moved(to: Step, state: State) -> Moved {
        let cause = (state == State::Waiting).then(|| "client".to_owned());
        Moved { from: Step::Registered, to, state, cause, closing_texts: Vec::new(), handling: None, along_with: None }
    }

    #[test]
    fn who_ends_a_hold_answers_while_it_lasts_and_who_begins_one_answers_in_it() {
        let resumed = EventData::Resumed(moved(Step::InProgress, State::Active));
        let held = EventData::Held(moved(Step::OnHold, State::Waiting));
        assert_eq!(facts_of(resumed.clone(), "desk:1"), ["reply", "assignment", "resumed"]);
        assert_eq!(facts_of(held.clone(), "desk:1"), ["held", "reply"]);
        assert_eq!(facts_of(EventData::Cancelled(moved(Step::Cancelled, State::Cancelled)), "desk:1"), ["reply", "cancelled"]);
        for actor in ["integration:1", "client:1", "system"] {
            assert_eq!(facts_of(resumed.clone(), actor), ["resumed"], "{actor}");
            assert_eq!(facts_of(held.clone(), actor), ["held"], "{actor}");
        }
    }
}
