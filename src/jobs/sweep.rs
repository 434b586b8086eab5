//! What has aged is cleared away, at the start and every hour: what is left of broken uploads, and remembered requests.

use std::time::Duration;

use super::wakeups;
use crate::app::App;
use crate::time::TimeSource;
use crate::usecases::{attachments, idempotency};

/// How often it is looked for.
const EVERY: Duration = Duration::from_hours(1);

/// Sweeps until the program is asked to stop. Uploads are old by the machine's time, in a sandbox too.
pub async fn run(app: &App) {
    loop {
        match attachments::sweep(app, TimeSource::machine().now()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "what was left of broken uploads is removed"),
            Err(error) => tracing::warn!(%error, "what is left of broken uploads could not be removed"),
        }
        if let Err(error) = idempotency::forget(app).await {
            tracing::warn!(%error, "old requests could not be forgotten");
        }
        if !wakeups::sleeps(app, EVERY).await {
            return;
        }
    }
}
