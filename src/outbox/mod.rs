//! From what happened to what the world hears: the stream is numbered, handlers turn events into mails, and mails are
//! sent. Exactly once inside the database; at least once, with a stable id, beyond it. What the workers write wakes nobody:
//! they go on until nothing is left.

mod handlers;
mod mails;
mod turns;

pub use mails::send_due;
pub use turns::handle;

use crate::app::App;
use crate::store::{self, Scope};
use crate::usecases::Error;
use handlers::{From, HANDLERS};

/// Events numbered in one transaction.
const BATCH: u64 = 200;

/// Gives committed events their place in the stream; how many.
pub async fn number(app: &App) -> Result<usize, Error> {
    let view = app.all();
    let nothing_new = !store::stream::waits(&view).await? && !store::changes::rests(&view, app.time.now()).await?;
    if nothing_new {
        return Ok(0);
    }
    app.write_quietly(&Scope::All, async |tx| Ok(store::stream::number(tx, BATCH, app.time.now()).await?)).await
}

/// Gives every handler its place in the stream when it first runs.
pub async fn know_handlers(app: &App) -> Result<(), Error> {
    let known = store::stream::known_handlers(&app.all()).await?;
    let new: Vec<_> = HANDLERS.iter().filter(|handler| !known.iter().any(|name| name == handler.name)).collect();
    if new.is_empty() {
        return Ok(());
    }
    // What was committed before now has no place yet, and is of the past all the same.
    while number(app).await? > 0 {}
    app.write(&Scope::All, async |tx| {
        let end = store::stream::end(tx).await?;
        for handler in &new {
            let position = if handler.from == From::Start { 0 } else { end };
            store::stream::know_handler(tx, handler.name, position).await?;
        }
        Ok(())
    })
    .await
}
