//! From what happened to what the world hears: the stream is numbered, handlers turn events into mails, and mails are
//! sent. Exactly once inside the database; at least once, with a stable id, beyond it. What the workers write wakes nobody:
//! they go on until nothing is left.

mod around;
mod handlers;
mod turns;

pub use turns::handle;

use crate::app::App;
use crate::domain::Instant;
use crate::store::{self, Scope};
use crate::usecases::Error;
use handlers::HANDLERS;

/// Events numbered in one transaction.
const BATCH: u64 = 200;
/// Mails tried in one pass.
const MAILS: u64 = 20;
/// Seconds until a mail is tried again, by how often it was; then it has failed.
const RETRIES: [i64; 6] = [60, 300, 1800, 7200, 28_800, 86_400];
/// A mail taken by a process that died is tried again after this.
const TAKEN: i64 = 600;

/// Gives committed events their place in the stream; how many.
pub async fn number(app: &App) -> Result<usize, Error> {
    let view = app.all();
    let nothing_new = !store::stream::waits(&view).await? && !store::changes::rests(&view, app.time.now()).await?;
    if nothing_new {
        return Ok(0);
    }
    app.write_quietly(&Scope::All, async |tx| Ok(store::stream::number(tx, BATCH, app.time.now()).await?)).await
}

/// Makes sure every handler has its place in the stream.
pub async fn know_handlers(app: &App) -> Result<(), Error> {
    app.write(&Scope::All, async |tx| {
        for handler in &HANDLERS {
            store::stream::know_handler(tx, handler.name).await?;
        }
        Ok(())
    })
    .await
}

/// Tries every mail that is due, once; how many.
pub async fn send_due(app: &App) -> Result<usize, Error> {
    let now = app.time.now();
    if store::mail::next_due(&app.all()).await?.is_none_or(|next| next > now) {
        return Ok(0);
    }
    let taken_until = now.plus(TAKEN).unwrap_or(Instant::MAX);
    let due = app.write_quietly(&Scope::All, async |tx| Ok(store::mail::take_due(tx, now, taken_until, MAILS).await?)).await?;
    let (mut sent, mut failed) = (Vec::new(), Vec::new());
    for mail in &due {
        match app.mailer.send(mail).await {
            Ok(()) => sent.push(mail.id),
            Err(error) => {
                tracing::warn!(mail = %mail.id, error, "a mail was not sent");
                let again = usize::try_from(mail.attempts).ok().and_then(|tries| RETRIES.get(tries));
                failed.push((mail.id, error, again.and_then(|seconds| now.plus(*seconds))));
            }
        }
    }
    let at = app.time.now();
    app.write_quietly(&Scope::All, async |tx| {
        store::mail::sent(tx, &sent, at).await?;
        for (id, error, again_at) in &failed {
            store::mail::not_sent(tx, *id, error, *again_at).await?;
        }
        Ok(())
    })
    .await?;
    Ok(due.len())
}
