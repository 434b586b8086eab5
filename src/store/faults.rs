//! What to do about a failure of the database, judged by its code: retry, wait, or neither.

use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::sqlx::{Error, error::DatabaseError};
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// Why a caller whom the process knew was refused when their scope was opened. Nothing has happened then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallerLost {
    #[error("what let the caller in no longer holds")]
    Ended,
    #[error("what the caller may has changed")]
    Changed,
}

impl From<CallerLost> for DbErr {
    fn from(lost: CallerLost) -> Self {
        Self::Query(RuntimeErr::SqlxError(Error::AnyDriverError(Box::new(lost)).into()))
    }
}

pub fn lost_caller(error: &DbErr) -> Option<CallerLost> {
    match cause(error)? {
        Error::AnyDriverError(why) => why.downcast_ref().copied(),
        _ => None,
    }
}

/// Whether the transaction should be retried: the database asks for it (40001 serialisation failure, 40P01 deadlock), or another writer
/// came first with a row that must be unique, which the retry will find.
pub fn asks_to_repeat(error: &DbErr) -> bool {
    matches!(error, DbErr::RecordNotInserted)
        || matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
        || postgres_code(error).is_some_and(|code| matches!(code, "40001" | "40P01"))
}

/// Whether the database is unavailable for now: unreachable, full, locked or read-only. Whether a commit that failed this way took
/// effect is unknown.
pub fn is_away(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        return true;
    }
    let Some(cause) = cause(error) else { return false };
    if let Error::Database(_) = cause {
        return postgres_code(error).is_some_and(is_away_on_postgres) || sqlite_code(error).is_some_and(is_away_on_sqlite);
    }
    let is_lost = matches!(cause, Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed);
    is_lost || matches!(cause, Error::PoolTimedOut | Error::PoolClosed | Error::BeginFailed)
}

/// Whether another process is writing to the SQLite file.
pub(super) fn is_busy(error: &DbErr) -> bool {
    sqlite_code(error).is_some_and(|code| code & 0xff == BUSY)
}

/// Whether the database refused a statement for its content and left the transaction as it was. Only then may a SQLite connection be
/// used again: any other failure may have rolled the transaction back silently.
pub(super) fn is_refusal(error: &DbErr) -> bool {
    sqlite_code(error).is_some_and(|code| code & 0xff == CONSTRAINT)
}

/// Whether PostgreSQL says that the role may not do this.
pub(super) fn is_forbidden(error: &DbErr) -> bool {
    postgres_code(error) == Some("42501")
}

/// `SQLITE_BUSY`: another connection has the file locked.
const BUSY: i32 = 5;
/// `SQLITE_CONSTRAINT`: a statement violates a constraint.
const CONSTRAINT: i32 = 19;

/// By primary code: busy, locked, out of memory, read-only, I/O error, full, cannot be opened, locking failed, not a database.
fn is_away_on_sqlite(code: i32) -> bool {
    matches!(code & 0xff, 5 | 6 | 7 | 8 | 10 | 13 | 14 | 15 | 26)
}

/// By class: connection lost (08), out of disk, memory or connections (53), shutting down or starting (57P), trouble outside the server
/// (58); and read-only (25006), a lock not obtained in time (55P03), a commit with unknown outcome (40003).
fn is_away_on_postgres(code: &str) -> bool {
    ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class)) || matches!(code, "25006" | "55P03" | "40003")
}

fn cause(error: &DbErr) -> Option<&Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

fn reported(error: &DbErr) -> Option<&dyn DatabaseError> {
    cause(error)?.as_database_error()
}

fn postgres_code(error: &DbErr) -> Option<&str> {
    reported(error)?.try_downcast_ref::<PgDatabaseError>().map(PgDatabaseError::code)
}

fn sqlite_code(error: &DbErr) -> Option<i32> {
    reported(error)?.try_downcast_ref::<SqliteError>()?.code()?.parse().ok()
}
