//! What happens without anyone asking. Two workers work until nothing is left, then sleep until the earliest deadline or the
//! next commit. One runs timers, the stream and its handlers; mail has a worker of its own, so that a slow mail server holds up
//! no clock. A third fetches mail, a fourth is brought it, and a fifth has files scanned.

pub mod imap;
pub mod lmtp;
pub mod wakeups;

mod advance;
mod failure_log;
mod intake;
mod pause;
mod scan;
mod sweep;
mod uses;

pub use advance::advance;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::obligation::Obligation;
use crate::domain::role_assignment::RoleAssignment;
use crate::domain::ticket::Ticket;
use crate::store::record::Rows as _;
use crate::usecases::{Error, audit, destructions, obligations, remains, timers};
use crate::{outbox, store};
use failure_log::FailureLog;

/// Workers look again after this long however quiet it is, so a lost wake-up costs no more than that.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
/// The shortest sleep until a deadline (deadlines are whole seconds), the pause after a failed pass, and how often a database in
/// trouble is probed.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);
/// How long a woken worker waits before its pass, so that many tickets committed at once are handled together.
const GATHER: Duration = Duration::from_millis(50);
/// A pass that did this much is followed by the next without a pause.
const BUSY_PASS: usize = 100;

/// Works until nothing is due. `Error::Stopping` when the program is asked to stop first.
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

/// Runs timers, obligations, the stream and its handlers once, clears what was left of what was taken away, and seals what the audit trail got. Returns how much was done.
async fn move_on(app: &App) -> Result<usize, Error> {
    // All of them run before the first error is returned: one that fails must not hold up the others.
    let (fired, opened) = (timers::fire_due::<Ticket>(app).await, obligations::open_due(app).await);
    let obliged = timers::fire_due::<Obligation>(app).await;
    let held = timers::fire_due::<RoleAssignment>(app).await;
    let (numbered, handled) = (outbox::number(app).await, outbox::handle(app).await);
    if handled.as_ref().is_ok_and(|done| *done > 0) {
        app.wake_mail.notify_waiters();
    }
    let destroyed = destructions::carry_out(app).await;
    let (cleared, sealed) = (remains::clear(app).await, audit::seal(app).await);
    Ok(fired? + opened? + obliged? + held? + numbered? + handled? + destroyed? + cleared? + sealed?)
}

/// When something is due next, as things stand.
pub async fn next_due(app: &App) -> Result<Option<Instant>, Error> {
    Ok(next_move(app).await?.into_iter().chain(next_mail(app).await?).min())
}

async fn next_move(app: &App) -> Result<Option<Instant>, Error> {
    let all = app.all();
    let (ticket, obligation, role) =
        (Ticket::next_due(&all).await?, Obligation::next_due(&all).await?, RoleAssignment::next_due(&all).await?);
    let (retry, opening) = (store::set_aside::next_due(&all).await?, store::obligations::next_opening(&all).await?);
    Ok([ticket, obligation, role, retry, opening].into_iter().flatten().min())
}

async fn next_mail(app: &App) -> Result<Option<Instant>, Error> {
    let all = app.all();
    let (mail, waiting) = (store::outbound::next_due(&all).await?, store::outbound::next_waiting(&all).await?);
    Ok([mail, waiting, store::outbound::next_digest(&all).await?].into_iter().flatten().min())
}

/// Works until the program is asked to stop.
pub async fn run(app: Arc<App>) {
    let app = &*app;
    let moving = worker(app, "the worker for timers and events", &app.wake, async || move_on(app).await, async || next_move(app).await);
    let mailing = worker(app, "the mail worker", &app.wake_mail, async || outbox::send_due(app).await, async || next_mail(app).await);
    tokio::join!(
        moving,
        mailing,
        wakeups::listen(app),
        wakeups::announce(app),
        follow_database(app),
        watch_database(app),
        sweep::run(app),
        tell_refusals(app),
        uses::run(app),
        imap::run(app),
        lmtp::run(app),
        scan::run(app)
    );
}

/// Works until nothing is left, then sleeps until woken or until the next deadline; and so on until asked to stop.
async fn worker(
    app: &App,
    name: &'static str,
    wake: &Notify,
    pass: impl AsyncFn() -> Result<usize, Error>,
    next: impl AsyncFn() -> Result<Option<Instant>, Error>,
) {
    let mut failures = FailureLog::of(name);
    loop {
        // Registered before the pass, so that a commit during it is not missed.
        let woken = wake.notified();
        if app.is_stopping() {
            return;
        }
        let done = {
            let _shared = app.work.read().await;
            pass().await
        };
        failures.note(&done);
        match done {
            Ok(0) => {
                tokio::select! {
                    () = woken => tokio::time::sleep(GATHER).await,
                    () = until(app, next().await.ok().flatten()) => {}
                }
            }
            Ok(few) if few < BUSY_PASS => tokio::time::sleep(GATHER).await,
            Ok(_) => {}
            Err(_) => tokio::time::sleep(SHORTEST_SLEEP).await,
        }
    }
}

/// Sleeps until a deadline, within the bounds above. A sandbox's deadlines pass only when its time is advanced, which wakes the
/// workers.
async fn until(app: &App, next: Option<Instant>) {
    let next = next.filter(|_| !app.time.is_sandbox());
    let wait = next.map_or(LONGEST_SLEEP, |next| {
        Duration::from_secs(u64::try_from(next.unix() - app.time.now().unix()).unwrap_or_default()).clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
    });
    tokio::time::sleep(wait).await;
}

async fn follow_database(app: &App) {
    let mut failures = FailureLog::of("reading the database's clock");
    while wakeups::sleep(app, LONGEST_SLEEP).await {
        failures.note(&app.follow_database().await);
    }
}

/// Refused attempts that were only counted are told when their minute is over.
async fn tell_refusals(app: &App) {
    while wakeups::sleep(app, LONGEST_SLEEP).await {
        audit::record_counted(app, false).await;
    }
}

/// Notices that a database in trouble has recovered, and that one nobody writes to is in trouble.
async fn watch_database(app: &App) {
    while wakeups::sleep(app, SHORTEST_SLEEP).await {
        app.db.probe().await;
    }
}
