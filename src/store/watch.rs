//! The condition of the database, as everyone who uses it has found it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

use sea_orm::DbErr;

use super::faults::{is_away, is_refusal};
use super::file_guard::FileGuard;
use crate::health::Health;

#[derive(Debug)]
pub(super) struct Watch {
    pub(super) health: Health,
    pub(super) file: Option<FileGuard>,
    /// Whether the writer's connection must be closed instead of reused. SQLite has one writer, so one flag is enough.
    pub(super) spoilt: Arc<AtomicBool>,
    /// How many statements ran.
    pub(super) statements: AtomicU64,
    /// The newest version of access that this process came across.
    pub(super) access: Arc<AtomicI64>,
    /// When the database was last probed for writes.
    pub(super) probed: tokio::sync::Mutex<Option<Instant>>,
}

impl Watch {
    /// Notes a failure, if it is one of the database rather than of a statement.
    pub(super) fn failed(&self, error: &DbErr) {
        if is_away(error) {
            self.health.failed(error);
        }
    }

    /// The same for a failure inside a transaction, or when one is begun or ended.
    pub(super) fn failed_writing(&self, error: &DbErr) {
        self.failed(error);
        if !is_refusal(error) {
            self.spoilt.store(true, Ordering::Release);
        }
    }

    /// An error, which is noted too, when the file of an embedded database was deleted or replaced.
    pub(super) fn check_file(&self) -> Result<(), DbErr> {
        self.file.as_ref().map_or(Ok(()), FileGuard::check).inspect_err(|error| self.failed(error))
    }
}
