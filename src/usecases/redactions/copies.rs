//! The mails, in and out, that hold a copy of what is redacted.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::mail::Outbound;
use crate::domain::redaction::Copied;
use crate::domain::ticket::Ticket;
use crate::mail::{messages, parse};
use crate::store::{self, Tx};
use crate::usecases::{Error, inbound};

/// By what copies of it are known.
#[derive(Default)]
pub(super) struct Gone {
    pub target: Uuid,
    pub copied: Vec<Copied>,
    /// Of which a redacted message showed a part.
    pub mail: Option<Uuid>,
    /// Of a file.
    pub digest: Option<String>,
    /// Whether it is the ticket's title and description, as they are and as they were before they were changed: those are kept nowhere but in
    /// copies.
    pub texts: bool,
}

impl Gone {
    fn is_in(&self, text: &str) -> bool {
        self.copied.iter().any(|one| one.is_in(text))
    }

    /// What is left of a text that quotes some of it; `None` when it quotes nothing.
    pub fn cut_from(&self, text: &str) -> Option<String> {
        self.copied.iter().fold(None, |left: Option<String>, one| one.cut_from(left.as_deref().unwrap_or(text)).or(left))
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

/// Takes them away, with the drafts of messages that hold it: nobody but their authors could find it there.
pub(super) async fn take_copies(app: &App, tx: &Tx, ticket: &Ticket, gone: &mut Gone, now: Instant) -> Result<(), Error> {
    store::message_drafts::remove_holding(tx, ticket.id, |body| gone.is_in(body)).await?;
    let out = store::outbound::of_ticket(tx, ticket.id).await?;
    let kept = store::redactions::mails_in(tx, ticket.id).await?;
    // What was cut out of the middle is not found by the words around it.
    let mut taken = BTreeSet::from_iter(gone.mail);
    if gone.texts {
        gone.copied.extend(out.iter().filter_map(messages::title_in).filter_map(Copied::of));
        for (id, _) in kept.iter().filter(|(_, is_first)| *is_first) {
            let first = parse::parse(&inbound::opened(app, tx, *id).await?);
            gone.copied.extend(first.subject.as_deref().into_iter().chain([&*first.text]).filter_map(Copied::of));
            taken.insert(*id);
        }
    }
    // One at a time: each may be large.
    for (id, _) in kept {
        if !taken.contains(&id) && gone.is_in_mail(&inbound::opened(app, tx, id).await?) {
            taken.insert(id);
        }
    }
    take_mails(tx, &taken.into_iter().collect::<Vec<_>>(), now).await?;
    let is_copy = |mail: &Outbound| {
        let tells = gone.texts && messages::may_tell_title(mail);
        tells || mail.event_id == gone.target || gone.is_in(&mail.body) || gone.is_in(&mail.subject)
    };
    let ids: Vec<_> = out.iter().filter(|mail| is_copy(mail)).map(|mail| mail.id).collect();
    Ok(store::redactions::take_mail_out(tx, &ids).await?)
}

/// Takes away mails as they came, and what the desk answered to them by itself, which repeats their subjects.
pub(super) async fn take_mails(tx: &Tx, ids: &[Uuid], now: Instant) -> Result<(), Error> {
    let taken = store::redactions::take_mails_in(tx, ids, now).await?;
    let answers = store::outbound::about(tx, &taken).await?;
    Ok(store::redactions::take_mail_out(tx, &answers).await?)
}
