//! The services of a contract, each with the fallbacks that it runs on now (DRP-02).

use super::{Error, contracts};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::contract::Service;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::kinds::incident::Calamity;
use crate::domain::ticket::part::PartVersion;
use crate::store;

/// A service, and the incidents by whose calamity it runs on a fallback, as far as the caller sees them.
#[derive(Debug)]
pub struct OnFallback {
    pub service: Service,
    pub fallbacks: Vec<(Ticket, PartVersion<Calamity>)>,
}

/// The services of the version in force, in the contract's order.
pub async fn services(app: &App, caller: &Caller, contract: &str) -> Result<Vec<OnFallback>, Error> {
    let (contracts::Served { version, .. }, _) = contracts::get(app, caller, contract).await?;
    let view = app.db.view(caller.scope.clone());
    let mut active = store::parts::active_fallbacks(&view, contract).await?;
    let of_service = |service: &Service| {
        let is_its = |(ticket, _): &mut (Ticket, PartVersion<Calamity>)| ticket.about.service.as_ref() == Some(&service.code);
        OnFallback { service: service.clone(), fallbacks: active.extract_if(.., is_its).collect() }
    };
    Ok(version.contract.tickets.services.iter().map(of_service).collect())
}
