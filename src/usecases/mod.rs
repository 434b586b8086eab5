//! Everything one can do with the desk, one function each. They read: find, permit, decide, record.

pub mod accounts;
pub mod actors;
pub mod agreements;
pub mod amendments;
mod aside;
pub mod assignees;
pub mod attachments;
pub mod audit;
pub mod canned_replies;
pub mod catalogue;
pub mod contacts;
pub mod contracts;
pub mod dead_letters;
pub mod decision_links;
mod departures;
pub mod destructions;
mod enclosures;
mod entitled;
pub mod erasures;
pub mod export;
pub mod fallbacks;
pub mod followers;
mod held;
mod held_rights;
pub mod holds;
pub mod idempotency;
pub mod inbound;
pub mod letter;
pub mod message_drafts;
pub mod obligations;
pub mod outbound;
mod parties;
pub mod people;
mod quota;
pub mod reach;
pub mod rebuild;
pub mod redactions;
pub mod refused;
pub mod remains;
pub mod reports;
pub mod role_assignments;
pub mod rotation;
pub mod routing;
pub mod sandbox;
pub mod saved_views;
pub mod scans;
pub mod schema;
pub mod security_signals;
pub mod shape;
pub mod signatures;
pub mod tickets;
pub mod timers;
pub mod tokens;
pub mod what_if;

pub use crate::error::{CallerLost, Code, Error, FieldCode, Problem, one_of};

use crate::app::App;
use crate::domain::Instant;
use crate::domain::audit::{Act, Object, Via};
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
    /// What the audit trail says beside who and when.
    pub via: Via,
}

impl Stamp {
    /// For what the program does by itself, within something that has a name in the audit trail; [`Stamp::program`] gives it one.
    pub fn system(now: Instant) -> Self {
        Self::program("work", now)
    }

    /// For what the program does by itself.
    pub fn program(action: &'static str, now: Instant) -> Self {
        let (who, scope, via) = (Principal::SYSTEM, Scope::ALL.into(), Via::program(action));
        Self { who, scope, recorded_at: now, idempotency: None, unreadable: Vec::new(), via }
    }

    /// For what somebody does with a command, on the machine.
    pub fn command(action: &'static str, now: Instant) -> Self {
        Self { via: Via::command(action), ..Self::program(action, now) }
    }

    /// The same by somebody who acts on a row of this organisation, with the rights that they have over it.
    #[must_use]
    pub(crate) fn at(&self, organisation: &str) -> Self {
        Self { who: self.who.at(organisation), ..self.clone() }
    }

    /// What is done, as the audit trail has it.
    pub fn act(&self) -> Act {
        Act { via: self.via.clone(), actor: self.who.actor.clone(), at: self.recorded_at }
    }

    /// Whether a field of the request was given and could not be read.
    pub fn lacks(&self, field: &str) -> bool {
        self.unreadable.iter().any(|problem| problem.field_name() == Some(field))
    }

    /// Does the work of a request in one transaction, with its line in the audit trail: what the work notes with [`Tx::touch`] is what the
    /// line says that it was done to. A request that could not be read in full is only judged, and nothing of it is kept.
    pub async fn write<T>(&self, app: &App, work: impl AsyncFn(&Tx) -> Result<T, Error>) -> Result<T, Error> {
        let act = self.act();
        let done = app.write(&act, &self.scope, async |tx| {
            let done = work(tx).await?;
            if self.unreadable.is_empty() { Ok(done) } else { Err(Error::Invalid(Vec::new())) }
        });
        self.judged(done.await)
    }

    /// The same without waking anyone, for the workers.
    pub async fn write_quietly<T>(&self, app: &App, work: impl AsyncFn(&Tx) -> Result<T, Error>) -> Result<T, Error> {
        app.write_quietly(&self.act(), &self.scope, work).await
    }

    /// Writes into the audit trail that something was exported. To be called before anything of it is given; when it fails, nothing is.
    pub async fn record_export(&self, app: &App, Object { kind, id }: &Object) -> Result<(), Error> {
        self.write_quietly(app, async |tx| {
            tx.touch(kind, id);
            Ok(())
        })
        .await
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
