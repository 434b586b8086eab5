//! Requests are remembered for a day of the desk's time, so that their repeat creates nothing; then they are forgotten.

use super::Error;
use crate::app::App;
use crate::store::{self, Scope};

/// How many are forgotten in one transaction.
const BATCH: u64 = 500;

/// Forgets every request older than a day; how many it was.
pub async fn forget(app: &App) -> Result<u64, Error> {
    let (now, mut forgotten) = (app.time.now(), 0);
    loop {
        let batch = app.write(&Scope::All, async |tx| Ok(store::idempotency::forget(tx, now, BATCH).await?)).await?;
        forgotten += batch;
        if batch < BATCH {
            return Ok(forgotten);
        }
    }
}
