//! What happened to a ticket, in the order recorded; and what of it matters to the clocks.

use serde_json::Value;
use uuid::Uuid;

use crate::domain::Instant;
use crate::domain::clock::{Answer, Fact, FactKind, Goal};
use crate::domain::workflow::State;

macro_rules! event_kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// A kind of event, in the past tense.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind { $($(#[$doc])* $name),* }

        impl EventKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in the stream and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

event_kinds! {
    /// The ticket was made.
    Registered = "ticket.registered",
    /// The desk decided a priority (INC-07).
    Prioritised = "ticket.prioritised",
    /// The client proposed one (PRI-06).
    PriorityProposed = "ticket.priority_proposed",
    /// It is of another type from now on.
    Retyped = "ticket.retyped",
    /// The desk confirmed that its type is right.
    TypeConfirmed = "ticket.type_confirmed",
    /// Its client has another tier from now on.
    Retiered = "ticket.retiered",
    /// A moment of repair was agreed with the client (AMB-20).
    RepairAgreed = "ticket.repair_agreed",
    /// Someone took it in hand: a person or a team, by name.
    Assigned = "ticket.assigned",
    /// It was taken out of someone's hands, and given into nobody's.
    Unassigned = "ticket.unassigned",
    /// Its texts changed.
    Edited = "ticket.edited",
    /// A public message of the desk.
    Replied = "ticket.replied",
    /// A public message of the client.
    MessageReceived = "ticket.message_received",
    /// An internal note.
    Noted = "ticket.noted",
    /// A file was added.
    Attached = "ticket.attached",
    /// A phone contact.
    Phoned = "ticket.phoned",
    /// It went to another phase that means nothing to its clocks.
    Moved = "ticket.moved",
    /// It was put on hold.
    Held = "ticket.held",
    /// The hold ended.
    Resumed = "ticket.resumed",
    /// A solution was given.
    Resolved = "ticket.resolved",
    /// The client refused it.
    SolutionRefused = "ticket.solution_refused",
    /// The client accepted it.
    Accepted = "ticket.accepted",
    /// It was taken up again.
    Reopened = "ticket.reopened",
    /// It was withdrawn.
    Cancelled = "ticket.cancelled",
    /// A clock reached a percentage of what its first goal allows (CLK-13).
    Warned = "clock.warned",
    /// A goal was breached.
    Breached = "clock.breached",
    /// A calendar its clocks run on was changed while they ran (CLK-16).
    CalendarAmended = "calendar.amended",
    /// What was stored of it differed from its history, and was written anew.
    IndexRebuilt = "ticket.index_rebuilt",
    /// A breach was undone by a later fact.
    BreachVoided = "clock.breach_voided",
    /// A mail about it could not be delivered, and is no longer tried.
    MailGivenUp = "mail.given_up",
    /// Such a mail was put in the queue again by a person.
    MailSentAgain = "mail.sent_again",
    /// An escalation came to stand on a level (ESC-03).
    Climbed = "escalation.climbed",
    /// A step up was put before a person (ESC-25).
    Proposed = "escalation.proposed",
}

impl EventKind {
    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, the same for every reader.
    pub id: Uuid,
    /// What.
    pub kind: EventKind,
    /// Who, as `Actor::as_text`.
    pub actor: String,
    /// Why, in words.
    pub reason: Option<String>,
    /// What changed; no names of people, no texts.
    pub data: Value,
    /// When it happened.
    pub occurred_at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
}

impl Event {
    /// Whether it tells of no act on the ticket, but of what followed from one, or of what became of a mail.
    pub fn is_derived(&self) -> bool {
        use EventKind::{BreachVoided, Breached, CalendarAmended, Climbed, IndexRebuilt, MailGivenUp, MailSentAgain, Proposed, Warned};
        matches!(
            self.kind,
            Warned | Breached | BreachVoided | CalendarAmended | Climbed | IndexRebuilt | Proposed | MailGivenUp | MailSentAgain
        )
    }

