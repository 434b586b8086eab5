//! Writing on a ticket.

use uuid::Uuid;

use super::act::{When, act_in, as_expected};
use crate::app::App;
use crate::domain::ticket::write::Write;
use crate::domain::ticket::{Act, Event, EventData, Message, Ticket, TicketRef};
use crate::store::{self, Tx};
use crate::usecases::held::repeated;
use crate::usecases::{Error, Stamp};

/// What someone writes on a ticket.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Whether the client may see it.
    pub public: bool,
    /// Whether it reports a phone contact.
    pub by_phone: bool,
    /// The text.
    pub body: String,
    /// The person who wrote it, where known.
    pub person_id: Option<Uuid>,
}

/// Writes on a ticket that is still in one of the versions expected.
pub async fn write(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    message: &NewMessage,
    when: &When,
    expected: Option<&[i32]>,
) -> Result<Message, Error> {
    app.write(&stamp.scope, async |tx| {
        if let Some(known) = repeated(tx, stamp).await? {
            return store::messages::find(tx, known).await?.ok_or(Error::NotFound("message"));
        }
        let ticket = store::tickets::lock(tx, ticket).await?.ok_or(Error::NotFound("ticket"))?;
        as_expected(stamp, &ticket, expected)?;
        write_in(app, tx, stamp, ticket, message, when).await
    })
    .await
}

/// The same on a ticket held by a transaction that does more. The message has the id of the event that tells of it.
pub async fn write_in(app: &App, tx: &Tx, stamp: &Stamp, ticket: Ticket, message: &NewMessage, when: &When) -> Result<Message, Error> {
    let wish = Act::Write(Write { public: message.public, by_phone: message.by_phone });
    let made = |_: &Ticket, added: &[Event]| told(added).map(|event| event.id);
    let (ticket, events) = act_in(app, tx, stamp, ticket, &[wish], when, made).await?;
    keep(tx, stamp, &ticket, &events, message).await
}

/// The event that tells of a message.
fn told(events: &[Event]) -> Option<&Event> {
    let is_told = |data: &EventData| matches!(data, EventData::Replied(_) | EventData::MessageReceived(_) | EventData::Noted(_));
    events.iter().find(|event| is_told(&event.data))
}

/// Keeps what was written beside the events that tell of it.
pub(super) async fn keep(tx: &Tx, stamp: &Stamp, ticket: &Ticket, events: &[Event], message: &NewMessage) -> Result<Message, Error> {
    let told = told(events).ok_or_else(|| Error::Internal("a message without an event".to_owned()))?;
    let message = Message {
        id: told.id,
        ticket_id: ticket.id,
        organisation: ticket.organisation.clone(),
        public: message.public,
        author: stamp.actor.as_text(),
        person_id: message.person_id,
        body: message.body.clone(),
        occurred_at: told.occurred_at,
        recorded_at: told.recorded_at,
    };
    store::messages::insert(tx, &message).await?;
    Ok(message)
}
