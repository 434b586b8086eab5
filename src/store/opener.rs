//! Begins transactions.

use std::sync::Arc;

use sea_orm::{DatabaseConnection, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use super::cache::AgreementsCache;
use super::checked_scope::CheckedScope;
use super::watch::Watch;
use super::{Backend, Tx};

#[derive(Debug, Clone)]
pub(super) struct Opener {
    pub backend: Backend,
    pub connection: DatabaseConnection,
    pub watch: Arc<Watch>,
    pub cache: Arc<AgreementsCache>,
}

impl Opener {
    pub async fn begin(&self, scope: &CheckedScope) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            // A deferred transaction that reads before it writes fails as soon as another process wrote in between.
            sqlite_transaction_mode: (self.backend == Backend::Sqlite).then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.watch.check_file()?;
        let begun = self.connection.begin_with_options(options).await.inspect_err(|error| self.watch.failed_writing(error))?;
        scope.enter(Tx::new(begun, self.backend, self.watch.clone(), self.cache.clone())).await
    }
}
