//! What is known of the database's condition, remembered by whoever uses it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sea_orm::DbErr;

use super::faults::{is_away, is_refusal};
use super::place::Place;
use crate::standing::Standing;

/// What is known of the database's condition.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) standing: Standing,
    pub(super) place: Option<Place>,
    /// Marks that the writer's connection is not to be used again. On SQLite there is one, so one mark does.
    pub(super) spoilt: Arc<AtomicBool>,
    /// When it was last tried whether the database takes writes.
    pub(super) tried: tokio::sync::Mutex<Option<Instant>>,
}

impl Watch {
    /// Remembers a failure of the database.
    pub(super) fn failed(&self, error: &DbErr) {
        if is_away(error) {
            self.standing.failed(error);
        }
    }

    /// The same where a transaction was begun, went on or ended.
    pub(super) fn failed_writing(&self, error: &DbErr) {
        self.failed(error);
        if !is_refusal(error) {
            self.spoilt.store(true, Ordering::Release);
        }
    }

    /// An error, and remembered, when an embedded database's file was deleted or replaced.
    pub(super) fn in_place(&self) -> Result<(), DbErr> {
        self.place.as_ref().map_or(Ok(()), Place::check).inspect_err(|error| self.failed(error))
    }
}
