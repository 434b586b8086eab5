//! A message on its way in, and what of it is kept.

use bytes::Bytes;
use uuid::Uuid;

use super::{Received, copy};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::TicketType;
use crate::domain::mail::{Authentication, Inbound as StoredMail, SignatureVerdict};
use crate::domain::redaction::GONE;
use crate::domain::scan::Scan;
use crate::domain::ticket::Ticket;
use crate::domain::wrapped_key::WrappedKey;
use crate::mail::authentication;
use crate::mail::parse::Parsed;
use crate::mail::triage::{Decision, Outcome, RECEIVED_BEFORE};
use crate::settings::Mailbox;
use crate::store::inbound::{MADE_UP, SameBy, SameMessage};
use crate::store::storage::NOBODY;
use crate::store::{self, Tx};
use crate::usecases::tickets::When;
use crate::usecases::{Error, Stamp, quota, tokens};

/// Seconds within which a message is fetched that nothing holds up.
const AT_ONCE: i64 = 120;
/// Without a Message-ID, the same words within this many seconds are the same message: a mail server that got no answer in time delivers
/// again after some minutes. Later, somebody wrote the same words again.
const SAME_WORDS: i64 = 600;

pub(super) struct Coming<'a> {
    pub(super) app: &'a App,
    pub(super) name: &'a str,
    pub(super) mailbox: &'a Mailbox,
    pub(super) mail: &'a Parsed,
    pub(super) raw: &'a Bytes,
    /// The same as it is stored.
    pub(super) sealed: (Bytes, Option<WrappedKey>),
    /// Bytes that it has, where no more than its head was read.
    pub(super) cut_from: Option<u64>,
    /// Whether it is of whom it says, with what failed.
    pub(super) authentication: (Authentication, Option<String>),
    /// What was made of a person's signature on it.
    pub(super) signature: Option<SignatureVerdict>,
    /// Of whoever handed it in.
    pub(super) stamp: &'a Stamp,
    pub(super) id: Uuid,
    pub(super) now: Instant,
    /// When it came into its mailbox.
    pub(super) arrived: Instant,
}

/// How much of a message is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Everything,
    /// A copy of it was redacted.
    ThatItCame,
    /// A copy of it was erased or destroyed.
    Nothing,
}

impl<'a> Coming<'a> {
    /// Sealed here and not where it is kept: of a large message that takes long, and what is written to a database of one writer waits for it.
    pub(super) async fn of(app: &'a App, stamp: &'a Stamp, mailbox: &'a str, (raw, mail): (&'a Bytes, &'a Parsed)) -> Result<Self, Error> {
        let (id, now) = (app.time.id(), stamp.recorded_at);
        let settings = app.settings.mailboxes.get(mailbox).ok_or(Error::NotFound("mailbox"))?;
        let sealed = copy::sealed(app, id, raw).await?;
        let authentication = said_in_front(app, mail).unwrap_or((Authentication::Unverified, None));
        Ok(Self {
            app,
            name: mailbox,
            mailbox: settings,
            mail,
            raw,
            sealed,
            authentication,
            signature: None,
            cut_from: None,
            stamp,
            id,
            now,
            arrived: now,
        })
    }

    /// Quarantines a message, unless it is a duplicate.
    pub(super) async fn keep_aside(&self, tx: &Tx, reason: &str) -> Result<Received, Error> {
        let before = self.before(tx).await?;
        let left = self.left(tx, before.as_ref()).await?;
        let decision = if before.is_some() { Decision::noted(Outcome::Duplicate, RECEIVED_BEFORE, None) } else { waiting(reason) };
        self.keep(tx, &decision, None, None, left).await
    }

    /// The type of ticket that it becomes as the report of a machine that the mailbox names.
    pub(super) fn alert(&self) -> Option<TicketType> {
        self.mailbox.alert_of(&self.mail.from.as_ref()?.email)
    }

    /// When it happened, if it was fetched late.
    pub(super) fn when(&self) -> When {
        let is_late = self.arrived.unix() + AT_ONCE < self.now.unix();
        let reason = is_late.then(|| "it came into the mailbox then".to_owned());
        When { arrived: is_late.then_some(self.arrived), reason, occurred_at: None }
    }

    /// How much of it is kept: of a copy of what was removed for good, no more than was left of that.
    pub(super) async fn left(&self, tx: &Tx, before: Option<&StoredMail>) -> Result<Left, Error> {
        if before.is_some_and(|before| before.is_erased) {
            return Ok(Left::Nothing);
        }
        let redacted = store::redactions::is_mail_redacted(tx, &self.mail.content_digest, self.mail.message_id.as_deref()).await?;
        Ok(if redacted { Left::ThatItCame } else { Left::Everything })
    }

