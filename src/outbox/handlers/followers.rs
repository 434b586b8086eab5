//! Mail to those who follow a ticket, of what its requester is told: an answer, another status, the solution, a merge, other goals.

use std::collections::BTreeSet;

use super::ticket_mail::TicketMail;
use crate::domain::mail::Outbound;
use crate::domain::person::Person;
use crate::domain::ticket::EventData;
use crate::domain::workflow::State;
use crate::mail::messages::{DoneWord, FollowerNews, News, Outgoing, TicketFacts, Told};
use crate::usecases::Error;
use crate::usecases::letter::signature;

impl TicketMail<'_> {
    pub(super) fn to_followers(&self) -> Result<Vec<Outbound>, Error> {
        let told = self.context.followers(self.ticket).filter(|person| self.is_news_to(person));
        // Of a ticket without flags they hear already what the follower would.
        let told_otherwise = if self.ticket.flags.is_empty() { self.told_of_progress() } else { BTreeSet::new() };
        let told = told.filter_map(|person| Some((person, person.address()?))).filter(|(_, address)| !told_otherwise.contains(address));
        let mut made = Vec::new();
        for (person, address) in told {
            let Some(outgoing) = self.news_for_follower(self.facts_for(person))? else { break };
            made.push(self.outbound(address, outgoing, None));
        }
        Ok(made)
    }

    /// Whoever came along with a ticket that was merged into this one need not see this one: it is named by theirs (TKT-08).
    fn facts_for(&self, follower: &Person) -> TicketFacts {
        let facts = self.facts();
        match self.context.came_along_with(self.ticket, follower) {
            Some(theirs) => {
                let title = format!("{} {}", self.language().of("melding", "ticket"), theirs.reference());
                TicketFacts { title: title.as_str().into(), ..facts }
            }
            None => facts,
        }
    }

    /// None for what is no news.
    fn news_for_follower(&self, ticket: TicketFacts) -> Result<Option<Outgoing>, Error> {
        if let Some(news) = self.news_of_itself(Told::Follower, ticket.clone())? {
            return Ok(Some(news));
        }
        let Some((news, text)) = self.news() else { return Ok(None) };
        let (grounds, at) = (self.grounds(), self.local(self.event.occurred_at));
        Ok(Some(self.write(&FollowerNews { ticket, news, text: text.into(), grounds, at, desk: signature() })?))
    }

    /// Neither whoever did it, nor the requester, who is told as such.
    fn is_news_to(&self, person: &Person) -> bool {
        let is_requester = self.context.requester(self.ticket).is_some_and(|requester| requester.email == person.email);
        !is_requester && person.actor().as_text() != self.event.actor && !self.context.is_readdressed(self.ticket, person)
    }

    fn news(&self) -> Option<(News, &str)> {
        match &self.event.data {
            EventData::Replied(_) => Some((News::Reply, self.context.text(self.event)?)),
            EventData::Retyped(retyped) => Some((News::Retyped(self.type_name(retyped.kind)), self.reason())),
            EventData::Resolved(moved) if moved.state == State::Resolved && !self.is_offer(moved) => {
                Some((News::Solved(DoneWord(self.ticket.kind)), self.reason()))
            }
            data => {
                data.as_move().map(|moved| (News::Status { from: moved.from.word().into(), to: moved.to.word().into() }, self.reason()))
            }
        }
    }
}
