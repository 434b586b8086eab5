//! Rows to domain values and back. Nothing else names `entity`.
//!
//! Every function takes a `Tx`, a transaction opened for a scope, or a `View`, for reads outside one. A row outside the scope does not
//! exist, and a query without a scope does not compile: nobody else can reach the connection.

pub mod access;
pub mod accounts;
pub mod agreements;
pub mod alike;
pub mod amendments;
pub mod approvals;
pub mod attachments;
pub mod audit;
mod audit_keeping;
mod cache;
pub mod callers;
pub mod canned_replies;
pub mod changes;
mod checked_scope;
mod clearance;
pub mod contacts;
pub mod contracts;
mod db;
pub mod desk_people;
pub mod destructions;
pub mod erased_names;
pub mod erasures;
pub mod events;
pub mod export;
mod faults;
mod file_guard;
pub mod former;
pub mod former_texts;
pub mod holds;
pub mod idempotency;
pub mod inbound;
pub mod index;
pub mod lists;
pub mod local_accounts;
pub mod message_drafts;
pub mod messages;
pub mod obligations;
mod opener;
pub mod outbound;
pub mod overviews;
mod partakers;
pub mod parts;
pub mod people;
pub mod policies;
pub mod record;
pub mod redactions;
pub mod remains;
pub mod response_tasks;
pub mod role_assignments;
pub mod routing_rules;
mod row;
mod row_security;
pub mod saved_views;
pub mod scans;
pub mod schema;
mod scoped_reads;
pub mod sealed;
pub mod search;
pub mod search_backlog;
pub mod seat;
pub mod security_signals;
pub mod set_aside;
mod shown;
pub mod signing_key;
mod statements;
pub mod storage;
pub mod stream;
pub mod threads;
pub mod tickets;
pub mod time;
pub mod tokens;
mod tx;
mod view;
pub mod wakeups;
mod watch;
pub mod work_logs;

pub use crate::domain::permission::Scope;
pub use checked_scope::CheckedScope;
pub use db::{Backend, Db, role_of, sqlite_path};
pub use faults::{CallerLost, asks_to_repeat, is_away, lost_caller};
pub use tx::{DbError, Reads, Tx};
pub use view::View;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{DbErr, EntityTrait, Iterable};

use crate::domain::Instant;

fn instant(at: DateTime<Utc>) -> Instant {
    Instant::try_from(at).unwrap_or(Instant::MIN)
}

fn broken(what: &str) -> DbErr {
    DbErr::Type(format!("a row holds {what} that this program does not know"))
}

/// The most variables that SQLite takes in one statement; PostgreSQL takes twice as many.
const VARIABLES: usize = 32_766;

/// Inserts rows in as few statements as possible. Returns how many were inserted, which is fewer when `on_conflict` skips some.
async fn insert_rows<E: EntityTrait>(tx: &Tx, rows: Vec<E::ActiveModel>, on_conflict: Option<OnConflict>) -> Result<u64, DbErr>
where
    E::ActiveModel: Send,
{
    use tx::sealed::Inner as _;
    let (mut rows, mut written) = (rows.into_iter().peekable(), 0);
    while rows.peek().is_some() {
        let some = rows.by_ref().take(VARIABLES / E::Column::iter().count());
        let mut insert = E::insert_many(some);
        if let Some(on_conflict) = &on_conflict {
            insert = insert.on_conflict(on_conflict.clone());
        }
        written += insert.exec_without_returning(tx.connection()).await?;
    }
    Ok(written)
}
