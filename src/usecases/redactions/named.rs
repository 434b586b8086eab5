//! What a redaction is about: a ticket, a mail or a security signal, and what is meant of it.

use uuid::Uuid;

use super::{Of, Wanted, signals};
use crate::domain::mail::Inbound;
use crate::domain::permission::{Forbidden, Principal, Verb};
use crate::domain::privacy::HoldSubject;
use crate::domain::redaction::Redactable;
use crate::domain::security_signal::SecuritySignal;
use crate::domain::ticket::{Actor, Reader, Ticket};
use crate::store::record::Rows as _;
use crate::store::redactions::About;
use crate::store::{self, Tx};
use crate::usecases::{Error, FieldCode, Problem, Stamp, holds, tickets};

pub(super) enum Subject {
    Ticket(Box<Ticket>),
    Mail(Box<Inbound>),
    Signal(Box<SecuritySignal>),
}

/// What came by mail is not shown to a client.
pub(super) fn only_the_desk(who: &Principal) -> Result<(), Error> {
    if Reader::of(&who.actor) == Reader::Desk { Ok(()) } else { Err(Forbidden::OtherSide(Verb::ReadMail).into()) }
}

impl Subject {
    /// Locks it until the transaction ends.
    pub async fn lock(tx: &Tx, stamp: &Stamp, of: Of) -> Result<Self, Error> {
        match of {
            Of::Ticket(ticket) => Ok(Self::Ticket(Box::new(tickets::locked(tx, ticket).await?))),
            Of::Mail(id) => {
                only_the_desk(&stamp.who)?;
                Ok(Self::Mail(Box::new(store::inbound::lock(tx, id).await?.ok_or(Error::NotFound("message"))?)))
            }
            Of::Signal(id) => {
                let signal = SecuritySignal::lock(tx, id).await?;
                Ok(Self::Signal(Box::new(signal.ok_or(Error::NotFound("security signal"))?)))
            }
        }
    }

    pub fn about(&self) -> About {
        match self {
            Self::Ticket(ticket) => About::Ticket(ticket.id),
            Self::Mail(mail) => About::Mail(mail.id),
            Self::Signal(signal) => About::Signal(signal.id),
        }
    }

    /// The ticket and the organisation whose the redaction is.
    pub fn belongs_to(&self) -> (Option<Uuid>, Option<String>) {
        match self {
            Self::Ticket(ticket) => (Some(ticket.id), Some(ticket.organisation.clone())),
            Self::Mail(mail) => (mail.ticket_id, mail.organisation.clone()),
            Self::Signal(signal) => (None, Some(signal.organisation.clone())),
        }
    }

    /// What is meant, and whether the client sees it. What the caller does not see cannot be named.
    pub async fn named(&self, tx: &Tx, stamp: &Stamp, wanted: &Wanted) -> Result<(Uuid, bool), Error> {
        match self {
            Self::Ticket(ticket) => of_ticket(tx, stamp, ticket, wanted).await,
            Self::Mail(mail) => Ok((mail.id, false)),
            // Its client reads all of it.
            Self::Signal(signal) => Ok((signals::named(tx, signal, wanted.target).await?, true)),
        }
    }

    /// On what a hold would keep it: the contract, the ticket, and the people whose it is.
    pub async fn kept_by(&self, tx: &Tx, what: Redactable, target: Uuid) -> Result<Vec<(HoldSubject, String)>, Error> {
        let ticket = match self {
            Self::Ticket(ticket) => ticket,
            Self::Mail(mail) => return holds::of_mail(tx, mail).await,
            Self::Signal(signal) => return signals::kept_by(tx, signal, what, target).await,
        };
        let mut kept = holds::of_ticket(ticket);
        kept.extend(author(tx, ticket, what, target).await?.map(|id| (HoldSubject::Person, id.to_string())));
        Ok(kept)
    }
}

async fn of_ticket(tx: &Tx, stamp: &Stamp, ticket: &Ticket, wanted: &Wanted) -> Result<(Uuid, bool), Error> {
    let reader = Reader::of(&stamp.who.actor);
    let problem = |code, detail: String| Err(Error::Invalid(vec![Problem::field("target", code, detail)]));
    let is_whole = matches!(wanted.what, Redactable::Texts | Redactable::References | Redactable::Tags);
    // Of the desk: to a client a ticket has none.
    let public = wanted.what != Redactable::Tags;
    if !reader.sees(public) {
        return problem(FieldCode::UnknownValue, format!("the ticket has no {}", wanted.what.english()));
    }
    let id = match wanted.target {
        None if is_whole => return Ok((ticket.id, public)),
        None => return problem(FieldCode::Required, "say which one".to_owned()),
        Some(_) if is_whole => return problem(FieldCode::NotAllowed, "a ticket has these once".to_owned()),
        Some(id) => id,
    };
    let found = match wanted.what {
        Redactable::Message => {
            let message = store::messages::find(tx, id).await?.filter(|message| message.ticket_id == ticket.id);
            message.map(|message| message.public)
        }
        Redactable::Attachment => store::attachments::find(tx, ticket.id, id, reader).await?.map(|file| file.public),
        Redactable::WorkLog => store::work_logs::find(tx, ticket.id, id).await?.map(|_| false),
        Redactable::ResponseTask => store::response_tasks::find(tx, ticket.id, id).await?.map(|_| true),
        // What is written in a part is written for the client.
        Redactable::Part => store::parts::content(tx, ticket.id, id).await?.map(|_| true),
        Redactable::Reason => {
            let history = store::events::of::<Ticket>(tx, ticket.id).await?;
            let event = history.into_iter().find(|event| event.id == id && event.reason.is_some());
            event.map(|event| Reader::Client.event(event).is_some_and(|seen| seen.reason.is_some()))
        }
        // What is no part of a ticket is named by itself.
        Redactable::Texts
        | Redactable::References
        | Redactable::Tags
        | Redactable::Mail
        | Redactable::SignalTexts
        | Redactable::SignalNote => None,
    };
    match found.filter(|public| reader.sees(*public)) {
        Some(public) => Ok((id, public)),
        None => problem(FieldCode::UnknownValue, format!("the ticket has no such {}", wanted.what.english())),
    }
}

/// Who wrote or attached it.
async fn author(tx: &Tx, ticket: &Ticket, what: Redactable, target: Uuid) -> Result<Option<Uuid>, Error> {
    Ok(match what {
        Redactable::Message => {
            store::messages::find(tx, target).await?.and_then(|message| message.person_id.or_else(|| Actor::id_in(&message.author)))
        }
        Redactable::Attachment => {
            store::attachments::find(tx, ticket.id, target, Reader::Desk).await?.and_then(|file| Actor::id_in(&file.author))
        }
        Redactable::WorkLog => store::work_logs::find(tx, ticket.id, target).await?.and_then(|entry| Actor::id_in(&entry.author)),
        Redactable::ResponseTask => store::response_tasks::find(tx, ticket.id, target).await?.and_then(|task| Actor::id_in(&task.author)),
        _ => None,
    })
}
