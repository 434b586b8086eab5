//! Reads outside a transaction that writes.

use std::sync::Arc;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::cache::{AgreementsCache, PinnedAgreements};
use super::checked_scope::CheckedScope;
use super::opener::Opener;
use super::scoped_reads::ScopedReads;
use super::statements::Statements;
use super::tx::sealed::Inner;
use super::{Backend, Reads, Scope};
use crate::domain::restriction::Flags;

/// Reads for a scope, of which each sees what was committed before it.
///
/// On PostgreSQL they share a transaction, because a scope is set within one. The first of them begins it, and it holds a connection until
/// the view is dropped: so drop a view before writing.
pub struct View {
    connection: ViewConnection,
    scope: Scope,
    cache: Arc<AgreementsCache>,
}

pub struct ViewConnection {
    scope: CheckedScope,
    way: Way,
}

enum Way {
    /// Each statement by itself.
    Pool {
        statements: Statements<DatabaseConnection>,
        cache: Arc<AgreementsCache>,
    },
    Transaction {
        opener: Opener,
        begun: OnceCell<Statements<ScopedReads>>,
    },
}

/// What a statement runs on.
enum Ready<'a> {
    Pool(&'a Statements<DatabaseConnection>),
    Transaction(&'a Statements<ScopedReads>),
}

impl View {
    pub(super) fn new(opener: &Opener, scope: CheckedScope) -> Self {
        let way = match opener.backend {
            Backend::Sqlite => {
                let statements = Statements::of_pool(opener.connection.clone(), opener.watch.clone());
                Way::Pool { statements, cache: opener.cache.clone() }
            }
            Backend::Postgres => Way::Transaction { opener: opener.clone(), begun: OnceCell::new() },
        };
        Self { scope: scope.seen().clone(), connection: ViewConnection { scope, way }, cache: opener.cache.clone() }
    }
}

impl ViewConnection {
    async fn ready(&self) -> Result<Ready<'_>, DbErr> {
        match &self.way {
            Way::Pool { statements, cache } => {
                self.scope.check(&Everything { statements, cache }).await?;
                Ok(Ready::Pool(statements))
            }
            Way::Transaction { opener, begun } => {
                begun.get_or_try_init(async || opener.begin_reading(&self.scope).await).await.map(Ready::Transaction)
            }
        }
    }
}

#[async_trait]
impl ConnectionTrait for ViewConnection {
    fn get_database_backend(&self) -> DbBackend {
        match &self.way {
            Way::Pool { statements, .. } => statements.get_database_backend(),
            Way::Transaction { opener, .. } => opener.backend.into(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self.ready().await? {
            Ready::Pool(pool) => pool.execute_raw(statement).await,
            Ready::Transaction(reads) => reads.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self.ready().await? {
            Ready::Pool(pool) => pool.execute_unprepared(sql).await,
            Ready::Transaction(reads) => reads.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.ready().await? {
            Ready::Pool(pool) => pool.query_one_raw(statement).await,
            Ready::Transaction(reads) => reads.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.ready().await? {
            Ready::Pool(pool) => pool.query_all_raw(statement).await,
            Ready::Transaction(reads) => reads.query_all_raw(statement).await,
        }
    }
}

impl Inner for View {
    type Connection = ViewConnection;

    fn connection(&self) -> &Self::Connection {
        &self.connection
    }

    fn scope(&self) -> &Scope {
        &self.scope
    }

    fn cache(&self) -> &AgreementsCache {
        &self.cache
    }

    fn note_shown(&self, ticket: Uuid, flags: Flags) {
        self.connection.scope.note_shown(ticket, flags);
    }

    fn pinned(&self) -> Option<&PinnedAgreements> {
        None
    }
}

impl Reads for View {}

/// Everything, whoever asks: for what says who they are.
struct Everything<'a> {
    statements: &'a Statements<DatabaseConnection>,
    cache: &'a AgreementsCache,
}

impl Inner for Everything<'_> {
    type Connection = Statements<DatabaseConnection>;

    fn connection(&self) -> &Self::Connection {
        self.statements
    }

    fn scope(&self) -> &Scope {
        static ALL: Scope = Scope::ALL;
        &ALL
    }

    fn cache(&self) -> &AgreementsCache {
        self.cache
    }

    fn note_shown(&self, _ticket: Uuid, _flags: Flags) {}

    fn pinned(&self) -> Option<&PinnedAgreements> {
        None
    }
}

impl Reads for Everything<'_> {}
