//! What becomes due by itself: of tickets warnings, breaches and steps on a ladder; of obligations reminders, lateness, and due dates that
//! an amended calendar moved. Each at its own instant, once.

use uuid::Uuid;

use super::held::{Held, write_all};
use super::{Error, Stamp};
use crate::app::App;
use crate::store::record::Rows;
use crate::store::{self, Scope, Tx};

/// Subjects settled in one transaction.
const BATCH: u64 = 200;
/// Seconds until a subject that could not be settled is looked at again.
const PUT_OFF: i64 = 60;

/// Settles what is due by now of one kind of subject, a batch; how many it was. Cost follows what is due, not what is open.
///
/// A subject that cannot be settled, as when a row of it cannot be read, stops nobody else: it is put off, and what becomes due
/// of it meanwhile happens, at its true instant, once it can.
pub async fn fire_due<S: Rows>(app: &App) -> Result<usize, Error> {
    let stamp = Stamp::system(app.time.now());
    let now = stamp.recorded_at;
    if S::next_due(&app.all()).await?.is_none_or(|next| next > now) {
        return Ok(0);
    }
    let due = app.write_quietly(&Scope::All, async |tx| {
        let due = S::claim_due(tx, now, BATCH).await?;
        let part = tx.savepoint().await?;
        match settle_all::<S>(app, &part, &stamp, &due).await {
            Ok(()) => part.commit().await?,
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(_) => {
                part.rollback().await?;
                settle_each::<S>(app, tx, &stamp, &due).await?;
            }
        }
        Ok(due.len())
    });
    due.await
}

async fn settle_each<S: Rows>(app: &App, tx: &Tx, stamp: &Stamp, due: &[Uuid]) -> Result<(), Error> {
    for id in due {
        let part = tx.savepoint().await?;
        match settle_all::<S>(app, &part, stamp, std::slice::from_ref(id)).await {
            Ok(()) => part.commit().await?,
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => {
                part.rollback().await?;
                tracing::error!(subject = S::NAME, %id, %error, "what is due of it waits: it could not be settled");
                S::put_off(tx, *id, stamp.recorded_at.plus(PUT_OFF).unwrap_or(stamp.recorded_at)).await?;
            }
        }
    }
    Ok(())
}

async fn settle_all<S: Rows>(app: &App, tx: &Tx, stamp: &Stamp, due: &[Uuid]) -> Result<(), Error> {
    if due.is_empty() {
        return Ok(());
    }
    let mut histories = store::events::histories::<S>(tx, due).await?;
    let subjects = S::with_ids(tx, due).await?;
    let agreements = store::agreements::read(tx).await?;
    let mut records = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let version = agreements.version(subject.contract_version_id())?.clone();
        let history = histories.remove(&subject.id()).unwrap_or_default();
        records.push(Held::of(app, stamp, version, subject, history).settle()?);
    }
    write_all(app, tx, stamp, &records, None).await
}
