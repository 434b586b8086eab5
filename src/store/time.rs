//! The clock of the database server, and which kind of time a database keeps: real time, or that of a sandbox.

use entity::{sandbox_advance, timekeeping};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, instant};
use crate::domain::Instant;

/// The time on the PostgreSQL server; `None` on SQLite, which has no clock of its own.
pub async fn of_database(reads: &impl Reads, backend: Backend) -> Result<Option<chrono::DateTime<chrono::Utc>>, DbErr> {
    if backend == Backend::Sqlite {
        return Ok(None);
    }
    let row = reads.connection().query_one_raw(Statement::from_string(backend.into(), "SELECT clock_timestamp() AS now")).await?;
    row.map(|row| row.try_get("", "now")).transpose()
}

/// The kind of time that a database keeps, for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timekeeping {
    Real,
    /// With the instant at which the sandbox stands.
    Sandbox(Instant),
}

/// `None` while nothing was done in the database that depends on it.
pub async fn kept(reads: &impl Reads) -> Result<Option<Timekeeping>, DbErr> {
    let row = reads.find_of_desk::<timekeeping::Entity>().filter(timekeeping::Column::Id.eq(1)).one(reads.connection()).await?;
    Ok(row.map(|row| row.now_at.map_or(Timekeeping::Real, |now| Timekeeping::Sandbox(instant(now)))))
}

/// Records the kind of time; what was recorded before stays.
pub async fn keep(tx: &Tx, time: Timekeeping) -> Result<(), DbErr> {
    let now_at = match time {
        Timekeeping::Real => None,
        Timekeeping::Sandbox(now) => Some(now.to_utc()),
    };
    let row = timekeeping::ActiveModel { id: Set(1), now_at: Set(now_at) };
    let unchanged = OnConflict::column(timekeeping::Column::Id).do_nothing().to_owned();
    timekeeping::Entity::insert(row).on_conflict(unchanged).exec_without_returning(tx.connection()).await.map(drop)
}

/// Moves a sandbox's time forward, never back, whoever asks.
pub async fn move_sandbox(tx: &Tx, now: Instant) -> Result<(), DbErr> {
    let moved = timekeeping::Entity::update_many()
        .col_expr(timekeeping::Column::NowAt, Expr::value(now.to_utc()))
        .filter(timekeeping::Column::NowAt.lt(now.to_utc()));
    moved.exec(tx.connection()).await.map(drop)
}

/// Where the advance with that id leads; it is kept for requests with an idempotency key.
pub async fn advance(reads: &impl Reads, id: Uuid) -> Result<Option<Instant>, DbErr> {
    Ok(reads
        .find_of_desk::<sandbox_advance::Entity>()
        .filter(sandbox_advance::Column::Id.eq(id))
        .one(reads.connection())
        .await?
        .map(|row| instant(row.to_at)))
}

/// Keeps where an advance leads, and deletes those whose keys will have expired by then.
pub async fn keep_advance(tx: &Tx, id: Uuid, to: Instant) -> Result<(), DbErr> {
    let forgotten = sandbox_advance::Column::ToAt.lte(super::idempotency::forgotten(to).to_utc());
    sandbox_advance::Entity::delete_many().filter(forgotten).exec(tx.connection()).await?;
    let row = sandbox_advance::ActiveModel { id: Set(id), to_at: Set(to.to_utc()) };
    sandbox_advance::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}
