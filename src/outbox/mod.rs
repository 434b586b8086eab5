//! From what happened to what the world hears: the stream is numbered, handlers turn events into mails, and mails are
//! sent. Exactly once inside the database; at least once, with a stable id, beyond it.

mod handlers;

use crate::app::App;
use crate::domain::Instant;
use crate::mail;
use crate::store::{self, Scope};
use crate::usecases::Error;
use handlers::HANDLERS;

/// Events taken in one transaction.
const BATCH: u64 = 200;
/// Mails tried in one pass.
const MAILS: u64 = 20;
/// Seconds until a mail is tried again, by how often it was; then it has failed.
const RETRIES: [i64; 6] = [60, 300, 1800, 7200, 28_800, 86_400];
/// A mail taken by a process that died is tried again after this.
const TAKEN: i64 = 300;

/// Gives committed events their place in the stream; how many.
pub async fn number(app: &App) -> Result<usize, Error> {
    app.write(&Scope::All, async |tx| Ok(store::stream::number(tx, BATCH).await?)).await
}

/// Lets every handler take what is new; how many events were taken.
pub async fn handle(app: &App) -> Result<usize, Error> {
    let mut taken = 0;
    for handler in &HANDLERS {
        taken += app
            .write(&Scope::All, async |tx| {
                let Some(position) = store::stream::take_handler(tx, handler.name).await? else { return Ok(0) };
                let events = store::stream::after(tx, position, BATCH).await?;
                let Some(last) = events.last().and_then(|event| event.position) else { return Ok(0) };
                for event in events.iter().filter(|event| handler.takes.contains(&event.event.kind)) {
                    handler.handle(app, tx, event).await?;
                }
                store::stream::move_handler(tx, handler.name, last).await?;
                Ok(events.len())
            })
            .await?;
    }
    Ok(taken)
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
    let taken_until = now.plus(TAKEN).unwrap_or(Instant::MAX);
    let due = app.write(&Scope::All, async |tx| Ok(store::mail::take_due(tx, now, taken_until, MAILS).await?)).await?;
    for mail in &due {
        let result = mail::send::send(&app.settings.mail, mail).await.map(|()| app.time.now()).map_err(|error| {
            tracing::warn!(mail = %mail.id, error, "a mail was not sent");
            let again = usize::try_from(mail.attempts).ok().and_then(|tries| RETRIES.get(tries));
            (error, again.and_then(|seconds| now.plus(*seconds)))
        });
        app.write(&Scope::All, async |tx| Ok(store::mail::tried(tx, mail, result.clone()).await?)).await?;
    }
    Ok(due.len())
}
