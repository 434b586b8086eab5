//! Whether something the desk depends on works, as far as is known. It is logged when that changes, not each time it is noticed.

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

#[derive(Debug)]
pub struct Health {
    what: &'static str,
    trouble: Mutex<Option<String>>,
}

impl Health {
    /// Taken to work until it fails; `what` is its name in the log.
    pub const fn new(what: &'static str) -> Self {
        Self { what, trouble: Mutex::new(None) }
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

    /// Why it does not work; `None` while it does.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
