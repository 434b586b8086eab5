//! Fetches the mail of mailboxes that have `[mailboxes.NAME.imap]`: a worker for each, in the one process that has the seat for it.
//!
//! A message is taken in, and moved out of its folder once that is committed. Whoever is killed in between fetches it again, the desk
//! knows it (`usecases::inbound::receive`), and it is moved then. The worker waits until the server tells of new mail, and looks again after
//! `poll_seconds` whatever it was told.
//!
//! Nothing stops a mailbox for good. What cannot be reached is tried again, less and less often. A message that cannot be taken in stays in
//! its folder and is tried again after those that never failed, so that one which cannot be read holds up no other.

mod notes;
mod reader;

use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Mutex;

use super::failure_log::FailureLog;
use super::wakeups;
use crate::app::App;
use crate::store::seat::{self, Seat, Task};
use crate::usecases::Error;
use reader::{Ended, Reader};

/// How often a process that has no seat asks for it.
const ASK_AGAIN: Duration = Duration::from_secs(5);
/// How long the database may take to say whether the seat is still held.
const SEAT_ANSWER: Duration = Duration::from_secs(10);

/// Works until the program is asked to stop.
pub async fn run(app: &App) {
    let turn = Turn::default();
    let workers = app.fetched.iter().map(|(name, mailbox)| follow(app, &turn, Reader::of(app, &turn, name, mailbox)));
    join_all(workers).await;
}

/// Reads a mailbox again and again.
async fn follow(app: &App, turn: &Turn, mut reader: Reader<'_>) {
    let mut failures = FailureLog::of("asking which process fetches mail");
    while !app.is_stopping() {
        let is_ours = turn.is_ours(app).await;
        failures.note(&is_ours);
        let wait = if is_ours.is_ok_and(|is_ours| is_ours) {
            match reader.read().await {
                Ended::Stopping => return,
                Ended::OthersTurn => ASK_AGAIN,
                Ended::Trouble(trouble) => reader.wait_after(&trouble),
            }
        } else {
            reader.rest();
            ASK_AGAIN
        };
        if !wakeups::sleep(app, wait).await {
            return;
        }
    }
}

/// Whether it is this process that fetches mail. Two that do are no harm, but every message would be kept twice.
#[derive(Default)]
struct Turn(Mutex<Option<Seat>>);

impl Turn {
    async fn is_ours(&self, app: &App) -> Result<bool, Error> {
        let mut seat = self.0.lock().await;
        if let Some(held) = seat.as_mut()
            && tokio::time::timeout(SEAT_ANSWER, held.is_held()).await.is_ok_and(|is_held| is_held)
        {
            return Ok(true);
        }
        *seat = None;
        *seat = seat::take(&app.db, Task::FetchMail).await?;
        Ok(seat.is_some())
    }
}
