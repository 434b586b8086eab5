//! The stored index against the replay of every history: the one repair there is.

use serde_json::json;
use uuid::Uuid;

use super::tickets::{numbered, settle};
use super::{Error, obligations};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Agreements;
use crate::domain::obligation::EventKind as ObligationEvent;
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::{self, Actor, Event, EventKind, Settled, Ticket};
use crate::store::index::Difference as Differs;
use crate::store::{self, Scope};

/// Tickets compared between two questions to the database.
const CHUNK: u64 = 500;

/// What was found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Tickets compared.
    pub tickets: usize,
    /// Obligations compared.
    pub obligations: usize,
    /// Of both, those left alone: something is due that the workers have not recorded yet.
    pub due: usize,
    /// Values that differed.
    pub differences: Vec<Difference>,
}

/// A stored value that differed from its replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Of what: a ticket's number, or an obligation's duty and period, or its id where it is of none.
    pub of: String,
    /// Which value.
    pub what: String,
    /// As it was stored.
    pub stored: serde_json::Value,
    /// As its history gives it.
    pub replayed: serde_json::Value,
}

impl Outcome {
    fn found(&mut self, of: &str, differences: Vec<Differs>) {
        let difference = |Differs { what, stored, replayed }| Difference { of: of.to_owned(), what, stored, replayed };
        self.differences.extend(differences.into_iter().map(difference));
    }
}

/// Compares the stored index of every ticket and every obligation with its replay; with `write`, stores the replayed one, and
/// both in the history.
pub async fn rebuild(app: &App, write: bool) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    tickets(app, write, &mut outcome).await?;
    obligations(app, write, &mut outcome).await?;
    Ok(outcome)
}

async fn tickets(app: &App, write: bool, outcome: &mut Outcome) -> Result<(), Error> {
    let (view, now, mut last) = (app.all(), app.time.now(), None);
    loop {
        let page = store::index::after(&view, last, CHUNK).await?;
        let ids: Vec<_> = page.iter().map(|stored| stored.ticket.id).collect();
        let Some(end) = ids.last() else { return Ok(()) };
        last = Some(*end);
        let mut histories = store::events::histories(&view, &ids).await?;
        let agreements = store::agreements::read(&view).await?;
        for stored in page {
            let history = histories.remove(&stored.ticket.id).unwrap_or_default();
            let (replayed, settled) = replayed(&agreements, &stored.ticket, &history, now)?;
            outcome.tickets += 1;
            if !settled.events.is_empty() || stored.is_due(now) {
                outcome.due += 1;
                continue;
            }
            let found = store::index::differences(stored, &replayed, &settled);
            if write && !found.is_empty() {
                repair(app, &replayed, &found, now).await?;
            }
            outcome.found(&replayed.reference(), found);
        }
    }
}

async fn obligations(app: &App, write: bool, outcome: &mut Outcome) -> Result<(), Error> {
    let (view, now, mut last) = (app.all(), app.time.now(), None);
    loop {
        let page = store::obligations::after_id(&view, last, CHUNK).await?;
        let Some(end) = page.last() else { return Ok(()) };
        last = Some(end.id);
        let mut histories = obligations::histories(&view, &page).await?;
        let agreements = store::agreements::read(&view).await?;
        for stored in &page {
            let history = histories.remove(&stored.id).unwrap_or_default();
            let version = agreements.version(stored.contract_version_id)?;
            let (replayed, added) = obligations::settled(app, version, stored, &history, now)?;
            outcome.obligations += 1;
            if !added.is_empty() {
                outcome.due += 1;
                continue;
            }
            let found = store::obligations::differences(stored, &replayed);
            if write && !found.is_empty() {
                repair_obligation(app, stored.id, &found, now).await?;
            }
            outcome.found(&format!("{} {}", stored.duty, stored.period.clone().unwrap_or_else(|| stored.id.to_string())), found);
        }
    }
}

/// The same repair of an obligation.
async fn repair_obligation(app: &App, id: Uuid, found: &[Differs], now: Instant) -> Result<(), Error> {
    app.write(&Scope::All, async |tx| {
        let Some(locked) = store::obligations::lock(tx, id).await? else { return Ok(()) };
        let agreements = store::agreements::read(tx).await?;
        let version = agreements.version(locked.contract_version_id)?;
        let mut history = obligations::histories(tx, std::slice::from_ref(&locked)).await?.remove(&id).unwrap_or_default();
        let known = history.len();
        history.push(obligations::event(app, ObligationEvent::IndexRebuilt, &Actor::System, None, both(found), now, now));
        let (replayed, added) = obligations::settled(app, version, &locked, &history, now)?;
        history.extend(added);
        store::obligations::update(tx, &replayed).await?;
        Ok(store::obligations::append(tx, [(&replayed, known, &history[known..])]).await?)
    })
    .await
}

/// What differed, as an event keeps it.
fn both(found: &[Differs]) -> serde_json::Value {
    let values = found.iter().map(|one| json!({ "what": one.what, "stored": one.stored, "replayed": one.replayed }));
    json!({ "differences": values.collect::<Vec<_>>() })
}

fn replayed(agreements: &Agreements, ticket: &Ticket, history: &[Event], now: Instant) -> Result<(Ticket, Settled), Error> {
    let version = agreements.version(ticket.contract_version_id)?;
    let mut replayed = ticket::as_recorded(ticket, history);
    let settled = settle(&version.contract, &replayed, history, now, false);
    replayed.next_due = settled.next_due;
    Ok((replayed, settled))
}

/// Stores what the history gives, read again under a lock, with an event that keeps both.
async fn repair(app: &App, ticket: &Ticket, found: &[Differs], now: Instant) -> Result<(), Error> {
    app.write(&Scope::All, async |tx| {
        let Some(locked) = store::tickets::lock(tx, TicketRef::Id(ticket.id)).await? else { return Ok(()) };
        let mut history = store::events::of_ticket(tx, ticket.id).await?;
        let known = history.len();
        history.push(Event {
            id: app.time.id(),
            kind: EventKind::IndexRebuilt,
            actor: Actor::System.as_text(),
            reason: None,
            data: both(found),
            occurred_at: now,
            recorded_at: now,
        });
        let (replayed, settled) = replayed(&*store::agreements::read(tx).await?, &locked, &history, now)?;
        history.extend(numbered(app, &settled));
        store::tickets::update(tx, &replayed, &settled).await?;
        Ok(store::events::append(tx, &replayed, known, &history[known..]).await?)
    })
    .await
}
