//! What happened to a ticket, in the order recorded; and what of it matters to the clocks.

use serde_json::Value;
use uuid::Uuid;

use crate::domain::Instant;
use crate::domain::clock::{Answer, Fact, FactKind, Goal};

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
    /// Its client has another tier from now on.
    Retiered = "ticket.retiered",
    /// A moment of repair was agreed with the client (AMB-20).
    RepairAgreed = "ticket.repair_agreed",
    /// Someone took it in hand.
    Assigned = "ticket.assigned",
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
    /// Whether it tells of something the client does not see: a file for the desk alone, or what became of the desk's mail.
    pub fn is_internal(&self) -> bool {
        match self.kind {
            EventKind::MailGivenUp | EventKind::MailSentAgain => true,
            EventKind::Attached => self.text("visibility") == Some("internal"),
            _ => false,
        }
    }

    /// Whether it tells of no act on the ticket, but of what followed from one, or of what became of a mail.
    pub fn is_derived(&self) -> bool {
        use EventKind::{BreachVoided, Breached, CalendarAmended, Climbed, IndexRebuilt, MailGivenUp, MailSentAgain, Proposed, Warned};
        matches!(
            self.kind,
            Warned | Breached | BreachVoided | CalendarAmended | Climbed | IndexRebuilt | Proposed | MailGivenUp | MailSentAgain
        )
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

/// The facts of a history, for its clocks, in order. A report by phone is a phone contact (AMB-10); deciding a priority
/// is an answer (AMB-07).
pub fn facts(history: &[Event]) -> Vec<Fact> {
    told(history).into_iter().map(|(_, fact)| fact).collect()
}

/// The same, each with the event that tells it.
pub fn told(history: &[Event]) -> Vec<(Uuid, Fact)> {
    let mut facts = Vec::new();
    for event in history {
        let mut fact = |kind| facts.push((event.id, Fact { at: event.occurred_at, kind }));
        let priority = || event.text("priority").map(|priority| FactKind::Reprioritised(priority.to_owned()));
        match event.kind {
            EventKind::Registered if event.text("channel") == Some("phone") => fact(FactKind::Phoned),
            EventKind::Prioritised => {
                priority().map(&mut fact);
                fact(FactKind::Responded(Answer::Classification));
            }
            EventKind::PriorityProposed => drop(priority().map(fact)),
            EventKind::Retyped => {
                if let Some(Ok(kind)) = event.text("type").map(str::parse) {
                    fact(FactKind::Retyped(kind, event.text("priority").map(str::to_owned)));
                    if event.data["decided"] == true {
                        fact(FactKind::Responded(Answer::Classification));
                    }
                }
            }
            EventKind::Retiered => {
                if let Some(tier) = event.text("tier") {
                    fact(FactKind::Retiered(tier.to_owned()));
                }
            }
            EventKind::RepairAgreed => {
                if let Some(Ok(due)) = event.text("dueAt").map(str::parse) {
                    fact(FactKind::Agreed(Goal::agreed(due)));
                }
            }
            EventKind::CalendarAmended => {
                if let Some(Ok(id)) = event.text("amendment").map(str::parse) {
                    fact(FactKind::Amended(id));
                }
            }
            EventKind::Assigned => fact(FactKind::Responded(Answer::Assignment)),
            EventKind::Replied => fact(FactKind::Responded(Answer::Reply)),
            EventKind::Phoned => fact(FactKind::Phoned),
            EventKind::Held => fact(FactKind::Held(event.text("cause").unwrap_or_default().to_owned())),
            EventKind::Resumed => fact(FactKind::Resumed),
            EventKind::Resolved => fact(FactKind::Resolved),
            EventKind::SolutionRefused => fact(FactKind::SolutionRefused),
            EventKind::Accepted => fact(FactKind::Accepted),
            EventKind::Reopened => fact(FactKind::Reopened),
            EventKind::Cancelled => fact(FactKind::Cancelled),
            EventKind::Registered
            | EventKind::Edited
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
            | EventKind::MailSentAgain => {}
        }
    }
    // Amendments are learnt when a ticket is settled, which may be after later facts.
    facts.sort_by_key(|(_, fact)| fact.at);
    facts
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
