//! Mail to whoever reported a ticket.

use super::ticket_mail::TicketMail;
use crate::domain::Instant;
use crate::domain::clock::Kind;
use crate::domain::contract::{Priority, Side};
use crate::domain::mail::{MailKind, Outbound};
use crate::domain::person::Person;
use crate::domain::ticket::answer::deciders;
use crate::domain::ticket::prioritise::needs_phone_contact;
use crate::domain::ticket::register::Registered;
use crate::domain::ticket::retype::Retyped;
use crate::domain::ticket::transition::Moved;
use crate::domain::ticket::{Actor, Channel, EventData, asked, kinds};
use crate::domain::workflow::{Question, State};
use crate::mail::messages::{
    self, CallNeeded, Confirmation, DoneWord, JudgementReminder, Line, Named, NewsWithheld, Offer, Outgoing, Reply, Solved, StatusChanged,
    TemplateError, Told,
};
use crate::usecases::letter::signature;
use crate::usecases::{Error, tickets};

impl TicketMail<'_> {
    /// None when the ticket has no requester, or one who left or is without an address.
    pub(super) fn to_requester(&self) -> Result<Vec<Outbound>, Error> {
        if let EventData::PriorityProposed(proposed) = &self.event.data {
            return Ok(self.call_needed(&proposed.priority)?.into_iter().collect());
        }
        let Some(address) = self.requesters_address() else { return Ok(Vec::new()) };
        let outgoing = match &self.event.data {
            EventData::Registered(registered) => {
                // An automatic message is never confirmed: two machines would answer each other for ever.
                if registered.intake.as_ref().is_some_and(|intake| !intake.acknowledge) {
                    return Ok(Vec::new());
                }
                self.confirmation(registered)?
            }
            EventData::Replied(_) => match self.context.text(self.event) {
                Some(text) => self.reply(text)?,
                None => return Ok(Vec::new()),
            },
            EventData::Resolved(moved) if self.is_offer(moved) => self.offer()?,
            EventData::Resolved(moved) if moved.state == State::Resolved => self.solved(address)?,
            EventData::Retyped(retyped) => self.retyped(retyped)?,
            // Of somebody who answered meanwhile it is not asked again.
            EventData::Reminded(_) => match self.ticket.resolved_at.filter(|_| self.ticket.state() == State::Resolved) {
                Some(since) => self.judgement_reminder(address, since)?,
                None => return Ok(Vec::new()),
            },
            data => match (self.news_of_itself(Told::Requester, self.facts())?, data.as_move()) {
                (Some(news), _) => news,
                (None, Some(moved)) => self.status_changed(moved)?,
                (None, None) => return Ok(Vec::new()),
            },
        };
        let outgoing = if self.context.may_be_read_by_another(self.ticket) { self.news_withheld()? } else { outgoing };
        let answers = self.context.thread(self.ticket).and_then(|thread| thread.latest.clone());
        Ok(vec![self.outbound(address, outgoing, answers)])
    }

    fn news_withheld(&self) -> Result<Outgoing, TemplateError> {
        self.write(&NewsWithheld { number: self.ticket.reference(), desk: signature() })
    }

    /// A priority that has to be phoned and is not: by a mail that asks for it, or as a proposal by any other way (INC-03).
    fn confirmation(&self, registered: &Registered) -> Result<Outgoing, TemplateError> {
        let contract = &self.version.contract;
        let by_mail = registered.intake.as_ref().is_some_and(|intake| intake.p1_by_mail);
        let in_mail = by_mail.then(|| asked::phoned_priority(contract, registered.kind, &self.ticket.title)).flatten();
        let by_rule = self.ticket.proposed_priority.as_deref().filter(|_| self.ticket.priority.is_none());
        let proposed = registered.priority.as_deref().or(by_rule).filter(|_| !registered.decided && registered.channel != Channel::Phone);
        let proposed = proposed.filter(|code| needs_phone_contact(contract, registered.kind, code));
        let proposed = proposed.and_then(|code| contract.priority(code, registered.kind));
        let settled = tickets::settled(contract, self.ticket, std::slice::from_ref(self.event), self.event.recorded_at);
        // The clock of what is proposed begins when they call.
        let answer_by = settled.clocks.iter().find(|index| index.clock.kind == Kind::Response && proposed.is_none());
        self.write(&Confirmation {
            ticket: self.facts(),
            received: self.local(self.ticket.opened_at),
            answer_by: answer_by.and_then(|index| index.due_at).map(|due| self.local(due)),
            phoned: in_mail.or(proposed).map(called),
            by_mail,
            phone: self.phone(),
            desk: signature(),
        })
    }

    /// To whoever of the client proposes such a priority later, while nobody has phoned.
    fn call_needed(&self, code: &str) -> Result<Option<Outbound>, Error> {
        let contract = &self.version.contract;
        let before = self.context.before(self.ticket, self.event);
        let was_phoned = self.ticket.channel == Channel::Phone || before.iter().any(|event| matches!(event.data, EventData::Phoned(_)));
        // What a rule proposes at the registration stands in the confirmation.
        let by_rule = self.event.actor == Actor::System.as_text() && self.event.occurred_at > self.ticket.opened_at;
        let is_asked = (by_rule || Actor::side_of(&self.event.actor) == Side::Client)
            && !was_phoned
            && needs_phone_contact(contract, self.ticket.kind, code);
        let Some(priority) = contract.priority(code, self.ticket.kind).filter(|_| is_asked) else { return Ok(None) };
        let proposer = Actor::id_in(&self.event.actor).and_then(|id| self.context.person(id)).filter(|person| person.is_reached());
        // Of a ticket that few may see, its requester alone is known to see it.
        let is_requester = proposer.is_none_or(|person| self.ticket.requester_id == Some(person.id));
        if !self.ticket.flags.is_empty() && (!is_requester || self.context.may_be_read_by_another(self.ticket)) {
            return Ok(None);
        }
        let Some(address) = proposer.and_then(Person::address).or_else(|| self.requesters_address()) else { return Ok(None) };
        let outgoing =
            self.write(&CallNeeded { ticket: self.facts(), priority: called(priority), phone: self.phone(), desk: signature() })?;
        Ok(Some(self.outbound(address, outgoing, None)))
    }

    fn phone(&self) -> Option<Line> {
        self.version.contract.phone.as_ref().map(|phone| phone.as_str().into())
    }

    fn reply(&self, text: &str) -> Result<Outgoing, TemplateError> {
        self.write(&Reply {
            ticket: self.facts(),
            text: text.into(),
            author: self.context.author(self.event).map(Line::from),
            desk: signature(),
        })
    }

    fn solved(&self, address: &str) -> Result<Outgoing, TemplateError> {
        let is_asked = kinds::rules(self.ticket.kind).asked(Question::Solution).is_some();
        let is_judged = is_asked && deciders(&self.version.contract, Question::Solution).contains(&Side::Client);
        self.write(&Solved {
            ticket: self.facts(),
            done: DoneWord(self.ticket.kind),
            solution: self.reason().into(),
            is_judged,
            links: self.links(MailKind::Solved, address, Question::Solution).filter(|_| is_judged),
            grounds: self.grounds(),
            at: self.local(self.event.occurred_at),
            desk: signature(),
        })
    }

    fn judgement_reminder(&self, address: &str, since: Instant) -> Result<Outgoing, TemplateError> {
        let links = self.links(MailKind::JudgementReminder, address, Question::Solution);
        self.write(&JudgementReminder { ticket: self.facts(), since: self.local(since), links, desk: signature() })
    }

    fn offer(&self) -> Result<Outgoing, TemplateError> {
        let contract = &self.version.contract;
        let by = kinds::rules(self.ticket.kind).asked(Question::Offer).map(|asked| asked.by);
        let known = by.into_iter().flat_map(|verb| self.context.deciders(&self.ticket.organisation, verb));
        let mut names: Vec<_> = known.filter_map(|(name, _)| name).collect();
        names.dedup();
        self.write(&Offer {
            ticket: self.facts(),
            offer: self.context.offer(contract, self.ticket).cloned(),
            deciders: names,
            explanation: self.reason().into(),
            grounds: self.grounds(),
            at: self.local(self.event.occurred_at),
            desk: signature(),
        })
    }

    /// Whether a move puts an offer before those who decide.
    pub(super) fn is_offer(&self, moved: &Moved) -> bool {
        kinds::rules(self.ticket.kind).asked(Question::Offer).is_some_and(|asked| asked.during.contains(&moved.to))
    }

    fn retyped(&self, retyped: &Retyped) -> Result<Outgoing, TemplateError> {
        self.write(&messages::Retyped {
            ticket: self.facts_as(retyped.kind),
            before: self.type_name(retyped.before),
            from: retyped.from.word().into(),
            to: retyped.to.word().into(),
            explanation: self.reason().into(),
            grounds: self.grounds(),
            at: self.local(self.event.occurred_at),
            desk: signature(),
        })
    }

    fn status_changed(&self, moved: &Moved) -> Result<Outgoing, TemplateError> {
        self.write(&StatusChanged {
            ticket: self.facts(),
            from: moved.from.word().into(),
            to: moved.to.word().into(),
            explanation: self.reason().into(),
            grounds: self.grounds(),
            at: self.local(self.event.occurred_at),
            desk: signature(),
        })
    }
}

fn called(priority: &Priority) -> Named {
    (&priority.label).into()
}
