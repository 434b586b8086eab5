//! What a client sees of a ticket: one predicate for its events, messages, files, counts and lists alike.
//!
//! | of a ticket | a client sees |
//! |---|---|
//! | its texts, type, tier, priority, phase, clocks and ledgers | all of it: the agreement is about them |
//! | who has it in hand, team and person | yes: it answers their question, and stops a clock |
//! | what the desk and they wrote to each other, and their files | yes |
//! | its tags, and how long the desk worked on it | nothing |
//! | who follows it | those of its own side |
//! | that it was merged, and what was merged into it, with its links | yes; which ticket, where they see that |
//! | which major incident it moved along with | where they see that |
//! | internal notes and files of the desk | nothing: not that there are any, when, or why one is recorded late |
//! | its parts, such as a root cause analysis | all of it: they are written for the client |
//! | what was removed for good | that it was, where they saw it |
//! | that it was destroyed | yes: they may keep a copy |
//! | that its files were destroyed, or somebody in it erased | where they saw one of those files, or that name |
//! | what it is about, its scope, its line and its plan | all of it |
//! | which tickets it is linked to | those they see; of one that few see, not that there is a link |
//! | what was decided, by whom, and what shows it | all of it: the decisions are theirs |
//! | whether it needs attention | nothing: that is how the desk works |
//! | its flags | all of them: whoever is not to know of one does not see the ticket |
//! | its response teams, and what they are asked to do | all of it |
//! | a phone contact | that there was one, since a clock may start at it; of one recorded in an internal note, no more than that |
//! | a step up that is put before a person | only where the client is asked |
//! | what became of the desk's mail; stored values rebuilt | nothing |
//! | how the desk took a mail in (`acknowledge`, `p1ByMail`, `related`) | nothing |
//! | when it last changed, its version and its `ETag` | as of the last change they see something of |
//!
//! A client's pages only count what they see, and their searches find by nothing else (`searched`): the words of notes, and of reasons that
//! they are not shown, are looked for by the desk alone. Everything a clock is replayed from is visible, so that a ledger can be checked.

use super::{Actor, Event, EventData, Ticket};
use crate::domain::Instant;
use crate::domain::contract::Side;
use crate::words::closed_list;

/// Who looks at a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reader {
    /// Somebody of the client.
    #[default]
    Client,
    /// Somebody of the desk, or the program.
    Desk,
}

closed_list! {
    /// Who may see a message or a file: both parties, or the desk alone.
    pub enum Visibility {
        Public = "public": "zichtbaar voor de klant", "public";
        Internal = "internal": "intern", "internal";
    }
}

impl Visibility {
    pub const fn of(public: bool) -> Self {
        if public { Self::Public } else { Self::Internal }
    }
}

impl Reader {
    /// Whoever acts, as a reader.
    pub const fn of(actor: &Actor) -> Self {
        match actor.side() {
            Side::Client => Self::Client,
            Side::Supplier => Self::Desk,
        }
    }

    /// Whether they see a message or a file.
    pub const fn sees(self, public: bool) -> bool {
        public || matches!(self, Self::Desk)
    }

