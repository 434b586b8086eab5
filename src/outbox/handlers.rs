//! The handlers, on one page: which events each takes, and what it makes of them.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::around::Around;
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::contract::{Contract, Ladder, Level, Role, Side, TicketType};
use crate::domain::escalation;
use crate::domain::phone::Phone;
use crate::domain::ticket::{EventKind, Ticket};
use crate::domain::workflow::{self, State};
use crate::mail::messages::{self, Outgoing, Subject};
use crate::mail::send::Leaving;
use crate::store::events::Streamed;
use crate::store::mail::Outbound;
use crate::store::{self, Tx};
use crate::usecases::Error;

/// What turns events into work.
pub struct Handler {
    /// Its name: its place in the stream is kept under it.
    pub name: &'static str,
    /// The kinds it takes.
    pub takes: &'static [EventKind],
    work: Work,
}

enum Work {
    /// Tells the one who reported the ticket.
    TellRequester,
    /// Tells the roles of the levels an escalation left and reached; of a proposed one, those who decide it.
    TellRoles,
}

/// All of them.
pub static HANDLERS: [Handler; 2] = [
    Handler {
        name: "mail-to-requester",
        takes: &[
            EventKind::Registered,
            EventKind::Replied,
            EventKind::Moved,
            EventKind::Held,
            EventKind::Resumed,
            EventKind::Resolved,
            EventKind::SolutionRefused,
            EventKind::Accepted,
            EventKind::Reopened,
            EventKind::Cancelled,
        ],
        work: Work::TellRequester,
    },
    Handler { name: "mail-to-roles", takes: &[EventKind::Climbed, EventKind::Proposed], work: Work::TellRoles },
];

impl Handler {
    /// Does its work for some events, in the transaction that moves it on.
    pub async fn handle(&self, app: &App, tx: &Tx, events: &[&Streamed]) -> Result<(), Error> {
        let around = Around::look(tx, events).await?;
        let agreements = store::agreements::read(tx).await?;
        let mut mails = Vec::new();
        for streamed in events {
            let Some(ticket) = around.tickets.get(&streamed.ticket_id) else { continue };
            let version = agreements.version(ticket.contract_version_id)?;
            let told = Told { app, around: &around, ticket, version, streamed };
            match self.work {
                Work::TellRequester => mails.extend(told.requester()?),
                Work::TellRoles if streamed.event.kind == EventKind::Proposed => mails.extend(told.deciders()?),
                Work::TellRoles => mails.extend(told.roles()?),
            }
        }
        Ok(store::mail::queue(tx, &mails).await?)
    }
}

/// An event with what is known around it.
struct Told<'a> {
    app: &'a App,
    around: &'a Around,
    ticket: &'a Ticket,
    version: &'a Version,
    streamed: &'a Streamed,
}

