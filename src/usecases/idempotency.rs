//! Deleting idempotency keys, which are remembered for a day of the desk's time.

use super::Error;
use crate::app::App;
use crate::store::{self, Scope};

/// Keys deleted in one transaction.
const BATCH: u64 = 500;

/// Deletes all expired keys. Returns how many.
pub async fn forget(app: &App) -> Result<u64, Error> {
    let (now, mut forgotten) = (app.time.now(), 0);
    loop {
        let batch = app.keep_books(&Scope::ALL, async |tx| Ok(store::idempotency::forget(tx, now, BATCH).await?)).await?;
        forgotten += batch;
        if batch < BATCH {
            return Ok(forgotten);
        }
    }
}
