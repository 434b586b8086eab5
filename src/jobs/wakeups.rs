//! How a process learns that another one committed something. On PostgreSQL processes notify each other; SQLite has no such
//! channel, so each process polls a counter there.

use std::time::Duration;

use super::failure_log::FailureLog;
use crate::app::App;
use crate::store::{Backend, wakeups};
use crate::usecases::Error;

/// How often SQLite is polled, and how long to wait before reconnecting a lost PostgreSQL listener.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// The least time between two notifications, so that a burst of commits is announced once.
const ANNOUNCE_INTERVAL: Duration = Duration::from_millis(50);

/// Wakes the workers when another process committed something, until asked to stop.
pub async fn listen(app: &App) {
    match app.db.backend() {
        Backend::Sqlite => poll(app).await,
        Backend::Postgres => {
            let mut failures = FailureLog::of("listening to other processes");
            while !app.is_stopping() {
                tokio::select! {
                    lost = listen_until_lost(app, &mut failures) => {
                        failures.note(&lost);
                        sleep(app, POLL_INTERVAL).await;
                    }
                    () = app.stopped() => {}
                }
            }
        }
    }
}

async fn listen_until_lost(app: &App, failures: &mut FailureLog) -> Result<(), Error> {
    let Some(mut listener) = app.listen_for_commits().await? else { return Ok(()) };
    failures.note(&Ok(()));
    loop {
        // Also before the first wait: whatever was announced while nobody listened is lost.
        wake(app);
        listener.wait().await?;
    }
}

async fn poll(app: &App) {
    let mut known = 0;
    while sleep(app, POLL_INTERVAL).await {
        let Ok(version) = wakeups::data_version(&app.db).await else { continue };
        if version != known {
            known = version;
            wake(app);
        }
    }
}

fn wake(app: &App) {
    app.wake.notify_waiters();
    app.wake_mail.notify_waiters();
}

/// Tells other processes about commits made here, until asked to stop.
pub async fn announce(app: &App) {
    let mut failures = FailureLog::of("notifying other processes");
    while !app.is_stopping() {
        tokio::select! {
            () = app.committed() => {}
            () = app.stopped() => {}
        }
        // When stopping, too: the last commits may not have been announced.
        failures.note(&app.announce_commits().await);
        tokio::time::sleep(ANNOUNCE_INTERVAL).await;
    }
}

/// Sleeps; false when asked to stop.
pub async fn sleep(app: &App, span: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(span) => !app.is_stopping(),
        () = app.stopped() => false,
    }
}
