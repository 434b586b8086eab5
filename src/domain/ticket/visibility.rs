//! What of a ticket a client sees: one predicate, for its events, messages, files, figures and lists alike.
//!
//! | of a ticket | a client sees |
//! |---|---|
//! | its texts, type, tier, priority, phase, clocks and ledgers | all of it: the agreement is about them |
//! | who has it in hand, team and person | yes: it answers their question, and stops a clock |
//! | what the desk and they wrote to each other, and their files | yes |
//! | internal notes and files of the desk | nothing: not that there are any, when, or why one is recorded late |
//! | a phone contact | that there was one, since a clock may start at it; of one told in an internal note no more than that |
//! | why a move or an escalation was made | yes: both are told in writing |
//! | a step up that is put before a person | only where the client is asked |
//! | what became of the desk's mail; stored values mended | nothing |
//! | how the desk took a mail in (`acknowledge`, `p1ByMail`, `related`) | nothing |
//! | when it last changed, its version and its `ETag` | as of the last change they see something of |
//!
//! A client's pages count what they see alone, and search knows no words of notes. Whatever a clock is replayed from is seen,
//! so that a ledger can be checked.

use super::{Actor, Event, EventKind, Ticket};
use crate::domain::Instant;
use crate::domain::contract::Side;

/// Who looks at a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reader {
    /// Somebody of the client.
    #[default]
    Client,
    /// Somebody of the desk, or the program.
    Desk,
}

/// What intake keeps in a registration for itself.
const OF_INTAKE: [&str; 3] = ["acknowledge", "p1ByMail", "related"];

impl Reader {
    /// Whoever acts, as a reader.
    pub const fn of(actor: &Actor) -> Self {
        if actor.is_client() { Self::Client } else { Self::Desk }
    }

    /// Whether they see a message or a file.
    pub const fn sees(self, public: bool) -> bool {
        public || matches!(self, Self::Desk)
    }

    /// Whether they see anything of an event.
    pub fn sees_of(self, event: &Event) -> bool {
        use EventKind::{
            Accepted, Assigned, Attached, BreachVoided, Breached, CalendarAmended, Cancelled, Climbed, Edited, Held, IndexRebuilt,
            MailGivenUp, MailSentAgain, MessageReceived, Moved, Noted, Phoned, Prioritised, PriorityProposed, Proposed, Registered,
            Reopened, RepairAgreed, Replied, Resolved, Resumed, Retiered, Retyped, SolutionRefused, TypeConfirmed, Unassigned, Warned,
        };
        let public = match event.kind {
            Noted | IndexRebuilt | MailGivenUp | MailSentAgain => false,
            Attached => event.text("visibility") == Some("public"),
            Proposed => event.data["raisedBy"].as_array().is_some_and(|sides| sides.iter().any(|side| side == Side::Client.as_str())),
            Registered | Prioritised | PriorityProposed | Retyped | TypeConfirmed | Retiered | RepairAgreed | Assigned | Unassigned
            | Edited | Replied | MessageReceived | Phoned | Moved | Held | Resumed | Resolved | SolutionRefused | Accepted | Reopened
            | Cancelled | Warned | Breached | CalendarAmended | BreachVoided | Climbed => true,
        };
        self.sees(public)
    }

    /// An event as they see it; `None` where they see nothing of it.
    pub fn event(self, mut event: Event) -> Option<Event> {
        if !self.sees_of(&event) {
            return None;
        }
        if self == Self::Desk {
            return Some(event);
        }
        match event.kind {
            EventKind::Registered => {
                if let Some(data) = event.data.as_object_mut() {
                    data.retain(|key, _| !OF_INTAKE.contains(&key.as_str()));
                }
            }
            EventKind::Phoned => {
                event.reason = event.reason.take().filter(|_| event.text("visibility") == Some("public"));
                event.data = serde_json::json!({});
            }
            _ => {}
        }
        Some(event)
    }

    /// A ticket as they see it.
    pub fn ticket(self, ticket: Ticket) -> Ticket {
        match self {
            Self::Desk => ticket,
            Self::Client => Ticket { version: ticket.client_version, updated_at: ticket.client_updated_at, ..ticket },
        }
    }
}

impl Ticket {
    /// Counts a change that some events tell: for everybody, and for a client where they see something of it.
    pub fn changed(&mut self, at: Instant, told: &[Event]) {
        if told.is_empty() {
            return;
        }
        self.version += 1;
        self.updated_at = at;
        if told.iter().any(|event| Reader::Client.sees_of(event)) {
            self.client_version += 1;
            self.client_updated_at = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::domain::ticket::told;

    fn event(kind: EventKind) -> Event {
        // Enough for every kind to be a fact.
        let data = json!({ "channel": "phone", "priority": "p1", "type": "incident", "tier": "basic", "dueAt": "2026-03-02T08:00:00Z",
            "amendment": Uuid::nil(), "decided": true, "visibility": "internal", "cause": "client", "state": "active",
            "acknowledge": true, "p1ByMail": true, "related": Uuid::nil() });
        let reason = Some("Wij waren het vergeten.".to_owned());
        let at = Instant::MIN;
        Event { id: Uuid::nil(), kind, actor: "desk:1".to_owned(), reason, data, occurred_at: at, recorded_at: at }
    }

    #[test]
    fn whatever_a_clock_is_replayed_from_is_seen_by_the_client() {
        for kind in EventKind::ALL {
            let event = event(*kind);
            let is_a_fact = !told(std::slice::from_ref(&event)).is_empty();
            assert!(!is_a_fact || Reader::Client.sees_of(&event), "{} is a fact nobody can check", kind.as_str());
            assert_eq!(Reader::Desk.event(event.clone()), Some(event));
        }
    }

    #[test]
    fn what_the_desk_keeps_to_itself_is_not_in_a_clients_event() {
        for kind in EventKind::ALL {
            let Some(seen) = Reader::Client.event(event(*kind)) else { continue };
            match kind {
                EventKind::Registered => assert!(OF_INTAKE.iter().all(|key| seen.data.get(key).is_none())),
                EventKind::Phoned => assert_eq!((seen.reason, seen.data), (None, json!({}))),
                _ => assert_eq!(seen, event(*kind)),
            }
        }
        let asked = |sides: &[&str]| Event { data: json!({ "raisedBy": sides }), ..event(EventKind::Proposed) };
        assert!(Reader::Client.sees_of(&asked(&["client", "supplier"])) && !Reader::Client.sees_of(&asked(&["supplier"])));
    }
}
