//! Whether something the desk depends on works, as far as is known. It is logged when that changes, not each time it is noticed.

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where a trial is work for others, what is in trouble is not tried more often.
const BETWEEN_TRIALS: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Health {
    what: &'static str,
    trouble: Mutex<Option<String>>,
    tried: Mutex<Option<Instant>>,
}

impl Health {
    /// Taken to work until it fails; `what` is its name in the log.
    pub const fn new(what: &'static str) -> Self {
        Self { what, trouble: Mutex::new(None), tried: Mutex::new(None) }
    }

    pub fn failed(&self, why: impl Display) {
        let why = why.to_string();
        if self.trouble.lock().unwrap_or_else(PoisonError::into_inner).replace(why.clone()).is_none() {
            tracing::error!(cause = why, "{} cannot be used; it is tried again until it can", self.what);
        }
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
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
