//! A scope with what gives it, which is checked when the scope is first opened.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::DbErr;

use super::callers::Known;
use super::{Backend, Reads, Scope, Tx, access, row_security};

/// What transactions and views are opened for: a scope and, where it is somebody's, the caller whose it is.
///
/// The first transaction or view of a request checks that the caller is still who they were when they were identified: on PostgreSQL by
/// the statement that sets the scope in the database. SQLite has no scope to set, so that the check is the only thing its statement does.
/// Each request has one of its own, whose copies share whether that was done.
#[derive(Debug, Clone)]
pub struct CheckedScope {
    scope: Scope,
    check: Option<Arc<Check>>,
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
        let Some(check) = self.pending() else { return Ok(()) };
        let version = access::version(reads).await?;
        if !check.known.is_at(version) {
            check.known.identify_again(reads, version).await?;
        }
        check.is_done.store(true, Ordering::Release);
        Ok(())
    }

    /// Enters the scope with a transaction that has just begun.
    pub(super) async fn enter(&self, tx: Tx) -> Result<Tx, DbErr> {
        if tx.backend() == Backend::Sqlite {
            self.check(&tx).await?;
            return Ok(tx.within(self.scope.clone()));
        }
        let Some(check) = self.pending() else {
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
