//! A clock's ledger, as proof.

use super::read::{WithHistory, with_history};
use crate::app::App;
use crate::domain::clock::Kind;
use crate::domain::ticket;
use crate::domain::ticket::TicketRef;
use crate::proof::{self, Basis, ClockLedger, LedgerRegistration};
use crate::store::Reads;
use crate::usecases::Error;

/// The ledger of a ticket's clock, with all it follows from.
pub(super) async fn ledger(app: &App, reads: &impl Reads, ticket: TicketRef, kind: Kind) -> Result<ClockLedger, Error> {
    let WithHistory { ticket, history, version } = with_history(reads, ticket).await?;
    let registered = history.first().ok_or_else(|| Error::Internal("a ticket without a history".to_owned()))?;
    let basis = Basis {
        ticket_id: ticket.id,
        number: ticket.reference(),
        sha256: version.digest.clone(),
        kind,
        known_at: app.time.now(),
        registration: LedgerRegistration {
            r#type: registered.text("type").unwrap_or(ticket.kind.as_str()).to_owned(),
            tier: registered.text("tier").map(str::to_owned),
            priority: registered.text("priority").map(str::to_owned),
            reported_at: registered.occurred_at,
            event: registered.id,
        },
        facts: ticket::told(&history),
    };
    proof::ledger(&version.contract, &basis).ok_or(Error::NotFound("clock"))
}
