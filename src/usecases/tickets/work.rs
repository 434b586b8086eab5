//! Recording work on a ticket, and taking an entry back.

use uuid::Uuid;

use super::act::{When, act_in};
use super::locked::locked;
use crate::app::App;
use crate::domain::ticket::work::{CorrectWork, LogWork, WorkEntry, WorkLogged};
use crate::domain::ticket::{Act, Event, EventData, Ticket, TicketRef};
use crate::store;
use crate::usecases::held::repeated;
use crate::usecases::{Error, Stamp};

/// Records work, with what was done.
pub async fn log_work(app: &App, stamp: &Stamp, ticket: TicketRef, work: LogWork, text: &str) -> Result<WorkEntry, Error> {
    recorded(app, stamp, ticket, &Act::LogWork(work), None, text).await
}

/// Takes an entry back by another one, with why.
pub async fn correct_work(app: &App, stamp: &Stamp, ticket: TicketRef, entry: Uuid, text: &str) -> Result<WorkEntry, Error> {
    recorded(app, stamp, ticket, &Act::CorrectWork(CorrectWork { entry }), Some(entry), text).await
}

/// Does it, where the entry that it is about is there.
async fn recorded(app: &App, stamp: &Stamp, ticket: TicketRef, wish: &Act, about: Option<Uuid>, text: &str) -> Result<WorkEntry, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                let ticket = store::tickets::find(tx, ticket).await?.ok_or(Error::NotFound("ticket"))?;
                return store::work_logs::find(tx, ticket.id, known).await?.ok_or(Error::NotFound("work log"));
            }
            let ticket = locked(tx, ticket).await?;
            if let Some(about) = about {
                store::work_logs::find(tx, ticket.id, about).await?.ok_or(Error::NotFound("work log"))?;
            }
            let made = |_: &Ticket, added: &[Event]| work_in(added).map(|(event, _)| event.id);
            let (ticket, events) = act_in(app, tx, stamp, ticket, std::slice::from_ref(wish), &When::default(), made).await?;
            let (event, work) = work_in(&events).ok_or_else(|| Error::Internal("work without an event".to_owned()))?;
            let entry = WorkEntry {
                id: event.id,
                ticket_id: ticket.id,
                organisation: ticket.organisation.clone(),
                author: event.actor.clone(),
                work,
                text: text.to_owned(),
                recorded_at: event.recorded_at,
                is_corrected: false,
            };
            store::work_logs::insert(tx, &ticket, &entry).await?;
            Ok(entry)
        })
        .await
}

fn work_in(events: &[Event]) -> Option<(&Event, WorkLogged)> {
    events.iter().find_map(|event| match &event.data {
        EventData::WorkLogged(work) => Some((event, *work)),
        _ => None,
    })
}
