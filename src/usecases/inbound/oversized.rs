//! A message that is too large to be taken in, where whoever fetched it read no more of it than its head.

use super::copy;
use crate::app::App;
use crate::domain::mail::{Authentication, Inbound, MailOutcome};
use crate::mail::parse::{self, Parsed};
use crate::settings::Mailbox;
use crate::store::inbound::{MADE_UP, SameBy, SameMessage};
use crate::store::storage::NOBODY;
use crate::store::{self, Tx};
use crate::usecases::{Error, Stamp, quota, tokens};

/// The largest message that is taken in, in bytes.
pub const SIZE_CAP: u64 = 25 * 1024 * 1024;

/// Notes that a message of `size` bytes came to a mailbox and was refused, and keeps its head. One that was noted before is not noted again.
pub async fn refuse_oversized(app: &App, stamp: &Stamp, mailbox_name: &str, head: &[u8], size: u64) -> Result<Inbound, Error> {
    let mailbox = app.settings.mailboxes.get(mailbox_name).ok_or(Error::NotFound("mailbox"))?;
    let parsed = parse::parse(head);
    let noted = noted(app, stamp, (mailbox_name, mailbox), &parsed, (head, size));
    app.write(&stamp.act(), &stamp.scope.widened(), async |tx| keep(app, tx, &noted, head, parsed.message_id.as_deref()).await).await
}

fn noted(app: &App, stamp: &Stamp, (name, mailbox): (&str, &Mailbox), parsed: &Parsed, (head, size): (&[u8], u64)) -> Inbound {
    let id = app.time.id();
    Inbound {
        id,
        organisation: None,
        contract: mailbox.contract.clone(),
        mailbox: name.to_owned(),
        message_id: parsed.message_id.clone().unwrap_or_else(|| format!("{id}{MADE_UP}")),
        digest: parsed.content_digest.clone(),
        sender: parsed.from.as_ref().map(|from| from.email.clone()),
        subject: parsed.subject.clone(),
        authentication: Authentication::Unverified,
        outcome: MailOutcome::Refused.as_str().to_owned(),
        reason: Some(format!("the message is too large: {size} bytes, where {SIZE_CAP} are allowed; only its headers are kept")),
        ticket_id: None,
        received_at: stamp.recorded_at,
        redacted_at: None,
        is_erased: false,
        size_bytes: head.len() as u64,
    }
}

async fn keep(app: &App, tx: &Tx, noted: &Inbound, head: &[u8], message_id: Option<&str>) -> Result<Inbound, Error> {
    // It names its sender.
    store::erasures::hold_off(tx).await?;
    let once_key = tokens::digest(format!("{} {} too large", message_id.unwrap_or_default(), noted.digest).as_bytes());
    let same = SameMessage { contract: &noted.contract, digest: &noted.digest, by: SameBy::Key(&once_key) };
    // Also when what was kept of it was removed since: the key stays, and nothing is kept anew.
    if let Some(before) = store::inbound::arrived(tx, &same).await? {
        tx.repeats();
        tx.touch("inbound_message", before.id);
        return Ok(before);
    }
    tx.touch("inbound_message", noted.id);
    quota::take(app, tx, NOBODY, noted.size_bytes).await?;
    store::inbound::keep(tx, noted, Some(once_key), copy::sealed(app, noted.id, head)?).await?;
    Ok(noted.clone())
}
