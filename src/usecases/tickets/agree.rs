//! A moment of repair agreed with the client, which takes the place of the contract's goals for one ticket.

use super::act::{When, act_in, by_itself, once};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::ticket::repair::AgreeRepair;
use crate::domain::ticket::{Act, Ticket, TicketRef};
use crate::usecases::{Error, Stamp, people};

/// What was agreed.
#[derive(Debug, Clone)]
pub struct RepairAgreement {
    /// When it is to be repaired.
    pub due_at: Instant,
    /// Who of the client agreed: a name and an address.
    pub agreed_by: (String, String),
}

/// Records a moment of repair with who of the client agreed to it (PRI-05, AMB-20); a later one takes its place.
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
