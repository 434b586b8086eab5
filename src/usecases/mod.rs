//! Everything one can do with the desk, one function each. They read: find, permit, decide, record.

pub mod actors;
pub mod agreements;
pub mod amendments;
pub mod attachments;
pub mod contracts;
pub mod dead_letters;
mod enclosures;
mod held;
pub mod idempotency;
pub mod inbound;
pub mod obligations;
pub mod outbound;
pub mod people;
pub mod rebuild;
mod refused;
pub mod reports;
pub mod rotation;
pub mod sandbox;
pub mod tickets;
pub mod timers;
pub mod tokens;
pub mod what_if;

pub use crate::error::{CallerLost, Code, Error, FieldCode, Problem, one_of};

use crate::app::App;
use crate::domain::Instant;
use crate::domain::idempotency::Key;
use crate::domain::permission::Principal;
use crate::store::{CheckedScope, Scope, Tx};

/// Who does something, with what scope, and when. Made once at the edge, so that one action has one instant.
#[derive(Debug, Clone)]
pub struct Stamp {
    pub who: Principal,
    /// Which organisations' rows they see.
    pub scope: CheckedScope,
    /// Now.
    pub recorded_at: Instant,
    pub idempotency: Option<Key>,
    /// What is wrong with the fields of the request that could not be read. Such a request is only judged ([`Stamp::write`]): a use case
    /// gets any value for those fields, and what it says about them is not repeated.
    pub unreadable: Vec<Problem>,
}

impl Stamp {
    /// For what the program does by itself.
    pub fn system(now: Instant) -> Self {
        Self { who: Principal::SYSTEM, scope: Scope::ALL.into(), recorded_at: now, idempotency: None, unreadable: Vec::new() }
    }

    /// Whether a field of the request was given and could not be read.
    pub fn lacks(&self, field: &str) -> bool {
        self.unreadable.iter().any(|problem| problem.field_name() == Some(field))
    }

    /// Does the work of a request in one transaction. A request that could not be read in full is only judged, and nothing of it is kept.
    pub async fn write<T>(&self, app: &App, work: impl AsyncFn(&Tx) -> Result<T, Error>) -> Result<T, Error> {
        let done = app.write(&self.scope, async |tx| {
            let done = work(tx).await?;
            if self.unreadable.is_empty() { Ok(done) } else { Err(Error::Invalid(Vec::new())) }
        });
        self.judged(done.await)
    }

    /// An outcome, or everything that is wrong with the request: what could not be read, and what was judged of the rest. That the caller may
    /// not do it at all, or that the desk failed, comes before that.
    pub fn judged<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if self.unreadable.is_empty() {
            return outcome;
        }
        let unread = |problem: &Problem| self.unreadable.iter().any(|known| known.field_name() == problem.field_name());
        let judged = match outcome {
            Err(Error::Invalid(problems)) => problems.into_iter().filter(|problem| !unread(problem)).collect(),
            Ok(_) | Err(Error::NotFound(_) | Error::Conflict { .. } | Error::Taken { .. } | Error::TooLarge { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        Err(Error::Invalid([self.unreadable.clone(), judged].concat()))
    }
}
