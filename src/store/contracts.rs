//! Contract versions, with the text they were applied with.

use entity::contract_version;
use sea_orm::ActiveValue::Set;
use sea_orm::{DbErr, EntityTrait, QueryOrder};
use uuid::Uuid;

use super::tx::sealed::Inner as _;
use super::{Reads, Tx, instant};
use crate::domain::Instant;

#[derive(Debug, Clone)]
pub struct Applied {
    /// Tickets and obligations are pinned to it.
    pub id: Uuid,
    pub contract: String,
    pub version: String,
    /// SHA-256 of `source`, in hexadecimal.
    pub digest: String,
    pub source: String,
    pub applied_at: Instant,
}

/// In the order applied.
pub async fn all(reads: &impl Reads) -> Result<Vec<Applied>, DbErr> {
    let rows =
        reads.find_of_desk::<contract_version::Entity>().order_by_asc(contract_version::Column::AppliedAt).all(reads.connection()).await?;
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
