//! The one writer of a subject: its row, its index, the new events of its history and the idempotency key of the request, together.
//!
//! That a ticket changed is marked later, by the pass that numbers the events (`changes`).

use std::collections::HashMap;

use sea_orm::DbErr;
use uuid::Uuid;

use super::idempotency::{self, Completed};
use super::row::{Row, Stored};
use super::{Reads, Tx, events};
use crate::domain::Instant;
use crate::domain::history::{Event, IndexRebuilt, Subject};

#[derive(Debug)]
pub struct Record<S: Subject> {
    pub subject: S,
    pub index: S::Index,
    /// How many events of its history are stored; 0 for a new subject.
    pub stored: usize,
    pub added: Vec<Event<S::Data>>,
}

/// Writes subjects, new or stored before, in as few statements as possible.
pub async fn record<S: Rows>(tx: &Tx, records: &[Record<S>], completed: Option<Completed<'_>>) -> Result<(), DbErr> {
    for record in records {
        tx.touch(S::KIND.as_str(), record.subject.id());
    }
    let (new, changed): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.stored == 0);
    if !new.is_empty() {
        S::insert(tx, &new).await?;
    }
    for record in changed {
        S::update(tx, record).await?;
    }
    let added = records.iter().map(|record| (&record.subject, record.stored, record.added.as_slice()));
    events::append(tx, added).await?;
    match completed {
        Some(completed) => idempotency::insert(tx, &completed).await,
        None => Ok(()),
    }
}

/// How a kind of subject is stored.
#[expect(async_fn_in_trait, reason = "nobody outside this program implements it")]
pub trait Rows: Subject {
    /// For errors and the log.
    const NAME: &'static str;

    /// In no particular order; those outside the scope are left out.
    async fn with_ids(reads: &impl Reads, ids: &[Uuid]) -> Result<Vec<Self>, DbErr>;

    /// Reads one and locks it against other writers until the transaction ends.
    async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Self>, DbErr>;

    async fn insert(tx: &Tx, new: &[&Record<Self>]) -> Result<(), DbErr>;

    /// Overwrites a subject's row and index.
    async fn update(tx: &Tx, record: &Record<Self>) -> Result<(), DbErr>;

    /// When the next subject is due. Reads that column only, so that an unreadable row does not stop the workers.
    async fn next_due(reads: &impl Reads) -> Result<Option<Instant>, DbErr>;

    /// Locks subjects with something due by `now`, earliest first. Those locked by another transaction are skipped.
    async fn claim_due(tx: &Tx, now: Instant, limit: u64) -> Result<Vec<Uuid>, DbErr>;

    /// Postpones what is due of a subject.
    async fn put_off(tx: &Tx, id: Uuid, until: Instant) -> Result<(), DbErr>;

    /// The next page of subjects by id, with everything that is stored of them.
    async fn stored_after(reads: &impl Reads, last: Option<Uuid>, limit: u64) -> Result<Vec<Stored<Self>>, DbErr>;

    /// The rows it should have, for comparison with the stored ones.
    fn rows(record: &Record<Self>) -> Vec<Row>;

    /// What people call it, such as a ticket's number.
    fn label(&self) -> String;

    /// By id. Tickets are labelled even when the rest of their row cannot be read: a dead letter may be about such a one.
    async fn labels(reads: &impl Reads, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, DbErr>;

    /// The event that says that its stored rows were rebuilt.
    fn rebuilt(differences: IndexRebuilt) -> Self::Data;
}
