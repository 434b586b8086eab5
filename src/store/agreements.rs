//! The agreements, as a transaction or a view knows them.
//!
//! There is no other way to one: [`read`] asks the database whether anything was applied or amended since this process last looked,
//! in one small statement, and reads all of it again when something was. So what another process applied is known here at once, and
//! parsed versions are shared for as long as nothing changes.

use std::path::Path;
use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::contracts::Applied;
use super::tx::sealed::Inner as _;
use super::{Backend, Reads, Tx, amendments, broken, contracts};
use crate::contracts::parse;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::contract::amendment::in_force;

/// The agreements as they stand. In a transaction they stand still from the first question on: whoever changes one waits for its end.
/// A view asks each time, so it asks after it has read the rows that are pinned to a version, and finds that version.
pub async fn read(reads: &impl Reads) -> Result<Arc<Agreements>, DbErr> {
    let Some(known) = reads.known() else { return look(reads).await };
    if let Some(known) = known.get() {
        return Ok(known.clone());
    }
    // Said before it is looked at, so that whoever changes an agreement was done before, or waits until what is written under it is there.
    if reads.connection().get_database_backend() == Backend::Postgres.into() {
        reads.connection().execute_unprepared("LOCK TABLE ticket, obligation IN ROW EXCLUSIVE MODE").await?;
    }
    let agreements = look(reads).await?;
    Ok(known.get_or_init(|| agreements).clone())
}

async fn look(reads: &impl Reads) -> Result<Arc<Agreements>, DbErr> {
    let changes = changes(reads).await?;
    if let Some(last) = reads.last_read().at(changes) {
        return Ok(last);
    }
    let agreements = Arc::new(all(reads).await?);
    reads.last_read().keep(changes, &agreements);
    Ok(agreements)
}

/// How many versions, amendments and approvals there are. They are only ever added: where there are as many, they are the same.
async fn changes(reads: &impl Reads) -> Result<i64, DbErr> {
    let sql = "SELECT (SELECT COUNT(*) FROM contract_version) + (SELECT COUNT(*) FROM calendar_amendment) \
         + (SELECT COUNT(*) FROM amendment_approval) AS changes";
    let connection = reads.connection();
    let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    row.ok_or_else(|| broken("a count"))?.try_get("", "changes")
}

async fn all(reads: &impl Reads) -> Result<Agreements, DbErr> {
    let (last, recorded) = (reads.last_read().latest(), amendments::all(reads).await?);
    let version = |applied: Applied| {
        let amendments = in_force(&recorded, &applied.contract);
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

/// Holds off whoever writes under an agreement until the transaction ends, so that nothing under way misses what it changes: that
/// comes a few times a year, and a lock held by every registration would cost more. Comes before [`read`], which then sees what is so.
pub async fn lock(tx: &Tx) -> Result<(), DbErr> {
    if tx.backend() == Backend::Postgres {
        tx.connection().execute_unprepared("LOCK TABLE ticket, obligation IN EXCLUSIVE MODE").await?;
    }
    Ok(())
}
