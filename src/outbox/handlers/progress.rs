//! Mail to the roles of the client that are told of progress, and to those who decide for it.
//!
//! Of a ticket that few may see, neither is told: who acts in a role need not be one of them.

use std::collections::BTreeSet;

use super::DESK;
use super::ticket_mail::TicketMail;
use crate::domain::mail::Outbound;
use crate::domain::person::Person;
use crate::domain::ticket::answer::question_opened;
use crate::domain::ticket::{EventData, kinds};
use crate::mail::messages::{self, DecisionAsked, Progress};
use crate::usecases::Error;

impl TicketMail<'_> {
    /// Where the roles that are told of progress are reached, without whoever is told as the requester.
    fn told_of_progress(&self) -> BTreeSet<&str> {
        let contract = &self.version.contract;
        let roles = contract.tickets.told_of_progress.iter().filter_map(|code| contract.role(code));
        let addresses = roles.flat_map(|role| self.context.reach.addresses(contract, role, &self.ticket.organisation));
        addresses.map(String::as_str).collect()
    }

    /// One mail for each event, also of a ticket that the supplier made and nobody of the client reported (INC-02).
    pub(super) fn to_those_told_of_progress(&self) -> Result<Vec<Outbound>, Error> {
        if !self.ticket.flags.is_empty() {
            return Ok(Vec::new());
        }
        let (phase, what) = match &self.event.data {
            EventData::Registered(registered) => (registered.phase, self.event.kind().dutch()),
            data => match data.as_move() {
                Some(moved) => (moved.to, self.event.kind().dutch()),
                None => return Ok(Vec::new()),
            },
        };
        let requester = self.context.requester(self.ticket).filter(|person| person.is_active).and_then(Person::address);
        let told: Vec<_> = self.told_of_progress().into_iter().filter(|address| requester != Some(*address)).collect();
        if told.is_empty() {
            return Ok(Vec::new());
        }
        let outgoing = messages::write(&Progress {
            ticket: self.facts(),
            what: what.into(),
            phase: phase.dutch().into(),
            explanation: self.reason().into(),
            at: self.local(self.event.occurred_at),
            desk: DESK.into(),
        })?;
        Ok(told.into_iter().map(|address| self.outbound(address, outgoing.clone(), None)).collect())
    }

    /// To those who hold a right that decides it, else to the roles that are told of progress, else to the requester.
    pub(super) fn to_deciders(&self) -> Result<Vec<Outbound>, Error> {
        if !self.ticket.flags.is_empty() {
            return Ok(Vec::new());
        }
        let Some(question) = question_opened(self.ticket.kind, &self.event.data) else { return Ok(Vec::new()) };
        let Some(asked) = kinds::rules(self.ticket.kind).asked(question) else { return Ok(Vec::new()) };
        let outgoing = messages::write(&DecisionAsked {
            ticket: self.facts(),
            question: question.dutch().into(),
            explanation: self.reason().into(),
            at: self.local(self.event.occurred_at),
            desk: DESK.into(),
        })?;
        let mut told = self.context.deciders(&self.ticket.organisation, asked.by);
        if told.is_empty() {
            told = self.told_of_progress();
        }
        if told.is_empty() {
            told.extend(self.context.requester(self.ticket).filter(|person| person.is_active).and_then(Person::address));
        }
        Ok(told.into_iter().map(|address| self.outbound(address, outgoing.clone(), None)).collect())
    }
}
