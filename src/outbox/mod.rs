//! From what happened to what the world hears: the stream is numbered, handlers turn events into mails, and mails are
//! sent. Exactly once inside the database; at least once, with a stable id, beyond it. What the workers write wakes nobody:
//! they go on until nothing is left.

mod around;
mod handlers;
mod mails;
mod turns;

pub use mails::send_due;
pub use turns::handle;

use crate::app::App;
use crate::store::{self, Scope};
use crate::usecases::Error;
use handlers::HANDLERS;

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
