//! Transactions and views, each opened for a scope.

use std::sync::{Arc, OnceLock};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, ExecResult, QueryFilter,
    QueryResult, Select, Statement, TransactionTrait,
};

use entity::{
    amendment_approval, attachment, calendar_amendment, change_horizon, clock, contract_version, escalation, event, external_reference,
    handler, idempotency, inbound_mail, message, obligation, obligation_opening, outbound_mail, person, sandbox_advance, set_aside, stream,
    ticket, ticket_change, timekeeping, token, upload,
};

use super::Backend;
use super::known::{Known, LastRead};
use super::watch::Watch;
use crate::domain::permission::Scope;

/// Why the database did not do what was asked.
pub type DbError = DbErr;

/// A transaction for a scope; rolled back unless committed. Once a statement of it failed, it does nothing more: PostgreSQL would
/// refuse, and SQLite, which may have ended it by itself, would keep each later statement by itself.
pub struct Tx {
    statements: Statements<DatabaseTransaction>,
    scope: Scope,
    backend: Backend,
    last_read: Arc<LastRead>,
    known: Known,
    /// What it is a part of, where it is a savepoint.
    part: Option<Part>,
}

/// Reads for a scope, each by itself.
pub struct View {
    statements: Statements<DatabaseConnection>,
    scope: Scope,
    last_read: Arc<LastRead>,
}

/// A savepoint as the transaction around it knows it. That one can end well only if all its parts ended: committed, or rolled
/// back for sure.
struct Part {
    of: Failure,
    ended: bool,
}

/// The first failure of a transaction.
type Failure = Arc<OnceLock<DbErr>>;

impl Part {
    fn ends(mut self) {
        self.ended = true;
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.ended {
            drop(self.of.set(DbErr::Custom("a part of the transaction did not end".to_owned())));
        }
    }
}

impl Tx {
    pub(super) fn new(inner: DatabaseTransaction, scope: Scope, backend: Backend, watch: Arc<Watch>, last_read: Arc<LastRead>) -> Self {
        let statements = Statements { inner, watch, failure: Some(Failure::default()) };
        Self { statements, scope, backend, last_read, known: Known::new(), part: None }
    }

    /// Makes everything done in it last. Only when this is well was anything; when not, nobody may rest on it.
    pub async fn commit(self) -> Result<(), DbErr> {
        let Self { statements, part, .. } = self;
        if let Some(failure) = statements.failure() {
            return Err(failure);
        }
        let Statements { inner, watch, .. } = statements;
        inner.commit().await.inspect_err(|error| watch.failed_writing(error))?;
        match part {
            Some(part) => part.ends(),
            // What went into a file that nobody will find again is not kept.
            None => watch.in_place()?,
        }
        Ok(())
    }

    /// Begins a part that can be undone by itself.
    pub async fn savepoint(&self) -> Result<Self, DbErr> {
        let Statements { inner, watch, failure } = &self.statements;
        let inner = self.statements.heeded(inner.begin()).await?;
        let part = failure.clone().map(|of| Part { of, ended: false });
        // What it learns is its own: a savepoint undone gives back its locks.
        let known = self.known.clone();
        Ok(Self { known, part, ..Self::new(inner, self.scope.clone(), self.backend, watch.clone(), self.last_read.clone()) })
    }

    /// Undoes everything done in it.
    pub async fn rollback(self) -> Result<(), DbErr> {
        let Self { statements: Statements { inner, watch, .. }, part, .. } = self;
        inner.rollback().await.inspect_err(|error| watch.failed_writing(error))?;
        if let Some(part) = part {
            part.ends();
        }
        Ok(())
    }

    /// The bare transaction, for migrations.
    pub(super) fn migrating(&self) -> &DatabaseTransaction {
        &self.statements.inner
    }

    /// Which database it is on.
    pub fn backend(&self) -> Backend {
        self.backend
    }
}

impl View {
    pub(super) fn new(inner: DatabaseConnection, scope: Scope, watch: Arc<Watch>, last_read: Arc<LastRead>) -> Self {
        Self { statements: Statements { inner, watch, failure: None }, scope, last_read }
    }
}

