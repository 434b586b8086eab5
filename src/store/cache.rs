//! The agreements as this process last read them, and as one transaction sees them.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::domain::agreements::Agreements;

/// The agreements last read, with the count of changes they were read at (`store::agreements`).
#[derive(Debug, Default)]
pub struct AgreementsCache(RwLock<(i64, Arc<Agreements>)>);

/// The agreements a transaction sees: fixed at its first question, and the same until it ends.
pub type PinnedAgreements = OnceLock<Pinned>;

/// What a transaction learns in one statement.
#[derive(Debug, Clone)]
pub struct Pinned {
    pub agreements: Arc<Agreements>,
    /// Whether any routing rule counts. Most desks have none, and then a registration need not ask for them.
    pub has_routing_rules: bool,
    /// Whether erasures wait for the end of the transaction.
    pub holds_erasures_off: bool,
}

impl AgreementsCache {
    pub(super) fn at(&self, changes: i64) -> Option<Arc<Agreements>> {
        let last = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (last.0 == changes).then(|| last.1.clone())
    }

    pub(super) fn latest(&self) -> Arc<Agreements> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    pub(super) fn keep(&self, changes: i64, agreements: &Arc<Agreements>) {
        let mut last = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Not when another thread kept a later reading meanwhile.
        if changes > last.0 {
            *last = (changes, agreements.clone());
        }
    }
}
