//! The connections, and whether the database works.
//!
//! SQLite rolls a transaction back by itself when the disk is full or fails, and the library, which counts open transactions, is not
//! told. So no connection is used again unless it is certainly outside every transaction: its queue is empty, the library counts none,
//! and nothing failed on it except a constraint. `BEGIN IMMEDIATE` on such a connection proves the rest, because SQLite refuses it
//! inside a transaction. `Tx` looks after what happens between that and the commit.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::sqlx::pool::PoolOptions;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _, Sqlite};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement};
use uuid::Uuid;

use super::cache::AgreementsCache;
use super::checked_scope::To;
use super::faults::is_busy;
use super::file_guard::FileGuard;
use super::opener::{Opener, POSTGRES_CONNECTIONS};
use super::tx::sealed::Inner as _;
use super::watch::Watch;
use super::{CheckedScope, Scope, Tx, View};
use crate::health::Health;

/// How long SQLite waits for another process's write, and PostgreSQL for a connection.
const WAIT: Duration = Duration::from_secs(5);
/// How many connections to PostgreSQL are for what concerns no rows: one is kept by whom other processes tell what is new.
const BARE_CONNECTIONS: u32 = 4;
/// How long a database in trouble is left alone between two probes.
const PROBE_IN_TROUBLE: Duration = Duration::from_secs(1);
/// How long a working database goes unprobed; on a quiet desk nothing else would notice a full disk.
const PROBE_AT_WORK: Duration = Duration::from_mins(5);
/// How many bytes a probe writes: more than a ticket takes, so that a database which passes has room for one.
const PROBE_BYTES: usize = 32 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

#[derive(Debug, Clone)]
pub struct Db {
    backend: Backend,
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    /// A single connection for `PRAGMA data_version`, which SQLite counts per connection.
    poller: DatabaseConnection,
    /// Of PostgreSQL a few connections, each of which is tried before its use.
    bare: DatabaseConnection,
    watch: Arc<Watch>,
    cache: Arc<AgreementsCache>,
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
        options.max_connections(BARE_CONNECTIONS).acquire_timeout(WAIT).connect_timeout(WAIT).sqlx_logging(false);
        let bare = Database::connect(options.clone()).await?;
        // Beginning a transaction tries a connection by itself (`Opener`).
        options.max_connections(POSTGRES_CONNECTIONS).test_before_acquire(false);
        let pool = Database::connect(options).await?;
        let watch = Arc::new(Watch {
            health: Health::new("the database"),
            file: None,
            spoilt: Arc::default(),
            statements: AtomicU64::default(),
            access: Arc::default(),
            probed: tokio::sync::Mutex::default(),
        });
        Ok(Self {
            backend: Backend::Postgres,
            writer: pool.clone(),
            poller: bare.clone(),
            reader: pool,
            bare,
            watch,
            cache: Arc::default(),
        })
    }

    async fn to_sqlite(url: &str) -> Result<Self, DbErr> {
        let path = sqlite_path(url);
        let failed = |error: std::io::Error| DbErr::Custom(format!("{path}: {error}"));
        let path = Path::new(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        // Created here and nowhere else: a connection opened later must not create a new file where the old one was deleted.
        std::fs::File::options().create(true).append(true).open(path).map_err(failed)?;
        let spoilt = Arc::<AtomicBool>::default();
        let writer = patiently(&sqlite(path, 1, Some(spoilt.clone()))).await?;
        let reader = patiently(&sqlite(path, 4, None)).await?;
        let poller = patiently(&sqlite(path, 1, None)).await?;
        // A connection that has read keeps SQLite from removing the log when another one closes.
        poller.query_one_raw(Statement::from_string(DbBackend::Sqlite, "SELECT COUNT(*) FROM sqlite_schema")).await?;
        let watch = Watch {
            health: Health::new("the database"),
            file: Some(FileGuard::of(path)),
            spoilt,
            statements: AtomicU64::default(),
            access: Arc::default(),
            probed: tokio::sync::Mutex::default(),
        };
        Ok(Self { backend: Backend::Sqlite, bare: writer.clone(), writer, reader, poller, watch: Arc::new(watch), cache: Arc::default() })
    }

    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Begins a transaction for a scope. On SQLite it is the only writer from here on.
    /// The newest version of access that this process came across.
    pub(super) fn access_seen(&self) -> Arc<AtomicI64> {
        self.watch.access.clone()
    }

    pub async fn begin(&self, scope: impl Into<CheckedScope>) -> Result<Tx, DbErr> {
        self.on(&self.writer).begin(&scope.into(), To::Write).await
    }

    /// Reads for a scope, outside any transaction that writes.
    pub fn view(&self, scope: impl Into<CheckedScope>) -> View {
        View::new(&self.on(&self.reader), scope.into())
    }

    /// The view on which `data_version` must always be asked.
    pub(super) fn poller(&self) -> View {
        View::new(&self.on(&self.poller), Scope::ALL.into())
    }

    fn on(&self, connection: &DatabaseConnection) -> Opener {
        Opener { backend: self.backend, connection: connection.clone(), watch: self.watch.clone(), cache: self.cache.clone() }
    }

    /// The connection without a scope, for what concerns no rows: migrations, and notifications between processes.
    pub fn bare_connection(&self) -> &DatabaseConnection {
        &self.bare
    }

    /// How many statements this process has run, without those that begin and end transactions.
    pub fn statements(&self) -> u64 {
        self.watch.statements.load(Ordering::Relaxed)
    }

    /// An error when the database does not work. One in trouble is probed first, so that its recovery shows at once.
    pub async fn ready(&self) -> Result<(), DbErr> {
        if self.watch.health.trouble().is_some() {
            self.probe().await;
        }
        self.watch.check_file()?;
        self.watch.health.trouble().map_or(Ok(()), |trouble| Err(DbErr::Conn(RuntimeErr::Internal(trouble))))
    }

    /// Finds out whether the database accepts writes, unless that was done a moment ago.
    pub async fn probe(&self) {
        let Ok(mut probed) = self.watch.probed.try_lock() else { return };
        let interval = if self.watch.health.trouble().is_some() { PROBE_IN_TROUBLE } else { PROBE_AT_WORK };
        if probed.is_some_and(|at| at.elapsed() < interval) {
            return;
        }
        // Set before the outcome is known: a caller that asks and hangs up must not set off a probe each time.
        *probed = Some(Instant::now());
        match self.probe_write().await {
            Ok(()) => self.watch.health.worked(),
            Err(error) => self.watch.health.failed(error),
        }
    }

    /// Writes enough to need new room, commits, and deletes it again.
    async fn probe_write(&self) -> Result<(), DbErr> {
        let mut bytes = vec![0; PROBE_BYTES];
        // Random, because PostgreSQL would compress anything else to almost nothing.
        getrandom::fill(&mut bytes).map_err(|error| DbErr::Custom(error.to_string()))?;
        let tx = self.begin(Scope::ALL).await?;
        let insert = "INSERT INTO write_trial (id, bytes) VALUES ($1, $2)";
        let insert = Statement::from_sql_and_values(self.backend.into(), insert, [Uuid::new_v4().into(), bytes.into()]);
        tx.connection().execute_raw(insert).await?;
        tx.commit().await?;
        let tx = self.begin(Scope::ALL).await?;
        tx.connection().execute_unprepared("DELETE FROM write_trial").await?;
        tx.commit().await
    }
}

