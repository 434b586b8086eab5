//! What becomes due by itself, each at its own instant and once: for tickets warnings, breaches and ladder steps; for obligations
//! reminders, lateness, and due dates moved by an amended calendar; for roles their beginning and end, gaps and reviews.

use uuid::Uuid;

use super::held::{Held, write_all};
use super::{Error, Stamp};
use crate::app::App;
use crate::store::record::Rows;
use crate::store::{self, Tx};

/// Subjects settled in one transaction.
const BATCH: u64 = 200;
/// How long a subject that could not be settled is postponed: it takes somebody to mend it, and each try is an error in the log.
const PUT_OFF_SECONDS: i64 = 5 * 60;

/// Settles a batch of subjects of one kind that are due by now, and returns how many. Its cost depends on what is due, not on what is open.
///
/// A subject that cannot be settled, because a row of it cannot be read, does not hold up the others: it is postponed. Whatever became due
/// meanwhile is recorded at its true instant once it can be settled.
pub async fn fire_due<S: Rows>(app: &App) -> Result<usize, Error> {
    let stamp = Stamp::program("fireTimers", app.time.now());
    let now = stamp.recorded_at;
    if S::next_due(&app.all()).await?.is_none_or(|next| next > now) {
        return Ok(0);
    }
    let due = stamp.write_quietly(app, async |tx| {
        let due = S::claim_due(tx, now, BATCH).await?;
        let savepoint = tx.savepoint().await?;
        match settle_all::<S>(app, &savepoint, &stamp, &due).await {
            Ok(()) => savepoint.commit().await?,
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(_) => {
                savepoint.rollback().await?;
                settle_each::<S>(app, tx, &stamp, &due).await?;
            }
        }
        Ok(due.len())
    });
    due.await
}

async fn settle_each<S: Rows>(app: &App, tx: &Tx, stamp: &Stamp, due: &[Uuid]) -> Result<(), Error> {
    for id in due {
        let savepoint = tx.savepoint().await?;
        match settle_all::<S>(app, &savepoint, stamp, std::slice::from_ref(id)).await {
            Ok(()) => savepoint.commit().await?,
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => {
                savepoint.rollback().await?;
                tracing::error!(subject = S::NAME, %id, %error, "could not settle this; postponed");
                S::put_off(tx, *id, stamp.recorded_at.plus(PUT_OFF_SECONDS).unwrap_or(stamp.recorded_at)).await?;
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
        let terms = subject.terms(&agreements)?;
        let history = histories.remove(&subject.id()).unwrap_or_default();
        records.push(Held::of(app, stamp, terms, subject, history).settle()?);
    }
    write_all(app, tx, stamp, &records, None).await
}
