//! Incoming mail as the desk sees it.

use uuid::Uuid;

use super::{Received, copy, reading};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::mail::{Inbound, InboundFilter};
use crate::domain::permission::Verb;
use crate::domain::ticket::TicketRef;
use crate::store::{self, View};
use crate::usecases::{Error, tickets};

/// What was taken in, as whoever brought it sees it: a ticket that does not exist for them is not named.
pub fn received(caller: &Caller, received: Received) -> Received {
    let ticket = received
        .ticket
        .filter(|ticket| caller.scope.includes(&ticket.organisation) && caller.scope.seen().clearance.sees(ticket.restricted()));
    if let Some(ticket) = &ticket {
        caller.scope.note_shown(ticket.id, ticket.flags);
    }
    Received { ticket, ..received }
}

/// Newest first.
pub async fn list(app: &App, caller: &Caller, filter: &InboundFilter) -> Result<Vec<Received>, Error> {
    let view = view(app, caller)?;
    let mails = store::inbound::list(&view, filter).await?;
    with_tickets(&view, mails).await
}

/// Whether any mail ever came to a mailbox, which the settings may no longer name.
pub async fn is_mailbox_of_some(app: &App, caller: &Caller, mailbox: &str) -> Result<bool, Error> {
    let filter = InboundFilter { mailboxes: vec![mailbox.to_owned()], limit: 1, ..InboundFilter::default() };
    Ok(!store::inbound::list(&view(app, caller)?, &filter).await?.is_empty())
}

pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Received, Error> {
    let view = view(app, caller)?;
    let mail = store::inbound::find(&view, id).await?.ok_or(Error::NotFound("message"))?;
    with_tickets(&view, vec![mail]).await?.pop().ok_or(Error::NotFound("message"))
}

/// The message itself, as it came, once it was scanned.
pub async fn raw(app: &App, caller: &Caller, id: Uuid) -> Result<Vec<u8>, Error> {
    let view = view(app, caller)?;
    let mail = store::inbound::find(&view, id).await?.ok_or(Error::NotFound("message"))?;
    mail.scan.map_or(Ok(()), |scan| scan.hands_out_to(caller.who.actor.side()))?;
    copy::opened(app, &view, id).await
}

/// Everything that stands in the mail of which a message shows a part.
#[derive(Debug)]
pub struct Whole {
    pub text: String,
    /// The mail, for whoever may read it as it came.
    pub mail: Option<Uuid>,
}

/// The whole text of a message on a ticket; of one from which nothing was cut, what it says.
pub async fn whole_text(app: &App, caller: &Caller, ticket: TicketRef, id: Uuid) -> Result<Whole, Error> {
    let message = tickets::read::message(app, caller, ticket, id).await?;
    let Some(mail) = message.cut_from else { return Ok(Whole { text: message.body, mail: None }) };
    // Whoever sees the message sees what was cut from it, and nothing else of the mail.
    let raw = copy::opened(app, &app.db.view(caller.scope.widened()), mail).await?;
    let text = reading::parsed(raw.into()).await?.1.text;
    Ok(Whole { text, mail: caller.who.may(Verb::ReadMail).is_ok().then_some(mail) })
}

fn view(app: &App, caller: &Caller) -> Result<View, Error> {
    caller.who.may(Verb::ReadMail)?;
    Ok(app.db.view(caller.scope.clone()))
}

/// Mails with the tickets they made or landed on, in one statement whatever their number.
async fn with_tickets(view: &View, mails: Vec<Inbound>) -> Result<Vec<Received>, Error> {
    let ids: Vec<_> = mails.iter().filter_map(|mail| mail.ticket_id).collect();
    let tickets = if ids.is_empty() { Vec::new() } else { store::tickets::with_ids(view, &ids).await? };
    let ticket = |id: Option<Uuid>| tickets.iter().find(|ticket| Some(ticket.id) == id).cloned();
    Ok(mails.into_iter().map(|mail| Received { ticket: ticket(mail.ticket_id), mail }).collect())
}
