//! Removes what has aged, at the start and every hour: the remains of broken uploads, idempotency keys, and lines of the audit trail
//! whose time is up. Then the log notes where that trail ends.

use std::time::Duration;

use super::wakeups;
use crate::app::App;
use crate::time::TimeSource;
use crate::usecases::{attachments, audit, idempotency};

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
        match audit::remove_old(app).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "removed lines of the audit trail whose time is up"),
            Err(error) => tracing::warn!(%error, "could not remove old lines of the audit trail"),
        }
        match audit::head(app).await {
            Ok(head) => tracing::info!(line = head.position, hash = head.hash, "the audit trail ends here"),
            Err(error) => tracing::warn!(%error, "could not read where the audit trail ends"),
        }
        if !wakeups::sleep(app, EVERY).await {
            return;
        }
    }
}
