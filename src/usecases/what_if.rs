//! Trying a changed contract on real history. Nothing is written.

use super::{Error, FieldCode, Problem, contracts};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::Contract;
use crate::domain::restriction::Flag;
use crate::domain::ticket::Ticket;
use crate::reports::service_management::{Reading, figures};
use crate::reports::what_if::{ContractSimulation, WhatIf};
use crate::store;

/// Tickets read at a time.
const CHUNK: usize = 500;

/// Replays the contract's tickets of `[from, to)` under another text of it, with the same amendments. `progress` gets how many tickets are
/// done, and of how many.
pub async fn simulate(
    app: &App,
    contract: Contract,
    (from, to): (Instant, Instant),
    progress: impl Fn(usize, usize),
) -> Result<ContractSimulation, Error> {
    let (now, view) = (app.time.now(), app.all());
    if from > now {
        return Err(Error::Invalid(vec![Problem::field("from", FieldCode::NotBegun, "is after the present: this period has not begun")]));
    }
    let tried = contracts::amended(contract, &store::amendments::all(&view).await?)?;
    let reading = Reading::present(now);
    // Ids first, which fit in memory; the tickets and their histories are read in chunks.
    let ids = store::tickets::ids_open_between(&view, &tried.id, from, to).await?;
    let mut comparison = WhatIf::new(from, to);
    for (done, chunk) in ids.chunks(CHUNK).enumerate() {
        let mut histories = store::events::histories::<Ticket>(&view, chunk).await?;
        let mut tickets = store::tickets::with_ids(&view, chunk).await?;
        tickets.sort_unstable_by_key(|ticket| ticket.number);
        let agreements = store::agreements::read(&view).await?;
        for ticket in &tickets {
            let history = histories.remove(&ticket.id).unwrap_or_default();
            let pinned = agreements.version(ticket.contract_version_id)?;
            let under = |contract: &Contract| figures(contract, ticket, &history, reading);
            if let (Some(mut was), Some(mut would)) = (under(&pinned.contract), under(&tried)) {
                if !ticket.flags.is_empty() {
                    // It counts, and is named to nobody.
                    Flag::Confidential.dutch().clone_into(&mut was.number);
                    was.number.clone_into(&mut would.number);
                }
                comparison.count(&was, &would);
            }
        }
        progress(done * CHUNK + chunk.len(), ids.len());
    }
    Ok(comparison.finish(&tried))
}
