//! Requests that created something, so that their repeat creates nothing.

use entity::idempotency;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx};
use crate::domain::Instant;

/// A key as its caller sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Who sent it.
    pub caller: String,
    /// The key.
    pub key: String,
    /// SHA-256 of what was asked.
    pub digest: String,
}

/// What was created under a key, with the digest it was asked with.
pub async fn find(reads: &impl Reads, key: &Key) -> Result<Option<(String, Uuid)>, DbErr> {
    let row = idempotency::Entity::find().filter(idempotency::Column::Caller.eq(&key.caller)).filter(idempotency::Column::Key.eq(&key.key));
    Ok(row.one(reads.connection()).await?.map(|row| (row.digest, row.created_id)))
}

/// Remembers what was created.
pub async fn insert(tx: &Tx, id: Uuid, key: &Key, created: Uuid, now: Instant) -> Result<(), DbErr> {
    let row = idempotency::ActiveModel {
        id: Set(id),
        caller: Set(key.caller.clone()),
        key: Set(key.key.clone()),
        digest: Set(key.digest.clone()),
        created_id: Set(created),
        recorded_at: Set(now.to_utc()),
    };
    idempotency::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}
