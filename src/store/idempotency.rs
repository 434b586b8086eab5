//! Idempotency keys with what their requests created, so that a repeated request creates nothing.

use entity::idempotency;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx};
use crate::domain::Instant;
use crate::domain::idempotency::Key;

/// A request that must not be carried out twice, with the id of what it created.
#[derive(Debug)]
pub struct Completed<'a> {
    pub key: &'a Key,
    /// Of the row that remembers it.
    pub id: Uuid,
    pub created: Uuid,
    pub at: Instant,
}

/// How long a key is remembered, in seconds of the desk's time, which in a sandbox is sandbox time.
pub const LIFETIME_SECONDS: i64 = 24 * 3600;

/// What was created under a key that is still remembered, with the digest of that request.
pub async fn find(reads: &impl Reads, key: &Key, now: Instant) -> Result<Option<(String, Uuid)>, DbErr> {
    let row = reads
        .find_of_desk::<idempotency::Entity>()
        .filter(idempotency::Column::Caller.eq(&key.caller))
        .filter(idempotency::Column::Key.eq(&key.key));
    let row = row.filter(idempotency::Column::RecordedAt.gt(forgotten(now).to_utc())).one(reads.connection()).await?;
    Ok(row.map(|row| (row.digest, row.created_id)))
}

/// The latest instant of which keys are no longer remembered.
pub(super) fn forgotten(now: Instant) -> Instant {
    now.plus(-LIFETIME_SECONDS).unwrap_or(Instant::MIN)
}

/// Deletes a batch of keys that are no longer remembered. Returns how many.
pub async fn forget(tx: &Tx, now: Instant, limit: u64) -> Result<u64, DbErr> {
    let old = tx.find_of_desk::<idempotency::Entity>().filter(idempotency::Column::RecordedAt.lte(forgotten(now).to_utc())).limit(limit);
    let ids: Vec<Uuid> = old.select_only().column(idempotency::Column::Id).into_tuple().all(tx.connection()).await?;
    let gone = idempotency::Entity::delete_many().filter(idempotency::Column::Id.is_in(ids)).exec(tx.connection()).await?;
    Ok(gone.rows_affected)
}

/// Remembers what was created, replacing an expired row of the same key. `RecordNotInserted`, which makes the transaction retry, when
/// another request came first with the key.
pub async fn insert(tx: &Tx, completed: &Completed<'_>) -> Result<(), DbErr> {
    let Completed { key, id, created, at } = completed;
    let row = idempotency::ActiveModel {
        id: Set(*id),
        caller: Set(key.caller.clone()),
        key: Set(key.key.clone()),
        digest: Set(key.digest.clone()),
        created_id: Set(*created),
        recorded_at: Set(at.to_utc()),
    };
    let is_old = Expr::col((idempotency::Entity, idempotency::Column::RecordedAt)).lte(forgotten(*at).to_utc());
    let over = OnConflict::columns([idempotency::Column::Caller, idempotency::Column::Key])
        .update_columns([idempotency::Column::Digest, idempotency::Column::CreatedId, idempotency::Column::RecordedAt])
        .action_and_where(is_old)
        .to_owned();
    match idempotency::Entity::insert(row).on_conflict(over).exec_without_returning(tx.connection()).await? {
        0 => Err(DbErr::RecordNotInserted),
        _ => Ok(()),
    }
}
