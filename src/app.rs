//! Everything a use case needs, built once. The program and the tests build it the same way.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use crate::credentials::{Passwords, SigningKey, UsedTokens};
use crate::domain::audit::Act;
use crate::domain::audit::flood::Flood;
use crate::error::Error;
use crate::files::{Files, Scanner, Spool};
use crate::health::Health;
use crate::identity::Providers;
use crate::mail::imap::Server;
use crate::mail::messages::Templates;
use crate::mail::send::Mailer;
use crate::mail::sender_check::SenderChecks;
use crate::mail::signature_check::SignatureChecks;
use crate::sealing::Keys;
use crate::settings::{Settings, TimeMode};
use crate::store::callers::KnownCallers;
use crate::store::time::Timekeeping;
use crate::store::{self, CheckedScope, Db, Scope, Tx, View};
use crate::time::TimeSource;

/// The longest wait before each retry of a transaction, in milliseconds. The actual wait is random, so that transactions that
/// collided once do not collide again.
const RETRY_WITHIN_MS: [u64; 7] = [10, 20, 40, 80, 160, 320, 640];

pub struct App {
    pub settings: Box<Settings>,
    pub db: Db,
    /// By which attachments and incoming mails are sealed.
    pub keys: Arc<Keys>,
    pub files: Files,
    /// Who scans attachments and incoming mails, where the desk has a scanner.
    pub scanner: Option<Scanner>,
    pub spool: Spool,
    pub mailer: Mailer,
    /// What mails say, in the desk's own words where it has them.
    pub templates: Templates,
    /// Mailboxes whose mail the desk fetches, by their names in the settings.
    pub fetched: BTreeMap<String, Fetched>,
    /// Where the desk finds out itself whether a mail is of whom it says.
    pub sender_checks: Option<SenderChecks>,
    /// Where the desk finds out whether what a person signed in a mail holds.
    pub signature_checks: SignatureChecks,
    pub providers: Providers,
    pub callers: KnownCallers,
    pub passwords: Passwords,
    /// Tokens whose last use is still to be written down.
    pub used_tokens: UsedTokens,
    pub time: TimeSource,
    /// By which the desk knows its own links and Message-IDs again; none in a database that was never served.
    pub signing: Option<SigningKey>,
    /// Wakes the workers when something was committed.
    pub wake: Notify,
    pub wake_mail: Notify,
    /// How many refused attempts there were of late.
    refusals: Mutex<Flood>,
    /// Whether refused attempts can be written down.
    pub refusals_kept: Health,
    /// Held shared by workers during a pass, exclusively by a sandbox while its time advances.
    pub work: tokio::sync::RwLock<()>,
    /// Notified on every commit here, so that other processes can be told.
    committed: Notify,
    /// Sent along with notifications, so that this process can ignore its own.
    process_id: String,
    stopping: AtomicBool,
    /// Notified once `stopping` is set.
    stop_asked: Notify,
}

/// A mailbox on a mail server, and whether it can be read.
pub struct Fetched {
    pub server: Server,
    pub health: Health,
}

impl App {
    /// Connects on machine time; `set_time` decides which time holds, and `usecases::agreements` applies the contracts.
    pub async fn start(settings: Settings) -> Result<Self, Error> {
        // First: a desk that cannot write its mails makes no database.
        let templates = Templates::open(settings.mail.templates.as_deref()).map_err(|wrong| Error::Internal(wrong.join("\n")))?;
        let db = Db::connect(&settings.database.url).await?;
        let keys = Arc::new(Keys::open(&settings.files).map_err(|error| Error::Internal(error.to_string()))?);
        let files = Files::open(&settings.attachments, keys.clone()).map_err(|error| Error::Internal(error.to_string()))?;
        let mailer = Mailer::new(&settings).map_err(Error::Internal)?;
        let fetched = fetched(&settings).map_err(Error::Internal)?;
        let sender_checks = SenderChecks::new(&settings.mail).map_err(|wrong| Error::Internal(format!("mail.resolver {wrong}")))?;
        let signature_checks = SignatureChecks::new(&settings.mail.signatures).map_err(Error::Internal)?;
        let providers = Providers::new(&settings.identity).map_err(Error::Internal)?;
        let passwords = Passwords::new(&settings.access).map_err(Error::Internal)?;
        Ok(Self {
            spool: Spool::of(&settings.http.spool),
            scanner: Scanner::new(&settings.attachments),
            settings: Box::new(settings),
            callers: KnownCallers::of(&db),
            db,
            keys,
            files,
            mailer,
            templates,
            fetched,
            sender_checks,
            signature_checks,
            providers,
            passwords,
            used_tokens: UsedTokens::default(),
            time: TimeSource::machine(),
            signing: None,
            wake: Notify::new(),
            wake_mail: Notify::new(),
            refusals: Mutex::default(),
            refusals_kept: Health::new("the record of refused attempts"),
            work: tokio::sync::RwLock::new(()),
            committed: Notify::new(),
            process_id: Uuid::new_v4().to_string(),
            stopping: AtomicBool::new(false),
            stop_asked: Notify::new(),
        })
    }

    /// Takes over the kind of time that the database keeps, whatever the settings say. While it keeps none, the settings decide;
    /// with `keep` that is then recorded for good.
    pub async fn set_time(&mut self, keep: bool) -> Result<(), Error> {
        let configured = configured_time(&self.settings);
        let mut kept = store::time::kept(&self.all()).await?;
        if kept.is_none() && keep {
            let keeping = self.keep_books(&Scope::ALL, async |tx| {
                store::time::keep(tx, configured).await?;
                // Another process may have come first; what it kept stays.
                Ok(store::time::kept(tx).await?)
            });
            kept = keeping.await?;
        }
        if let Timekeeping::Sandbox(now) = kept.unwrap_or(configured) {
            self.time = TimeSource::sandbox(now);
        }
        self.follow_database().await
    }

