//! Mail about an event of a ticket: what all such mails share.

use super::context::{Needs, TicketContext};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::contract::TicketType;
use crate::domain::language::Language;
use crate::domain::mail::{MailKind, Outbound};
use crate::domain::person::Person;
use crate::domain::subjects::AnyEvent;
use crate::domain::ticket::{Event, Ticket};
use crate::domain::workflow::Question;
use crate::mail::messages::{DecidedFacts, Grounds, Links, MajorFacts, Message, Moment, Named, Outgoing, TemplateError, TicketFacts};
use crate::mail::send::Correspondence;
use crate::store::events::Streamed;
use crate::store::{self, Tx};
use crate::usecases::Error;
use crate::usecases::decision_links::links;
use crate::usecases::letter::{self, About, outbound};

pub(super) struct TicketMail<'a> {
    pub app: &'a App,
    pub context: &'a TicketContext,
    pub ticket: &'a Ticket,
    pub version: &'a Version,
    pub event: &'a Event,
}

/// Makes the mails for those of the events that are about tickets.
pub(super) async fn each(
    app: &App,
    tx: &Tx,
    events: &[&Streamed],
    needs: Needs,
    mails: impl Fn(TicketMail<'_>) -> Result<Vec<Outbound>, Error>,
) -> Result<Vec<Outbound>, Error> {
    let of_tickets = events.iter().filter_map(|streamed| match &streamed.event {
        AnyEvent::Ticket(event) => Some((streamed.subject_id, event)),
        AnyEvent::Obligation(_) | AnyEvent::RoleAssignment(_) | AnyEvent::SecuritySignal(_) => None,
    });
    let of_tickets: Vec<_> = of_tickets.collect();
    let agreements = store::agreements::read(tx).await?;
    let context = TicketContext::read(app, tx, &of_tickets, needs, &agreements).await?;
    let mut made = Vec::new();
    for (id, event) in of_tickets {
        let Some(ticket) = context.tickets.get(&id) else { continue };
        let version = agreements.version(ticket.contract_version_id)?;
        made.extend(mails(TicketMail { app, context: &context, ticket, version, event })?);
    }
    Ok(made)
}

impl TicketMail<'_> {
    fn correspondence(&self) -> Correspondence<'_> {
        let received_in = self.context.thread(self.ticket).map_or(&[][..], |thread| &thread.received_in);
        Correspondence { contract: &self.ticket.contract, organisation: &self.ticket.organisation, received_in }
    }

    pub(super) fn language(&self) -> Language {
        letter::language(self.app, self.correspondence())
    }

    pub(super) fn write(&self, message: &impl Message) -> Result<Outgoing, TemplateError> {
        self.app.templates.write(self.language(), message)
    }

    pub(super) fn outbound(&self, recipient: &str, outgoing: Outgoing, in_reply_to: Option<String>) -> Outbound {
        let about = About {
            event_id: self.event.id,
            ticket_id: Some(self.ticket.id),
            organisation: &self.ticket.organisation,
            correspondence: self.correspondence(),
            in_reply_to,
        };
        let contract = &self.version.contract;
        let priority = contract.effective_priority(self.ticket.priority.as_deref(), self.ticket.kind);
        outbound(self.app, &about, recipient, outgoing).within_hours(contract, priority)
    }

    /// Where the reader of a mail about this event answers a question.
    pub(super) fn links(&self, kind: MailKind, recipient: &str, question: Question) -> Option<Links> {
        links(self.app, self.event.id, kind, recipient, question)
    }

    pub(super) fn facts(&self) -> TicketFacts {
        self.facts_as(self.ticket.kind)
    }

    /// The same of a type that it had, or has since.
    pub(super) fn facts_as(&self, kind: TicketType) -> TicketFacts {
        TicketFacts { number: self.ticket.reference(), kind: self.type_name(kind), title: self.ticket.title.as_str().into() }
    }

    /// What its agreement calls a type.
    pub(super) fn type_name(&self, kind: TicketType) -> Named {
        (&self.version.contract.type_label(kind)).into()
    }

    /// Where its requester is mailed; none of one who left or is without an address, and where there is none.
    pub(super) fn requesters_address(&self) -> Option<&str> {
        self.context.requester(self.ticket).filter(|person| person.is_active).and_then(Person::address)
    }

    /// Whose decision was behind the event, whether it went along with a major incident, and which breaches ended by it.
    pub(super) fn grounds(&self) -> Grounds {
        let decided = self.context.written_down(self.ticket, self.event).map(|(event, written)| DecidedFacts {
            by: self
                .context
                .name_of(written.decided_by)
                .map_or_else(|| Named::new("iemand van uw organisatie", "somebody of your organisation"), Named::from),
            written_by: self.context.author(event).map(Into::into),
        });
        let along = self.event.data.as_move().and_then(|moved| moved.along_with);
        let major = along.map(|other| MajorFacts { number: self.context.number_of(other) });
        Grounds { decided, major, ended: self.ended() }
    }

    /// The event names something that the contract does not have. No mail is sent rather than one with a gap.
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
