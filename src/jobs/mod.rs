//! What happens without anyone asking. Two workers go on until nothing is left, then sleep until the earliest deadline or
//! until something is committed: one for timers, the stream and its handlers, and one for mail, so that a slow mail server
//! holds up no clock.

pub mod wakeups;

mod advance;
mod stumbles;
mod sweep;

pub use advance::advance;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::obligation::Obligation;
use crate::domain::ticket::Ticket;
use crate::store::record::Rows as _;
use crate::usecases::{Error, obligations, timers};
use crate::{outbox, store};
use stumbles::Stumbles;

/// However quiet it is, look again after this: a lost wake-up costs no more.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
/// The shortest sleep until a deadline, which is a whole second; how long a worker that stumbled waits; and how often it is
/// looked whether a database in trouble recovered.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);
/// How long a worker waits for what is committed just after it was woken: many tickets at once are one pass.
const GATHER: Duration = Duration::from_millis(50);
/// From so much done in a pass on, the next begins at once.
const MANY: usize = 100;

/// Works until nothing is due, or the program is asked to stop, which is then an error.
pub async fn work_off(app: &App) -> Result<(), Error> {
    loop {
        if app.is_stopping() {
            return Err(Error::Stopping);
        }
        let moved = move_on(app).await?;
        let mailed = outbox::send_due(app).await?;
        if moved + mailed == 0 {
            return Ok(());
        }
    }
}

/// Timers, obligations, the stream and its handlers, once; how much was done.
async fn move_on(app: &App) -> Result<usize, Error> {
    // One that stumbles does not keep the others from their work.
    let (fired, opened) = (timers::fire_due::<Ticket>(app).await, obligations::open_due(app).await);
    let obliged = timers::fire_due::<Obligation>(app).await;
    let (numbered, handled) = (outbox::number(app).await, outbox::handle(app).await);
    if handled.as_ref().is_ok_and(|done| *done > 0) {
        app.mail_waits.notify_waiters();
    }
    Ok(fired? + opened? + obliged? + numbered? + handled?)
}

/// When something is due next, if nothing happens before.
pub async fn next_due(app: &App) -> Result<Option<Instant>, Error> {
    Ok(next_move(app).await?.into_iter().chain(next_mail(app).await?).min())
}

async fn next_move(app: &App) -> Result<Option<Instant>, Error> {
    let all = app.all();
    let (ticket, obligation) = (Ticket::next_due(&all).await?, Obligation::next_due(&all).await?);
    let (retry, opening) = (store::set_aside::next_due(&all).await?, store::obligations::next_opening(&all).await?);
    Ok([ticket, obligation, retry, opening].into_iter().flatten().min())
}

async fn next_mail(app: &App) -> Result<Option<Instant>, Error> {
    Ok(store::mail::next_due(&app.all()).await?)
}

/// Works until the program is asked to stop.
pub async fn run(app: Arc<App>) {
    let app = &*app;
    let moving = worker(app, "the worker of timers and events", &app.wake, async || move_on(app).await, async || next_move(app).await);
    let mailing = worker(app, "the worker of mail", &app.mail_waits, async || outbox::send_due(app).await, async || next_mail(app).await);
    tokio::join!(moving, mailing, wakeups::hear(app), wakeups::tell(app), follow_database(app), watch_database(app), sweep::run(app));
}

/// Goes on until nothing is left, then sleeps until woken or until the next deadline, and so on until asked to stop.
async fn worker(
    app: &App,
    name: &'static str,
    wake: &Notify,
    pass: impl AsyncFn() -> Result<usize, Error>,
    next: impl AsyncFn() -> Result<Option<Instant>, Error>,
) {
    let mut stumbles = Stumbles::of(name);
    loop {
        let woken = wake.notified();
        if app.is_stopping() {
            return;
        }
        let done = {
            let _shared = app.work.read().await;
            pass().await
        };
        stumbles.heed(&done);
        match done {
            Ok(0) => {
                tokio::select! {
                    () = woken => tokio::time::sleep(GATHER).await,
                    () = until(app, next().await.ok().flatten()) => {}
                }
            }
            Ok(few) if few < MANY => tokio::time::sleep(GATHER).await,
            Ok(_) => {}
            Err(_) => tokio::time::sleep(SHORTEST_SLEEP).await,
        }
    }
}

/// Sleeps until a deadline, yet not for long.
async fn until(app: &App, next: Option<Instant>) {
    let next = next.filter(|_| !app.time.is_sandbox());
    let wait = next.map_or(LONGEST_SLEEP, |next| {
        Duration::from_secs(u64::try_from(next.unix() - app.time.now().unix()).unwrap_or_default()).clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
    });
    tokio::time::sleep(wait).await;
}

/// Keeps the program's time that of the database.
async fn follow_database(app: &App) {
    let mut stumbles = Stumbles::of("reading the database's clock");
    while wakeups::sleeps(app, LONGEST_SLEEP).await {
        stumbles.heed(&app.follow_database().await);
    }
}

/// Finds out when a database in trouble recovered, and that one nobody writes to is in trouble.
async fn watch_database(app: &App) {
    while wakeups::sleeps(app, SHORTEST_SLEEP).await {
        app.db.look().await;
    }
}
