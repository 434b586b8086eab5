//! A subject locked by a transaction while something is done to it: its contract and history are read, events are added, what follows from
//! them is settled, and everything is written together.

use std::sync::Arc;

use uuid::Uuid;

use super::{Code, Error, Stamp};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::contract::Contract;
use crate::domain::history::{Event, Follows, Settling, Subject};
use crate::domain::ticket::Actor;
use crate::store::idempotency::Completed;
use crate::store::record::{Record, Rows, record};
use crate::store::{self, Tx};

pub(super) struct Held<'a, S: Subject> {
    app: &'a App,
    stamp: &'a Stamp,
    terms: S::Terms,
    pub subject: S,
    pub history: Vec<Event<S::Data>>,
    /// How many events of the history are stored already.
    stored: usize,
}

impl<'a, S: Rows> Held<'a, S> {
    /// For a subject that the transaction has locked.
    pub async fn open(app: &'a App, tx: &Tx, stamp: &'a Stamp, subject: S) -> Result<Self, Error> {
        let history = store::events::of::<S>(tx, subject.id()).await?;
        let terms = subject.terms(&*store::agreements::read(tx).await?)?;
        Ok(Self::of(app, stamp, terms, subject, history))
    }

    /// For callers that read terms and history for many subjects at once; a new subject has no history.
    pub fn of(app: &'a App, stamp: &'a Stamp, terms: S::Terms, subject: S, history: Vec<Event<S::Data>>) -> Self {
        Self { app, stamp, terms, subject, stored: history.len(), history }
    }

    /// Adds the events that follow by themselves up to that instant (breaches, ladder steps), each at its own instant.
    pub fn catch_up(&mut self, at: Instant) -> Result<S::Index, Error> {
        let Settling { subject, index, follows } = self.settled(at)?;
        self.subject = subject;
        for Follows { at, reason, data } in follows {
            self.add(&Actor::System, data, reason, at);
        }
        Ok(index)
    }

    /// What would follow by itself up to that instant.
    pub fn follows(&self, at: Instant) -> Result<Vec<Follows<S::Data>>, Error> {
        Ok(self.settled(at)?.follows)
    }

    fn settled(&self, at: Instant) -> Result<Settling<S>, Error> {
        let outside = || Error::Internal(format!("{} {} cannot be settled", S::NAME, self.subject.id()));
        self.subject.settle(&self.terms, &self.history, at).ok_or_else(outside)
    }

    /// Adds an event of the stamp's actor.
    pub fn happened(&mut self, data: S::Data, reason: Option<String>, at: Instant) {
        let actor = self.stamp.who.actor.clone();
        self.add(&actor, data, reason, at);
    }

    pub fn add(&mut self, actor: &Actor, data: S::Data, reason: Option<String>, at: Instant) {
        let token = self.stamp.who.credential.token.filter(|_| *actor == self.stamp.who.actor);
        let (id, actor) = (self.app.time.id(), actor.as_text());
        self.history.push(Event { id, actor, token, reason, data, occurred_at: at, recorded_at: self.stamp.recorded_at });
    }

    /// The events added so far.
    pub fn added(&self) -> &[Event<S::Data>] {
        &self.history[self.stored..]
    }

    /// Catches up to now, and returns what is to be written.
    pub fn settle(mut self) -> Result<Record<S>, Error> {
        let index = self.catch_up(self.stamp.recorded_at)?;
        Ok(Record { subject: self.subject, index, stored: self.stored, added: self.history.split_off(self.stored) })
    }

    /// Writes it. `created` is what a repeat of the request is answered with, if it has an idempotency key.
    pub async fn write(self, tx: &Tx, created: Option<Uuid>) -> Result<Record<S>, Error> {
        let (app, stamp) = (self.app, self.stamp);
        let records = [self.settle()?];
        write_all(app, tx, stamp, &records, created).await?;
        let [written] = records;
        Ok(written)
    }
}

impl<S: Rows<Terms = Arc<Version>>> Held<'_, S> {
    pub fn version(&self) -> &Version {
        &self.terms
    }

    pub fn contract(&self) -> &Contract {
        &self.terms.contract
    }
}

/// The same for several subjects.
pub(super) async fn write_all<S: Rows>(
    app: &App,
    tx: &Tx,
    stamp: &Stamp,
    records: &[Record<S>],
    created: Option<Uuid>,
) -> Result<(), Error> {
    // Boxed: as a part of them it would weigh in everything that writes a subject.
    Ok(Box::pin(record(tx, records, completed(app, stamp, created))).await?)
}

fn completed<'a>(app: &App, stamp: &'a Stamp, created: Option<Uuid>) -> Option<Completed<'a>> {
    let (key, created) = stamp.idempotency.as_ref().zip(created)?;
    Some(Completed { key, id: app.time.id(), created, at: stamp.recorded_at })
}

/// What this request created when it was first made; `None` if it is new. Another request under the same key is a conflict.
pub(super) async fn repeated(tx: &Tx, stamp: &Stamp) -> Result<Option<Uuid>, Error> {
    let Some(key) = &stamp.idempotency else { return Ok(None) };
    match store::idempotency::find(tx, key, stamp.recorded_at).await? {
        None => Ok(None),
        Some((digest, created)) if digest == key.digest => {
            tx.repeats();
            Ok(Some(created))
        }
        Some(_) => {
            let detail = "this Idempotency-Key was used for another request".to_owned();
            Err(Error::Conflict { code: Code::IdempotencyKeyReused, detail })
        }
    }
}

/// Remembers what a request created, for requests that write no subject.
pub(super) async fn remember(app: &App, tx: &Tx, stamp: &Stamp, created: Uuid) -> Result<(), Error> {
    match completed(app, stamp, Some(created)) {
        Some(completed) => Ok(store::idempotency::insert(tx, &completed).await?),
        None => Ok(()),
    }
}
