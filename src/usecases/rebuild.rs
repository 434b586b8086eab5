//! The stored index against the replay of every history: the one repair there is.

use std::collections::HashMap;

use serde_json::json;

use super::tickets::{numbered, settle};
use super::{Error, contracts};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::ticket::{self, Actor, Event, EventKind, Settled, Ticket};
use crate::store::index::Difference as Differs;
use crate::store::tickets::TicketRef;
use crate::store::{self, Scope};

/// Tickets compared between two questions to the database.
const CHUNK: u64 = 500;

/// What was found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Tickets compared.
    pub tickets: usize,
    /// Of those, tickets left alone: something is due that the workers have not recorded yet.
    pub due: usize,
    /// Values that differed.
    pub differences: Vec<Difference>,
}

/// A stored value that differed from its replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The ticket's number.
    pub number: String,
    /// Which value.
    pub what: String,
    /// As it was stored.
    pub stored: serde_json::Value,
    /// As its history gives it.
    pub replayed: serde_json::Value,
}

/// Compares every ticket's stored index with its replay; with `write`, stores the replayed one, and both in the history.
pub async fn rebuild(app: &App, write: bool) -> Result<Outcome, Error> {
    let view = app.all();
    contracts::refresh(app, &view).await?;
    let (now, mut outcome, mut last) = (app.time.now(), Outcome::default(), None);
    loop {
        let page = store::index::after(&view, last, CHUNK).await?;
        let ids: Vec<_> = page.iter().map(|stored| stored.ticket.id).collect();
        let Some(end) = ids.last() else { return Ok(outcome) };
        last = Some(*end);
        let mut histories: HashMap<_, Vec<Event>> = HashMap::new();
        for streamed in store::events::of_tickets(&view, &ids).await? {
            histories.entry(streamed.ticket_id).or_default().push(streamed.event);
        }
        for stored in page {
            let history = histories.remove(&stored.ticket.id).unwrap_or_default();
            let (replayed, settled) = replayed(app, &stored.ticket, &history, now)?;
            outcome.tickets += 1;
            if !settled.events.is_empty() {
                outcome.due += 1;
                continue;
            }
            let found = store::index::differences(stored, &replayed, &settled);
            if write && !found.is_empty() {
                repair(app, &replayed, &found, now).await?;
            }
            let number = replayed.reference();
            outcome.differences.extend(found.into_iter().map(|Differs { what, stored, replayed }| Difference {
                number: number.clone(),
                what,
                stored,
                replayed,
            }));
        }
    }
}

fn replayed(app: &App, ticket: &Ticket, history: &[Event], now: Instant) -> Result<(Ticket, Settled), Error> {
    let version = app.version(ticket.contract_version_id)?;
    let mut replayed = ticket::as_recorded(ticket, history);
    let settled = settle(&version.contract, &replayed, history, now, false);
    replayed.next_due_at = settled.next_due_at;
    Ok((replayed, settled))
}

/// Stores what the history gives, read again under a lock, with an event that keeps both.
async fn repair(app: &App, ticket: &Ticket, found: &[Differs], now: Instant) -> Result<(), Error> {
    app.write(&Scope::All, async |tx| {
        let Some(locked) = store::tickets::lock(tx, TicketRef::Id(ticket.id)).await? else { return Ok(()) };
        let mut history = store::events::of_ticket(tx, ticket.id).await?;
        let known = history.len();
        let values = found.iter().map(|one| json!({ "what": one.what, "stored": one.stored, "replayed": one.replayed }));
        history.push(Event {
            id: app.time.id(),
            kind: EventKind::IndexRebuilt,
            actor: Actor::System.as_text(),
            reason: None,
            data: json!({ "differences": values.collect::<Vec<_>>() }),
            occurred_at: now,
            recorded_at: now,
        });
        let (replayed, settled) = replayed(app, &locked, &history, now)?;
        history.extend(numbered(app, &settled));
        store::tickets::update(tx, &replayed, &settled).await?;
        Ok(store::events::append(tx, &replayed, known, &history[known..]).await?)
    })
    .await
}