    /// Takes over the key by which the desk signs; with `keep` one is made where there is none.
    pub async fn set_signing_key(&mut self, keep: bool) -> Result<(), Error> {
        let mut kept = store::signing_key::kept(&self.all()).await?;
        if kept.is_none() && keep {
            let new = SigningKey::new().map_err(|fault| Error::Internal(fault.to_string()))?;
            let keeping = self.keep_books(&Scope::ALL, async |tx| {
                store::signing_key::keep(tx, new.to_hex()).await?;
                // Another process may have come first; what it kept stays.
                Ok(store::signing_key::kept(tx).await?)
            });
            kept = keeping.await?;
        }
        self.signing = kept.as_deref().and_then(SigningKey::from_hex);
        Ok(())
    }

    /// Sets the program's time by the clock of the database server, so that every process on it agrees. SQLite has none.
    pub async fn follow_database(&self) -> Result<(), Error> {
        if let Some(now) = store::time::of_database(&self.all(), self.db.backend()).await? {
            self.time.follow(now);
        }
        Ok(())
    }

    /// Asks everything to finish what it is doing and stop.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.stop_asked.notify_waiters();
        self.wake.notify_waiters();
        self.wake_mail.notify_waiters();
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Waits until `stop` is called.
    pub async fn stopped(&self) {
        // Registered before the flag is read, or a stop in between would be missed.
        let asked = self.stop_asked.notified();
        if !self.is_stopping() {
            asked.await;
        }
    }

    /// Reads without a scope, for the desk's own workers.
    pub fn all(&self) -> View {
        self.db.view(Scope::ALL)
    }

    /// Does work in one transaction for a scope, and retries it when the database asks for that. What it did stands in the audit trail, in
    /// the same transaction: neither exists without the other. Then wakes the workers, here and in other processes.
    pub async fn write<T>(
        &self,
        act: &Act,
        scope: &(impl Clone + Into<CheckedScope>),
        work: impl AsyncFn(&Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let done = self.write_quietly(act, scope, work).await?;
        self.wake.notify_waiters();
        self.committed.notify_one();
        Ok(done)
    }

    /// The same without waking anyone: for the workers themselves, which look again after each pass anyway.
    pub async fn write_quietly<T>(
        &self,
        act: &Act,
        scope: &(impl Clone + Into<CheckedScope>),
        work: impl AsyncFn(&Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.write_until_done(Some(act), scope.clone().into(), work).await
    }

    /// The same without a line in the audit trail, for what changes nothing that anybody asked for: how far a worker has come, what may be
    /// forgotten. A test knows every file that does this.
    pub async fn keep_books<T>(
        &self,
        scope: &(impl Clone + Into<CheckedScope>),
        work: impl AsyncFn(&Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.write_until_done(None, scope.clone().into(), work).await
    }

    async fn write_until_done<T>(
        &self,
        act: Option<&Act>,
        scope: CheckedScope,
        work: impl AsyncFn(&Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        for limit in RETRY_WITHIN_MS {
            match self.write_once(act, &scope, &work).await {
                Err(Error::Repeat) => tokio::time::sleep(up_to(limit)).await,
                done => return done,
            }
        }
        self.write_once(act, &scope, &work).await
    }

    async fn write_once<T>(
        &self,
        act: Option<&Act>,
        scope: &CheckedScope,
        work: &impl AsyncFn(&Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let tx = self.db.begin(scope.clone()).await?;
        // On the heap: what a use case keeps across its statements would else be part of every future around it.
        let done = Box::pin(work(&tx)).await?;
        if let Some(act) = act {
            store::audit::write_done(&tx, act, || self.time.id()).await?;
            scope.note_touched(&tx.touched());
        }
        tx.commit().await?;
        Ok(done)
    }

    /// The count of refused attempts, which bounds their lines in the audit trail.
    pub fn refusals(&self) -> MutexGuard<'_, Flood> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a commit here that has not been announced.
    pub async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Tells other processes that something was committed here.
    pub async fn announce_commits(&self) -> Result<(), Error> {
        Ok(store::wakeups::announce(&self.db, &self.process_id).await?)
    }

    /// Listens for commits of other processes; `None` on SQLite, where they cannot announce any.
    pub async fn listen_for_commits(&self) -> Result<Option<store::wakeups::Listener>, Error> {
        Ok(store::wakeups::listen(&self.db, &self.process_id).await?)
    }
}

/// The mailboxes that are fetched; the error names the first whose certificate cannot be used.
fn fetched(settings: &Settings) -> Result<BTreeMap<String, Fetched>, String> {
    let fetched = settings.mailboxes.iter().filter_map(|(name, mailbox)| Some((name, mailbox.imap.as_ref()?)));
    let opened = fetched.map(|(name, imap)| {
        let server = Server::new(imap).map_err(|error| format!("mailboxes.{name}.imap.{error}"))?;
        Ok((name.clone(), Fetched { server, health: Health::named(format!("mailbox {name}")) }))
    });
    opened.collect()
}

/// The kind of time that a database gets that keeps none yet.
pub fn configured_time(settings: &Settings) -> Timekeeping {
    match settings.time {
        TimeMode::Machine => Timekeeping::Real,
        TimeMode::Sandbox => Timekeeping::Sandbox(settings.sandbox.start.unwrap_or_else(|| TimeSource::machine().now())),
    }
}

/// A random time of at most `limit` milliseconds.
fn up_to(limit: u64) -> Duration {
    Duration::from_millis(getrandom::u64().map_or(limit, |random| random % (limit + 1)))
}
