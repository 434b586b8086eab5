//! From events to mail: committed events are numbered into one stream, handlers turn them into mails, and mails are sent. Inside
//! the database everything happens exactly once; beyond it at least once, with a stable id. The workers' own commits wake nobody,
//! because they work until nothing is left.

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

/// Gives committed events their position in the stream. Returns how many.
pub async fn number(app: &App) -> Result<usize, Error> {
    let view = app.all();
    // Asked without a transaction first: on SQLite that would hold the only writer for nothing.
    let nothing_new = !store::stream::has_unnumbered(&view).await? && !store::changes::horizon_lags(&view, app.time.now()).await?;
    drop(view);
    if nothing_new {
        return Ok(0);
    }
    app.keep_books(&Scope::ALL, async |tx| Ok(store::stream::number(tx, BATCH, app.time.now()).await?)).await
}

/// Gives every new handler its starting position in the stream.
pub async fn register_handlers(app: &App) -> Result<(), Error> {
    let known = store::stream::registered_handlers(&app.all()).await?;
    let new: Vec<_> = HANDLERS.iter().filter(|handler| !known.iter().any(|name| name == handler.name)).collect();
    if new.is_empty() {
        return Ok(());
    }
    // Events committed before now may not be numbered yet, and are of the past all the same: a handler that begins now skips them.
    while number(app).await? > 0 {}
    app.keep_books(&Scope::ALL, async |tx| {
        let end = store::stream::end(tx).await?;
        for handler in &new {
            let position = if handler.from == From::Start { 0 } else { end };
            store::stream::register_handler(tx, handler.name, position).await?;
        }
        Ok(())
    })
    .await
}
