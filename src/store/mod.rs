//! Rows to domain values and back: the only namer of `entity`.
//!
//! Every function takes a `Tx`, a transaction opened for a scope, or a `View`, the same for reads without one. Outside the
//! scope a row does not exist, and a query without one does not compile: nobody else can reach the connection.

pub mod amendments;
pub mod changes;
pub mod contracts;
pub mod events;
pub mod idempotency;
pub mod index;
pub mod lists;
pub mod mail;
pub mod messages;
pub mod people;
pub mod search;
pub mod set_aside;
pub mod stream;
pub mod tickets;
pub mod time;
pub mod tokens;
mod tx;
pub mod wakeups;

pub use tx::{Backend, Db, DbError, Reads, Scope, Tx, View, asks_to_repeat, is_away};

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use crate::domain::Instant;

/// An instant as a row holds it.
fn instant(at: DateTime<Utc>) -> Instant {
    Instant::try_from(at).unwrap_or(Instant::MIN)
}

fn broken(what: &str) -> DbErr {
    DbErr::Type(format!("a row holds {what} that this program does not know"))
}
