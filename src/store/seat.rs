//! Seats, each of which one process at a time may hold: of the one that serves a sandbox, and of the one that fetches mail. A seat is free
//! again when its process ends, however it ends.
//!
//! On SQLite it is a lock on a file beside the database, on PostgreSQL an advisory lock of a session. Nothing depends on it for being right:
//! `store::time::move_sandbox` sees to it that time never goes back, and a mail that two processes fetch is one ticket.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sea_orm::sqlx::{self, PgConnection};
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, Statement};

use super::{Backend, Db};

/// How long to wait for the seat of a process that was killed. PostgreSQL gives a killed session's lock up only once it notices that nobody
/// is at the other end, which a busy server does late: a supervisor that starts the desk again at once would be refused.
const PATIENCE: Duration = Duration::from_secs(3);
/// Between two tries; each takes a connection of its own.
const PAUSE: Duration = Duration::from_millis(300);

/// What a seat is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    ServeSandbox,
    FetchMail,
}

impl Task {
    /// The PostgreSQL advisory lock that is the seat, next to those of `schema` and `erasures`.
    const fn lock(self) -> i64 {
        match self {
            Self::ServeSandbox => 0x7575_7277_0002,
            Self::FetchMail => 0x7575_7277_0004,
        }
    }

    /// How the name of the locked file ends.
    const fn ending(self) -> &'static str {
        match self {
            Self::ServeSandbox => "-sandbox",
            Self::FetchMail => "-fetching",
        }
    }
}

/// The seat; dropping it gives it up.
#[derive(Debug)]
pub enum Seat {
    /// Locked for as long as it is open.
    File(File),
    Session(Box<PgConnection>),
}

/// Takes a seat, and waits a little for one that is about to be free; `None` when another process keeps it.
pub async fn take_patiently(db: &Db, task: Task) -> Result<Option<Seat>, DbErr> {
    let began = Instant::now();
    loop {
        let taken = take(db, task).await?;
        if taken.is_some() || began.elapsed() >= PATIENCE {
            return Ok(taken);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Takes a seat; `None` when another process has it.
pub async fn take(db: &Db, task: Task) -> Result<Option<Seat>, DbErr> {
    match db.backend() {
        Backend::Sqlite => take_file(db, task).await,
        Backend::Postgres => take_session(db, task).await,
    }
}

impl Seat {
    /// Whether it is still held: a session may have been cut.
    pub async fn is_held(&mut self) -> bool {
        match self {
            Self::File(_) => true,
            Self::Session(session) => sqlx::query("SELECT 1").execute(&mut **session).await.is_ok(),
        }
    }
}

async fn take_file(db: &Db, task: Task) -> Result<Option<Seat>, DbErr> {
    // The path as SQLite resolved it: two processes may have opened the same file by different names.
    let named = Statement::from_string(Backend::Sqlite.into(), "SELECT file FROM pragma_database_list WHERE name = 'main'");
    let row = db.bare_connection().query_one_raw(named).await?;
    let name: String = row.map(|row| row.try_get("", "file")).transpose()?.unwrap_or_default();
    let path = PathBuf::from(format!("{name}{}", task.ending()));
    let wrong = |error: std::io::Error| DbErr::Custom(format!("{}: {error}", path.display()));
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Seat::File(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(wrong(error)),
    }
}

async fn take_session(db: &Db, task: Task) -> Result<Option<Seat>, DbErr> {
    let wrong = |error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(error.into()));
    // Detached, because the pool would close an old session, and the lock with it.
    let mut session = db.bare_connection().get_postgres_connection_pool().acquire().await.map_err(wrong)?.detach();
    let taken: bool =
        sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(task.lock()).fetch_one(&mut session).await.map_err(wrong)?;
    Ok(taken.then(|| Seat::Session(Box::new(session))))
}
