//! Contract versions, as they were applied.

use entity::contract_version;
use sea_orm::ActiveValue::Set;
use sea_orm::{DbErr, EntityTrait, QueryOrder};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::Instant;

/// A version as it was applied.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Its id, which tickets pin.
    pub id: Uuid,
    /// The contract.
    pub contract: String,
    /// The version.
    pub version: String,
    /// SHA-256 of its text, in hexadecimal.
    pub digest: String,
    /// Its text.
    pub source: String,
    /// When.
    pub applied_at: Instant,
}

/// Every version there is, in the order applied.
pub async fn all(reads: &impl Reads) -> Result<Vec<Applied>, DbErr> {
    let rows =
        reads.find_ours::<contract_version::Entity>().order_by_asc(contract_version::Column::AppliedAt).all(reads.connection()).await?;
    Ok(rows
        .into_iter()
        .map(|row| Applied {
            id: row.id,
            contract: row.contract,
            version: row.version,
            digest: row.digest,
            source: row.source,
            applied_at: instant(row.applied_at),
        })
        .collect())
}

/// Adds a version.
pub async fn insert(tx: &Tx, version: &Applied, effective_from: chrono::NaiveDate) -> Result<(), DbErr> {
    let row = contract_version::ActiveModel {
        id: Set(version.id),
        contract: Set(version.contract.clone()),
        version: Set(version.version.clone()),
        effective_date: Set(effective_from),
        digest: Set(version.digest.clone()),
        source: Set(version.source.clone()),
        applied_at: Set(version.applied_at.to_utc()),
    };
    contract_version::Entity::insert(row).exec_without_returning(tx.connection()).await.map(drop)
}
