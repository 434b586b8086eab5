//! What a view on PostgreSQL reads with: a transaction that begins together with its scope. The library that the rows come from takes a round
//! trip for each of the two, and a read has hardly more than those.

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgPool, PgRow, PgTransactionManager, Postgres};
use sea_orm::sqlx::{self, AssertSqlSafe, Executor, SqlSafeStr};
use sea_orm::{ConnAcquireErr, ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx_core::transaction::TransactionManager;
use tokio::sync::Mutex;

use super::{Scope, broken, row_security};

/// Rolled back when it is dropped: it only reads.
pub struct ScopedReads(Mutex<PoolConnection<Postgres>>);

/// How beginning one ended.
pub(super) enum Begun {
    Reads(ScopedReads),
    /// Access is no longer at the version that was expected.
    AccessMoved,
}

impl ScopedReads {
    /// Begins for a scope. The version of access has to be the expected one, where one is. So many connections may turn out to be closed.
    pub(super) async fn begin(pool: &PgPool, scope: &Scope, expected: Option<i64>, closed: u32) -> Result<Begun, DbErr> {
        let sql = row_security::beginning(scope, expected);
        let mut tried = 0;
        loop {
            let mut connection = Unready(Some(pool.acquire().await.map_err(not_acquired)?));
            let error = match PgTransactionManager::begin(connection.get()?, Some(AssertSqlSafe(sql.clone()).into_sql_str())).await {
                Ok(()) => return Ok(Begun::Reads(Self(Mutex::new(connection.ready()?)))),
                Err(error) => error,
            };
            if error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() == Some(row_security::OTHER_VERSION) {
                connection.get()?.execute("ROLLBACK").await.map_err(failed)?;
                drop(connection.ready()?);
                return Ok(Begun::AccessMoved);
            }
            tried += 1;
            if tried > closed {
                return Err(failed(error));
            }
        }
    }
}

/// A connection that is closed unless it becomes ready: it may be one that the server closed, or stand in half a transaction because its request
/// went away meanwhile, and the pool would hand it out again as it is.
struct Unready(Option<PoolConnection<Postgres>>);

impl Unready {
    fn get(&mut self) -> Result<&mut PoolConnection<Postgres>, DbErr> {
        self.0.as_mut().ok_or_else(|| broken("a connection"))
    }

    fn ready(&mut self) -> Result<PoolConnection<Postgres>, DbErr> {
        self.0.take().ok_or_else(|| broken("a connection"))
    }
}

impl Drop for Unready {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}

impl Drop for ScopedReads {
    fn drop(&mut self) {
        PgTransactionManager::start_rollback(self.0.get_mut());
    }
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

fn not_acquired(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
    }
}

fn query(statement: &Statement) -> sqlx::query::Query<'_, Postgres, SqlxValues> {
    let values = statement.values.clone().unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

#[async_trait]
impl ConnectionTrait for ScopedReads {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        query(&statement).execute(&mut **self.0.lock().await).await.map(Into::into).map_err(failed)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.lock().await.execute(AssertSqlSafe(sql)).await.map(Into::into).map_err(failed)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let row: Option<PgRow> = query(&statement).fetch_optional(&mut **self.0.lock().await).await.map_err(failed)?;
        Ok(row.map(Into::into))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let rows: Vec<PgRow> = query(&statement).fetch_all(&mut **self.0.lock().await).await.map_err(failed)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}
