//! The one way to a ticket that is to be changed: locked, and there to be changed. What was destroyed takes nothing any more: it would never be
//! due again.

use uuid::Uuid;

use crate::domain::ticket::{Ticket, TicketRef};
use crate::store::record::Rows as _;
use crate::store::{self, Tx};
use crate::usecases::{Code, Error};

/// The ticket, locked until the transaction ends.
pub(in crate::usecases) async fn locked(tx: &Tx, ticket: TicketRef) -> Result<Ticket, Error> {
    if let Some(found) = store::tickets::lock(tx, ticket).await? {
        return Ok(found);
    }
    let destroyed = store::tickets::find(tx, ticket).await?.ok_or(Error::NotFound("ticket"))?;
    let detail = format!("{} was destroyed when it had been kept for long enough", destroyed.reference());
    Err(Error::Conflict { code: Code::TicketDestroyed, detail })
}

/// The same for what is recorded on a ticket only as long as it is there.
pub(in crate::usecases) async fn locked_if_kept(tx: &Tx, ticket: TicketRef) -> Result<Option<Ticket>, Error> {
    Ok(store::tickets::lock(tx, ticket).await?)
}

/// The ticket that goes on for one that was merged; itself for most.
pub(in crate::usecases) async fn current(tx: &Tx, ticket: Ticket) -> Result<Ticket, Error> {
    match ticket.merged_into {
        Some(into) => store::tickets::find(tx, TicketRef::Id(into)).await?.ok_or(Error::NotFound("ticket")),
        None => Ok(ticket),
    }
}

/// The refusal of whatever is asked of a merged ticket: it names the one that goes on to whoever sees that.
pub(super) async fn gone_on(tx: &Tx, ticket: &Ticket, into: Uuid) -> Result<Error, Error> {
    let named = Ticket::labels(tx, &[into]).await?.remove(&into);
    let other = named.map_or_else(|| "another ticket".to_owned(), |number| format!("{number}; it goes on there"));
    Ok(Error::Conflict { code: Code::TicketMerged, detail: format!("{} was merged into {other}", ticket.reference()) })
}