/// A connection whose failures are remembered.
pub struct Statements<C> {
    inner: C,
    watch: Arc<Watch>,
    /// The first failure, after which nothing more is done; `None` where each statement stands by itself.
    failure: Option<Failure>,
}

impl<C> Statements<C> {
    fn failure(&self) -> Option<DbErr> {
        self.failure.as_ref()?.get().cloned()
    }

    async fn heeded<T>(&self, asked: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        asked.await.inspect_err(|error| match &self.failure {
            Some(failure) => {
                drop(failure.set(error.clone()));
                self.watch.failed_writing(error);
            }
            None => self.watch.failed(error),
        })
    }
}

#[async_trait]
impl<C: ConnectionTrait + Send> ConnectionTrait for Statements<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.heeded(self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.heeded(self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.heeded(self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.heeded(self.inner.query_all_raw(statement)).await
    }
}

/// A table whose rows belong to organisations.
pub trait Of: EntityTrait {
    /// The column that says whose a row is.
    const ORGANISATION: Self::Column;
}

macro_rules! of_organisation {
    ($($table:ident),*) => { $(impl Of for $table::Entity { const ORGANISATION: Self::Column = $table::Column::Organisation; })* };
}
of_organisation!(
    attachment,
    clock,
    escalation,
    event,
    external_reference,
    message,
    obligation,
    outbound_mail,
    person,
    set_aside,
    ticket,
    ticket_change,
    // One whose sender is nobody's belongs to no organisation, and the desk alone sees it.
    inbound_mail
);

/// A table whose rows are no organisation's: the desk's own books, and agreements, which `usecases::contracts` shows to whom they serve.
pub trait OfTheDesk: EntityTrait {}

macro_rules! of_the_desk {
    ($($table:ident),*) => { $(impl OfTheDesk for $table::Entity {})* };
}
of_the_desk!(
    amendment_approval,
    calendar_amendment,
    change_horizon,
    contract_version,
    handler,
    // Found by its caller.
    idempotency,
    obligation_opening,
    sandbox_advance,
    stream,
    timekeeping,
    // Its name is shown to whoever sees what was done with it.
    token,
    upload
);

pub(super) mod sealed {
    use super::{ConnectionTrait, Known, LastRead, Scope};

    /// What `store` alone can do with a transaction or a view.
    pub trait Inner {
        type Connection: ConnectionTrait;

        fn connection(&self) -> &Self::Connection;
        fn scope(&self) -> &Scope;
        fn last_read(&self) -> &LastRead;
        /// What a transaction knows of the agreements; a view keeps nothing.
        fn known(&self) -> Option<&Known>;
    }
}

impl sealed::Inner for Tx {
    type Connection = Statements<DatabaseTransaction>;

    fn connection(&self) -> &Self::Connection {
        &self.statements
    }

    fn scope(&self) -> &Scope {
        &self.scope
    }

    fn last_read(&self) -> &LastRead {
        &self.last_read
    }

    fn known(&self) -> Option<&Known> {
        Some(&self.known)
    }
}

impl sealed::Inner for View {
    type Connection = Statements<DatabaseConnection>;

    fn connection(&self) -> &Self::Connection {
        &self.statements
    }

    fn scope(&self) -> &Scope {
        &self.scope
    }

    fn last_read(&self) -> &LastRead {
        &self.last_read
    }

    fn known(&self) -> Option<&Known> {
        None
    }
}

/// What can be read from: a transaction or a view.
pub trait Reads: sealed::Inner {
    /// The rows of a table that the scope shows.
    fn find<E: Of>(&self) -> Select<E> {
        match self.scope() {
            Scope::All => E::find(),
            Scope::Organisations(seen) => E::find().filter(E::ORGANISATION.is_in(seen)),
        }
    }

    /// The rows of a table that are no organisation's, so that no scope hides them.
    fn find_ours<E: OfTheDesk>(&self) -> Select<E> {
        E::find()
    }
}

impl Reads for Tx {}
impl Reads for View {}
