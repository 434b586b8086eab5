//! A scope with what gives it, which is checked when the scope is first opened.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::DbErr;
use uuid::Uuid;

use super::callers::Known;
use super::shown::Shown;
use super::{Backend, Reads, Scope, Tx, access, row_security};
use crate::domain::audit::Touched;
use crate::domain::restriction::Flags;

/// What transactions and views are opened for: a scope and, where it is somebody's, the caller whose it is.
///
/// The first view of a request, and each transaction that writes, checks that the caller is still who they were when they were identified:
/// on PostgreSQL by the statement that sets the scope in the database. SQLite has no scope to set, so that the check is the only thing its
/// statement does. Each request has one of its own, whose copies share whether that was done.
#[derive(Debug, Clone)]
pub struct CheckedScope {
    scope: Scope,
    check: Option<Arc<Check>>,
    /// What of the tickets that few may see is read within it; `None` where nobody is shown what is read.
    shown: Option<Shown>,
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
        Self { scope, check: None, shown: None }
    }
}

impl CheckedScope {
    /// Of somebody who is shown what is read within it.
    pub fn of_reader(scope: Scope) -> Self {
        Self { shown: Some(Shown::default()), ..scope.into() }
    }

    /// The same as that of a caller from whom it can be taken away.
    #[must_use]
    pub fn known(self, known: Arc<Known>) -> Self {
        Self { check: Some(Arc::new(Check { known, is_done: AtomicBool::new(false) })), ..self }
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
        Self { scope: Scope::ALL, check: self.check.clone(), shown: None }
    }

    /// The rows of these organisations among them, by right of the same caller.
    #[must_use]
    pub fn within(&self, organisations: Vec<String>) -> Self {
        Self { scope: self.scope.within(organisations), ..self.clone() }
    }

    /// The same rows, and all tickets among them, by right of the same caller ([`Scope::with_all_tickets`]). What is read so is not shown.
    #[must_use]
    pub fn with_all_tickets(&self) -> Self {
        Self { scope: self.scope.with_all_tickets(), check: self.check.clone(), shown: None }
    }

    /// Whether what the caller may could have changed since they were identified, as far as this process came across that.
    pub fn is_behind(&self) -> bool {
        self.pending().is_some_and(|check| check.known.is_behind())
    }

    /// The same where nothing that is read is shown: for what is only asked about.
    #[must_use]
    pub fn unshown(&self) -> Self {
        Self { shown: None, ..self.clone() }
    }

    /// Notes that a ticket is shown to whoever's scope it is, if it is one that few may see.
    pub fn note_shown(&self, ticket: Uuid, flags: Flags) {
        if let Some(shown) = self.shown.as_ref().filter(|_| !flags.is_empty()) {
            shown.note(ticket);
        }
    }

    /// The tickets that were shown, and of which the audit trail does not tell yet.
    pub fn shown(&self) -> Vec<Uuid> {
        self.shown.as_ref().map(Shown::waiting).unwrap_or_default()
    }

    /// Notes that the audit trail tells of these tickets.
    pub fn note_recorded(&self, tickets: impl IntoIterator<Item = Uuid>) {
        if let Some(shown) = &self.shown {
            tickets.into_iter().for_each(|ticket| shown.note_recorded(ticket));
        }
    }

    /// The same of what the lines of a transaction tell.
    pub fn note_touched(&self, touched: &Touched) {
        self.note_recorded(touched.objects.iter().filter(|one| one.kind == "ticket").filter_map(|one| one.id.parse().ok()));
        self.note_recorded(touched.read.iter().copied().filter(|_| touched.is_repeat));
    }

    /// The check, unless it was done.
    fn pending(&self) -> Option<&Check> {
        self.check.as_deref().filter(|check| !check.is_done.load(Ordering::Acquire))
    }

    /// The version of access at which the caller was identified, unless they were checked.
    pub(super) fn expected_version(&self) -> Option<i64> {
        self.pending().map(|check| check.known.version())
    }

    /// Notes that the caller was checked.
    pub(super) fn note_checked(&self) {
        if let Some(check) = self.pending() {
            check.is_done.store(true, Ordering::Release);
        }
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
