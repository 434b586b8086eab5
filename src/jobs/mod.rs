//! What happens without anyone asking: due timers, the stream, handlers, mail. One pass after another, until nothing is
//! left; then sleep until the earliest deadline, or until something is committed.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::domain::Instant;
use crate::outbox;
use crate::store::{self, Backend, stream};
use crate::usecases::{Error, idempotency, timers};

/// However quiet it is, look again after this: a lost wake-up costs no more.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
/// How often another process's commits are looked for.
const PULSE: Duration = Duration::from_secs(1);
/// How often what has aged is cleared away, in seconds of the desk's time.
const CLEARING: i64 = 3600;

/// Works until nothing is due.
pub async fn work_off(app: &App) -> Result<(), Error> {
    loop {
        let fired = timers::fire_due(app).await?;
        let numbered = outbox::number(app).await?;
        let handled = outbox::handle(app).await?;
        let mailed = outbox::send_due(app).await?;
        if fired + numbered + handled + mailed == 0 {
            return Ok(());
        }
    }
}

/// When something is due next, if nothing happens before.
pub async fn next_due(app: &App) -> Result<Option<Instant>, Error> {
    let all = app.all();
    let (timer, mail) = (store::tickets::next_due(&all).await?, store::mail::next_due(&all).await?);
    Ok(timer.into_iter().chain(mail).min())
}

/// Works until the program is asked to stop.
pub async fn run(app: Arc<App>) {
    let mut pulse = 0;
    let mut followed = app.time.now();
    let mut cleared = Instant::MIN;
    loop {
        let woken = app.wake.notified();
        if app.is_stopping() {
            return;
        }
        let failed = {
            let _alone = app.work.lock().await;
            work_off(&app).await
        };
        if let Err(error) = failed {
            tracing::error!(%error, "the workers stumbled, and try again");
            tokio::time::sleep(PULSE).await;
            continue;
        }
        if app.time.now().unix() - followed.unix() >= 60 {
            followed = app.time.now();
            if let Err(error) = app.follow_database().await {
                tracing::warn!(%error, "the database's clock could not be read");
            }
        }
        if app.time.now().unix() - cleared.unix() >= CLEARING {
            cleared = app.time.now();
            if let Err(error) = idempotency::forget(&app).await {
                tracing::warn!(%error, "old requests could not be forgotten");
            }
        }
        tokio::select! {
            () = woken => {}
            () = until_due(&app) => {}
            seen = until_pulse(&app, pulse) => pulse = seen,
        }
    }
}

/// Sleeps until the earliest deadline.
async fn until_due(app: &App) {
    let next = next_due(app).await.ok().flatten().filter(|_| !app.time.is_sandbox());
    let wait = next.map_or(LONGEST_SLEEP, |next| {
        Duration::from_secs(u64::try_from(next.unix() - app.time.now().unix()).unwrap_or_default()).clamp(PULSE, LONGEST_SLEEP)
    });
    tokio::time::sleep(wait).await;
}

/// Sleeps until another process committed something.
async fn until_pulse(app: &App, known: i64) -> i64 {
    loop {
        tokio::time::sleep(PULSE).await;
        let Ok(seen) = stream::pulse(&app.db.pulse(), app.db.backend()).await else { continue };
        let committed = match app.db.backend() {
            Backend::Sqlite => seen != known,
            Backend::Postgres => seen > 0,
        };
        if committed {
            return seen;
        }
    }
}
