//! The database's own clock, and the sandbox's.

use entity::{sandbox, sandbox_advance};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
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

/// Where the sandbox's time stands; `None` before its first start.
pub async fn of_sandbox(reads: &impl Reads) -> Result<Option<Instant>, DbErr> {
    Ok(sandbox::Entity::find_by_id(1).one(reads.connection()).await?.map(|row| instant(row.now_at)))
}

/// Keeps where the sandbox's time stands.
pub async fn keep_sandbox(tx: &Tx, now: Instant) -> Result<(), DbErr> {
    let row = sandbox::ActiveModel { id: Set(1), now_at: Set(now.to_utc()) };
    let moved = OnConflict::column(sandbox::Column::Id).update_column(sandbox::Column::NowAt).to_owned();
    sandbox::Entity::insert(row).on_conflict(moved).exec_without_returning(tx.connection()).await.map(drop)
}

/// Where an advance that was asked for under a key goes.
pub async fn advance(reads: &impl Reads, id: Uuid) -> Result<Option<Instant>, DbErr> {
    Ok(sandbox_advance::Entity::find_by_id(id).one(reads.connection()).await?.map(|row| instant(row.to_at)))
}

/// Keeps where an advance goes, and forgets those whose keys are forgotten by then.
pub async fn keep_advance(tx: &Tx, id: Uuid, to: Instant) -> Result<(), DbErr> {
    let forgotten = sandbox_advance::Column::ToAt.lte(super::idempotency::forgotten(to).to_utc());
    sandbox_advance::Entity::delete_many().filter(forgotten).exec(tx.connection()).await?;
    let row = sandbox_advance::ActiveModel { id: Set(id), to_at: Set(to.to_utc()) };
    sandbox_advance::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}
