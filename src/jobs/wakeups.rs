//! Word of other processes: on PostgreSQL they tell one another, on SQLite a figure tells of them.

use std::time::Duration;

use super::stumbles::Stumbles;
use crate::app::App;
use crate::store::{Backend, stream};
use crate::usecases::Error;

/// How often another process's commits are looked for on SQLite, and how long a lost connection is left alone.
const PULSE: Duration = Duration::from_secs(1);
/// The least time between two words: what is committed meanwhile is told at once.
const BREATH: Duration = Duration::from_millis(50);

/// Wakes the workers when another process committed something, until asked to stop.
pub async fn hear(app: &App) {
    match app.db.backend() {
        Backend::Sqlite => feel_pulse(app).await,
        Backend::Postgres => {
            let mut stumbles = Stumbles::of("hearing other processes");
            while !app.is_stopping() {
                tokio::select! {
                    lost = listen(app, &mut stumbles) => {
                        stumbles.heed(&lost);
                        sleeps(app, PULSE).await;
                    }
                    () = app.stopped() => {}
                }
            }
        }
    }
}

/// Listens until the connection cannot be had. Words are lost before each beginning, so it begins by waking.
async fn listen(app: &App, stumbles: &mut Stumbles) -> Result<(), Error> {
    let Some(mut ear) = app.listen().await? else { return Ok(()) };
    stumbles.heed(&Ok(()));
    loop {
        wake(app);
        ear.hears().await?;
    }
}

async fn feel_pulse(app: &App) {
    let mut known = 0;
    while sleeps(app, PULSE).await {
        let Ok(seen) = stream::pulse(&app.db.pulse()).await else { continue };
        if seen != known {
            known = seen;
            wake(app);
        }
    }
}

fn wake(app: &App) {
    app.wake.notify_waiters();
    app.mail_waits.notify_waiters();
}

/// Tells other processes of what is committed here, until asked to stop.
pub async fn tell(app: &App) {
    let mut stumbles = Stumbles::of("telling other processes");
    while !app.is_stopping() {
        tokio::select! {
            () = app.until_untold() => {}
            () = app.stopped() => {}
        }
        stumbles.heed(&app.tell().await);
        tokio::time::sleep(BREATH).await;
    }
}

/// Sleeps so long; false when asked to stop.
pub async fn sleeps(app: &App, span: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(span) => !app.is_stopping(),
        () = app.stopped() => false,
    }
}
