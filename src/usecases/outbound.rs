//! Outgoing mail as the desk sees it: sent, waiting, or given up, in which case it can be sent again.

use uuid::Uuid;

use super::held::{remember, repeated};
use super::tickets::record_in;
use super::{Code, Error, Stamp};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::mail::{MailState, Outbound, OutboundFilter, Tracked};
use crate::domain::permission::Verb;
use crate::domain::ticket::mail::Mailed;
use crate::domain::ticket::{EventData, Ticket, TicketRef};
use crate::store::record::Rows as _;
use crate::store::{self, CheckedScope, Tx, View};

#[derive(Debug)]
pub struct Shown {
    pub tracked: Tracked,
    /// The number of its ticket.
    pub ticket: Option<String>,
}

/// Gives a mail up. It is kept, and its ticket's history says so: nothing is given up in silence (design § 5).
pub async fn give_up(app: &App, mail: &Outbound, error: &str) -> Result<(), Error> {
    tracing::error!(mail = %mail.id, template = mail.template, error, "giving up a mail; somebody of the desk can send it again");
    let stamp = Stamp::program("giveUpMail", app.time.now());
    let done = stamp.write_quietly(app, async |tx| {
        tx.touch("outbound_message", mail.id);
        if store::outbound::not_sent(tx, mail.id, error, None).await? {
            note_on_ticket(app, tx, &stamp, mail, EventData::MailGivenUp).await?;
        }
        Ok(())
    });
    match done.await {
        // If the ticket cannot be read, the mail is given up without a line in its history; else it would be retried for ever.
        Err(Error::Internal(fault)) => {
            tracing::error!(mail = %mail.id, fault, "could not record on its ticket that a mail was given up");
            let given_up = stamp.write_quietly(app, async |tx| {
                tx.touch("outbound_message", mail.id);
                Ok(store::outbound::not_sent(tx, mail.id, error, None).await.map(drop)?)
            });
            given_up.await
        }
        done => done,
    }
}

/// Sends a mail that was given up again, or one that was withheld after all, retrying it for as long as a new one.
pub async fn send_again(app: &App, stamp: &Stamp, id: Uuid) -> Result<Shown, Error> {
    stamp.who.may(Verb::ResendMail)?;
    let sent = stamp.write(app, async |tx| {
        let known = repeated(tx, stamp).await?;
        let found = store::outbound::find(tx, known.unwrap_or(id)).await?.ok_or(Error::NotFound("message"))?;
        if known.is_some() {
            return Ok(found);
        }
        refuse_confidential(tx, &found).await?;
        if !store::outbound::requeue(tx, id, stamp.recorded_at).await? {
            let detail = match found.state {
                state if MailState::KEPT.contains(&state) => "its recipient was erased, so there is nobody to send it to".to_owned(),
                state => format!("only a message that was given up or withheld is sent again; this one is {}", state.as_str()),
            };
            return Err(Error::Conflict { code: Code::NotGivenUp, detail });
        }
        tx.touch("outbound_message", id);
        note_on_ticket(app, tx, stamp, &found.mail, EventData::MailSentAgain).await?;
        remember(app, tx, stamp, id).await?;
        store::outbound::find(tx, id).await?.ok_or(Error::NotFound("message"))
    });
    let sent = sent.await?;
    app.wake_mail.notify_waiters();
    with_number(app, &stamp.scope, sent).await
}

/// What was written before few were to see its ticket tells others about it.
async fn refuse_confidential(tx: &Tx, found: &Tracked) -> Result<(), Error> {
    let withheld = [MailState::Withheld, MailState::Digested].contains(&found.state);
    let Some(id) = found.mail.ticket_id.filter(|_| withheld) else { return Ok(()) };
    let ticket = store::tickets::find(tx, TicketRef::Id(id)).await?;
    if ticket.is_none_or(|ticket| ticket.flags.is_empty()) {
        return Ok(());
    }
    let detail = "few may see its ticket since it was written, and it may tell others about it".to_owned();
    Err(Error::Conflict { code: Code::NotGivenUp, detail })
}

/// A page of the mails that left, wait, or were given up; of those about one ticket, where it is named.
pub async fn list(app: &App, caller: &Caller, about: Option<TicketRef>, filter: OutboundFilter) -> Result<Vec<Shown>, Error> {
    caller.who.may(Verb::TrackMail)?;
    let view = app.db.view(caller.scope.clone());
    let ticket = match about {
        Some(ticket) => Some(store::tickets::find(&view, ticket).await?.ok_or(Error::NotFound("ticket"))?.id),
        None => filter.ticket,
    };
    let mails = store::outbound::list(&view, &OutboundFilter { ticket, ..filter }).await?;
    with_numbers(&view, mails).await
}

/// One of them.
pub async fn find(app: &App, caller: &Caller, id: Uuid) -> Result<Shown, Error> {
    caller.who.may(Verb::TrackMail)?;
    let mail = store::outbound::find(&app.db.view(caller.scope.clone()), id).await?.ok_or(Error::NotFound("message"))?;
    with_number(app, &caller.scope, mail).await
}

/// The mails that were given up.
pub async fn given_up(app: &App, limit: u64) -> Result<Vec<Shown>, Error> {
    let filter = OutboundFilter { states: vec![MailState::Failed], limit, ..OutboundFilter::default() };
    let view = app.all();
    with_numbers(&view, store::outbound::list(&view, &filter).await?).await
}

pub async fn count_given_up(app: &App) -> Result<u64, Error> {
    Ok(store::outbound::count_failed(&app.all()).await?)
}

pub async fn count_tried_in_vain(app: &App) -> Result<u64, Error> {
    Ok(store::outbound::count_tried_in_vain(&app.all()).await?)
}

/// Records in the ticket's history what became of a mail. A mail about an obligation has no ticket.
async fn note_on_ticket(app: &App, tx: &Tx, stamp: &Stamp, mail: &Outbound, became: impl Fn(Mailed) -> EventData) -> Result<(), Error> {
    let Some(ticket) = mail.ticket_id else { return Ok(()) };
    record_in(app, tx, stamp, ticket, became(Mailed { message: mail.id, template: mail.template.clone() })).await
}

async fn with_number(app: &App, scope: &CheckedScope, mail: Tracked) -> Result<Shown, Error> {
    with_numbers(&app.db.view(scope.clone()), vec![mail]).await?.pop().ok_or(Error::NotFound("message"))
}

async fn with_numbers(view: &View, mails: Vec<Tracked>) -> Result<Vec<Shown>, Error> {
    let ids: Vec<_> = mails.iter().filter_map(|one| one.mail.ticket_id).collect();
    let tickets = Ticket::with_ids(view, &ids).await?;
    let number = |id: Option<Uuid>| tickets.iter().find(|ticket| Some(ticket.id) == id).map(Ticket::reference);
    Ok(mails.into_iter().map(|tracked| Shown { ticket: number(tracked.mail.ticket_id), tracked }).collect())
}
