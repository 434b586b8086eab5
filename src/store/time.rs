//! The database's own clock, and whose time it keeps.

use entity::{sandbox_advance, timekeeping};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, instant};
use crate::domain::Instant;

/// What PostgreSQL's clock reads; `None` on SQLite, which has none of its own.
pub async fn of_database(reads: &impl Reads, backend: Backend) -> Result<Option<chrono::DateTime<chrono::Utc>>, DbErr> {
    if backend == Backend::Sqlite {
        return Ok(None);
    }
    let row = reads.connection().query_one_raw(Statement::from_string(backend.into(), "SELECT clock_timestamp() AS now")).await?;
    row.map(|row| row.try_get("", "now")).transpose()
}

/// Whose time a database keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Real time.
    Real,
    /// A sandbox's, which stands here.
    Sandbox(Instant),
}

/// Whose time the database keeps; `None` while nothing was done in it.
pub async fn kept(reads: &impl Reads) -> Result<Option<Kept>, DbErr> {
    let row = reads.find_ours::<timekeeping::Entity>().filter(timekeeping::Column::Id.eq(1)).one(reads.connection()).await?;
    Ok(row.map(|row| row.now_at.map_or(Kept::Real, |now| Kept::Sandbox(instant(now)))))
}

/// Has a database that keeps no time yet keep this one; what it keeps stays as it is.
pub async fn keep(tx: &Tx, time: Kept) -> Result<(), DbErr> {
    let now_at = match time {
        Kept::Real => None,
        Kept::Sandbox(now) => Some(now.to_utc()),
    };
    let row = timekeeping::ActiveModel { id: Set(1), now_at: Set(now_at) };
    let as_it_is = OnConflict::column(timekeeping::Column::Id).do_nothing().to_owned();
    timekeeping::Entity::insert(row).on_conflict(as_it_is).exec_without_returning(tx.connection()).await.map(drop)
}

/// Moves a sandbox's time on; never back.
pub async fn move_sandbox(tx: &Tx, now: Instant) -> Result<(), DbErr> {
    let moved = timekeeping::Entity::update_many()
        .col_expr(timekeeping::Column::NowAt, Expr::value(now.to_utc()))
        .filter(timekeeping::Column::NowAt.lt(now.to_utc()));
    moved.exec(tx.connection()).await.map(drop)
}

/// Where an advance that was asked for under a key goes.
pub async fn advance(reads: &impl Reads, id: Uuid) -> Result<Option<Instant>, DbErr> {
    Ok(reads
        .find_ours::<sandbox_advance::Entity>()
        .filter(sandbox_advance::Column::Id.eq(id))
        .one(reads.connection())
        .await?
        .map(|row| instant(row.to_at)))
}

/// Keeps where an advance goes, and forgets those whose keys are forgotten by then.
pub async fn keep_advance(tx: &Tx, id: Uuid, to: Instant) -> Result<(), DbErr> {
    let forgotten = sandbox_advance::Column::ToAt.lte(super::idempotency::forgotten(to).to_utc());
    sandbox_advance::Entity::delete_many().filter(forgotten).exec(tx.connection()).await?;
    let row = sandbox_advance::ActiveModel { id: Set(id), to_at: Set(to.to_utc()) };
    sandbox_advance::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}
