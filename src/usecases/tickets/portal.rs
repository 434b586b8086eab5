//! Case portals (TKT-18): whether a client goes on reading what was said on its tickets once those are closed. The version in force says so, and
//! not the one a ticket is pinned to, since a portal may be asked for at any time.

use crate::app::App;
use crate::auth::Caller;
use crate::domain::permission::Forbidden;
use crate::domain::ticket::listing::TicketFilter;
use crate::domain::ticket::{Reader, Ticket, TicketRef};
use crate::store::{self, View};
use crate::usecases::Error;

/// Refuses a client what was said on a closed ticket, unless it has a portal. A ticket that was merged is read as long as the one that goes on.
pub(super) async fn check(app: &App, caller: &Caller, view: &View, ticket: &Ticket) -> Result<(), Error> {
    if caller.reader() == Reader::Desk || ticket.closed_at.is_none() {
        return Ok(());
    }
    let agreements = store::agreements::read(view).await?;
    let version = agreements.in_force(&ticket.contract, app.time.now());
    let has_portal = version.is_none_or(|version| version.contract.has_case_portal(&ticket.organisation));
    if has_portal || !is_closed(view, ticket).await? { Ok(()) } else { Err(Forbidden::NoCasePortal.into()) }
}

/// Whether a closed ticket has none that goes on for it and is open.
async fn is_closed(view: &View, ticket: &Ticket) -> Result<bool, Error> {
    let mut next = ticket.merged_into;
    while let Some(into) = next {
        let Some(into) = store::tickets::find(view, TicketRef::Id(into)).await? else { break };
        if into.closed_at.is_none() {
            return Ok(false);
        }
        next = into.merged_into;
    }
    Ok(true)
}

/// The filter of a client that looks for words, where it has no portal under some contract: what it no longer reads, it does not find. `None`
/// where the filter can stay as it is.
pub(super) async fn readable(app: &App, caller: &Caller, view: &View, filter: &TicketFilter) -> Result<Option<TicketFilter>, Error> {
    let looks = std::iter::successors(Some(filter), |filter| filter.within.as_deref()).any(|filter| filter.words.is_some());
    if caller.reader() == Reader::Desk || !looks {
        return Ok(None);
    }
    let agreements = store::agreements::read(view).await?;
    let in_force = agreements.all_in_force(app.time.now());
    let unread = in_force.iter().map(|version| &version.contract).flat_map(|contract| {
        let own = contract.clients.iter().filter(|client| caller.scope.includes(&client.organisation));
        let without = own.filter(|client| !contract.has_case_portal(&client.organisation));
        without.map(|client| (contract.id.clone(), client.organisation.clone()))
    });
    let unread: Vec<_> = unread.collect();
    if unread.is_empty() {
        return Ok(None);
    }
    let mut filter = filter.clone();
    let mut next = Some(&mut filter);
    while let Some(one) = next {
        one.unread.clone_from(&unread);
        next = one.within.as_deref_mut();
    }
    Ok(Some(filter))
}
