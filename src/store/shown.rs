//! Which of the tickets that few may see were read for somebody. The store notes them where a row becomes a ticket; whoever answers has them
//! recorded in the audit trail first (`usecases::audit::record_reads`).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

/// The tickets with a flag that were read within one request, or one run of a command. Copies share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown(Arc<Mutex<Tickets>>);

#[derive(Debug, Default)]
struct Tickets {
    waiting: BTreeSet<Uuid>,
    recorded: BTreeSet<Uuid>,
}

impl Shown {
    pub fn note(&self, ticket: Uuid) {
        let mut tickets = self.tickets();
        if !tickets.recorded.contains(&ticket) {
            tickets.waiting.insert(ticket);
        }
    }

    /// Those of which the audit trail does not tell yet.
    pub fn waiting(&self) -> Vec<Uuid> {
        self.tickets().waiting.iter().copied().collect()
    }

    /// Notes that the trail tells of a ticket: that it was read, or that something was done to it by whoever reads it.
    pub fn note_recorded(&self, ticket: Uuid) {
        let mut tickets = self.tickets();
        tickets.waiting.remove(&ticket);
        tickets.recorded.insert(ticket);
    }

    fn tickets(&self) -> MutexGuard<'_, Tickets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
