//! The only reader of the machine's time.
//!
//! On PostgreSQL it follows the database's clock, so that several processes agree; in a sandbox it stands still until
//! it is told to advance.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::domain::Instant;

/// Where the program's time comes from.
#[derive(Debug, Clone)]
pub struct TimeSource(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    source: Source,
    /// Counts the ids of one second, so that they sort too.
    ids: Mutex<ContextV7>,
}

#[derive(Debug)]
enum Source {
    /// With how many milliseconds the database's clock is ahead of the machine's.
    Machine { ahead: AtomicI64 },
    /// Seconds since 1970.
    Sandbox { now: AtomicI64 },
}

impl TimeSource {
    pub fn machine() -> Self {
        Self::of(Source::Machine { ahead: AtomicI64::new(0) })
    }

    /// Stands still at `now` until it is advanced.
    pub fn sandbox(now: Instant) -> Self {
        Self::of(Source::Sandbox { now: AtomicI64::new(now.unix()) })
    }

    fn of(source: Source) -> Self {
        Self(Arc::new(Shared { source, ids: Mutex::new(ContextV7::new()) }))
    }

    /// Now, to the second.
    pub fn now(&self) -> Instant {
        let seconds = match &self.0.source {
            Source::Machine { ahead } => (machine_now().timestamp_millis() + ahead.load(Ordering::Relaxed)).div_euclid(1000),
            Source::Sandbox { now } => now.load(Ordering::Acquire),
        };
        Instant::from_unix(seconds).unwrap_or(Instant::MAX)
    }

    /// Whether time only moves when told to.
    pub fn is_sandbox(&self) -> bool {
        matches!(self.0.source, Source::Sandbox { .. })
    }

    /// Follows a database whose clock reads `theirs`.
    pub fn follow(&self, theirs: DateTime<Utc>) {
        if let Source::Machine { ahead } = &self.0.source {
            ahead.store((theirs - machine_now()).num_milliseconds(), Ordering::Relaxed);
        }
    }

    /// Moves a sandbox's time forward; never back.
    pub fn advance(&self, to: Instant) {
        if let Source::Sandbox { now } = &self.0.source {
            now.fetch_max(to.unix(), Ordering::AcqRel);
        }
    }

    /// A new id that sorts by when it was made, also among those this process made in the same second.
    pub fn id(&self) -> Uuid {
        let seconds = u64::try_from(self.now().unix()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(&self.0.ids, seconds, 0))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's time")]
fn machine_now() -> DateTime<Utc> {
    Utc::now()
}
