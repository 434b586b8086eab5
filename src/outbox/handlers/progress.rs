//! Mail to the roles of the client that are told of progress, and to those who decide for it.
//!
//! Of a ticket that few may see, neither is told: who acts in a role need not be one of them.

use std::collections::BTreeSet;

use super::goals;
use super::ticket_mail::TicketMail;
use crate::domain::contract::Side;
use crate::domain::mail::{MailKind, Outbound};
use crate::domain::person::Person;
use crate::domain::ticket::answer::deciders;
use crate::domain::ticket::asking::Asks;
use crate::domain::ticket::{EventData, kinds};
use crate::domain::workflow::Question;
use crate::mail::messages::{DecisionAsked, DecisionWritten, Progress, Told};
use crate::usecases::Error;
use crate::usecases::letter::signature;

impl TicketMail<'_> {
    /// Where the roles that are told of progress are reached, without whoever is told as the requester.
    pub(super) fn told_of_progress(&self) -> BTreeSet<&str> {
        let contract = &self.version.contract;
        let roles = contract.tickets.told_of_progress.iter().filter_map(|code| contract.role(code));
        let addresses = roles.flat_map(|role| self.context.reach.addresses(contract, role, &self.ticket.organisation));
        let requester = self.requesters_address();
        addresses.map(String::as_str).filter(|address| requester != Some(*address)).collect()
    }

    /// One mail for each event, also of a ticket that the supplier made and nobody of the client reported (INC-02). It is titled by what the
    /// ticket came to: that an offer was answered says nothing of how.
    pub(super) fn to_those_told_of_progress(&self) -> Result<Vec<Outbound>, Error> {
        let told = self.told_of_progress();
        if !self.ticket.flags.is_empty() || told.is_empty() {
            return Ok(Vec::new());
        }
        let (from, to) = match &self.event.data {
            EventData::Registered(registered) => (None, registered.phase),
            EventData::Retyped(retyped) => (Some(retyped.from), retyped.to),
            EventData::MergeUndone(undone) => (None, undone.phase),
            data => match data.as_move() {
                Some(moved) => (Some(moved.from), moved.to),
                None => (None, self.ticket.phase.step),
            },
        };
        let reply = matches!(self.event.data, EventData::Replied(_)).then(|| self.context.text(self.event).unwrap_or_default());
        let outgoing = match self.news_of_itself(Told::Role, self.facts())? {
            Some(news) => news,
            // Other goals are no progress.
            None if goals::TOLD.contains(&self.event.kind()) => return Ok(Vec::new()),
            None => self.write(&Progress {
                ticket: self.facts(),
                from: from.map(|step| step.word().into()),
                to: to.word().into(),
                is_message: reply.is_some(),
                explanation: reply.unwrap_or_else(|| self.reason()).into(),
                grounds: self.grounds(),
                at: self.local(self.event.occurred_at),
                desk: signature(),
            })?,
        };
        Ok(told.into_iter().map(|address| self.outbound(address, outgoing.clone(), None)).collect())
    }

    /// What is asked from now on, to those who decide it; and what was written down as a decision of theirs, to whom that is.
    pub(super) fn to_deciders(&self) -> Result<Vec<Outbound>, Error> {
        if !self.ticket.flags.is_empty() {
            return Ok(Vec::new());
        }
        let mut made: Vec<_> = self.to_whom_it_was_ascribed()?.into_iter().collect();
        for asked in self.context.asks(self.event) {
            made.extend(self.decision_asked(*asked)?);
        }
        Ok(made)
    }

    /// To those who hold a right that decides it. Where the desk knows of nobody, the roles that are told of progress and the requester are
    /// told that a decision is waited for: who has the right from an identity provider alone is known to their organisation.
    fn decision_asked(&self, Asks { question, is_anew }: Asks) -> Result<Vec<Outbound>, Error> {
        let contract = &self.version.contract;
        let asked = kinds::rules(self.ticket.kind).asked(question).filter(|_| deciders(contract, question).contains(&Side::Client));
        let Some(asked) = asked else { return Ok(Vec::new()) };
        let known: BTreeSet<_> = self.context.deciders(&self.ticket.organisation, asked.by).map(|(_, address)| address).collect();
        let (is_decider, told) = if known.is_empty() {
            // Of an offer its requester hears by a mail of its own.
            let requester = self.requesters_address().filter(|_| question != Question::Offer);
            (false, self.told_of_progress().into_iter().chain(requester).collect())
        } else {
            (true, known)
        };
        let to_one = |address| {
            let outgoing = self.write(&DecisionAsked {
                ticket: self.facts(),
                question: question.word().into(),
                is_decider,
                links: self.links(MailKind::DecisionAsked, address, question).filter(|_| is_decider),
                is_anew,
                offer: self.context.offer(contract, self.ticket).filter(|_| question == Question::Offer).cloned(),
                explanation: self.reason().into(),
                at: self.local(self.event.occurred_at),
                desk: signature(),
            })?;
            Ok(self.outbound(address, outgoing, None))
        };
        told.into_iter().map(to_one).collect()
    }

    /// None to the requester where the ticket moved on by it: the mail about that says whose decision it was.
    fn to_whom_it_was_ascribed(&self) -> Result<Option<Outbound>, Error> {
        let EventData::Decided(decided) = &self.event.data else { return Ok(None) };
        let Some(written) = decided.written_down else { return Ok(None) };
        let is_told = self.ticket.requester_id == Some(written.decided_by) && self.context.moved_by(self.ticket, self.event);
        let person = self.context.person(written.decided_by).filter(|person| person.is_active && !is_told);
        let Some(address) = person.and_then(Person::address) else { return Ok(None) };
        let outgoing = self.write(&DecisionWritten {
            ticket: self.facts(),
            question: decided.question.word().into(),
            verdict: decided.verdict.word().into(),
            grounds: self.grounds(),
            explanation: self.reason().into(),
            at: self.local(self.event.occurred_at),
            desk: signature(),
        })?;
        Ok(Some(self.outbound(address, outgoing, None)))
    }
}
