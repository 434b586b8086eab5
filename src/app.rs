//! Everything a use case needs, built once: main and the tests build the same one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use crate::error::Error;
use crate::files::Files;
use crate::mail::send::Mailer;
use crate::settings::{Settings, TimeMode};
use crate::store::time::Kept;
use crate::store::{self, Db, Scope, Tx, View};
use crate::time::TimeSource;

/// How many milliseconds at most go by before a transaction is done once more: at random, so that those who met do not meet again.
const REPEATS: [u64; 7] = [10, 20, 40, 80, 160, 320, 640];

/// The program, running.
pub struct App {
    /// Its settings.
    pub settings: Settings,
    /// Its database.
    pub db: Db,
    /// Where its files are.
    pub files: Files,
    /// Who sends its mail.
    pub mailer: Mailer,
    /// Its time.
    pub time: TimeSource,
    /// Wakes the workers when something was committed.
    pub wake: Notify,
    /// Wakes who sends mail.
    pub mail_waits: Notify,
    /// Shared by the workers while they work, and alone a sandbox's while it moves: never under them.
    pub work: tokio::sync::RwLock<()>,
    /// Says that other processes have not been told yet of something committed.
    untold: Notify,
    /// What other processes know this one by.
    process: String,
    stopping: AtomicBool,
    /// Told once `stopping` is set.
    stop_asked: Notify,
}

impl App {
    /// Connects and finds out what time it is; contracts are applied by `usecases::agreements`.
    pub async fn start(settings: Settings) -> Result<Self, Error> {
        let db = Db::connect(&settings.database.url).await?;
        let files = Files::open(&settings.attachments).map_err(|error| Error::Internal(error.to_string()))?;
        let mailer = Mailer::new(&settings).map_err(Error::Internal)?;
        Ok(Self {
            settings,
            db,
            files,
            mailer,
            time: TimeSource::machine(),
            wake: Notify::new(),
            mail_waits: Notify::new(),
            work: tokio::sync::RwLock::new(()),
            untold: Notify::new(),
            process: Uuid::new_v4().to_string(),
            stopping: AtomicBool::new(false),
            stop_asked: Notify::new(),
        })
    }

    /// Sets the time to the one the database keeps, whatever the settings say. Where it keeps none yet it is the one of the settings,
    /// which the database then keeps for good if what comes is done `in_time`.
    pub async fn set_time(&mut self, in_time: bool) -> Result<(), Error> {
        let own = match self.settings.time {
            TimeMode::Machine => Kept::Real,
            TimeMode::Sandbox => Kept::Sandbox(self.settings.sandbox.start.unwrap_or_else(|| TimeSource::machine().now())),
        };
        let mut kept = store::time::kept(&self.all()).await?;
        if kept.is_none() && in_time {
            let keep = self.write_quietly(&Scope::All, async |tx| {
                store::time::keep(tx, own).await?;
                Ok(store::time::kept(tx).await?)
            });
            kept = keep.await?;
        }
        if let Kept::Sandbox(now) = kept.unwrap_or(own) {
            self.time = TimeSource::sandbox(now);
        }
        self.follow_database().await
    }

    /// Follows the database's clock, where it has one.
    pub async fn follow_database(&self) -> Result<(), Error> {
        if let Some(theirs) = store::time::of_database(&self.all(), self.db.backend()).await? {
            self.time.follow(theirs);
        }
        Ok(())
    }

    /// Asks everything to stop when it has done what it is doing.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.stop_asked.notify_waiters();
        self.wake.notify_waiters();
        self.mail_waits.notify_waiters();
    }

    /// Whether everything is asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Waits until everything is asked to stop.
    pub async fn stopped(&self) {
        let asked = self.stop_asked.notified();
        if !self.is_stopping() {
            asked.await;
        }
    }

    /// Reads for the desk's own workers.
    pub fn all(&self) -> View {
        self.db.view(Scope::All)
    }

    /// Does work in one transaction for a scope, and again when the database asks for that; wakes the workers after,
    /// here and in other processes.
    pub async fn write<T>(&self, scope: &Scope, work: impl AsyncFn(&Tx) -> Result<T, Error>) -> Result<T, Error> {
        let done = self.write_quietly(scope, work).await?;
        self.wake.notify_waiters();
        self.untold.notify_one();
        Ok(done)
    }

    /// The same for the workers themselves, who need not be woken by what they do.
    pub async fn write_quietly<T>(&self, scope: &Scope, work: impl AsyncFn(&Tx) -> Result<T, Error>) -> Result<T, Error> {
        for most in REPEATS {
            match self.write_once(scope, &work).await {
                Err(Error::Repeat) => tokio::time::sleep(some_of(most)).await,
                done => return done,
            }
        }
        self.write_once(scope, &work).await
    }

    async fn write_once<T>(&self, scope: &Scope, work: &impl AsyncFn(&Tx) -> Result<T, Error>) -> Result<T, Error> {
        let tx = self.db.begin(scope.clone()).await?;
        // On the heap: what a use case keeps across its statements would else be part of every future around it.
        let done = Box::pin(work(&tx)).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// Waits until something was committed here that other processes have not been told of.
    pub async fn until_untold(&self) {
        self.untold.notified().await;
    }

    /// Tells other processes that something was committed.
    pub async fn tell(&self) -> Result<(), Error> {
        Ok(store::wakeups::tell(&self.db, &self.process).await?)
    }

    /// Listens for what other processes tell; `None` where they tell nothing.
    pub async fn listen(&self) -> Result<Option<store::wakeups::Ear>, Error> {
        Ok(store::wakeups::listen(&self.db, &self.process).await?)
    }
}

/// Any part of so many milliseconds.
fn some_of(most: u64) -> Duration {
    Duration::from_millis(getrandom::u64().map_or(most, |random| random % (most + 1)))
}
