//! A repair time agreed with the client, which replaces the contract's goals for one ticket.

use super::act::{When, act_in, by_itself, once};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::ticket::repair::AgreeRepair;
use crate::domain::ticket::{Act, Ticket, TicketRef};
use crate::usecases::{Error, Stamp, people};

#[derive(Debug, Clone)]
pub struct RepairAgreement {
    pub due_at: Instant,
    /// Name and address of the client's person who agreed.
    pub agreed_by: (String, String),
}

/// Records an agreed repair time (PRI-05, AMB-20). A later one replaces it.
pub async fn agree_repair(
    app: &App,
    stamp: &Stamp,
    ticket: TicketRef,
    agreement: &RepairAgreement,
    when: &When,
    expected: Option<&[i32]>,
) -> Result<Ticket, Error> {
    once(app, stamp, ticket, expected, async |tx, ticket| {
        let (name, email) = &agreement.agreed_by;
        let address = people::address(&ticket.organisation, email);
        let person = people::known_as(app, tx, std::iter::once((address, name.as_str(), false))).await?.into_values().next();
        let agreed_by = person.ok_or(Error::NotFound("person"))?.id;
        let wish = Act::AgreeRepair(AgreeRepair { due_at: agreement.due_at, agreed_by });
        Ok(act_in(app, tx, stamp, ticket, &[wish], when, by_itself).await?.0)
    })
    .await
}
