//! What can be asked for under a contract, and how what was asked for is carried out.

use super::entitled::{self, Asker, Wish};
use super::{Error, contracts};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::actor::Actor;
use crate::domain::contract::{Instruction, Item, TicketType};
use crate::domain::ticket::TicketRef;
use crate::store;

/// The items of a contract's catalogue, in the version in force, for which the caller may have a ticket registered: for one of the clients
/// that they see. The desk asks for whomever it likes.
pub async fn items(app: &App, caller: &Caller, contract: &str) -> Result<Vec<Item>, Error> {
    let (contracts::Served { version, clients }, _) = contracts::get(app, caller, contract).await?;
    let contract = &version.contract;
    let catalogue = &contract.tickets.catalogue;
    let Actor::Client(id) = &caller.who.actor else { return Ok(catalogue.clone()) };
    let by = id.parse().map_or(Asker::Nobody, Asker::Person);
    let wish = |item, organisation| Wish { contract, organisation, kind: TicketType::ServiceRequest, item: Some(item), by: by.clone() };
    let wishes: Vec<_> = catalogue
        .iter()
        .flat_map(|item| clients.iter().map(move |client| (item, &*client.organisation)))
        .map(|(item, of)| Some(wish(item, of)))
        .collect();
    let refused = entitled::refusals(&app.db.view(caller.scope.clone()), &wishes, app.time.now()).await?;
    let mut of_items = refused.chunks(clients.len().max(1));
    Ok(catalogue.iter().filter(|_| of_items.next().is_some_and(|refused| refused.iter().any(Option::is_none))).cloned().collect())
}

/// The work instruction of what a ticket asks for, as it stood when the ticket was registered (RFS-02).
pub async fn instruction(app: &App, caller: &Caller, ticket: TicketRef) -> Result<(Item, Instruction), Error> {
    let view = app.db.view(caller.scope.clone());
    let ticket = store::tickets::find(&view, ticket).await?.ok_or(Error::NotFound("ticket"))?;
    let agreements = store::agreements::read(&view).await?;
    let contract = &agreements.version(ticket.contract_version_id)?.contract;
    let item = contract.item_of(ticket.kind, ticket.about.variant.as_deref()).cloned();
    let found = item.and_then(|item| Some((item.clone(), item.instruction?)));
    found.ok_or(Error::NotFound("work instruction"))
}