/// The options of connections to a SQLite file. `spoilt` is given for the writer, whose connection is closed instead of reused once it is set.
fn sqlite(path: &Path, connections: u32, spoilt: Option<Arc<AtomicBool>>) -> ConnectOptions {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rw", path.display()));
    options.max_connections(connections).acquire_timeout(Duration::from_secs(30)).sqlx_logging(false);
    // Nobody closes a connection from the other end, so none is tried before each use.
    options.test_before_acquire(false);
    if spoilt.is_none() {
        // All opened now: a reader opened later might find another file at the path. The writer checks the file before each transaction.
        options.min_connections(connections);
    }
    options.map_sqlx_sqlite_opts(|options| {
        options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(WAIT)
            .foreign_keys(true)
            // What is deleted or replaced is overwritten in the file, so that nothing of a redaction is left in its free pages.
            .pragma("secure_delete", "ON")
    });
    options.map_sqlx_sqlite_pool_opts(move |pool: PoolOptions<Sqlite>| {
        let pool = pool.idle_timeout(None).max_lifetime(None);
        let Some(spoilt) = spoilt.clone() else { return pool };
        pool.after_release(move |connection, _| {
            let spoilt = spoilt.clone();
            Box::pin(async move {
                // Answered only when a pending rollback has been carried out.
                connection.ping().await?;
                Ok(!spoilt.swap(false, Ordering::AcqRel) && !connection.is_in_transaction())
            })
        })
    });
    options
}

/// Connects to SQLite, and retries while another process opens or closes the same file: SQLite's own waiting does not cover changes of
/// the journal mode.
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

/// The role of `postgres://ROLE@…`; `None` for another kind of database.
pub fn role_of(url: &str) -> Option<String> {
    let server: PgConnectOptions = url.starts_with("postgres").then(|| url.parse().ok()).flatten()?;
    Some(server.get_username().to_owned())
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
