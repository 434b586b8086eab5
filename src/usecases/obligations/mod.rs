//! Obligations. The calendar or a recorded fact opens one, reminders and lateness come by themselves, and somebody records that it was met.

mod fulfil;
mod open;
pub mod read;
mod recur;

pub use fulfil::{Fulfilment, fulfil};
pub use open::{NewObligation, open};

use std::sync::Arc;

use uuid::Uuid;

use super::held::{Held, write_all};
use super::{Error, Stamp};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::obligation::{self, Duty, Event, EventData, Obligation, Opened, Replay};
use crate::domain::ticket::Actor;
use crate::store::{self, Reads, Tx};

/// Opens the periods of recurring duties that are due, of one contract at a time. Returns how many contracts were handled: 0 or 1.
pub async fn open_due(app: &App) -> Result<usize, Error> {
    if store::obligations::next_opening(&app.all()).await?.is_none_or(|next| next > app.time.now()) {
        return Ok(0);
    }
    recur::open_due(app).await
}

#[derive(Debug, Clone)]
pub struct Shown {
    pub obligation: Obligation,
    /// The version it is pinned to.
    pub version: Arc<Version>,
    /// How its due date follows, and when its owner is reminded.
    pub replay: Replay,
    /// In the order recorded.
    pub events: Vec<Event>,
}

impl Shown {
    pub fn duty(&self) -> Result<&Duty, Error> {
        duty(&self.version, &self.obligation)
    }
}

fn duty<'a>(version: &'a Version, obligation: &Obligation) -> Result<&'a Duty, Error> {
    let missing = || Error::Internal(format!("contract version {} has no duty {}", version.id, obligation.duty));
    version.contract.duty(&obligation.duty).ok_or_else(missing)
}

/// Reads the histories in one query, whatever their number.
async fn with_histories(app: &App, reads: &impl Reads, found: Vec<Obligation>) -> Result<Vec<Shown>, Error> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = found.iter().map(|obligation| obligation.id).collect();
    let mut histories = store::events::histories::<Obligation>(reads, &ids).await?;
    let agreements = store::agreements::read(reads).await?;
    let mut shown = Vec::new();
    for obligation in found {
        let version = agreements.version(obligation.contract_version_id)?.clone();
        let events = histories.remove(&obligation.id).unwrap_or_default();
        let replay = replayed(&version, &obligation, &events, app.time.now())?;
        shown.push(Shown { obligation, version, replay, events });
    }
    Ok(shown)
}

fn replayed(version: &Version, obligation: &Obligation, history: &[Event], now: Instant) -> Result<Replay, Error> {
    let outside = || Error::Internal(format!("obligation {} is due outside the counted years", obligation.id));
    obligation::replay(&version.contract, duty(version, obligation)?, obligation, history, now).ok_or_else(outside)
}

/// An obligation about to be opened, with what opens it.
pub(super) struct New {
    version: Arc<Version>,
    obligation: Obligation,
    actor: Actor,
    opened: Opened,
    evidence: Option<String>,
    /// When it was opened.
    at: Instant,
}

async fn write_new(app: &App, tx: &Tx, stamp: &Stamp, new: Vec<New>, created: Option<Uuid>) -> Result<Vec<Obligation>, Error> {
    let mut records = Vec::with_capacity(new.len());
    for New { version, obligation, actor, opened, evidence, at } in new {
        let mut held = Held::of(app, stamp, version, obligation, Vec::new());
        held.add(&actor, EventData::Opened(opened), evidence, at);
        records.push(held.settle()?);
    }
    write_all(app, tx, stamp, &records, created).await?;
    Ok(records.into_iter().map(|record| record.subject).collect())
}
