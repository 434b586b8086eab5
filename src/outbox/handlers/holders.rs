//! Mail to whoever has a ticket in hand: its assignee, else its team, else the desk's own address (design § 5).
//!
//! Where the assignee cannot be reached, those who share the ticket with them are. Nobody is told of what they did themselves, and those who share an address of what one of them did. A ticket that few may see is told to its
//! assignee alone, who is one of those.

use super::ticket_mail::TicketMail;
use crate::domain::actor::Actor;
use crate::domain::contract::Side;
use crate::domain::mail::Outbound;
use crate::domain::person::Person;
use crate::domain::ticket::answer::deciders;
use crate::domain::ticket::{EventData, EventKind};
use crate::mail::messages::{HeldBy, HolderNews, HolderWord, Named, clock_name};
use crate::usecases::Error;
use crate::usecases::letter::signature;

impl TicketMail<'_> {
    pub(super) fn to_holder(&self) -> Result<Vec<Outbound>, Error> {
        let Some(((address, reader), news)) = self.holder().zip(self.news_to_holder()) else { return Ok(Vec::new()) };
        if !self.is_told(&reader) {
            return Ok(Vec::new());
        }
        let has_ended = matches!(news, HolderWord::Withdrawn | HolderWord::Breached { .. });
        let due = self.ticket.next_due.filter(|due| !due.provisional && !has_ended).map(|due| self.local(due.at));
        let words = match &self.event.data {
            EventData::Registered(_) => &self.ticket.description,
            EventData::Assigned(_) if self.is_registration() => &self.ticket.description,
            EventData::MessageReceived(_) => self.context.text(self.event).unwrap_or_default(),
            _ => self.reason(),
        };
        let outgoing = self.write(&HolderNews {
            ticket: self.facts(),
            news,
            reader,
            text: words.into(),
            by: Actor::id_in(&self.event.actor).and_then(|id| self.context.name_of(id)),
            due,
            at: self.local(self.event.occurred_at),
            desk: signature(),
        })?;
        Ok(vec![self.outbound(address, outgoing, None)])
    }

    /// Where whoever has it is reached, and as what.
    fn holder(&self) -> Option<(&str, HeldBy)> {
        if let Some(address) = self.assignee().and_then(Person::address) {
            return Some((address, HeldBy::Person));
        }
        if !self.ticket.flags.is_empty() {
            return None;
        }
        let settings = &self.app.settings;
        let team = self.ticket.team.as_ref().and_then(|team| settings.teams.get(team));
        let team = team.and_then(|team| {
            Some((team.mail.as_deref()?, HeldBy::Team(Named::new(&team.label.nl, team.label.en.as_deref().unwrap_or(&team.label.nl)))))
        });
        team.or_else(|| Some((settings.mail.notices.as_deref()?, HeldBy::Desk)))
    }

    /// Whether it happened together with the registration.
    fn is_registration(&self) -> bool {
        self.event.recorded_at == self.ticket.recorded_at
    }

    fn assignee(&self) -> Option<&Person> {
        self.context.assignee(self.ticket).filter(|person| person.is_active)
    }

    fn is_told(&self, reader: &HeldBy) -> bool {
        let is_of_the_desk = matches!(Actor::named(&self.event.actor), Some(Actor::Desk(_)));
        match reader {
            HeldBy::Person => Actor::id_in(&self.event.actor).is_none_or(|id| self.assignee().is_some_and(|person| person.id != id)),
            HeldBy::Team(_) => !is_of_the_desk || matches!(self.event.kind(), EventKind::Registered | EventKind::Assigned),
            HeldBy::Desk => !is_of_the_desk,
        }
    }

    /// None for what is nothing to do for whoever has it.
    fn news_to_holder(&self) -> Option<HolderWord> {
        let contract = &self.version.contract;
        Some(match &self.event.data {
            // Whoever was given it is told that.
            EventData::Registered(_) if self.ticket.assignee.is_some() => return None,
            EventData::Registered(_) => HolderWord::Registered,
            // What comes in and is routed is one thing.
            EventData::Assigned(_) if self.is_registration() && self.ticket.assignee.is_none() => return None,
            // It has gone on to somebody else since.
            EventData::Assigned(given) if (&given.assignee, &given.team) != (&self.ticket.assignee, &self.ticket.team) => return None,
            EventData::Assigned(_) => HolderWord::Assigned,
            EventData::MessageReceived(_) => HolderWord::Answered,
            EventData::FileInfected(infected) => HolderWord::Infected { found: infected.found.as_str().into() },
            EventData::PriorityProposed(proposed) => HolderWord::PriorityProposed { priority: self.priority_name(&proposed.priority) },
            EventData::SolutionRefused(_) => HolderWord::SolutionRefused,
            EventData::Reopened(_) => HolderWord::Reopened,
            EventData::Cancelled(_) => HolderWord::Withdrawn,
            EventData::Decided(decided) if decided.side == Side::Client => {
                HolderWord::Decided { question: decided.question.word().into(), verdict: decided.verdict.word().into() }
            }
            EventData::Warned(warned) if warned.sent && !warned.provisional => {
                HolderWord::Warned { clock: clock_name(warned.clock), percent: warned.percent }
            }
            EventData::Breached(breached) => {
                HolderWord::Breached { clock: clock_name(breached.clock), target: breached.target.as_str().into() }
            }
            _ => {
                let asked = self.context.asks(self.event).iter().map(|one| one.question);
                let ours = asked.into_iter().find(|question| deciders(contract, *question).contains(&Side::Supplier))?;
                HolderWord::Asked { question: ours.word().into() }
            }
        })
    }
}
