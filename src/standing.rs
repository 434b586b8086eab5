//! Whether something the desk rests on does its part, as far as is known. The log hears of it when that changes, not each
//! time it is met.

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

/// Of one thing the desk rests on.
#[derive(Debug)]
pub struct Standing {
    what: &'static str,
    trouble: Mutex<Option<String>>,
}

impl Standing {
    /// Works until something else is met.
    pub const fn new(what: &'static str) -> Self {
        Self { what, trouble: Mutex::new(None) }
    }

    /// It failed just now.
    pub fn failed(&self, why: impl Display) {
        let why = why.to_string();
        if self.trouble.lock().unwrap_or_else(PoisonError::into_inner).replace(why.clone()).is_none() {
            tracing::error!(cause = why, "{} cannot be used; it is tried again until it can", self.what);
        }
    }

    /// It worked just now.
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
