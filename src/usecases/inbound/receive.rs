//! Taking a message in.

use bytes::Bytes;

use super::coming::{Coming, said_in_front};
use super::intake::Intake;
use super::reading;
use crate::app::App;
use crate::domain::Instant;
use crate::domain::mail::Inbound as StoredMail;
use crate::domain::ticket::Ticket;
use crate::mail::parse;
use crate::mail::triage::{Decision, Outcome};
use crate::store;
use crate::usecases::{Code, Error, Stamp, enclosures};

/// The largest message that is taken in, in bytes.
pub const SIZE_CAP: u64 = 25 * 1024 * 1024;

#[derive(Debug, Clone)]
pub struct Received {
    pub mail: StoredMail,
    /// The ticket it became, or was added to.
    pub ticket: Option<Ticket>,
}

/// Takes in a raw message for a mailbox (MAIL-03). What it becomes exists when this returns. If anything goes wrong the message is still
/// kept; it is an error only when nothing can be stored at all, and then whoever delivered the message still has it.
///
/// Its clocks run from when it came into its mailbox, where that is known: a weekend in which nobody fetched it is the desk's.
pub async fn receive(app: &App, stamp: &Stamp, mailbox: &str, as_sent: Bytes, arrived: Option<Instant>) -> Result<Received, Error> {
    let (raw, parsed) = reading::parsed(as_sent.clone()).await?;
    let coming = Coming::of(app, stamp, mailbox, (&raw, &parsed)).await?;
    // A signature is of what was sent, and not of what is kept of it.
    let authentication = match (said_in_front(app, &parsed), &app.sender_checks) {
        (None, Some(checks)) => Box::pin(checks.judge(&as_sent, &parsed)).await,
        _ => coming.authentication.clone(),
    };
    let signature = match reading::signed(&as_sent).await? {
        Some(signed) => {
            let sender = parsed.from.as_ref().filter(|_| !parsed.several_senders).map(|from| from.email.as_str());
            Some(Box::pin(app.signature_checks.judge(&signed, sender)).await)
        }
        None => None,
    };
    let arrived = arrived.map_or(coming.now, |arrived| arrived.min(coming.now));
    let coming = Coming { authentication, signature, arrived, ..coming };
    match Box::pin(take_in(&coming)).await {
        Err(away @ (Error::Unavailable(_) | Error::Repeat | Error::CallerLost(_))) => Err(away),
        // Kept all the same, as nobody's; an error only when there is no room for that either.
        Err(Error::TooLarge { code: Code::OrganisationFull, .. }) => Box::pin(quarantine_for_lack_of_room(&coming)).await,
        Err(fault) => Box::pin(quarantine_after(&coming, &fault)).await,
        taken => taken,
    }
}

/// Notes that a message of `size` bytes came to a mailbox and was refused, where whoever fetched it read no more than its head, and keeps that.
/// One that was noted before is not noted again.
pub async fn refuse_oversized(app: &App, stamp: &Stamp, mailbox: &str, head: &[u8], size: u64) -> Result<StoredMail, Error> {
    let head = Bytes::from(parse::without_personal_links(head).into_owned());
    let parsed = parse::parse(&head).without_personal_links();
    let coming = Coming { cut_from: Some(size), ..Coming::of(app, stamp, mailbox, (&head, &parsed)).await? };
    let reason = format!("the message is too large: {size} bytes, where {SIZE_CAP} are allowed; only its headers are kept");
    app.write(&stamp.act(), &stamp.scope.widened(), async |tx| {
        // It names its sender.
        store::erasures::hold_off(tx).await?;
        // Also when what was kept of it was removed since: the key stays, and nothing is kept anew.
        if let Some(before) = coming.before(tx).await? {
            tx.repeats();
            tx.touch("inbound_message", before.id);
            return Ok(before);
        }
        let (decision, left) = (Decision::noted(Outcome::Refused, &reason, None), coming.left(tx, None).await?);
        Ok(coming.keep(tx, &decision, None, None, left).await?.mail)
    })
    .await
}

async fn take_in(coming: &Coming<'_>) -> Result<Received, Error> {
    let enclosed = Box::pin(enclosures::keep(coming.app, coming.mail, coming.raw)).await?;
    let taken = Box::pin(coming.app.write(&coming.stamp.act(), &coming.stamp.scope.widened(), async |tx| {
        // What it finds of its sender it writes down beside the mail.
        let agreements = store::agreements::read_and_hold_off(tx).await?;
        match agreements.in_force(&coming.mailbox.contract, coming.now) {
            // Boxed: it holds a whole mail and all that is done with it.
            Some(version) => Box::pin(Intake::of(coming, tx, &agreements, version).await?.take(tx, &enclosed)).await,
            None => coming.keep_aside(tx, "the mailbox's contract is not in force").await,
        }
    }))
    .await;
    enclosures::discard_rest(coming.app, &enclosed).await;
    taken
}

/// Quarantines a message of an organisation that has no room left.
async fn quarantine_for_lack_of_room(coming: &Coming<'_>) -> Result<Received, Error> {
    tracing::warn!(mailbox = coming.name, message = %coming.id, "an organisation has no room left for its mails; one is quarantined");
    let reason = "its sender's organisation has no room left for mails and files";
    coming.app.write(&coming.stamp.act(), &coming.stamp.scope.widened(), async |tx| coming.keep_aside(tx, reason).await).await
}

/// Quarantines a message that the desk failed to take in, for people to look at.
async fn quarantine_after(coming: &Coming<'_>, fault: &Error) -> Result<Received, Error> {
    tracing::error!(mailbox = coming.name, message = %coming.id, error = %fault, "could not take in a mail; it is quarantined");
    let reason = "the desk met a fault when it took it in; the log says which";
    coming.app.write(&coming.stamp.act(), &coming.stamp.scope.widened(), async |tx| coming.keep_aside(tx, reason).await).await
}