impl Told<'_> {
    fn requester(&self) -> Result<Option<Outbound>, Error> {
        let Some(person) = self.around.requester(self.ticket) else { return Ok(None) };
        let event = &self.streamed.event;
        // An automatic message is never confirmed; intake says so in the event.
        if event.data["acknowledge"] == false {
            return Ok(None);
        }
        let (template, outgoing) = match event.kind {
            EventKind::Registered => ("confirmation", self.confirmation()),
            EventKind::Replied => match self.around.text(event) {
                Some(text) => ("reply", self.reply(text)),
                None => return Ok(None),
            },
            EventKind::Resolved if self.phase("to")?.state == State::Resolved => ("solved", self.solved()),
            _ => ("status", self.status_changed()?),
        };
        Ok(Some(self.outbound(template, &person.email, outgoing, self.around.thread(self.ticket).and_then(|thread| thread.latest.clone()))))
    }

    fn confirmation(&self) -> Outgoing {
        let history = self.around.history(self.ticket);
        let settled = crate::usecases::tickets::settled(&self.version.contract, self.ticket, history, self.streamed.event.recorded_at);
        let answer_by = settled.clocks.iter().find(|index| index.clock.kind == crate::domain::clock::Kind::Response);
        let answer_by = answer_by.and_then(|index| index.due_at).map(|due| self.local(due));
        let (reference, received) = (self.ticket.reference(), self.local(self.ticket.opened_at));
        let asks_p1 = self.streamed.event.data["p1ByMail"] == true;
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
        let (reference, at) = (self.ticket.reference(), self.local(self.streamed.event.occurred_at));
        messages::solved(&messages::Solved {
            ticket: self.subject(&reference),
            solution: self.reason(),
            at: &at,
            decide_by: None,
            link: None,
            desk: DESK,
        })
    }

    fn status_changed(&self) -> Result<Outgoing, Error> {
        let (reference, at) = (self.ticket.reference(), self.local(self.streamed.event.occurred_at));
        Ok(messages::status_changed(&messages::StatusChanged {
            ticket: self.subject(&reference),
            from: self.phase("from")?.step.dutch(),
            to: self.phase("to")?.step.dutch(),
            explanation: self.reason(),
            at: &at,
            desk: DESK,
        }))
    }

    /// One notice to every address of the roles on both sides of the level left and the level reached (ESC-04).
    fn roles(&self) -> Result<Vec<Outbound>, Error> {
        let contract = &self.version.contract;
        let (_, from, to) = self.step()?;
        let addresses = self.addresses(from.into_iter().chain([to]).flat_map(|level| roles_of(contract, level)));
        let mut labels: Vec<&str> = roles_of(contract, to).map(|role| role.label.nl.as_str()).collect();
        labels.dedup();
        let (reference, at) = (self.ticket.reference(), self.local(self.streamed.event.occurred_at));
        let trigger = escalation::trigger_in_dutch(self.streamed.event.text("trigger").unwrap_or_default());
        let outgoing = messages::escalated(&messages::Escalated {
            ticket: self.subject(&reference),
            from: from.map(shown),
            to: shown(to),
            trigger: &trigger,
            reason: self.reason(),
            at: &at,
            roles: &labels,
            desk: DESK,
        });
        Ok(addresses.into_iter().map(|address| self.outbound("escalation", address, outgoing.clone(), None)).collect())
    }

    /// One notice of a proposed step to every address of the roles that may decide it, on the level the case stands on: those of the
    /// sides that may raise the next level (ESC-25).
    fn deciders(&self) -> Result<Vec<Outbound>, Error> {
        let contract = &self.version.contract;
        let (ladder, from, to) = self.step()?;
        let (level, sides) = (from.unwrap_or(to), ladder.raised_by(to.level));
        let of_side = |side, roles| if sides.contains(&side) { roles } else { &[][..] };
        let codes = of_side(Side::Supplier, &level.supplier[..]).iter().chain(of_side(Side::Client, &level.client[..]));
        let roles: Vec<_> = codes.filter_map(|code| contract.role(code)).collect();
        let labels: Vec<&str> = roles.iter().map(|role| role.label.nl.as_str()).collect();
        let (reference, at) = (self.ticket.reference(), self.local(self.streamed.event.occurred_at));
        let trigger = self.streamed.event.text("trigger").unwrap_or_default();
        let outgoing = messages::proposed(&messages::Proposed {
            ticket: self.subject(&reference),
            from: from.map(shown),
            to: shown(to),
            trigger: &escalation::trigger_in_dutch(trigger),
            at: &at,
            codes: &escalation::codes(ladder, from.map_or(0, |level| level.level), Some(trigger)),
            roles: &labels,
            desk: DESK,
        });
        let addresses = self.addresses(roles.into_iter());
        Ok(addresses.into_iter().map(|address| self.outbound("escalation-proposed", address, outgoing.clone(), None)).collect())
    }

    /// The step the event tells of: its ladder, the level left, if any, and the level above.
    fn step(&self) -> Result<(&Ladder, Option<&Level>, &Level), Error> {
        let id = self.streamed.event.text("ladder").ok_or_else(|| self.lacks("ladder"))?;
        let ladder = self.version.contract.ladders.iter().find(|ladder| ladder.id == id).ok_or_else(|| self.lacks("ladder"))?;
        let level = |key| {
            let number = self.streamed.event.figure(key)?;
            ladder.levels.iter().find(|level| level.level == number)
        };
        Ok((ladder, level("from"), level("to").ok_or_else(|| self.lacks("to"))?))
    }

    /// Where roles are reached for the ticket's client, each address once.
    fn addresses<'r>(&'r self, roles: impl Iterator<Item = &'r Role>) -> BTreeSet<&'r str> {
        roles.flat_map(|role| self.version.contract.addresses(role, &self.ticket.organisation)).map(String::as_str).collect()
    }

    fn outbound(&self, template: &str, recipient: &str, outgoing: Outgoing, in_reply_to: Option<String>) -> Outbound {
        let event = &self.streamed.event;
        let came_to = self.around.thread(self.ticket).map_or(&[][..], |thread| &thread.came_to);
        let leaves_from = Leaving { contract: &self.ticket.contract, organisation: &self.ticket.organisation, came_to };
        let id = Uuid::new_v5(&event.id, format!("{template} {recipient}").as_bytes());
        Outbound {
            id,
            ticket_id: Some(self.ticket.id),
            organisation: self.ticket.organisation.clone(),
            event_id: event.id,
            template: template.to_owned(),
            recipient: recipient.to_owned(),
            subject: outgoing.subject,
            body: outgoing.body,
            auto: outgoing.auto.submitted().unwrap_or(crate::mail::send::PERSONAL).to_owned(),
            message_id: format!("{id}@{}", crate::mail::send::domain_of(&self.app.settings.mail.from)),
            in_reply_to,
            attempts: 0,
            created_at: self.app.time.now(),
            queued_at: self.app.time.now(),
            mailbox: leaves_from.mailbox(&self.app.settings.mailboxes),
        }
    }

    fn subject<'s>(&'s self, reference: &'s str) -> Subject<'s> {
        Subject { number: reference, kind: self.version.contract.dutch(self.ticket.kind), title: &self.ticket.title }
    }

    /// A phase the event names, as the ticket's present type or the one it was of then knows it.
    fn phase(&self, key: &str) -> Result<&'static workflow::Phase, Error> {
        let name = self.streamed.event.text(key).ok_or_else(|| self.lacks(key))?;
        let mut kinds = [self.ticket.kind, self.ticket.registered_as].into_iter().chain(TicketType::ALL);
        kinds.find_map(|kind| workflow::phase_named(kind, name)).ok_or_else(|| self.lacks(key))
    }

    /// What stands in the event does not say what the handler needs: nobody is told half of it.
    fn lacks(&self, key: &str) -> Error {
        Error::Internal(format!("{} does not say a known \"{key}\"", self.streamed.event.kind.as_str()))
    }

    fn reason(&self) -> &str {
        self.streamed.event.reason.as_deref().unwrap_or_default()
    }

    fn local(&self, at: Instant) -> String {
        self.version.contract.zone.wall(at).format("%d-%m-%Y %H:%M").to_string()
    }
}

/// How the desk signs.
const DESK: &str = "Servicedesk";

fn roles_of<'a>(contract: &'a Contract, level: &'a Level) -> impl Iterator<Item = &'a Role> {
    level.client.iter().chain(&level.supplier).filter_map(|code| contract.role(code))
}

fn shown(level: &Level) -> messages::Level<'_> {
    messages::Level { level: level.level, title: &level.title.nl }
}
