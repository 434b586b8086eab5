//! Removes what has aged, at the start and every hour: the remains of broken uploads, and idempotency keys.

use std::time::Duration;

use super::wakeups;
use crate::app::App;
use crate::time::TimeSource;
use crate::usecases::{attachments, idempotency};

const EVERY: Duration = Duration::from_hours(1);

/// Sweeps until the program is asked to stop. Uploads age by the machine's time, in a sandbox too: their senders live in it.
pub async fn run(app: &App) {
    loop {
        match attachments::sweep(app, TimeSource::machine().now()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "removed the remains of broken uploads"),
            Err(error) => tracing::warn!(%error, "could not remove the remains of broken uploads"),
        }
        if let Err(error) = idempotency::forget(app).await {
            tracing::warn!(%error, "could not delete old idempotency keys");
        }
        if !wakeups::sleep(app, EVERY).await {
            return;
        }
    }
}