    /// Whether any part of an event is visible to them.
    pub fn sees_of(self, event: &Event) -> bool {
        let public = match &event.data {
            EventData::Noted(_)
            | EventData::IndexRebuilt(_)
            | EventData::MailGivenUp(_)
            | EventData::MailSentAgain(_)
            | EventData::AttentionAsked(_)
            | EventData::AttentionSettled(_)
            | EventData::Tagged(_)
            | EventData::Untagged(_)
            | EventData::WorkLogged(_) => false,
            EventData::Linked(linked) | EventData::Unlinked(linked) => linked.visibility == Visibility::Public,
            EventData::Followed(changed) | EventData::Unfollowed(changed) => changed.visibility == Visibility::Public,
            EventData::Attached(attached) => attached.visibility == Visibility::Public,
            EventData::Classified(classified) => classified.visibility == Visibility::Public,
            EventData::FileInfected(infected) => infected.visibility == Visibility::Public,
            EventData::Redacted(redacted) => redacted.visibility == Visibility::Public,
            EventData::FilesDestroyed(destroyed) => destroyed.visibility == Visibility::Public,
            EventData::PersonErased(erased) => erased.visibility == Visibility::Public,
            EventData::Proposed(proposed) => proposed.raised_by.contains(&Side::Client),
            EventData::Registered(_)
            | EventData::Prioritised(_)
            | EventData::PriorityProposed(_)
            | EventData::Retyped(_)
            | EventData::TypeConfirmed(_)
            | EventData::Retiered(_)
            | EventData::RepairAgreed(_)
            | EventData::Reminded(_)
            | EventData::ReferenceAdded(_)
            | EventData::ReferenceRemoved(_)
            | EventData::Assigned(_)
            | EventData::Unassigned(_)
            | EventData::Flagged(_)
            | EventData::Unflagged(_)
            | EventData::Destroyed(_)
            | EventData::Edited(_)
            | EventData::Replied(_)
            | EventData::MessageReceived(_)
            | EventData::PartWritten(_)
            | EventData::Specified(_)
            | EventData::Scoped(_)
            | EventData::LineChanged(_)
            | EventData::MajorDeclared(_)
            | EventData::Decided(_)
            | EventData::Planned(_)
            | EventData::Phoned(_)
            | EventData::Moved(_)
            | EventData::Held(_)
            | EventData::Resumed(_)
            | EventData::Resolved(_)
            | EventData::SolutionRefused(_)
            | EventData::Accepted(_)
            | EventData::Reopened(_)
            | EventData::Cancelled(_)
            | EventData::Merged(_)
            | EventData::MergeUndone(_)
            | EventData::MergedIn(_)
            | EventData::MergedInUndone(_)
            | EventData::ResponseTeamCalled(_)
            | EventData::ResponseTeamTakenBack(_)
            | EventData::Warned(_)
            | EventData::Breached(_)
            | EventData::CalendarAmended(_)
            | EventData::BreachVoided(_)
            | EventData::Climbed(_) => true,
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
        match &mut event.data {
            EventData::Registered(registered) => registered.intake = None,
            EventData::MergedIn(merged) => {
                merged.followers.retain(|one| one.visibility == Visibility::Public);
                merged.links.retain(|one| one.visibility == Visibility::Public);
            }
            EventData::Phoned(phoned) => {
                let is_public = phoned.visibility.take() == Some(Visibility::Public);
                event.reason = event.reason.take().filter(|_| is_public);
            }
            _ => {}
        }
        Some(event)
    }

    /// The version made by the last change of which they see anything.
    pub const fn version(self, ticket: &Ticket) -> i32 {
        match self {
            Self::Desk => ticket.version,
            Self::Client => ticket.client_version,
        }
    }

    /// A ticket as they see it.
    pub fn ticket(self, ticket: Ticket) -> Ticket {
        match self {
            Self::Desk => ticket,
            Self::Client => {
                Ticket { version: self.version(&ticket), updated_at: ticket.client_updated_at, needs_attention: false, ..ticket }
            }
        }
    }
}

impl Ticket {
    /// Counts a change made by these events: for everybody, and for the client if they see any of it.
    pub fn changed(&mut self, at: Instant, events: &[Event]) {
        if events.is_empty() {
            return;
        }
        self.version += 1;
        self.updated_at = at;
        if events.iter().any(|event| Reader::Client.sees_of(event)) {
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
    use crate::domain::history::EventData as _;
    use crate::domain::subjects::samples;
    use crate::domain::ticket::facts_with_events;

    /// One of every kind, of the desk alone where it can be.
    fn events() -> impl Iterator<Item = Event> {
        let at = Instant::MIN;
        let reason = Some("Wij waren het vergeten.".to_owned());
        samples::of_tickets().into_iter().map(move |data| Event {
            id: Uuid::nil(),
            actor: "desk:1".to_owned(),
            token: None,
            reason: reason.clone(),
            data,
            occurred_at: at,
            recorded_at: at,
        })
    }

    #[test]
    fn whatever_a_clock_is_replayed_from_is_seen_by_the_client() {
        for event in events() {
            let is_a_fact = !facts_with_events(std::slice::from_ref(&event)).is_empty();
            assert!(!is_a_fact || Reader::Client.sees_of(&event), "{} is a fact nobody can check", event.kind().as_str());
            assert_eq!(Reader::Desk.event(event.clone()), Some(event));
        }
    }

    #[test]
    fn what_the_desk_keeps_to_itself_is_not_in_a_clients_event() {
        for event in events() {
            let Some(seen) = Reader::Client.event(event.clone()) else { continue };
            match event.data {
                EventData::Registered(_) => {
                    let data = seen.data.to_json();
                    assert!(["acknowledge", "p1ByMail", "related"].iter().all(|key| data.get(key).is_none()), "{data}");
                }
                EventData::Phoned(_) => assert_eq!((seen.reason, seen.data.to_json()), (None, json!({}))),
                EventData::MergedIn(_) => assert!(!seen.data.to_json().to_string().contains("internal")),
                _ => assert_eq!(seen, event),
            }
        }
    }

    #[test]
    fn a_proposed_step_is_seen_by_those_who_are_asked() {
        let asked = |sides: &[Side]| {
            let proposed = events().find_map(|event| match event.data.clone() {
                EventData::Proposed(proposed) => Some((event, proposed)),
                _ => None,
            });
            let (event, mut proposed) = proposed.expect("a sample");
            proposed.raised_by = sides.to_vec();
            Reader::Client.sees_of(&Event { data: EventData::Proposed(proposed), ..event })
        };
        assert!(asked(&[Side::Client, Side::Supplier]) && !asked(&[Side::Supplier]));
    }
}
