//! Begins transactions.

use std::sync::Arc;

use sea_orm::{DatabaseConnection, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use super::cache::AgreementsCache;
use super::checked_scope::{CheckedScope, To};
use super::scoped_reads::{Begun, ScopedReads};
use super::statements::{Failure, Statements};
use super::watch::Watch;
use super::{Backend, Tx, broken};

/// How many connections to PostgreSQL a process has at most for transactions; `Db` keeps a few more for what concerns no rows.
pub(super) const POSTGRES_CONNECTIONS: u32 = 16;

#[derive(Debug, Clone)]
pub(super) struct Opener {
    pub backend: Backend,
    pub connection: DatabaseConnection,
    pub watch: Arc<Watch>,
    pub cache: Arc<AgreementsCache>,
}

impl Opener {
    /// A server closes connections when it restarts, and nothing but their use tells of it: trying each before its use would cost every
    /// read a round trip.
    fn connections_that_may_be_closed(&self) -> u32 {
        if self.backend == Backend::Postgres { POSTGRES_CONNECTIONS } else { 0 }
    }

    /// Begins a transaction of PostgreSQL that only reads. The caller is checked by what begins it; where access has moved, they are identified
    /// again first.
    pub async fn begin_reading(&self, scope: &CheckedScope) -> Result<Statements<ScopedReads>, DbErr> {
        let pool = self.connection.get_postgres_connection_pool();
        let closed = self.connections_that_may_be_closed();
        let reading = async |expected| {
            ScopedReads::begin(pool, scope.seen(), expected, closed).await.inspect_err(|error| self.watch.failed_writing(error))
        };
        let mut begun = reading(scope.expected_version()).await?;
        if matches!(begun, Begun::AccessMoved) {
            drop(self.begin(scope, To::Read).await?);
            begun = reading(None).await?;
        }
        let Begun::Reads(reads) = begun else { return Err(broken("a scope")) };
        scope.note_checked();
        Ok(Statements { inner: reads, watch: self.watch.clone(), failure: Some(Failure::default()) })
    }

    pub async fn begin(&self, scope: &CheckedScope, to: To) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            // A deferred transaction that reads before it writes fails as soon as another process wrote in between.
            sqlite_transaction_mode: (self.backend == Backend::Sqlite).then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.watch.check_file()?;
        let mut begun = self.connection.begin_with_options(options).await;
        for _ in 0..self.connections_that_may_be_closed() {
            // Nothing was done yet, so it may be tried on the next connection. One that cannot be had at all is another error.
            let Err(DbErr::Query(_)) = begun else { break };
            begun = self.connection.begin_with_options(options).await;
        }
        let begun = begun.inspect_err(|error| self.watch.failed_writing(error))?;
        scope.enter(Tx::new(begun, self.backend, self.watch.clone(), self.cache.clone()), to).await
    }
}