    /// Whether a person of the desk did it: not a client, an integration or the program itself.
    pub fn is_by_a_person_of_the_desk(&self) -> bool {
        self.actor.starts_with(super::OF_A_DESK_PERSON)
    }

    /// A text of its data.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.data[key].as_str()
    }

    /// A figure of its data.
    pub fn figure(&self, key: &str) -> Option<u32> {
        self.data[key].as_u64().and_then(|figure| u32::try_from(figure).ok())
    }
}

/// The facts of a history, for its clocks, in order. A report by phone is a phone contact (AMB-10); what of the desk's acts
/// answers is in `answers`.
pub fn facts(history: &[Event]) -> Vec<Fact> {
    told(history).into_iter().map(|(_, fact)| fact).collect()
}

/// The same, each with the event that tells it.
pub fn told(history: &[Event]) -> Vec<(Uuid, Fact)> {
    let mut facts = Vec::new();
    for event in history {
        let answers = answers(event).map(FactKind::Responded);
        let does = does(event);
        // Who ends a hold and answers by one act answers in time, as long as the hold lasts; a hold that begins joins one that
        // ended in the same second, so nothing comes between.
        let kinds: Vec<_> = if is_a_move(event.kind) && event.kind != EventKind::Held {
            answers.chain(does).collect()
        } else {
            does.into_iter().chain(answers).collect()
        };
        facts.extend(kinds.into_iter().map(|kind| (event.id, Fact { at: event.occurred_at, kind })));
    }
    // Amendments are learnt when a ticket is settled, which may be after later facts.
    facts.sort_by_key(|(_, fact)| fact.at);
    facts
}

/// What an event does to the clocks, whoever acted.
fn does(event: &Event) -> Option<FactKind> {
    match event.kind {
        EventKind::Registered if event.text("channel") == Some("phone") => Some(FactKind::Phoned { answers: false }),
        EventKind::Prioritised | EventKind::PriorityProposed => Some(FactKind::Reprioritised(event.text("priority")?.to_owned())),
        EventKind::Retyped => {
            let kind = event.text("type")?.parse().ok()?;
            Some(FactKind::Retyped(kind, event.text("priority").map(str::to_owned)))
        }
        EventKind::Retiered => Some(FactKind::Retiered(event.text("tier")?.to_owned())),
        EventKind::RepairAgreed => Some(FactKind::Agreed(Goal::agreed(event.text("dueAt")?.parse().ok()?))),
        EventKind::CalendarAmended => Some(FactKind::Amended(event.text("amendment")?.parse().ok()?)),
        EventKind::Phoned => Some(FactKind::Phoned { answers: event.is_by_a_person_of_the_desk() }),
        EventKind::Held => Some(FactKind::Held(event.text("cause").unwrap_or_default().to_owned())),
        EventKind::Resumed => Some(FactKind::Resumed),
        EventKind::Resolved => Some(FactKind::Resolved),
        EventKind::SolutionRefused => Some(FactKind::SolutionRefused),
        EventKind::Accepted => Some(FactKind::Accepted),
        EventKind::Reopened => Some(FactKind::Reopened),
        EventKind::Cancelled => Some(FactKind::Cancelled),
        EventKind::Registered
        | EventKind::TypeConfirmed
        | EventKind::Assigned
        | EventKind::Unassigned
        | EventKind::Edited
        | EventKind::Replied
        | EventKind::MessageReceived
        | EventKind::Noted
        | EventKind::Attached
        | EventKind::Moved
        | EventKind::Warned
        | EventKind::Breached
        | EventKind::BreachVoided
        | EventKind::IndexRebuilt
        | EventKind::Climbed
        | EventKind::Proposed
        | EventKind::MailGivenUp
        | EventKind::MailSentAgain => None,
    }
}

