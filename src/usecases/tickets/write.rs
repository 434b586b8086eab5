//! Writing a message on a ticket.

use uuid::Uuid;

use super::act::{When, act_in, as_expected};
use super::locked::locked;
use super::read::OnTicket;
use crate::app::App;
use crate::domain::ticket::write::Write;
use crate::domain::ticket::{Act, Event, EventData, Message, Ticket, TicketRef};
use crate::store::record::Rows as _;
use crate::store::{self, Tx};
use crate::usecases::held::repeated;
use crate::usecases::{Code, Error, Stamp};

#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Whether the client sees it.
    pub public: bool,
    /// Whether it records a phone contact.
    pub by_phone: bool,
    pub body: String,
    /// Who wrote it, if they are known.
    pub person_id: Option<Uuid>,
    /// Whether a machine did: that answers nothing.
    pub is_automatic: bool,
    /// The mail that it is a part of.
    pub cut_from: Option<Uuid>,
}

impl NewMessage {
    /// One that both sides see, as yet without words.
    pub const fn public() -> Self {
        Self { public: true, by_phone: false, body: String::new(), person_id: None, is_automatic: false, cut_from: None }
    }

    /// One for the desk alone.
    pub fn internal() -> Self {
        Self { public: false, ..Self::public() }
    }
}

/// Writes a message; one that was written from the author's draft takes that away.
pub async fn write(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    message: &NewMessage,
    when: &When,
    from_draft: bool,
    expected: Option<&[i32]>,
) -> Result<OnTicket, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                let message = store::messages::find(tx, known).await?.ok_or(Error::NotFound("message"))?;
                let number = Ticket::labels(tx, &[message.ticket_id]).await?.remove(&message.ticket_id).unwrap_or_default();
                return Ok(OnTicket { message, number });
            }
            let ticket = locked(tx, ticket).await?;
            as_expected(stamp, &ticket, expected)?;
            let number = ticket.reference();
            let written = write_in(app, tx, stamp, ticket, message, when).await?;
            // Of somebody who sends twice, the second finds it sent.
            if from_draft && !store::message_drafts::remove(tx, written.ticket_id, &written.author).await? {
                let detail = "you have no draft on this ticket any more: it was sent or removed".to_owned();
                return Err(Error::Conflict { code: Code::NoDraft, detail });
            }
            Ok(OnTicket { message: written, number })
        })
        .await
}

/// The same on a ticket that the transaction has locked. The message has the id of its event.
pub async fn write_in(app: &App, tx: &Tx, stamp: &Stamp, ticket: Ticket, message: &NewMessage, when: &When) -> Result<Message, Error> {
    let wish =
        Act::Write(Write { public: message.public, by_phone: message.by_phone, is_automatic: message.is_automatic, came_at: when.arrived });
    let made = |_: &Ticket, added: &[Event]| event_of(added).map(|event| event.id);
    let (ticket, events) = act_in(app, tx, stamp, ticket, &[wish], when, made).await?;
    keep(tx, stamp, &ticket, &events, message).await
}

/// The event of a message.
fn event_of(events: &[Event]) -> Option<&Event> {
    let is_message = |data: &EventData| matches!(data, EventData::Replied(_) | EventData::MessageReceived(_) | EventData::Noted(_));
    events.iter().find(|event| is_message(&event.data))
}

/// Stores a message beside its event.
pub(super) async fn keep(tx: &Tx, stamp: &Stamp, ticket: &Ticket, events: &[Event], message: &NewMessage) -> Result<Message, Error> {
    let event = event_of(events).ok_or_else(|| Error::Internal("a message without an event".to_owned()))?;
    let message = Message {
        id: event.id,
        ticket_id: ticket.id,
        organisation: ticket.organisation.clone(),
        public: message.public,
        author: stamp.who.actor.as_text(),
        person_id: message.person_id,
        body: message.body.clone(),
        cut_from: message.cut_from,
        occurred_at: event.occurred_at,
        recorded_at: event.recorded_at,
    };
    store::messages::insert(tx, ticket, &message).await?;
    Ok(message)
}
