//! Mail to whoever reported a ticket.

use super::DESK;
use super::ticket_mail::TicketMail;
use crate::domain::clock::Kind;
use crate::domain::contract::Priority;
use crate::domain::mail::Outbound;
use crate::domain::person::Person;
use crate::domain::ticket::transition::Moved;
use crate::domain::ticket::{EventData, asked};
use crate::domain::workflow::State;
use crate::mail::messages::{self, Confirmation, DoneWord, Line, NewsWithheld, Outgoing, Reply, Solved, StatusChanged, TemplateError};
use crate::usecases::{Error, tickets};

impl TicketMail<'_> {
    /// None when the ticket has no requester, or one who left or is without an address.
    pub(super) fn to_requester(&self) -> Result<Vec<Outbound>, Error> {
        let requester = self.context.requester(self.ticket).filter(|person| person.is_active);
        let Some(address) = requester.and_then(Person::address) else { return Ok(Vec::new()) };
        let outgoing = match &self.event.data {
            EventData::Registered(registered) => {
                // An automatic message is never confirmed: two machines would answer each other for ever.
                let intake = registered.intake.as_ref();
                if intake.is_some_and(|intake| !intake.acknowledge) {
                    return Ok(Vec::new());
                }
                let asked = asked::phoned_priority(&self.version.contract, registered.kind, &self.ticket.title);
                self.confirmation(asked.filter(|_| intake.is_some_and(|intake| intake.p1_by_mail)))?
            }
            EventData::Replied(_) => match self.context.text(self.event) {
                Some(text) => self.reply(text)?,
                None => return Ok(Vec::new()),
            },
            EventData::Resolved(moved) if moved.state == State::Resolved => self.solved()?,
            data => match data.as_move() {
                Some(moved) => self.status_changed(moved)?,
                None => return Ok(Vec::new()),
            },
        };
        let outgoing = if self.context.may_be_read_by_another(self.ticket) { self.news_withheld()? } else { outgoing };
        let answers = self.context.thread(self.ticket).and_then(|thread| thread.latest.clone());
        Ok(vec![self.outbound(address, outgoing, answers)])
    }

    fn news_withheld(&self) -> Result<Outgoing, TemplateError> {
        messages::write(&NewsWithheld { number: self.ticket.reference(), desk: DESK.into() })
    }

    fn confirmation(&self, asked: Option<&Priority>) -> Result<Outgoing, TemplateError> {
        let settled = tickets::settled(&self.version.contract, self.ticket, std::slice::from_ref(self.event), self.event.recorded_at);
        let answer_by = settled.clocks.iter().find(|index| index.clock.kind == Kind::Response);
        messages::write(&Confirmation {
            ticket: self.facts(),
            received: self.local(self.ticket.opened_at),
            answer_by: answer_by.and_then(|index| index.due_at).map(|due| self.local(due)),
            phoned: asked.map(|priority| priority.label.nl.as_str().into()),
            phone: self.version.contract.phone.as_ref().map(|phone| phone.as_str().into()),
            desk: DESK.into(),
        })
    }

    fn reply(&self, text: &str) -> Result<Outgoing, TemplateError> {
        messages::write(&Reply {
            ticket: self.facts(),
            text: text.into(),
            author: self.context.author(self.event).map(Line::from),
            desk: DESK.into(),
        })
    }

    fn solved(&self) -> Result<Outgoing, TemplateError> {
        messages::write(&Solved {
            ticket: self.facts(),
            done: DoneWord(self.ticket.kind),
            solution: self.reason().into(),
            at: self.local(self.event.occurred_at),
            desk: DESK.into(),
        })
    }

    fn status_changed(&self, moved: &Moved) -> Result<Outgoing, TemplateError> {
        messages::write(&StatusChanged {
            ticket: self.facts(),
            from: moved.from.dutch().into(),
            to: moved.to.dutch().into(),
            explanation: self.reason().into(),
            at: self.local(self.event.occurred_at),
            desk: DESK.into(),
        })
    }
}
