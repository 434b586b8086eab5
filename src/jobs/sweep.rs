//! Removes what has aged, at the start and every hour: the remains of broken uploads, idempotency keys, sign-ins that ended long ago, and
//! lines of the audit trail whose time is up. Then the log notes where that trail ends. What a migration that was cut off did not index is
//! indexed, too.

use std::time::Duration;

use super::wakeups;
use crate::app::App;
use crate::time::TimeSource;
use crate::usecases::{Error, attachments, audit, idempotency, schema, tokens};

const EVERY: Duration = Duration::from_hours(1);
/// How many sign-ins a run removes. More than a desk has in an hour, and not so many that others wait for it.
const SIGN_INS: u64 = 1000;

/// Sweeps until the program is asked to stop. Uploads and sign-ins age by the machine's time, in a sandbox too: people live in it.
pub async fn run(app: &App) {
    loop {
        tell("the remains of broken uploads", attachments::sweep(app, TimeSource::machine().now()).await);
        if let Err(error) = idempotency::forget(app).await {
            tracing::warn!(%error, "could not delete old idempotency keys");
        }
        tell("sign-ins that ended long ago", tokens::remove_old_sign_ins(app, TimeSource::machine().now(), SIGN_INS).await);
        tell("lines of the audit trail whose time is up", audit::remove_old(app).await);
        if let Err(error) = schema::index_backlog(&app.db, || app.is_stopping()).await {
            tracing::warn!(%error, "some tickets are not in the search index yet");
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

/// Notes in the log what was removed, if anything was.
fn tell(what: &'static str, removed: Result<impl TryInto<u64>, Error>) {
    match removed.map(|count| count.try_into().unwrap_or(u64::MAX)) {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "removed {what}"),
        Err(error) => tracing::warn!(%error, "could not remove {what}"),
    }
}
