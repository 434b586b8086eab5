//! What the one who reported a ticket hears of it.

use super::DESK;
use super::ticket_mail::TicketMail;
use crate::domain::clock::Kind;
use crate::domain::phone::Phone;
use crate::domain::ticket::EventData;
use crate::domain::ticket::transition::Moved;
use crate::domain::workflow::State;
use crate::mail::messages::{self, Outgoing};
use crate::store::mail::Outbound;
use crate::usecases::{Error, tickets};

impl TicketMail<'_> {
    /// What the one who reported the ticket is told of an event: nothing when nobody did.
    pub(super) fn to_requester(&self) -> Result<Vec<Outbound>, Error> {
        let Some(person) = self.around.requester(self.ticket) else { return Ok(Vec::new()) };
        let (template, outgoing) = match &self.event.data {
            EventData::Registered(registered) => {
                // An automatic message is never confirmed.
                let intake = registered.intake.as_ref();
                if intake.is_some_and(|intake| !intake.acknowledge) {
                    return Ok(Vec::new());
                }
                ("confirmation", self.confirmation(intake.is_some_and(|intake| intake.p1_by_mail)))
            }
            EventData::Replied(_) => match self.around.text(self.event) {
                Some(text) => ("reply", self.reply(text)),
                None => return Ok(Vec::new()),
            },
            EventData::Resolved(moved) if moved.state == State::Resolved => ("solved", self.solved()),
            data => match data.as_move() {
                Some(moved) => ("status", self.status_changed(moved)?),
                None => return Ok(Vec::new()),
            },
        };
        let answers = self.around.thread(self.ticket).and_then(|thread| thread.latest.clone());
        Ok(vec![self.outbound(template, &person.email, outgoing, answers)])
    }

    fn confirmation(&self, asks_p1: bool) -> Outgoing {
        let settled = tickets::settled(&self.version.contract, self.ticket, std::slice::from_ref(self.event), self.event.recorded_at);
        let answer_by = settled.clocks.iter().find(|index| index.clock.kind == Kind::Response);
        let answer_by = answer_by.and_then(|index| index.due_at).map(|due| self.local(due));
        let (reference, received) = (self.ticket.reference(), self.local(self.ticket.opened_at));
        messages::confirmation(&messages::Confirmation {
            ticket: self.subject(&reference),
            received: &received,
            answer_by: answer_by.as_deref(),
            p1_by_mail: asks_p1,
            phone: self.version.contract.phone.as_ref().map(Phone::as_str),
            desk: DESK,
        })
    }

    fn reply(&self, text: &str) -> Outgoing {
        let reference = self.ticket.reference();
        messages::reply(&messages::Reply { ticket: self.subject(&reference), text, author: DESK, desk: DESK })
    }

    fn solved(&self) -> Outgoing {
        let (reference, at) = (self.ticket.reference(), self.local(self.event.occurred_at));
        messages::solved(&messages::Solved {
            ticket: self.subject(&reference),
            solution: self.reason(),
            at: &at,
            decide_by: None,
            link: None,
            desk: DESK,
        })
    }

    fn status_changed(&self, moved: &Moved) -> Result<Outgoing, Error> {
        let (reference, at) = (self.ticket.reference(), self.local(self.event.occurred_at));
        Ok(messages::status_changed(&messages::StatusChanged {
            ticket: self.subject(&reference),
            from: self.phase(&moved.from)?.step.dutch(),
            to: self.phase(&moved.to)?.step.dutch(),
            explanation: self.reason(),
            at: &at,
            desk: DESK,
        }))
    }
}