/// How an event answers the client (design § 2.10): an act of a person of the desk, never of an integration or the program.
///
/// - a *reply*: a public message, or the reason of a move, which is mailed; a phone contact is judged by the clock, which may
///   start at it;
/// - a *classification*: the priority decided, at the registration too, or the type changed or confirmed later;
/// - an *assignment*: a person or a team named, or a move into a phase in which it is worked on.
fn answers(event: &Event) -> impl Iterator<Item = Answer> + use<> {
    let moved = is_a_move(event.kind);
    let is_written = event.kind == EventKind::Replied && event.data["byPhone"] != true;
    let replies = is_written || (moved && event.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty()));
    let classifies = match event.kind {
        EventKind::Registered => event.data["decided"] == true,
        kind => matches!(kind, EventKind::Prioritised | EventKind::Retyped | EventKind::TypeConfirmed),
    };
    let assigns = event.kind == EventKind::Assigned || (moved && event.text("state") == Some(State::Active.as_str()));
    let is_theirs = event.is_by_a_person_of_the_desk();
    let given = [(Answer::Reply, replies), (Answer::Classification, classifies), (Answer::Assignment, assigns)];
    given.into_iter().filter(move |(_, given)| *given && is_theirs).map(|(answer, _)| answer)
}

/// Whether an event took the ticket to another phase, with a reason that its requester is told.
const fn is_a_move(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Moved
            | EventKind::Held
            | EventKind::Resumed
            | EventKind::Resolved
            | EventKind::SolutionRefused
            | EventKind::Accepted
            | EventKind::Reopened
            | EventKind::Cancelled
    )
}

/// The priority that somebody set and that still holds, decided or proposed.
pub(super) fn priority_set(history: &[Event]) -> Option<&str> {
    use EventKind::{Prioritised, PriorityProposed, Registered, Retyped};
    let sets = |event: &&Event| matches!(event.kind, Registered | PriorityProposed | Prioritised | Retyped);
    history.iter().rev().find(sets).and_then(|event| event.text("priority"))
}

/// The phase in which a ticket was last put on hold.
pub fn phase_before_hold(history: &[Event]) -> Option<String> {
    let held =
        history.iter().rev().find(|event| event.kind == EventKind::Held && event.text("from") != Some(crate::domain::workflow::ON_HOLD))?;
    held.text("from").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The facts of one event of somebody, as their names.
    fn facts_of(kind: EventKind, actor: &str, data: Value) -> Vec<String> {
        let (occurred_at, reason) = (Instant::MIN, Some("Zo is het.".to_owned()));
        let event = Event { id: Uuid::nil(), kind, actor: actor.to_owned(), reason, data, occurred_at, recorded_at: occurred_at };
        let name = |fact: &Fact| match &fact.kind {
            FactKind::Responded(answer) => answer.as_str().to_owned(),
            other => other.as_str().to_owned(),
        };
        facts(&[event]).iter().map(name).collect()
    }

    #[test]
    fn who_ends_a_hold_answers_while_it_lasts_and_who_begins_one_answers_in_it() {
        let (active, held) =
            (json!({ "to": "in_progress", "state": "active" }), json!({ "to": "on_hold", "state": "waiting", "cause": "client" }));
        assert_eq!(facts_of(EventKind::Resumed, "desk:1", active.clone()), ["reply", "assignment", "resumed"]);
        assert_eq!(facts_of(EventKind::Held, "desk:1", held.clone()), ["held", "reply"]);
        assert_eq!(facts_of(EventKind::Cancelled, "desk:1", json!({ "state": "cancelled" })), ["reply", "cancelled"]);
        for actor in ["integration:1", "client:1", "system"] {
            assert_eq!(facts_of(EventKind::Resumed, actor, active.clone()), ["resumed"], "{actor}");
            assert_eq!(facts_of(EventKind::Held, actor, held.clone()), ["held"], "{actor}");
        }
    }
}
