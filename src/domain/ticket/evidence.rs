//! What shows a decision of the client that the desk writes down: a message of whoever decided, or the note of a telephone call, since the
//! question was put. And whose decision that can be.

use uuid::Uuid;

use super::answer::asked_at;
use super::{Actor, Event, Message, Ticket, kinds};
use crate::domain::Instant;
use crate::domain::contract::{Side, TicketType};
use crate::domain::permission::Role;
use crate::domain::role_assignment::RoleAssignment;
use crate::domain::workflow::Question;

/// A message that is said to show a decision, with the history of the ticket on which it was written.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub message: &'a Message,
    pub written_on: &'a [Event],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("is neither a message of theirs nor the note of a telephone call")]
    OfNobody,
    #[error("is from before the question was put, which was at {0}")]
    TooEarly(Instant),
}

impl Evidence<'_> {
    /// Whether it shows what somebody decided of a question of a ticket of this type and with this history. Whose it has to be is not judged where
    /// that is not known.
    pub fn check(self, kind: TicketType, history: &[Event], question: Question, decided_by: Option<Uuid>) -> Result<(), Refused> {
        if decided_by.is_some_and(|person| !self.is_of_a_call() && !self.is_of(person)) {
            return Err(Refused::OfNobody);
        }
        let asked = asked_at(kind, history, question).filter(|asked| self.message.occurred_at < *asked);
        asked.map_or(Ok(()), |asked| Err(Refused::TooEarly(asked)))
    }

    fn is_of_a_call(&self) -> bool {
        self.written_on.iter().any(|event| event.id == self.message.id && event.data.is_of_a_call())
    }

    fn is_of(&self, person: Uuid) -> bool {
        self.message.public && Actor::side_of(&self.message.author) == Side::Client && self.message.person_id == Some(person)
    }
}

/// Whether somebody of the client may answer a question, as far as the desk knows: the requester judges a solution; the rest is for whoever
/// holds a right that gives it.
pub fn may_decide(ticket: &Ticket, question: Question, person: Uuid, held: &[RoleAssignment], at: Instant) -> bool {
    let Some(asked) = kinds::rules(ticket.kind).asked(question) else { return true };
    if question == Question::Solution && ticket.requester_id == Some(person) {
        return true;
    }
    let gives = |role: Role| role != Role::Requester && role.side() == Side::Client && asked.by.roles().contains(&role);
    held.iter().any(|held| {
        held.is_held_by(person, at) && held.organisation.as_ref() == Some(&ticket.organisation) && held.right().is_some_and(gives)
    })
}

#[cfg(test)]
mod tests {
    use super::super::EventData;
    use super::super::message::Written;
    use super::super::transition::Moved;
    use super::*;
    use crate::domain::workflow::{State, Step};

    const ANNA: Uuid = Uuid::from_u128(1);
    const BEA: Uuid = Uuid::from_u128(2);

    fn at(second: i64) -> Instant {
        Instant::from_unix(second).expect("an instant")
    }

    fn event(id: u128, second: i64, data: EventData) -> Event {
        let (id, actor) = (Uuid::from_u128(id), "desk:1".to_owned());
        Event { id, actor, token: None, reason: None, data, occurred_at: at(second), recorded_at: at(second) }
    }

    fn message(id: u128, second: i64, author: &str, person: Option<Uuid>, public: bool) -> Message {
        Message {
            id: Uuid::from_u128(id),
            ticket_id: Uuid::nil(),
            organisation: "ipo".to_owned(),
            public,
            author: author.to_owned(),
            person_id: person,
            body: "Akkoord.".to_owned(),
            cut_from: None,
            occurred_at: at(second),
            recorded_at: at(second),
        }
    }

    #[test]
    fn inc_05_a_decision_is_shown_by_a_message_of_theirs_or_the_note_of_a_call_since_the_question_was_put() {
        let (to, state) = (Step::Resolved, State::Resolved);
        let solved = Moved { from: Step::InProgress, to, state, cause: None, closing_texts: Vec::new(), handling: None, along_with: None };
        let history = [
            event(1, 10, EventData::Resolved(solved)),
            event(2, 20, EventData::Noted(Written { by_phone: true })),
            event(3, 20, EventData::Noted(Written { by_phone: false })),
        ];
        let judged = |message: &Message, decided_by: Option<Uuid>| {
            let evidence = Evidence { message, written_on: &history };
            evidence.check(TicketType::Incident, &history, Question::Solution, decided_by)
        };
        let anna = format!("client:{ANNA}");
        for (message, expected) in [
            (message(4, 20, &anna, Some(ANNA), true), Ok(())),
            (message(4, 10, &anna, Some(ANNA), true), Ok(())),
            (message(4, 9, &anna, Some(ANNA), true), Err(Refused::TooEarly(at(10)))),
            (message(4, 20, &anna, Some(ANNA), false), Err(Refused::OfNobody)),
            (message(4, 20, "desk:1", Some(ANNA), true), Err(Refused::OfNobody)),
            (message(4, 20, &anna, Some(BEA), true), Err(Refused::OfNobody)),
            (message(4, 20, &anna, None, true), Err(Refused::OfNobody)),
            (message(2, 20, "desk:1", None, false), Ok(())),
            (message(3, 20, "desk:1", None, false), Err(Refused::OfNobody)),
        ] {
            assert_eq!(judged(&message, Some(ANNA)), expected, "{message:?}");
        }
        assert_eq!(judged(&message(4, 20, "desk:1", None, false), None), Ok(()), "whose it is, is not known");
    }
}
