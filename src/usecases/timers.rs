//! What becomes due by itself: warnings, breaches and steps on a ladder, each at its own instant, once.

use uuid::Uuid;

use super::Error;
use super::tickets::{numbered, settle};
use crate::app::App;
use crate::domain::Instant;
use crate::store::{self, Scope, Tx};

/// Tickets settled in one transaction.
const BATCH: u64 = 200;
/// Seconds until a ticket that could not be settled is looked at again.
const PUT_OFF: i64 = 60;

/// Settles what is due by now, a batch; how many tickets it was. Cost follows what is due, not what is open.
///
/// A ticket that cannot be settled, as when a row of it cannot be read, stops nobody else: it is put off, and what becomes due
/// of it meanwhile happens, at its true instant, once it can.
pub async fn fire_due(app: &App) -> Result<usize, Error> {
    let now = app.time.now();
    if store::tickets::next_due(&app.all()).await?.is_none_or(|next| next > now) {
        return Ok(0);
    }
    let due = app.write_quietly(&Scope::All, async |tx| {
        let due = store::tickets::claim_due(tx, now, BATCH).await?;
        let part = tx.savepoint().await?;
        match settle_all(app, &part, &due, now).await {
            Ok(()) => part.commit().await?,
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(_) => {
                part.rollback().await?;
                settle_each(app, tx, &due, now).await?;
            }
        }
        Ok(due.len())
    });
    due.await
}

async fn settle_each(app: &App, tx: &Tx, due: &[Uuid], now: Instant) -> Result<(), Error> {
    for ticket in due {
        let part = tx.savepoint().await?;
        match settle_all(app, &part, std::slice::from_ref(ticket), now).await {
            Ok(()) => part.commit().await?,
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => {
                part.rollback().await?;
                tracing::error!(%ticket, %error, "a ticket's timers wait: it could not be settled");
                store::tickets::put_off(tx, *ticket, now.plus(PUT_OFF).unwrap_or(Instant::MAX)).await?;
            }
        }
    }
    Ok(())
}

async fn settle_all(app: &App, tx: &Tx, due: &[Uuid], now: Instant) -> Result<(), Error> {
    if due.is_empty() {
        return Ok(());
    }
    let agreements = store::agreements::read(tx).await?;
    let mut histories = store::events::histories(tx, due).await?;
    for ticket in &store::tickets::with_ids(tx, due).await? {
        let version = agreements.version(ticket.contract_version_id)?;
        let history = histories.remove(&ticket.id).unwrap_or_default();
        let settled = settle(&version.contract, ticket, &history, now, false);
        store::tickets::update(tx, ticket, &settled).await?;
        store::events::append(tx, ticket, history.len(), &numbered(app, &settled)).await?;
    }
    Ok(())
}
