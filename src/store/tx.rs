//! Transactions and views, each opened for a scope.

use std::sync::{Arc, OnceLock};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, ExecResult,
    QueryFilter, QueryResult, QuerySelect, QueryTrait, Select, Statement, TransactionTrait,
};
use uuid::Uuid;

use entity::{
    access_state, account, amendment_approval, attachment, calendar_amendment, change_horizon, clock, contract_version, escalation, event,
    external_reference, handler, idempotency, inbound_mail, message, obligation, obligation_opening, outbound_mail, person,
    sandbox_advance, set_aside, stream, ticket, ticket_change, ticket_part, timekeeping, token, upload,
};

use super::Backend;
use super::cache::{AgreementsCache, PinnedAgreements};
use super::watch::Watch;
use crate::domain::permission::{Rows, Scope};

/// For rooms that may not name the database library.
pub type DbError = DbErr;

/// A transaction for a scope; rolled back unless committed. After the first failed statement it refuses all others: PostgreSQL would refuse
/// them too, but SQLite may have rolled back by itself, and would then commit each later statement on its own.
pub struct Tx {
    statements: Statements<DatabaseTransaction>,
    scope: Scope,
    backend: Backend,
    cache: Arc<AgreementsCache>,
    pinned: PinnedAgreements,
    /// Set for a savepoint.
    savepoint: Option<Savepoint>,
}

/// Reads for a scope, each outside any transaction.
pub struct View {
    statements: Statements<DatabaseConnection>,
    scope: Scope,
    cache: Arc<AgreementsCache>,
}

/// A savepoint as seen by the transaction around it, which may commit only if each of its savepoints was committed, or certainly rolled
/// back. One that is simply dropped counts as a failure.
struct Savepoint {
    outer: Failure,
    ended: bool,
}

/// The first failure of a transaction.
type Failure = Arc<OnceLock<DbErr>>;

impl Savepoint {
    fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Savepoint {
    fn drop(&mut self) {
        if !self.ended {
            drop(self.outer.set(DbErr::Custom("a savepoint of the transaction was neither committed nor rolled back".to_owned())));
        }
    }
}

impl Tx {
    pub(super) fn new(inner: DatabaseTransaction, scope: Scope, backend: Backend, watch: Arc<Watch>, cache: Arc<AgreementsCache>) -> Self {
        let statements = Statements { inner, watch, failure: Some(Failure::default()) };
        Self { statements, scope, backend, cache, pinned: PinnedAgreements::new(), savepoint: None }
    }

    /// Commits. Until this has succeeded, nobody may rely on anything the transaction did.
    pub async fn commit(self) -> Result<(), DbErr> {
        let Self { statements, savepoint, .. } = self;
        if let Some(failure) = statements.failure() {
            return Err(failure);
        }
        let Statements { inner, watch, .. } = statements;
        inner.commit().await.inspect_err(|error| watch.failed_writing(error))?;
        match savepoint {
            Some(savepoint) => savepoint.end(),
            // A commit into a file that was deleted meanwhile is lost.
            None => watch.check_file()?,
        }
        Ok(())
    }

    /// Begins a part that can be rolled back on its own.
    pub async fn savepoint(&self) -> Result<Self, DbErr> {
        let Statements { inner, watch, failure } = &self.statements;
        let inner = self.statements.run(inner.begin()).await?;
        let savepoint = failure.clone().map(|outer| Savepoint { outer, ended: false });
        // Agreements that it reads stay its own: rolling back to a savepoint releases the locks that keep them from changing.
        let pinned = self.pinned.clone();
        Ok(Self { pinned, savepoint, ..Self::new(inner, self.scope.clone(), self.backend, watch.clone(), self.cache.clone()) })
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        let Self { statements: Statements { inner, watch, .. }, savepoint, .. } = self;
        inner.rollback().await.inspect_err(|error| watch.failed_writing(error))?;
        if let Some(savepoint) = savepoint {
            savepoint.end();
        }
        Ok(())
    }

    /// The transaction without a scope, for migrations.
    pub(super) fn bare_connection(&self) -> &DatabaseTransaction {
        &self.statements.inner
    }

    pub fn backend(&self) -> Backend {
        self.backend
    }
}

impl View {
    pub(super) fn new(inner: DatabaseConnection, scope: Scope, watch: Arc<Watch>, cache: Arc<AgreementsCache>) -> Self {
        Self { statements: Statements { inner, watch, failure: None }, scope, cache }
    }
}

/// A connection that remembers failures.
pub struct Statements<C> {
    inner: C,
    watch: Arc<Watch>,
    /// The first failure, after which no statement runs; `None` for a view, whose statements are independent.
    failure: Option<Failure>,
}

impl<C> Statements<C> {
    fn failure(&self) -> Option<DbErr> {
        self.failure.as_ref()?.get().cloned()
    }

