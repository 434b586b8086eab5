//! What erasures, destructions and redactions leave outside of rows. The transaction that takes something out of rows notes that here; it is
//! cleared once that is committed, and where it was not, as after a crash, by the workers.

use super::Error;
use crate::app::App;
use crate::domain::Instant;
use crate::store::remains::Left;
use crate::store::{self, Scope, Tx};

/// Notes that this transaction leaves something behind: `of_search` in the search index, too.
pub(super) async fn leave(app: &App, tx: &Tx, of_search: bool, now: Instant) -> Result<(), Error> {
    Ok(store::remains::leave(tx, Left { id: app.time.id(), of_search }, now).await?)
}

/// Clears what was left. Returns how much; nothing while somebody reads what is to be emptied.
pub async fn clear(app: &App) -> Result<usize, Error> {
    let left = store::remains::left(&app.all()).await?;
    if left.is_empty() || !store::remains::clear(&app.db, &left).await? {
        return Ok(0);
    }
    app.keep_books(&Scope::ALL, async |tx| Ok(store::remains::cleared(tx, &left).await?)).await?;
    Ok(left.len())
}

/// The same at once, for whoever just took something away: for every reader it is gone already.
pub(super) async fn clear_now(app: &App) {
    if let Err(error) = clear(app).await {
        tracing::warn!(%error, "could not clear what was left of what was taken away; the workers will");
    }
}
