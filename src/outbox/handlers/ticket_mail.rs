//! Mail about an event of a ticket: what every such mail is made with.

use uuid::Uuid;

use super::around::Around;
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::mail::Outbound;
use crate::domain::subjects::AnyEvent;
use crate::domain::ticket::{Event, Ticket};
use crate::mail::messages::{Moment, Outgoing, TicketFacts};
use crate::mail::send::{self, Correspondence};
use crate::store::events::Streamed;
use crate::store::{self, Tx};
use crate::usecases::Error;

/// An event of a ticket with what is known around it.
pub(super) struct TicketMail<'a> {
    app: &'a App,
    pub around: &'a Around,
    pub ticket: &'a Ticket,
    pub version: &'a Version,
    pub event: &'a Event,
}

/// The mails of every event of a ticket among these.
pub(super) async fn each(
    app: &App,
    tx: &Tx,
    events: &[&Streamed],
    mails: impl Fn(TicketMail<'_>) -> Result<Vec<Outbound>, Error>,
) -> Result<Vec<Outbound>, Error> {
    let of_tickets = events.iter().filter_map(|streamed| match &streamed.event {
        AnyEvent::Ticket(event) => Some((streamed.subject_id, event)),
        AnyEvent::Obligation(_) => None,
    });
    let of_tickets: Vec<_> = of_tickets.collect();
    let around = Around::look(tx, &of_tickets).await?;
    let agreements = store::agreements::read(tx).await?;
    let mut made = Vec::new();
    for (id, event) in of_tickets {
        let Some(ticket) = around.tickets.get(&id) else { continue };
        let version = agreements.version(ticket.contract_version_id)?;
        made.extend(mails(TicketMail { app, around: &around, ticket, version, event })?);
    }
    Ok(made)
}

impl TicketMail<'_> {
    pub(super) fn outbound(&self, recipient: &str, outgoing: Outgoing, in_reply_to: Option<String>) -> Outbound {
        let received_in = self.around.thread(self.ticket).map_or(&[][..], |thread| &thread.received_in);
        let leaves_from = Correspondence { contract: &self.ticket.contract, organisation: &self.ticket.organisation, received_in };
        let id = Uuid::new_v5(&self.event.id, format!("{} {recipient}", outgoing.kind).as_bytes());
        Outbound {
            id,
            ticket_id: Some(self.ticket.id),
            organisation: self.ticket.organisation.clone(),
            event_id: self.event.id,
            template: outgoing.kind.to_string(),
            recipient: recipient.to_owned(),
            subject: outgoing.subject,
            body: outgoing.body,
            auto: outgoing.auto.header().unwrap_or(send::PERSONAL).to_owned(),
            message_id: format!("{id}@{}", send::domain_of(&self.app.settings.mail.from)),
            in_reply_to,
            attempts: 0,
            created_at: self.app.time.now(),
            queued_at: self.app.time.now(),
            mailbox: leaves_from.mailbox(&self.app.settings.mailboxes),
        }
    }

    pub(super) fn facts(&self) -> TicketFacts {
        TicketFacts {
            number: self.ticket.reference(),
            kind: self.version.contract.dutch(self.ticket.kind).into(),
            title: self.ticket.title.as_str().into(),
        }
    }

    /// An event that names what the contract or this program does not know: nobody is told half of it.
    pub(super) fn lacks(&self, what: &str, name: &str) -> Error {
        Error::Internal(format!("{} names {what} {name}, which is not known", self.event.kind().as_str()))
    }

    pub(super) fn reason(&self) -> &str {
        self.event.reason.as_deref().unwrap_or_default()
    }

    pub(super) fn local(&self, at: Instant) -> Moment {
        Moment::new(at, &self.version.contract.zone)
    }
}
