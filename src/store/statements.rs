//! A connection as transactions and views use it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::watch::Watch;

/// The first failure of a transaction.
pub(super) type Failure = Arc<OnceLock<DbErr>>;

/// A connection that remembers failures.
pub struct Statements<C> {
    pub(super) inner: C,
    pub(super) watch: Arc<Watch>,
    /// The first failure, after which no statement runs; `None` where statements are independent.
    pub(super) failure: Option<Failure>,
}

impl Statements<DatabaseConnection> {
    /// Independent statements, each on any connection of a pool.
    pub(super) fn of_pool(inner: DatabaseConnection, watch: Arc<Watch>) -> Self {
        Self { inner, watch, failure: None }
    }
}

impl<C> Statements<C> {
    pub(super) fn failure(&self) -> Option<DbErr> {
        self.failure.as_ref()?.get().cloned()
    }

    pub(super) async fn run<T>(&self, statement: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        self.watch.statements.fetch_add(1, Ordering::Relaxed);
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
