//! Mail to those who follow a ticket, of what its requester is told: an answer, another status, the solution, a merge, other goals.

use super::DESK;
use super::ticket_mail::TicketMail;
use crate::domain::mail::Outbound;
use crate::domain::person::Person;
use crate::domain::ticket::EventData;
use crate::domain::workflow::State;
use crate::mail::messages::{self, DoneWord, FollowerNews, News, Told};
use crate::usecases::Error;

impl TicketMail<'_> {
    pub(super) fn to_followers(&self) -> Result<Vec<Outbound>, Error> {
        let told: Vec<_> =
            self.context.followers(self.ticket).filter(|person| self.is_news_to(person)).filter_map(Person::address).collect();
        if told.is_empty() {
            return Ok(Vec::new());
        }
        let outgoing = match (self.news_of_itself(Told::Follower)?, self.news()) {
            (Some(news), _) => news,
            (None, Some((news, text))) => messages::write(&FollowerNews {
                ticket: self.facts(),
                news,
                text: text.into(),
                grounds: self.grounds(),
                at: self.local(self.event.occurred_at),
                desk: DESK.into(),
            })?,
            (None, None) => return Ok(Vec::new()),
        };
        Ok(told.iter().map(|address| self.outbound(address, outgoing.clone(), None)).collect())
    }

    /// Neither whoever did it, nor the requester, who is told as such.
    fn is_news_to(&self, person: &Person) -> bool {
        let is_requester = self.context.requester(self.ticket).is_some_and(|requester| requester.email == person.email);
        !is_requester && person.actor().as_text() != self.event.actor && !self.context.is_readdressed(self.ticket, person)
    }

    fn news(&self) -> Option<(News, &str)> {
        match &self.event.data {
            EventData::Replied(_) => Some((News::Reply, self.context.text(self.event)?)),
            EventData::Retyped(retyped) => Some((News::Retyped(self.version.contract.dutch(retyped.kind).into()), self.reason())),
            EventData::Resolved(moved) if moved.state == State::Resolved && !self.is_offer(moved) => {
                Some((News::Solved(DoneWord(self.ticket.kind)), self.reason()))
            }
            data => {
                data.as_move().map(|moved| (News::Status { from: moved.from.dutch().into(), to: moved.to.dutch().into() }, self.reason()))
            }
        }
    }
}
