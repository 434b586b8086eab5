//! Sending mail: each is retried until it leaves, or for as long as the settings say. One that is given up is kept, recorded on its
//! ticket, counted at `/readyz`, and sent again when somebody of the desk asks for it.

use std::collections::VecDeque;
use std::time::{Duration, Instant as Stopwatch};

use uuid::Uuid;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::mail::Outbound;
use crate::mail::send::SendError;
use crate::store::{self, Scope};
use crate::usecases::{Error, letter, outbound};

/// Mails tried in one pass.
const BATCH: u64 = 20;
/// How long one mail may take to leave. A server that says a word now and then would else hold up the others for hours.
const PATIENCE: Duration = Duration::from_mins(1);
/// After this long no other mail of a batch is begun.
const BATCH_PATIENCE: Duration = Duration::from_mins(1);
/// A mail that a process took is retried after this many seconds if that process died: longer than it has it in hand.
const TAKEN_SECONDS: i64 = 180;
/// Seconds between tries; the last value repeats. After a weekend without a server, mail leaves within a quarter of an hour of its
/// return, and a server that is away costs one connection a pass.
const RETRY_SECONDS: [i64; 3] = [60, 300, 900];

/// Tries a batch of the mails that are due, each once. Returns how many.
pub async fn send_due(app: &App) -> Result<usize, Error> {
    let now = app.time.now();
    release(app, now).await?;
    write_digests(app, now).await?;
    if store::outbound::next_due(&app.all()).await?.is_none_or(|next| next > now) {
        return Ok(0);
    }
    let taken_until = now.plus(TAKEN_SECONDS).unwrap_or(Instant::MAX);
    let due = app.keep_books(&Scope::ALL, async |tx| Ok(store::outbound::take_due(tx, now, taken_until, BATCH).await?)).await?;
    let (mut sent, mut waiting, mut given_up) = (Vec::new(), Vec::new(), Vec::new());
    let mut has_sent = false;
    let (mut away, begun) = (None, Stopwatch::now());
    let mut untried = due.iter().map(|mail| mail.id).collect::<VecDeque<_>>();
    while let Some(taken) = untried.front().copied().filter(|_| begun.elapsed() < BATCH_PATIENCE) {
        // As it now reads: since it was taken its recipient may have been erased, or what it says redacted.
        let mail = match app.keep_books(&Scope::ALL, async |tx| Ok(store::outbound::begin(tx, taken).await?)).await {
            Ok(mail) => mail,
            Err(error) => {
                tracing::debug!(%error, "a mail could not be read again");
                break;
            }
        };
        untried.pop_front();
        let Some(mail) = mail else { continue };
        // Once the server is known to be away, the rest of the batch would only wait for the same time-out.
        let tried = match &away {
            Some(away) => Err(SendError::clone(away)),
            None => send(app, &mail).await,
        };
        let Err(error) = tried else {
            has_sent = true;
            sent.push(mail.id);
            // At once: a process that is killed later sends it no more.
            if let Err(error) = record(app, &sent).await {
                tracing::debug!(%error, "a mail that was sent could not be recorded");
                break;
            }
            sent.clear();
            continue;
        };
        match mail.attempts {
            // A warning when trouble begins and one when the mail is given up: a weekend without a server must not flood the log.
            1 if away.is_none() => tracing::warn!(mail = %mail.id, %error, "a mail could not be sent; it will be retried"),
            _ => tracing::debug!(mail = %mail.id, %error, "a mail could not be sent"),
        }
        match next_try(&mail, &error, retry_period(app), now) {
            Some(again_at) => waiting.push((mail.id, error.to_string(), again_at)),
            None => given_up.push((mail, error.to_string())),
        }
        if let SendError::Unavailable(_) = error {
            away = Some(error);
        }
    }
    let (at, untried) = (app.time.now(), Vec::from(untried));
    app.keep_books(&Scope::ALL, async |tx| {
        store::outbound::sent(tx, &sent, at).await?;
        store::outbound::give_back(tx, &untried, at).await?;
        for (id, error, again_at) in &waiting {
            store::outbound::not_sent(tx, *id, error, Some(*again_at)).await?;
        }
        Ok(())
    })
    .await?;
    for (mail, error) in given_up {
        outbound::give_up(app, &mail, &error).await?;
    }
    if has_sent && away.is_none() && app.mailer.has_recovered() {
        // Mails that waited for the server are due at once, in the order they were written.
        app.keep_books(&Scope::ALL, async |tx| Ok(store::outbound::retry_now(tx, at).await?)).await?;
    }
    Ok(due.len())
}

async fn record(app: &App, sent: &[Uuid]) -> Result<(), Error> {
    let at = app.time.now();
    app.keep_books(&Scope::ALL, async |tx| Ok(store::outbound::sent(tx, sent, at).await?)).await
}

async fn send(app: &App, mail: &Outbound) -> Result<(), SendError> {
    let too_slow = |_elapsed| Err(SendError::Temporary("the mail server did not take it in time".to_owned()));
    tokio::time::timeout(PATIENCE, app.mailer.send(mail)).await.unwrap_or_else(too_slow)
}

/// Lets notices leave that waited for opening hours.
async fn release(app: &App, now: Instant) -> Result<(), Error> {
    while store::outbound::next_waiting(&app.all()).await?.is_some_and(|next| next <= now) {
        // None: another process is at it, and those that are due are its own.
        if app.keep_books(&Scope::ALL, async |tx| letter::release(app, tx).await).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// Tells of notices that were withheld, as far as their recipients may be mailed again.
async fn write_digests(app: &App, now: Instant) -> Result<(), Error> {
    while store::outbound::next_digest(&app.all()).await?.is_some_and(|next| next <= now) {
        app.keep_books(&Scope::ALL, async |tx| letter::digest(app, tx).await).await?;
    }
    Ok(())
}

/// How long a mail is retried before it is given up, in seconds.
fn retry_period(app: &App) -> i64 {
    i64::from(app.settings.mail.give_up_after_days) * 86_400
}

/// When to try a mail again, which counts the try that failed; `None` to give it up.
fn next_try(mail: &Outbound, error: &SendError, period: i64, now: Instant) -> Option<Instant> {
    let tries = usize::try_from(mail.attempts).unwrap_or_default().saturating_sub(1);
    let is_over = mail.queued_at.plus(period).is_none_or(|end| end <= now);
    match error {
        SendError::Permanent(_) => None,
        _ if is_over => None,
        _ => now.plus(RETRY_SECONDS[tries.min(RETRY_SECONDS.len() - 1)]),
    }
}
