//! What was read of the agreements: by this process, and in a transaction.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::domain::agreements::Agreements;

/// What this process read last, with the number of changes it was read at.
#[derive(Debug, Default)]
pub struct LastRead(RwLock<(i64, Arc<Agreements>)>);

/// What a transaction knows of the agreements: nothing until it asks, and from then on the same until it ends.
pub type Known = OnceLock<Arc<Agreements>>;

impl LastRead {
    pub(super) fn at(&self, changes: i64) -> Option<Arc<Agreements>> {
        let last = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (last.0 == changes).then(|| last.1.clone())
    }

    pub(super) fn latest(&self) -> Arc<Agreements> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    pub(super) fn keep(&self, changes: i64, agreements: &Arc<Agreements>) {
        let mut last = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if changes > last.0 {
            *last = (changes, agreements.clone());
        }
    }
}
