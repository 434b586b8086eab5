//! The one writer of a subject: its row, its index, what was added to its history, and the key of the request that did it, together.
//!
//! The change of a ticket is marked afterwards, by the pass that gives these events their places in the stream (`changes`).

use std::collections::HashMap;

use sea_orm::DbErr;
use uuid::Uuid;

use super::idempotency::{self, Done};
use super::row::{Row, Stored};
use super::{Reads, Tx, events};
use crate::domain::Instant;
use crate::domain::history::{Event, IndexRebuilt, Subject};

/// A subject as it is to be written.
#[derive(Debug)]
pub struct Record<S: Subject> {
    pub subject: S,
    pub index: S::Index,
    /// How many events its history has; none of a new subject.
    pub known: usize,
    pub added: Vec<Event<S::Data>>,
}

/// Writes subjects, new or known; all of them in as few statements as that takes.
pub async fn record<S: Rows>(tx: &Tx, records: &[Record<S>], done: Option<Done<'_>>) -> Result<(), DbErr> {
    let (new, known): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.known == 0);
    if !new.is_empty() {
        S::insert(tx, &new).await?;
    }
    for record in known {
        S::update(tx, record).await?;
    }
    let added = records.iter().map(|record| (&record.subject, record.known, record.added.as_slice()));
    events::append(tx, added).await?;
    match done {
        Some(done) => idempotency::insert(tx, &done).await,
        None => Ok(()),
    }
}

/// The rows of a kind of subject.
#[expect(async_fn_in_trait, reason = "nobody outside this program implements it")]
pub trait Rows: Subject {
    /// What it is called where one is not found.
    const NAME: &'static str;

    /// Several, in no order; those outside the scope are not there.
    async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Self>, DbErr>;

    /// One, held against other writers until the transaction ends.
    async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Self>, DbErr>;

    async fn insert(tx: &Tx, new: &[&Record<Self>]) -> Result<(), DbErr>;

    /// Writes one over its former row, with its index.
    async fn update(tx: &Tx, record: &Record<Self>) -> Result<(), DbErr>;

    /// When the next is due, whatever else is in its row.
    async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr>;

    /// Those with something due by `now`, held by this transaction; those held by another are left out.
    async fn claim_due(tx: &Tx, now: Instant, limit: u64) -> Result<Vec<Uuid>, DbErr>;

    /// Lets what is due of one wait until then.
    async fn put_off(tx: &Tx, id: Uuid, until: Instant) -> Result<(), DbErr>;

    /// Those after one, by id, with everything that is stored of them.
    async fn stored_after(reads: &impl Reads, last: Option<Uuid>, limit: u64) -> Result<Vec<Stored<Self>>, DbErr>;

    /// Its rows as they are to be, in the form in which stored ones are compared with them.
    fn rows(record: &Record<Self>) -> Vec<Row>;

    /// How people know it.
    fn label(&self) -> String;

    /// The labels of several, by id; also of those whose rows cannot be read whole.
    async fn labels(reads: &impl Reads, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, DbErr>;

    /// That its stored rows were written anew.
    fn rebuilt(differences: IndexRebuilt) -> Self::Data;
}
