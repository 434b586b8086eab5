//! The only reader of the machine's time.
//!
//! On PostgreSQL it follows the database's clock, so that several processes agree; in a sandbox it stands still until
//! it is told to advance.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

use crate::domain::Instant;

/// Where the program's time comes from.
#[derive(Debug, Clone)]
pub struct TimeSource(Arc<Source>);

#[derive(Debug)]
enum Source {
    /// The machine's, with how far the database's clock is ahead, in milliseconds.
    Machine { ahead: AtomicI64 },
    /// Its own: seconds since 1970.
    Sandbox { now: AtomicI64 },
}

impl TimeSource {
    /// The machine's time.
    pub fn machine() -> Self {
        Self(Arc::new(Source::Machine { ahead: AtomicI64::new(0) }))
    }

    /// A time that stands still at `now`.
    pub fn sandbox(now: Instant) -> Self {
        Self(Arc::new(Source::Sandbox { now: AtomicI64::new(now.unix()) }))
    }

    /// Now, to the second.
    pub fn now(&self) -> Instant {
        let seconds = match &*self.0 {
            Source::Machine { ahead } => (machine_now().timestamp_millis() + ahead.load(Ordering::Relaxed)).div_euclid(1000),
            Source::Sandbox { now } => now.load(Ordering::Acquire),
        };
        Instant::from_unix(seconds).unwrap_or(Instant::MAX)
    }

    /// Whether it stands still by itself.
    pub fn is_sandbox(&self) -> bool {
        matches!(*self.0, Source::Sandbox { .. })
    }

    /// Follows a database whose clock reads `theirs`.
    pub fn follow(&self, theirs: DateTime<Utc>) {
        if let Source::Machine { ahead } = &*self.0 {
            ahead.store((theirs - machine_now()).num_milliseconds(), Ordering::Relaxed);
        }
    }

    /// Moves a sandbox on; never back.
    pub fn advance(&self, to: Instant) {
        if let Source::Sandbox { now } = &*self.0 {
            now.fetch_max(to.unix(), Ordering::AcqRel);
        }
    }

    /// A new id that sorts by when it was made.
    pub fn id(&self) -> Uuid {
        let seconds = u64::try_from(self.now().unix()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, 0))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's time")]
fn machine_now() -> DateTime<Utc> {
    Utc::now()
}
