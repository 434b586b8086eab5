//! What becomes due by itself: warnings, breaches and steps on a ladder, each at its own instant, once.

use std::collections::HashMap;

use super::tickets::{numbered, settle};
use super::{Error, contracts};
use crate::app::App;
use crate::domain::ticket::Event;
use crate::store::{self, Scope};

/// Tickets settled in one transaction.
const BATCH: u64 = 200;

/// Settles what is due by now, a batch; how many tickets it was. Cost follows what is due, not what is open.
pub async fn fire_due(app: &App) -> Result<usize, Error> {
    let now = app.time.now();
    if store::tickets::next_due(&app.all()).await?.is_none_or(|next| next > now) {
        return Ok(0);
    }
    app.write_quietly(&Scope::All, async |tx| {
        let due = store::tickets::claim_due(tx, now, BATCH).await?;
        let ids: Vec<_> = due.iter().map(|ticket| ticket.id).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        contracts::refresh(app, tx).await?;
        let mut histories: HashMap<_, Vec<Event>> = HashMap::new();
        for streamed in store::events::of_tickets(tx, &ids).await? {
            histories.entry(streamed.ticket_id).or_default().push(streamed.event);
        }
        for ticket in &due {
            let version = app.version(ticket.contract_version_id)?;
            let history = histories.remove(&ticket.id).unwrap_or_default();
            let settled = settle(&version.contract, ticket, &history, now, false);
            store::tickets::update(tx, ticket, &settled).await?;
            store::events::append(tx, ticket, history.len(), &numbered(app, &settled)).await?;
        }
        Ok(due.len())
    })
    .await
}
