//! What a failure of the database asks for, told by its code: the same once more, patience, or nothing.

use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::sqlx::{Error, error::DatabaseError};
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// Whether the same transaction is worth doing once more: the database asks for it (40001, 40P01), or another writer came
/// first with a row that may stand once, which the next try will find.
pub fn asks_to_repeat(error: &DbErr) -> bool {
    matches!(error, DbErr::RecordNotInserted)
        || matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
        || postgres_code(error).is_some_and(|code| matches!(code, "40001" | "40P01"))
}

/// Whether the database does not do its part now and may later: unreachable, full, locked, or closed to writes. Whether a
/// commit that ended so was one, nobody knows.
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

/// Whether another process holds the only writer of SQLite.
pub(super) fn is_busy(error: &DbErr) -> bool {
    sqlite_code(error).is_some_and(|code| code & 0xff == BUSY)
}

/// Whether the database refused a statement for what it says, and left the transaction around it as it was: only then is a
/// connection of SQLite as good as before. Any other failure may have ended the transaction without a word.
pub(super) fn is_refusal(error: &DbErr) -> bool {
    sqlite_code(error).is_some_and(|code| code & 0xff == CONSTRAINT)
}

/// SQLite's code for a file that another connection has locked.
const BUSY: i32 = 5;
/// The same for a statement that breaks a constraint.
const CONSTRAINT: i32 = 19;

/// By primary code: busy, locked, no memory, read-only, an I/O error, full, cannot be opened, the locks do not work, no database.
fn is_away_on_sqlite(code: i32) -> bool {
    matches!(code & 0xff, 5 | 6 | 7 | 8 | 10 | 13 | 14 | 15 | 26)
}

/// By class: no connection (08), out of disk, memory or connections (53), shutting down or starting (57P), trouble outside the
/// server (58); and read-only (25006), a lock that was not had in time (55P03), a commit of which nothing is known (40003).
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
