//! Obligations: opened by the calendar or by a fact, reminded of and late by themselves, and met by a recorded fact.

mod fire;
mod fulfil;
mod open;
mod recur;
mod tell;

pub use fulfil::{Fulfilment, fulfil};
pub use open::{Draft, open};

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::Error;
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::obligation::{self, Duty, Event, EventKind, Obligation, Replay, State};
use crate::domain::ticket::Actor;
use crate::store::{self, Reads, Scope, Tx};

/// Opens, reminds and finds late what is due by now, a batch; how much it was.
pub async fn work_off(app: &App) -> Result<usize, Error> {
    if store::obligations::next_due(&app.all()).await?.is_none_or(|next| next > app.time.now()) {
        return Ok(0);
    }
    Ok(recur::open_due(app).await? + fire::fire_due(app).await?)
}

/// An obligation with everything about it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The obligation.
    pub obligation: Obligation,
    /// The version of the agreement it is held to.
    pub version: Arc<Version>,
    /// How its due date follows, and when its owner is reminded.
    pub replay: Replay,
    /// What happened to it, in the order recorded.
    pub events: Vec<Event>,
}

impl Shown {
    /// The duty it is of.
    pub fn duty(&self) -> Result<&Duty, Error> {
        duty(&self.version, &self.obligation)
    }
}

fn duty<'a>(version: &'a Version, obligation: &Obligation) -> Result<&'a Duty, Error> {
    let missing = || Error::Internal(format!("contract version {} has no duty {}", version.id, obligation.duty));
    version.contract.duty(&obligation.duty).ok_or_else(missing)
}

/// A page of obligations, first due first.
pub async fn list(app: &App, scope: &Scope, filter: &store::obligations::Filter) -> Result<Vec<Shown>, Error> {
    let view = &app.db.view(scope.clone());
    let found = store::obligations::list(view, filter).await?;
    with_histories(app, view, found).await
}

/// One obligation.
pub async fn get(app: &App, scope: &Scope, id: Uuid) -> Result<Shown, Error> {
    let view = &app.db.view(scope.clone());
    let found = store::obligations::find(view, id).await?.ok_or(Error::NotFound("obligation"))?;
    with_histories(app, view, vec![found]).await?.pop().ok_or(Error::NotFound("obligation"))
}

/// Obligations with their histories, in one question whatever their number.
async fn with_histories(app: &App, reads: &impl Reads, found: Vec<Obligation>) -> Result<Vec<Shown>, Error> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut histories = histories(reads, &found).await?;
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

pub(super) async fn histories(reads: &impl Reads, obligations: &[Obligation]) -> Result<HashMap<Uuid, Vec<Event>>, Error> {
    let ids: Vec<_> = obligations.iter().map(|obligation| obligation.id).collect();
    let mut histories: HashMap<_, Vec<Event>> = HashMap::new();
    for (id, event) in store::obligations::events(reads, &ids).await? {
        histories.entry(id).or_default().push(event);
    }
    Ok(histories)
}

fn replayed(version: &Version, obligation: &Obligation, history: &[Event], now: Instant) -> Result<Replay, Error> {
    let outside = || Error::Internal(format!("obligation {} is due outside the counted years", obligation.id));
    obligation::replay(&version.contract, duty(version, obligation)?, obligation, history, now).ok_or_else(outside)
}

/// An obligation as it now stands, and the events its replay adds to its history.
pub(super) fn settled(
    app: &App,
    version: &Version,
    obligation: &Obligation,
    history: &[Event],
    now: Instant,
) -> Result<(Obligation, Vec<Event>), Error> {
    let replay = replayed(version, obligation, history, now)?;
    let met_at = obligation::Met::of(history).map(|met| met.at);
    let state = match (met_at, replay.late_at) {
        (Some(_), _) => State::Met,
        (None, Some(_)) => State::Late,
        (None, None) => State::Open,
    };
    let after = Obligation {
        state,
        due_at: replay.due_at,
        late_at: replay.late_at,
        met_at,
        next_fire_at: replay.next_fire_at,
        ..obligation.clone()
    };
    let event = |step: obligation::Step| event(app, step.kind, &Actor::System, None, step.data, step.at, now);
    Ok((after, replay.steps.into_iter().map(event).collect()))
}

pub(super) fn event(
    app: &App,
    kind: EventKind,
    actor: &Actor,
    evidence: Option<String>,
    data: Value,
    occurred_at: Instant,
    recorded_at: Instant,
) -> Event {
    Event { id: app.time.id(), kind, actor: actor.as_text(), evidence, data, occurred_at, recorded_at }
}

/// Obligations that come to be: their rows, their histories, and what their owners must hear at once.
async fn write_new(app: &App, tx: &Tx, opened: Vec<(Arc<Version>, Obligation, Event)>, now: Instant) -> Result<Vec<Obligation>, Error> {
    let (mut rows, mut histories, mut mails) = (Vec::new(), Vec::new(), Vec::new());
    for (version, obligation, opened) in opened {
        let mut history = vec![opened];
        let (after, added) = settled(app, &version, &obligation, &history, now)?;
        mails.extend(tell::owner(app, &version, &after, &added)?);
        history.extend(added);
        rows.push(after);
        histories.push(history);
    }
    store::obligations::insert(tx, &rows).await?;
    store::obligations::append(tx, rows.iter().zip(&histories).map(|(row, history)| (row, 0, history.as_slice()))).await?;
    store::mail::queue(tx, &mails).await?;
    Ok(rows)
}
