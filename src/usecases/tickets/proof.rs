//! The ledger of a clock as a document that proves its figures.

use super::read::{WithHistory, with_history};
use crate::app::App;
use crate::domain::clock::Kind;
use crate::domain::ticket::{self, EventData, TicketRef};
use crate::proof::{self, Basis, ClockLedger, LedgerRegistration};
use crate::store::Reads;
use crate::usecases::Error;

/// With everything needed to count it again without the desk.
pub(super) async fn ledger(app: &App, reads: &impl Reads, ticket: TicketRef, kind: Kind) -> Result<ClockLedger, Error> {
    let WithHistory { ticket, history, version } = with_history(reads, ticket).await?;
    let registered = history.first().and_then(|event| match &event.data {
        EventData::Registered(registered) => Some((event, registered)),
        _ => None,
    });
    let (event, registered) =
        registered.ok_or_else(|| Error::Internal("a history that does not begin with its registration".to_owned()))?;
    let basis = Basis {
        ticket_id: ticket.id,
        number: ticket.reference(),
        sha256: version.digest.clone(),
        kind,
        known_at: app.time.now(),
        registration: LedgerRegistration {
            r#type: registered.kind.as_str().to_owned(),
            tier: registered.tier.clone(),
            item: registered.item().map(str::to_owned),
            priority: registered.priority.clone(),
            reported_at: event.occurred_at,
            event: event.id,
        },
        facts: ticket::facts_with_events(&history),
    };
    proof::ledger(&version.contract, &basis).ok_or(Error::NotFound("clock"))
}
