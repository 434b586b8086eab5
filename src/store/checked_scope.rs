//! A scope with what gives it, which is checked when the scope is first opened.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::DbErr;

use super::callers::Known;
use super::{Backend, Reads, Scope, Tx, access, row_security};

/// What transactions and views are opened for: a scope and, where it is somebody's, the caller whose it is.
///
/// The first view of a request, and each transaction that writes, checks that the caller is still who they were when they were identified:
/// on PostgreSQL by the statement that sets the scope in the database. SQLite has no scope to set, so that the check is the only thing its
/// statement does. Each request has one of its own, whose copies share whether that was done.
#[derive(Debug, Clone)]
pub struct CheckedScope {
    scope: Scope,
    check: Option<Arc<Check>>,
}

/// What a transaction is begun for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Read,
    Write,
}

#[derive(Debug)]
struct Check {
    known: Arc<Known>,
    is_done: AtomicBool,
}

impl From<Scope> for CheckedScope {
    /// For the program itself, of which nothing can be taken away.
    fn from(scope: Scope) -> Self {
        Self { scope, check: None }
    }
}

impl CheckedScope {
    pub fn of(scope: Scope, known: Arc<Known>) -> Self {
        Self { scope, check: Some(Arc::new(Check { known, is_done: AtomicBool::new(false) })) }
    }

    pub fn seen(&self) -> &Scope {
        &self.scope
    }

    pub fn includes(&self, organisation: &str) -> bool {
        self.scope.includes(organisation)
    }

    /// Everything, by right of the same caller: for what they set in motion beyond what they see.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self { scope: Scope::ALL, check: self.check.clone() }
    }

    /// The rows of these organisations among them, by right of the same caller.
    #[must_use]
    pub fn within(&self, organisations: Vec<String>) -> Self {
        Self { scope: self.scope.within(organisations), check: self.check.clone() }
    }

    /// The same rows, and all tickets among them, by right of the same caller ([`Scope::with_all_tickets`]).
    #[must_use]
    pub fn with_all_tickets(&self) -> Self {
        Self { scope: self.scope.with_all_tickets(), check: self.check.clone() }
    }

    /// The check, unless it was done.
    fn pending(&self) -> Option<&Check> {
        self.check.as_deref().filter(|check| !check.is_done.load(Ordering::Acquire))
    }

    /// Checks the caller, unless that was done.
    pub async fn check(&self, reads: &impl Reads) -> Result<(), DbErr> {
        match self.pending() {
            Some(check) => Self::checked(check, reads).await,
            None => Ok(()),
        }
    }

    async fn checked(check: &Check, reads: &impl Reads) -> Result<(), DbErr> {
        let version = access::version(reads).await?;
        if !check.known.is_at(version) {
            check.known.identify_again(reads, version).await?;
        }
        check.is_done.store(true, Ordering::Release);
        Ok(())
    }

    /// Enters the scope with a transaction that has just begun. One that writes checks the caller again: a body may take an hour to come in
    /// after the first check, and what it brings is kept by right of somebody who may come in then. One that reads does not, or a caller
    /// who gives up their own access would not be told that it was done.
    pub(super) async fn enter(&self, tx: Tx, to: To) -> Result<Tx, DbErr> {
        let check = match to {
            To::Read => self.pending(),
            To::Write => self.check.as_deref(),
        };
        if tx.backend() == Backend::Sqlite {
            if let Some(check) = check {
                Self::checked(check, &tx).await?;
            }
            return Ok(tx.within(self.scope.clone()));
        }
        let Some(check) = check else {
            row_security::enter(&tx, &self.scope).await?;
            return Ok(tx.within(self.scope.clone()));
        };
        let version = row_security::enter_and_read_version(&tx, &self.scope).await?;
        if !check.known.is_at(version) {
            // The rows that say who they are may lie outside of what they see.
            row_security::enter(&tx, &Scope::ALL).await?;
            check.known.identify_again(&tx, version).await?;
            row_security::enter(&tx, &self.scope).await?;
        }
        check.is_done.store(true, Ordering::Release);
        Ok(tx.within(self.scope.clone()))
    }
}
