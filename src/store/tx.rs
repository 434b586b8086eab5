//! Connections and transactions, each opened for a scope.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    QueryFilter, Select, SqlErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use entity::{
    attachment, clock, escalation, event, external_reference, message, obligation, obligation_event, outbound_mail, person, set_aside,
    ticket, ticket_change,
};

/// Why the database did not do what was asked.
pub type DbError = DbErr;

/// Whose rows are seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything: the desk itself, and its workers.
    All,
    /// These organisations only.
    Organisations(Vec<String>),
}

impl Scope {
    /// Whether an organisation's rows are seen.
    pub fn includes(&self, organisation: &str) -> bool {
        match self {
            Self::All => true,
            Self::Organisations(seen) => seen.iter().any(|one| one == organisation),
        }
    }
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Embedded, one writer.
    Sqlite,
    /// A server, any number of processes.
    Postgres,
}

/// The database.
#[derive(Debug, Clone)]
pub struct Db {
    backend: Backend,
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    /// One connection of its own: on SQLite, what tells of other processes' commits is counted per connection.
    pulse: DatabaseConnection,
}

/// A transaction for a scope; rolled back unless committed.
pub struct Tx {
    inner: DatabaseTransaction,
    scope: Scope,
    backend: Backend,
}

/// Reads for a scope, each by itself.
pub struct View {
    inner: DatabaseConnection,
    scope: Scope,
}

impl Db {
    /// Connects to `sqlite://PATH` or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        if url.starts_with("postgres") {
            let mut options = ConnectOptions::new(url);
            options.max_connections(16).acquire_timeout(Duration::from_secs(5)).connect_timeout(Duration::from_secs(5)).sqlx_logging(false);
            let pool = Database::connect(options).await?;
            return Ok(Self { backend: Backend::Postgres, writer: pool.clone(), pulse: pool.clone(), reader: pool });
        }
        let path = sqlite_path(url);
        if let Some(folder) = std::path::Path::new(path).parent() {
            std::fs::create_dir_all(folder).map_err(|error| DbErr::Custom(format!("{}: {error}", folder.display())))?;
        }
        let pool = |connections| {
            let mut options = ConnectOptions::new(format!("sqlite://{path}?mode=rwc"));
            options.max_connections(connections).acquire_timeout(Duration::from_secs(30)).sqlx_logging(false);
            options.map_sqlx_sqlite_opts(|options| {
                options
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(20))
                    .foreign_keys(true)
            });
            options
        };
        let (writer, reader, pulse) = (patiently(&pool(1)).await?, patiently(&pool(4)).await?, patiently(&pool(1)).await?);
        Ok(Self { backend: Backend::Sqlite, writer, reader, pulse })
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Begins a transaction for a scope. On SQLite it holds the only writer from its first statement on.
    pub async fn begin(&self, scope: Scope) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.backend == Backend::Sqlite).then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(Tx { inner: self.writer.begin_with_options(options).await?, scope, backend: self.backend })
    }

    /// Reads for a scope.
    pub fn view(&self, scope: Scope) -> View {
        View { inner: self.reader.clone(), scope }
    }

    /// Reads that tell whether another process committed something.
    pub fn pulse(&self) -> View {
        View { inner: self.pulse.clone(), scope: Scope::All }
    }

    /// The bare connection, for what is no row: migrations, and word between processes.
    pub fn migrating(&self) -> &DatabaseConnection {
        &self.writer
    }
}

impl Tx {
    /// Makes everything done in it last.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await
    }

    /// Begins a part that can be undone by itself.
    pub async fn savepoint(&self) -> Result<Self, DbErr> {
        Ok(Self { inner: self.inner.begin().await?, scope: self.scope.clone(), backend: self.backend })
    }

    /// Undoes everything done in it.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }

    /// Which database it is on.
    pub fn backend(&self) -> Backend {
        self.backend
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
    obligation_event,
    outbound_mail,
    person,
    set_aside,
    ticket,
    ticket_change
);

pub(super) mod sealed {
    use super::{ConnectionTrait, Scope};

    /// What `store` alone can do with a transaction or a view.
    pub trait Inner {
        type Connection: ConnectionTrait;

        fn connection(&self) -> &Self::Connection;
        fn scope(&self) -> &Scope;
    }
}

impl sealed::Inner for Tx {
    type Connection = DatabaseTransaction;

    fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    fn scope(&self) -> &Scope {
        &self.scope
    }
}

impl sealed::Inner for View {
    type Connection = DatabaseConnection;

    fn connection(&self) -> &DatabaseConnection {
        &self.inner
    }

    fn scope(&self) -> &Scope {
        &self.scope
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
}

impl Reads for Tx {}
impl Reads for View {}

/// Connects to SQLite, as often as another process that makes or leaves the same file is in the way: SQLite does not wait by itself
/// while the kind of journal changes.
async fn patiently(options: &ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    const TRIES: u32 = 400;
    for _ in 1..TRIES {
        match Database::connect(options.clone()).await {
            Err(error) if is_busy(&error) => tokio::time::sleep(Duration::from_millis(50)).await,
            done => return done,
        }
    }
    Database::connect(options.clone()).await
}

/// The file of `sqlite://PATH`.
pub fn sqlite_path(url: &str) -> &str {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
    path.split('?').next().unwrap_or_default()
}

/// Whether another process holds the only writer of SQLite.
pub(super) fn is_busy(error: &DbErr) -> bool {
    error.to_string().contains("database is locked")
}

/// Whether the same transaction is worth doing once more: the database asks for it (40001, 40P01), or another writer came
/// first with a row that may stand once, which the next try will find.
pub fn asks_to_repeat(error: &DbErr) -> bool {
    if matches!(error, DbErr::RecordNotInserted) || matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
        return true;
    }
    let text = error.to_string();
    text.contains("40001") || text.contains("40P01") || text.contains("could not serialize") || text.contains("deadlock detected")
}

/// Whether the database cannot be reached.
pub fn is_away(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) || {
        let text = error.to_string();
        ["error communicating with database", "terminating connection", "the database system is", "Connection refused", "pool timed out"]
            .iter()
            .any(|sign| text.contains(sign))
    }
}

impl From<Backend> for DbBackend {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::Sqlite,
            Backend::Postgres => Self::Postgres,
        }
    }
}
