//! One mailbox and what is done with its messages, one connection after another.

use std::time::Duration;

use bytes::Bytes;

use super::Turn;
use super::notes::Notes;
use crate::app::{App, Fetched};
use crate::domain::Instant;
use crate::health::Health;
use crate::jobs::failure_log::FailureLog;
use crate::jobs::intake::take_in;
use crate::jobs::pause::Pause;
use crate::mail::imap::{Folder, Server, Trouble};
use crate::settings::Imap;
use crate::usecases::Error;
use crate::usecases::inbound::{self, SIZE_CAP};

/// Servers end a connection on which nobody asked anything for half an hour (RFC 2177 says 29 minutes).
const LONGEST_WAIT: Duration = Duration::from_mins(25);
/// After so many messages in a row that could not be taken in, the desk is in trouble and not the messages.
const IN_A_ROW: usize = 3;
/// How long a message that the desk has may still take to be moved when the program is asked to stop.
const LAST_MOVE: Duration = Duration::from_secs(2);

pub struct Reader<'a> {
    app: &'a App,
    turn: &'a Turn,
    name: &'a str,
    settings: Option<&'a Imap>,
    server: &'a Server,
    health: &'a Health,
    notes: Notes,
    pause: Pause,
    failures: FailureLog,
}

/// Why a connection was ended.
pub enum Ended {
    Stopping,
    /// Another process fetches mail now.
    OthersTurn,
    Trouble(Trouble),
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// What became of a message.
enum Tried {
    Taken,
    Failed,
    /// Somebody else took it out of the folder.
    Gone,
}

impl<'a> Reader<'a> {
    pub fn of(app: &'a App, turn: &'a Turn, name: &'a str, mailbox: &'a Fetched) -> Self {
        Self {
            app,
            turn,
            name,
            settings: app.settings.mailboxes.get(name).and_then(|mailbox| mailbox.imap.as_ref()),
            server: &mailbox.server,
            health: &mailbox.health,
            notes: Notes::default(),
            pause: Pause::default(),
            failures: FailureLog::of("taking in fetched mail"),
        }
    }

    /// Reads the mailbox until something ends that.
    pub async fn read(&mut self) -> Ended {
        match self.connection().await {
            Ok(ended) | Err(ended) => ended,
        }
    }

    /// Notes why the mailbox cannot be read; how long until it is tried again.
    pub fn wait_after(&mut self, trouble: &Trouble) -> Duration {
        self.health.failed(trouble);
        self.pause.next()
    }

    /// While another process reads the mailbox, nothing is known of it here.
    pub fn rest(&mut self) {
        self.health.worked();
        self.pause.reset();
    }

    async fn connection(&mut self) -> Result<Ended, Ended> {
        let mut folder = self.unless_stopped(self.server.open()).await?;
        loop {
            // Also when that cannot be found out: without the database no mail is taken in.
            if !self.turn.is_ours(self.app).await.is_ok_and(|is_ours| is_ours) {
                return Ok(Ended::OthersTurn);
            }
            let is_more = self.look(&mut folder).await?;
            self.health.worked();
            self.pause.reset();
            if !is_more {
                folder = self.unless_stopped(folder.wait(self.longest_wait())).await?;
            }
        }
    }

    fn longest_wait(&self) -> Duration {
        let poll = self.settings.map_or(LONGEST_WAIT, |settings| Duration::from_secs(settings.poll_seconds.into()));
        let retry = self.notes.next().unwrap_or(LONGEST_WAIT).max(Duration::from_secs(1));
        poll.min(LONGEST_WAIT).min(retry)
    }

    /// Takes in what is there. Whether there may be more already.
    async fn look(&mut self, folder: &mut Folder) -> Result<bool, Ended> {
        let there = self.unless_stopped(folder.look()).await?;
        let (mut taken, mut failed) = (0_usize, 0_usize);
        for number in self.notes.in_turn(folder.numbering(), &there) {
            if self.app.is_stopping() {
                return Err(Ended::Stopping);
            }
            match self.take(folder, number).await? {
                Tried::Taken => (taken, failed) = (taken + 1, 0),
                Tried::Failed => failed += 1,
                Tried::Gone => {}
            }
            if failed == IN_A_ROW {
                return Ok(false);
            }
        }
        Ok(taken > 0 || folder.has_news()?)
    }

    async fn take(&mut self, folder: &mut Folder, number: u32) -> Result<Tried, Ended> {
        if !self.notes.is_taken(number) {
            let received = match self.fetched(folder, number).await {
                Ok(Some(message)) => self.receive(&message).await,
                Ok(None) => return Ok(Tried::Gone),
                Err(ended) => {
                    // It may be this very message that the server cannot give: the next time it comes last.
                    self.notes.failed(number);
                    return Err(ended);
                }
            };
            self.failures.note(&received);
            if received.is_err() {
                self.notes.failed(number);
                return Ok(Tried::Failed);
            }
            // Before it is moved: should that fail, it is moved later and not taken in again.
            self.notes.taken(number);
        }
        tokio::select! {
            moved = folder.put_away(number) => moved?,
            () = stopped_for(self.app, LAST_MOVE) => return Err(Ended::Stopping),
        }
        if self.notes.moved(number) {
            tracing::warn!(
                mailbox = self.name,
                "the server says that a mail was moved, and it is still where it was; it is asked for less and less often"
            );
        }
        Ok(Tried::Taken)
    }

    async fn fetched(&self, folder: &mut Folder, number: u32) -> Result<Option<Message>, Ended> {
        let Some(size) = self.unless_stopped(folder.size(number)).await? else { return Ok(None) };
        Ok(Some(if size > SIZE_CAP {
            Message::Head { head: self.unless_stopped(folder.head(number)).await?, size }
        } else {
            let (raw, arrived) = self.unless_stopped(folder.message(number, size)).await?;
            Message::Whole(raw.into(), arrived)
        }))
    }

    async fn receive(&self, message: &Message) -> Result<(), Error> {
        take_in(self.app, async |stamp| match message {
            Message::Whole(raw, arrived) => inbound::receive(self.app, stamp, self.name, raw.clone(), *arrived).await.map(drop),
            Message::Head { head, size } => {
                tracing::warn!(mailbox = self.name, size, "a mail is too large to be taken in; its headers are kept");
                inbound::refuse_oversized(self.app, stamp, self.name, head, *size).await.map(drop)
            }
        })
        .await
    }

    /// Waits for the server, unless the program is asked to stop: nothing is lost when the connection just ends.
    async fn unless_stopped<T>(&self, answer: impl Future<Output = Result<T, Trouble>>) -> Result<T, Ended> {
        tokio::select! {
            answer = answer => answer.map_err(Ended::from),
            () = self.app.stopped() => Err(Ended::Stopping),
        }
    }
}

/// A message as far as it was fetched.
enum Message {
    /// With when it came into the mailbox.
    Whole(Bytes, Option<Instant>),
    /// Of one that is too large.
    Head { head: Vec<u8>, size: u64 },
}

/// Until the program was asked to stop, and so long after that.
async fn stopped_for(app: &App, long: Duration) {
    app.stopped().await;
    tokio::time::sleep(long).await;
}
