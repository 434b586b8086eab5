//! The connections, and whether the database does its part.
//!
//! SQLite ends a transaction by itself when the disk is full or fails, without a word to the library that counts them. So no
//! connection is used again unless it is provably outside every transaction: its queue is empty, the library counts none, and
//! nothing failed on it but for a constraint. `BEGIN IMMEDIATE` on a connection that counts none proves the rest: SQLite
//! refuses it inside a transaction. `Tx` sees to what lies between that and the commit.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sea_orm::sqlx::pool::PoolOptions;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _, Sqlite};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, RuntimeErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use uuid::Uuid;

use super::faults::is_busy;
use super::known::LastRead;
use super::place::Place;
use super::tx::sealed::Inner as _;
use super::watch::Watch;
use super::{Scope, Tx, View};
use crate::standing::Standing;

/// How long SQLite waits for another process's write, and PostgreSQL for a connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a database in trouble is left alone before it is tried again.
const TRIED_AGAIN: Duration = Duration::from_secs(1);
/// How long a database that works is taken at its word, also when nobody writes.
const TRUSTED: Duration = Duration::from_mins(5);
/// What is written to see whether it can be: more than a ticket takes.
const TRIED_WITH: usize = 32 * 1024;

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
    watch: Arc<Watch>,
    last_read: Arc<LastRead>,
}

impl Db {
    /// Connects to `sqlite://PATH` or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        if url.starts_with("postgres") { Self::to_postgres(url).await } else { Self::to_sqlite(url).await }
    }

    async fn to_postgres(url: &str) -> Result<Self, DbErr> {
        let server: PgConnectOptions = url.parse().map_err(|error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        // The library logs the address it is given, so it is given one without a password.
        let mut options = ConnectOptions::new("postgres://localhost");
        options.map_sqlx_postgres_opts(move |_| server.clone());
        options.max_connections(16).acquire_timeout(PATIENCE).connect_timeout(PATIENCE).sqlx_logging(false);
        let pool = Database::connect(options).await?;
        let watch = Arc::new(Watch {
            standing: Standing::new("the database"),
            place: None,
            spoilt: Arc::default(),
            tried: tokio::sync::Mutex::default(),
        });
        Ok(Self { backend: Backend::Postgres, writer: pool.clone(), pulse: pool.clone(), reader: pool, watch, last_read: Arc::default() })
    }

    async fn to_sqlite(url: &str) -> Result<Self, DbErr> {
        let path = sqlite_path(url);
        let failed = |error: std::io::Error| DbErr::Custom(format!("{path}: {error}"));
        let path = Path::new(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        // Made here, once: a connection opened later must not make a new file where the old one was deleted.
        std::fs::File::options().create(true).append(true).open(path).map_err(failed)?;
        let spoilt = Arc::<AtomicBool>::default();
        let writer = patiently(&sqlite(path, 1, Some(spoilt.clone()))).await?;
        let reader = patiently(&sqlite(path, 4, None)).await?;
        let pulse = patiently(&sqlite(path, 1, None)).await?;
        // From its first read on, a connection keeps the log from being removed when another closes.
        pulse.query_one_raw(Statement::from_string(DbBackend::Sqlite, "SELECT COUNT(*) FROM sqlite_schema")).await?;
        let watch =
            Watch { standing: Standing::new("the database"), place: Some(Place::of(path)), spoilt, tried: tokio::sync::Mutex::default() };
        Ok(Self { backend: Backend::Sqlite, writer, reader, pulse, watch: Arc::new(watch), last_read: Arc::default() })
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
        self.watch.in_place()?;
        let begun = self.writer.begin_with_options(options).await.inspect_err(|error| self.watch.failed_writing(error))?;
        Ok(Tx::new(begun, scope, self.backend, self.watch.clone(), self.last_read.clone()))
    }

    /// Reads for a scope.
    pub fn view(&self, scope: Scope) -> View {
        View::new(self.reader.clone(), scope, self.watch.clone(), self.last_read.clone())
    }

    /// Reads that tell whether another process committed something.
    pub fn pulse(&self) -> View {
        View::new(self.pulse.clone(), Scope::All, self.watch.clone(), self.last_read.clone())
    }

    /// The bare connection, for what is no row: migrations, and word between processes.
    pub fn migrating(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// An error when the database does not do its part. One that was in trouble is tried again before it is called ready.
    pub async fn ready(&self) -> Result<(), DbErr> {
        if self.watch.standing.trouble().is_some() {
            self.look().await;
        }
        self.watch.in_place()?;
        self.watch.standing.trouble().map_or(Ok(()), |trouble| Err(DbErr::Conn(RuntimeErr::Internal(trouble))))
    }

    /// Tries whether the database takes writes, where that is not known from a moment ago.
    pub async fn look(&self) {
        let Ok(mut tried) = self.watch.tried.try_lock() else { return };
        let known_for = if self.watch.standing.trouble().is_some() { TRIED_AGAIN } else { TRUSTED };
        if tried.is_some_and(|at| at.elapsed() < known_for) {
            return;
        }
        // Before it is known, too: who asks and does not wait for the answer must not have it tried over and over.
        *tried = Some(Instant::now());
        match self.try_writing().await {
            Ok(()) => self.watch.standing.worked(),
            Err(error) => self.watch.standing.failed(error),
        }
    }

    /// Writes what takes new room, and gives the room back once it was had.
    async fn try_writing(&self) -> Result<(), DbErr> {
        let mut bytes = vec![0; TRIED_WITH];
        // Random, or PostgreSQL would make next to nothing of it.
        getrandom::fill(&mut bytes).map_err(|error| DbErr::Custom(error.to_string()))?;
        let tx = self.begin(Scope::All).await?;
        let insert = "INSERT INTO write_trial (id, bytes) VALUES ($1, $2)";
        let insert = Statement::from_sql_and_values(self.backend.into(), insert, [Uuid::new_v4().into(), bytes.into()]);
        tx.connection().execute_raw(insert).await?;
        tx.commit().await?;
        let tx = self.begin(Scope::All).await?;
        tx.connection().execute_unprepared("DELETE FROM write_trial").await?;
        tx.commit().await
    }
}

/// How connections to a SQLite file are made; those of the writer with the mark that one is spoilt.
fn sqlite(path: &Path, connections: u32, spoilt: Option<Arc<AtomicBool>>) -> ConnectOptions {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rw", path.display()));
    options.max_connections(connections).acquire_timeout(Duration::from_secs(30)).sqlx_logging(false);
    if spoilt.is_none() {
        // All at once: one that is opened later might find another file there than the others did. The writer looks first.
        options.min_connections(connections);
    }
    options.map_sqlx_sqlite_opts(|options| {
        options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full).busy_timeout(PATIENCE).foreign_keys(true)
    });
    options.map_sqlx_sqlite_pool_opts(move |pool: PoolOptions<Sqlite>| {
        let pool = pool.idle_timeout(None).max_lifetime(None);
        let Some(spoilt) = spoilt.clone() else { return pool };
        pool.after_release(move |connection, _| {
            let spoilt = spoilt.clone();
            Box::pin(async move {
                // Answered when what was still to be rolled back was.
                connection.ping().await?;
                Ok(!spoilt.swap(false, Ordering::AcqRel) && !connection.is_in_transaction())
            })
        })
    });
    options
}

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

impl From<Backend> for DbBackend {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::Sqlite,
            Backend::Postgres => Self::Postgres,
        }
    }
}