    /// The same message, taken in before.
    pub(super) async fn before(&self, tx: &Tx) -> Result<Option<StoredMail>, Error> {
        if self.has_no_identity() {
            return Ok(None);
        }
        let (key, lately) = (self.once_key(), self.now.plus(-SAME_WORDS).unwrap_or(Instant::MIN));
        let by = if self.mail.message_id.is_some() || self.cut_from.is_some() { SameBy::Key(&key) } else { SameBy::CameAfter(lately) };
        // The digest covers the sender, so the same words from somebody else are another message.
        let same = SameMessage { contract: &self.mailbox.contract, digest: &self.mail.content_digest, by };
        Ok(store::inbound::arrived(tx, &same).await?)
    }

    /// With neither a Message-ID nor a sender, two messages cannot be told from one that came twice.
    fn has_no_identity(&self) -> bool {
        self.mail.message_id.is_none() && self.mail.from.is_none() && self.cut_from.is_none()
    }

    /// A key that is unique within the contract, so that the same message arriving twice at one moment is taken in once.
    fn once_key(&self) -> String {
        if self.cut_from.is_some() {
            let message_id = self.mail.message_id.as_deref().unwrap_or_default();
            return tokens::digest(format!("{message_id} {} too large", self.mail.content_digest).as_bytes());
        }
        let identity = match &self.mail.message_id {
            Some(message_id) => format!("{message_id} {}", self.mail.content_digest),
            None if self.has_no_identity() => self.id.to_string(),
            None => format!("{} {}", self.now.unix().div_euclid(SAME_WORDS), self.mail.content_digest),
        };
        tokens::digest(identity.as_bytes())
    }

    pub(super) async fn keep(
        &self,
        tx: &Tx,
        decision: &Decision<Ticket>,
        ticket: Option<Ticket>,
        organisation: Option<String>,
        left: Left,
    ) -> Result<Received, Error> {
        let stub = store::redactions::stub();
        let raw: &[u8] = match left {
            Left::Everything => self.raw,
            Left::ThatItCame => &stub,
            Left::Nothing => &[],
        };
        let whose = ticket.as_ref().map(|ticket| &ticket.organisation).or(organisation.as_ref());
        quota::take(self.app, tx, whose.map_or(NOBODY, String::as_str), raw.len() as u64).await?;
        let kept = StoredMail {
            id: self.id,
            organisation: ticket.as_ref().map(|ticket| ticket.organisation.clone()).or(organisation),
            contract: self.mailbox.contract.clone(),
            mailbox: self.name.to_owned(),
            // Of somebody who was erased it may hold the address.
            message_id: self.mail.message_id.clone().filter(|_| left != Left::Nothing).unwrap_or_else(|| format!("{}{MADE_UP}", self.id)),
            digest: self.mail.content_digest.clone(),
            sender: self.mail.from.as_ref().filter(|_| left != Left::Nothing).map(|from| from.email.clone()),
            subject: match left {
                Left::Everything => self.mail.subject.clone(),
                Left::ThatItCame => Some(GONE.to_owned()),
                Left::Nothing => None,
            },
            authentication: self.authentication.0,
            signature: self.signature,
            outcome: decision.outcome.kind().as_str().to_owned(),
            reason: decision.reason.clone(),
            ticket_id: ticket.as_ref().map(|ticket| ticket.id),
            received_at: self.arrived,
            redacted_at: (left == Left::ThatItCame).then_some(self.now),
            is_erased: left == Left::Nothing,
            size_bytes: raw.len() as u64,
            scan: self.app.scanner.as_ref().filter(|_| left == Left::Everything).map(|_| Scan::Unscanned),
        };
        let once_key = (decision.outcome != Outcome::Duplicate).then(|| self.once_key());
        if tx.touched().objects.is_empty() {
            tx.touch("inbound_message", self.id);
        }
        let stored = match &self.sealed {
            (sealed, key) if left == Left::Everything => (sealed.to_vec(), key.clone()),
            _ => (raw.to_vec(), None),
        };
        store::inbound::keep(tx, &kept, once_key, stored).await?;
        Ok(Received { mail: kept, ticket })
    }
}

/// The decision to quarantine.
pub(super) fn waiting(reason: &str) -> Decision<Ticket> {
    Decision::noted(Outcome::Quarantined, reason, None)
}

/// What the mail server in front says of who sent it.
pub(super) fn said_in_front(app: &App, mail: &Parsed) -> Option<(Authentication, Option<String>)> {
    authentication::judge(mail, app.settings.mail.authserv_id.as_deref())
}
