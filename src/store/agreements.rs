//! The agreements, as a transaction or a view sees them.
//!
//! [`read`] is the only way to them. It asks the database in one small statement whether anything was applied or amended since this
//! process last looked, and reads everything again if so. What another process applied is therefore known here at once, and parsed
//! versions are shared for as long as nothing changes.

use std::path::Path;
use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::cache::{Pinned, PinnedAgreements};
use super::contracts::Applied;
use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, amendments, broken, contracts, erasures};
use crate::contracts::parse;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::contract::amendment::in_force;

/// Locks before the agreements are read: whoever changes one ([`lock`]) has either finished already, or waits until this transaction's tickets
/// are there to be settled again. SQLite has one writer, which does the same.
const HOLD_STILL: &str = "LOCK TABLE ticket, obligation IN ROW EXCLUSIVE MODE";

/// The agreements as they stand. Within a transaction they do not change after the first read: whoever changes one waits for its end.
/// A view looks each time, so it must do so after it has read rows that are pinned to a version, or that version may be missing.
pub async fn read(reads: &impl Reads) -> Result<Arc<Agreements>, DbErr> {
    let Some(pinned) = reads.pinned() else { return unpinned(reads).await };
    match pinned.get() {
        Some(pinned) => Ok(pinned.agreements.clone()),
        None => pin(reads, pinned, false).await,
    }
}

/// The same, and keeps everybody from being erased until the transaction ends ([`erasures::hold_off`]), in one round trip.
pub async fn read_and_hold_off(tx: &Tx) -> Result<Arc<Agreements>, DbErr> {
    match tx.pinned().map(|pinned| (pinned, pinned.get())) {
        Some((pinned, None)) => return pin(tx, pinned, true).await,
        Some((_, Some(pinned))) if pinned.holds_erasures_off => {}
        _ => erasures::hold_off(tx).await?,
    }
    read(tx).await
}

async fn pin(reads: &impl Reads, pinned: &PinnedAgreements, holds_erasures_off: bool) -> Result<Arc<Agreements>, DbErr> {
    if reads.connection().get_database_backend() == Backend::Postgres.into() {
        let both = holds_erasures_off.then(|| format!("{HOLD_STILL}; {}", erasures::holding_off()));
        reads.connection().execute_unprepared(both.as_deref().unwrap_or(HOLD_STILL)).await?;
    }
    let found = Pinned { holds_erasures_off, ..seen(reads).await? };
    Ok(pinned.get_or_init(|| found).agreements.clone())
}

/// The same without fixing them for the transaction: for one that is being opened, whose work has not begun.
pub(super) async fn unpinned(reads: &impl Reads) -> Result<Arc<Agreements>, DbErr> {
    seen(reads).await.map(|seen| seen.agreements)
}

async fn seen(reads: &impl Reads) -> Result<Pinned, DbErr> {
    // Versions, amendments and approvals are only ever added, so an equal count means that nothing changed.
    let sql = "SELECT (SELECT COUNT(*) FROM contract_version) + (SELECT COUNT(*) FROM calendar_amendment) \
         + (SELECT COUNT(*) FROM approval WHERE subject_kind = 'calendar_amendment') AS changes, \
         EXISTS (SELECT 1 FROM routing_rule WHERE is_active) AS has_routing_rules";
    let connection = reads.connection();
    let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    let row = row.ok_or_else(|| broken("a count"))?;
    let (changes, has_routing_rules) = (row.try_get("", "changes")?, row.try_get("", "has_routing_rules")?);
    if let Some(agreements) = reads.cache().at(changes) {
        return Ok(Pinned { agreements, has_routing_rules, holds_erasures_off: false });
    }
    let agreements = Arc::new(read_all(reads).await?);
    reads.cache().keep(changes, &agreements);
    Ok(Pinned { agreements, has_routing_rules, holds_erasures_off: false })
}

async fn read_all(reads: &impl Reads) -> Result<Agreements, DbErr> {
    let (last, recorded) = (reads.cache().latest(), amendments::all(reads).await?);
    let version = |applied: Applied| {
        let amendments = in_force(&recorded, &applied.contract);
        // Parsing is the expensive part, so a version that is still the same is shared.
        let known = last.version(applied.id).ok().filter(|known| known.contract.is_amended_by(&amendments));
        if let Some(known) = known {
            return Ok(known.clone());
        }
        let unreadable = |why: String| DbErr::Type(format!("{} {} as applied: {why}", applied.contract, applied.version));
        let contract = parse(Path::new("contract"), &applied.source).map_err(|refused| unreadable(refused.to_string()))?;
        let contract = contract.amended_by(amendments);
        let contract = contract.map_err(|wrong| unreadable(wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
        Ok(Arc::new(Version { id: applied.id, digest: applied.digest, contract }))
    };
    let versions = contracts::all(reads).await?.into_iter().map(version).collect::<Result<_, DbErr>>()?;
    Ok(Agreements::new(versions))
}

/// Keeps everyone else from writing tickets and obligations until the transaction ends, so that none is written under an agreement that
/// is being changed. Agreements change a few times a year; a lock that every registration has to take would cost more. To be called
/// before [`read`], which then sees what is committed.
pub async fn lock(tx: &Tx) -> Result<(), DbErr> {
    if tx.backend() == Backend::Postgres {
        tx.connection().execute_unprepared("LOCK TABLE ticket, obligation IN EXCLUSIVE MODE").await?;
    }
    Ok(())
}
