//! The one seat of a sandbox: whoever serves it holds it, and with its process it is free again, however that ended.
//!
//! On SQLite a lock on a file beside the database, on PostgreSQL a lock of a session. Time itself does not rest on it:
//! `store::time::move_sandbox` never goes back, whoever asks.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use sea_orm::sqlx::{self, PgConnection};
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr, Statement};

use super::{Backend, Db};

/// On PostgreSQL: what the seat is known by.
const LOCK: i64 = 0x7575_7277_0002;

/// The seat, while it is held.
#[derive(Debug)]
pub enum Seat {
    /// By a file that stays locked as long as it is open.
    File(File),
    /// By a session of its own.
    Session(Box<PgConnection>),
}

/// Takes the seat; `None` when another process has it.
pub async fn take(db: &Db) -> Result<Option<Seat>, DbErr> {
    match db.backend() {
        Backend::Sqlite => take_file(db).await,
        Backend::Postgres => take_session(db).await,
    }
}

impl Seat {
    /// Whether it is still held: a session may be cut.
    pub async fn is_held(&mut self) -> bool {
        match self {
            Self::File(_) => true,
            Self::Session(session) => sqlx::query("SELECT 1").execute(&mut **session).await.is_ok(),
        }
    }
}

async fn take_file(db: &Db) -> Result<Option<Seat>, DbErr> {
    // As SQLite itself knows the file: by one name, whichever it was opened by.
    let named = Statement::from_string(Backend::Sqlite.into(), "SELECT file FROM pragma_database_list WHERE name = 'main'");
    let row = db.migrating().query_one_raw(named).await?;
    let name: String = row.map(|row| row.try_get("", "file")).transpose()?.unwrap_or_default();
    let path = PathBuf::from(format!("{name}-sandbox"));
    let wrong = |error: std::io::Error| DbErr::Custom(format!("{}: {error}", path.display()));
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Seat::File(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(wrong(error)),
    }
}

async fn take_session(db: &Db) -> Result<Option<Seat>, DbErr> {
    let wrong = |error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(error.into()));
    // Not the pool's any more: it would close the session when it is old.
    let mut session = db.migrating().get_postgres_connection_pool().acquire().await.map_err(wrong)?.detach();
    let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut session).await.map_err(wrong)?;
    Ok(taken.then(|| Seat::Session(Box::new(session))))
}