    async fn run<T>(&self, statement: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        statement.await.inspect_err(|error| match &self.failure {
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
        self.run(self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run(self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run(self.inner.query_all_raw(statement)).await
    }
}

/// A table whose rows belong to organisations.
pub trait OfOrganisation: EntityTrait {
    const ORGANISATION: Self::Column;

    /// The rows that a person reported, or that belong to a ticket they reported.
    fn of_person(person: Uuid) -> Condition;
}

fn reported_by(person: Uuid) -> SelectStatement {
    ticket::Entity::find().select_only().column(ticket::Column::Id).filter(ticket::Column::RequesterId.eq(person)).into_query()
}

macro_rules! of_organisation {
    ($($table:ident: $of_person:expr),* $(,)?) => { $(
        impl OfOrganisation for $table::Entity {
            const ORGANISATION: Self::Column = $table::Column::Organisation;

            fn of_person(person: Uuid) -> Condition {
                let of_person: fn(Uuid) -> Condition = $of_person;
                of_person(person)
            }
        }
    )* };
}

/// Of no use to somebody who sees what they reported themselves.
fn of_nobody(_person: Uuid) -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}

macro_rules! of_ticket {
    ($table:ident, $column:ident) => {
        |person| Condition::all().add($table::Column::$column.in_subquery(reported_by(person)))
    };
}

of_organisation!(
    attachment: of_ticket!(attachment, TicketId),
    clock: of_ticket!(clock, TicketId),
    escalation: of_ticket!(escalation, TicketId),
    event: of_ticket!(event, SubjectId),
    external_reference: of_ticket!(external_reference, TicketId),
    message: of_ticket!(message, TicketId),
    obligation: of_nobody,
    outbound_mail: of_nobody,
    person: |person| Condition::all().add(person::Column::Id.eq(person)),
    set_aside: of_nobody,
    ticket: |person| Condition::all().add(ticket::Column::RequesterId.eq(person)),
    ticket_change: of_ticket!(ticket_change, TicketId),
    ticket_part: of_ticket!(ticket_part, TicketId),
    // A mail from somebody unknown has no organisation, so only the desk sees it.
    inbound_mail: of_nobody,
);

/// A table whose rows belong to no organisation: the desk's own records, and agreements, which `usecases::contracts` shows to those they
/// serve.
pub trait OfTheDesk: EntityTrait {}

macro_rules! of_the_desk {
    ($($table:ident),*) => { $(impl OfTheDesk for $table::Entity {})* };
}
of_the_desk!(
    access_state,
    // Its name is shown to everyone who may see what was done with it.
    account,
    amendment_approval,
    calendar_amendment,
    change_horizon,
    contract_version,
    handler,
    // Always looked up by caller.
    idempotency,
    obligation_opening,
    sandbox_advance,
    stream,
    timekeeping,
    // Names of a client's tokens are read within a scope all the same (`people::names`).
    token,
    upload
);

pub(super) mod sealed {
    use super::{AgreementsCache, ConnectionTrait, PinnedAgreements, Scope};

    /// Only `store` can reach these.
    pub trait Inner {
        type Connection: ConnectionTrait;

        fn connection(&self) -> &Self::Connection;
        fn scope(&self) -> &Scope;
        fn cache(&self) -> &AgreementsCache;
        /// `None` for a view, which pins nothing.
        fn pinned(&self) -> Option<&PinnedAgreements>;
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

    fn cache(&self) -> &AgreementsCache {
        &self.cache
    }

    fn pinned(&self) -> Option<&PinnedAgreements> {
        Some(&self.pinned)
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

    fn cache(&self) -> &AgreementsCache {
        &self.cache
    }

    fn pinned(&self) -> Option<&PinnedAgreements> {
        None
    }
}

/// A transaction or a view.
pub trait Reads: sealed::Inner {
    /// The rows within the scope.
    fn find<E: OfOrganisation>(&self) -> Select<E> {
        match &self.scope().rows {
            Rows::All => E::find(),
            Rows::Organisations(seen) => E::find().filter(E::ORGANISATION.is_in(seen)),
            Rows::Person { organisation, person } => E::find().filter(E::ORGANISATION.eq(organisation)).filter(E::of_person(*person)),
        }
    }

    /// Rows that belong to no organisation, so that no scope hides them.
    fn find_of_desk<E: OfTheDesk>(&self) -> Select<E> {
        E::find()
    }
}

impl Reads for Tx {}
impl Reads for View {}
