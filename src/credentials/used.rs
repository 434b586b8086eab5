//! Which tokens were used since that was last written down.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// Kept in memory, so that a request costs no statement to say when its token was last used.
#[derive(Debug, Default)]
pub struct UsedTokens(Mutex<HashSet<Uuid>>);

impl UsedTokens {
    pub fn note(&self, id: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
    }

    /// Those to write down, which are no longer kept here.
    pub fn take(&self) -> Vec<Uuid> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }
}
