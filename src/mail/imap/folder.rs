//! A folder of a mailbox, open for as long as its connection lasts.

use std::time::Duration;

use async_imap::Session;
use async_imap::imap_proto::{Response, ResponseCode};
use async_imap::types::{Capabilities, Fetch, UnsolicitedResponse};
use futures_util::TryStreamExt;

use super::names::encoded;
use super::wire::Line;
use super::{Step, Trouble, within};
use crate::domain::Instant;
use crate::settings::Imap;

/// Bytes of a head that are read: what is beyond is no head that a person's program wrote.
const HEAD_CAP: usize = 256 * 1024;
/// A message may take a second longer for each of so many bytes: a slow line, and no server that sends a byte now and then for ever.
const SLOWEST: u64 = 16 * 1024;

pub struct Folder {
    session: Session<Line>,
    name: String,
    done: String,
    /// How long the server may take.
    patience: Duration,
    can: Can,
    /// The UIDVALIDITY of the last look: numbers mean something together with it alone.
    numbering: u32,
}

/// Which of the extensions that are of use the server has.
#[derive(Debug, Clone, Copy)]
struct Can {
    /// RFC 2177
    idle: bool,
    /// RFC 6851
    moving: bool,
    /// UIDPLUS (RFC 4315)
    uid_plus: bool,
}

impl Can {
    fn of(capabilities: &Capabilities) -> Self {
        // In either case: servers write what they like, and the library compares letter by letter.
        let has = |name: &str| capabilities.has_str(name) || capabilities.has_str(name.to_lowercase());
        Self { idle: has("IDLE"), moving: has("MOVE"), uid_plus: has("UIDPLUS") }
    }
}

/// As a string of the protocol: the library leaves patterns as they are.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Folder {
    pub(super) async fn of(mut session: Session<Line>, settings: &Imap) -> Result<Self, Trouble> {
        let patience = Duration::from_secs(settings.timeout_seconds.into());
        let (name, done) = (encoded(&settings.folder), encoded(&settings.done_folder));
        let can = Can::of(&within(patience, Step::LogIn, session.capabilities()).await?);
        let is_there = async {
            let found: Vec<_> = session.list(None, Some(&quoted(&done))).await?.try_collect().await?;
            Ok(!found.is_empty())
        };
        if !within(patience, Step::Open, is_there).await? {
            within(patience, Step::Open, session.create(&done)).await?;
            // So that people's programs show it. One that does not know subscriptions shows all folders anyway.
            let subscribed = within(patience, Step::Open, session.subscribe(&done)).await;
            if !matches!(subscribed, Ok(()) | Err(Trouble::Refused(_))) {
                subscribed?;
            }
        }
        Ok(Self { session, name, done, patience, can, numbering: 0 })
    }

    /// The numbers of its messages, oldest first, without those that are marked as deleted. It is opened again each time: that is how a
    /// server tells of another numbering, and that everything which came since is in it.
    pub async fn look(&mut self) -> Result<Vec<u32>, Trouble> {
        let opened = within(self.patience, Step::Open, self.session.select(&self.name)).await?;
        self.numbering = opened.uid_validity.ok_or(Trouble::Unnumbered)?;
        let found = within(self.patience, Step::Search, self.session.uid_search("UNDELETED")).await?;
        let mut numbers: Vec<_> = found.into_iter().collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    pub fn numbering(&self) -> u32 {
        self.numbering
    }

    /// Bytes of a message; `None` when it is no longer there.
    pub async fn size(&mut self, number: u32) -> Result<Option<u64>, Trouble> {
        self.fetch(number, "(UID RFC822.SIZE)", self.patience, |answer| answer.size.map(u64::from)).await
    }

    /// A whole message of about this size, and when it came into the mailbox.
    pub async fn message(&mut self, number: u32, size: u64) -> Result<(Vec<u8>, Option<Instant>), Trouble> {
        let patience = self.patience + Duration::from_secs(size / SLOWEST);
        let arrived = |answer: &Fetch| answer.internal_date().and_then(|at| Instant::from_unix(at.timestamp()));
        let body = |answer: &Fetch| Some((answer.body()?.to_vec(), arrived(answer)));
        self.fetch(number, "(UID INTERNALDATE BODY.PEEK[])", patience, body).await?.ok_or(Trouble::Refused(Step::Fetch))
    }

    /// The headers of a message.
    pub async fn head(&mut self, number: u32) -> Result<Vec<u8>, Trouble> {
        let what = format!("(UID BODY.PEEK[HEADER]<0.{HEAD_CAP}>)");
        let head = |answer: &Fetch| answer.header().map(|head| head[..head.len().min(HEAD_CAP)].to_vec());
        self.fetch(number, &what, self.patience, head).await?.ok_or(Trouble::Refused(Step::Fetch))
    }

    async fn fetch<T>(
        &mut self,
        number: u32,
        what: &str,
        patience: Duration,
        read: impl Fn(&Fetch) -> Option<T>,
    ) -> Result<Option<T>, Trouble> {
        let asked = async {
            let (mut found, mut answers) = (None, self.session.uid_fetch(number.to_string(), what).await?);
            while let Some(answer) = answers.try_next().await? {
                // A server may tell of other messages in between.
                if answer.uid == Some(number) {
                    found = read(&answer).or(found);
                }
            }
            Ok(found)
        };
        within(patience, Step::Fetch, asked).await
    }

    /// Moves a message to where those are that the desk has.
    pub async fn put_away(&mut self, number: u32) -> Result<(), Trouble> {
        self.has_news()?;
        let (done, patience) = (self.done.clone(), self.patience);
        if self.can.moving {
            return within(patience, Step::Move, self.session.uid_mv(number.to_string(), &done)).await;
        }
        within(patience, Step::Move, self.session.uid_copy(number.to_string(), &done)).await?;
        self.says(&format!("UID STORE {number} +FLAGS.SILENT (\\Deleted)")).await?;
        // EXPUNGE alone would remove what somebody else marked. Without this one, it stays marked, and is not looked at again.
        if self.can.uid_plus { self.says(&format!("UID EXPUNGE {number}")).await } else { Ok(()) }
    }

    async fn says(&mut self, command: &str) -> Result<(), Trouble> {
        within(self.patience, Step::Move, self.session.run_command_and_check_ok(command)).await
    }

    /// Whether messages came since the last look; an error when their numbers are others since.
    pub fn has_news(&mut self) -> Result<bool, Trouble> {
        let mut came = false;
        while let Ok(notice) = self.session.unsolicited_responses.try_recv() {
            match notice {
                UnsolicitedResponse::Exists(_) => came = true,
                UnsolicitedResponse::Other(other) => match other.parsed() {
                    Response::Data { outcome, .. } if matches!(outcome.code, Some(ResponseCode::UidValidity(number)) if number != self.numbering) =>
                    {
                        return Err(Trouble::Renumbered);
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        Ok(came)
    }

    /// Waits until the server tells that something changed, and at most so long.
    pub async fn wait(mut self, limit: Duration) -> Result<Self, Trouble> {
        if !self.can.idle {
            tokio::time::sleep(limit).await;
            return Ok(self);
        }
        let mut idle = self.session.idle();
        within(self.patience, Step::Wait, idle.init()).await?;
        let (news, _interrupt) = idle.wait_with_timeout(limit);
        // The library's own limit begins anew with every sign of life. What went wrong shows when the waiting is ended.
        drop(tokio::time::timeout(limit, news).await);
        self.session = within(self.patience, Step::Wait, idle.done()).await?;
        Ok(self)
    }
}
