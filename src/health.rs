//! Whether something the desk depends on works, as far as is known. It is logged when that changes, not each time it is noticed.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where a trial is work for others, what is in trouble is not tried more often.
const BETWEEN_TRIALS: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Health {
    what: Cow<'static, str>,
    trouble: Mutex<Option<Trouble>>,
    tried: Mutex<Option<Instant>>,
}

/// Why it does not work, and since when.
#[derive(Debug)]
struct Trouble {
    why: String,
    began: Instant,
}

impl Health {
    /// Taken to work until it fails; `what` is its name in the log.
    pub const fn new(what: &'static str) -> Self {
        Self { what: Cow::Borrowed(what), trouble: Mutex::new(None), tried: Mutex::new(None) }
    }

    /// The same for one of many.
    pub const fn named(what: String) -> Self {
        Self { what: Cow::Owned(what), trouble: Mutex::new(None), tried: Mutex::new(None) }
    }

    pub fn failed(&self, why: impl Display) {
        let (why, mut trouble) = (why.to_string(), self.trouble.lock().unwrap_or_else(PoisonError::into_inner));
        if trouble.is_none() {
            tracing::error!(cause = why, "{} cannot be used; it is tried again until it can", self.what);
        }
        let began = trouble.as_ref().map_or_else(Instant::now, |before| before.began);
        *trouble = Some(Trouble { why, began });
    }

    pub fn worked(&self) {
        if self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            tracing::info!("{} can be used again", self.what);
        }
    }

    /// Whether it may be tried out again; the caller then does.
    pub fn may_try(&self) -> bool {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let may = tried.is_none_or(|at| at.elapsed() >= BETWEEN_TRIALS);
        if may {
            *tried = Some(Instant::now());
        }
        may
    }

    /// Why it does not work; `None` while it does.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|trouble| trouble.why.clone())
    }

    /// For how long it has not worked; `None` while it does.
    pub fn down_for(&self) -> Option<Duration> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|trouble| trouble.began.elapsed())
    }
}
