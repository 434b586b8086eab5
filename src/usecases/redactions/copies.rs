//! The mails, in and out, that hold a copy of what is redacted.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::redaction::Copied;
use crate::domain::ticket::Ticket;
use crate::mail::parse;
use crate::store::{self, Tx};
use crate::usecases::{Error, inbound};

/// By what copies of it are known.
#[derive(Default)]
pub(super) struct Gone {
    pub target: Uuid,
    pub copied: Vec<Copied>,
    /// Of a file.
    pub digest: Option<String>,
}

impl Gone {
    fn is_in(&self, text: &str) -> bool {
        self.copied.iter().any(|one| one.is_in(text))
    }

    fn is_in_mail(&self, raw: &[u8]) -> bool {
        let mail = parse::parse(raw);
        let is_digest = |file: &Vec<u8>| Some(hex::encode(Sha256::digest(file))) == self.digest;
        // What cannot be read as a mail is searched as it is.
        self.is_in(&mail.text)
            || mail.subject.as_deref().is_some_and(|subject| self.is_in(subject))
            || self.is_in(&String::from_utf8_lossy(raw))
            || (self.digest.is_some() && parse::attachment_contents(raw).iter().any(is_digest))
    }
}

/// Takes them away.
pub(super) async fn take_copies(app: &App, tx: &Tx, ticket: &Ticket, gone: &Gone, now: Instant) -> Result<(), Error> {
    let mut hold = Vec::new();
    // One at a time: each may be large.
    for id in store::redactions::mails_in(tx, ticket.id).await? {
        if gone.is_in_mail(&inbound::opened(app, tx, id).await?) {
            hold.push(id);
        }
    }
    store::redactions::take_mails_in(tx, &hold, now).await?;
    let out = store::outbound::of_ticket(tx, ticket.id).await?;
    let found = out.iter().filter(|mail| mail.event_id == gone.target || gone.is_in(&mail.body) || gone.is_in(&mail.subject));
    let ids: BTreeSet<_> = found.map(|mail| mail.id).collect();
    Ok(store::redactions::take_mail_out(tx, &ids.into_iter().collect::<Vec<_>>()).await?)
}
