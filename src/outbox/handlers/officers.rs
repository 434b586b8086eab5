//! Mail to the officers who are always told that a ticket was flagged (INC-11, INC-12).
//!
//! It says no more than number and flag: mail may be read by others. There is no setting to leave it out, and who set the flag does not
//! matter: every time it is set, they are told.

use super::ticket_mail::TicketMail;
use crate::domain::mail::Outbound;
use crate::domain::ticket::EventData;
use crate::mail::messages::FlagSet;
use crate::usecases::Error;
use crate::usecases::letter::signature;

impl TicketMail<'_> {
    pub(super) fn to_officers(&self) -> Result<Vec<Outbound>, Error> {
        let EventData::Flagged(flagged) = &self.event.data else { return Ok(Vec::new()) };
        let outgoing = self.write(&FlagSet {
            number: self.ticket.reference(),
            flag: flagged.flag.word().into(),
            at: self.local(self.event.occurred_at),
            desk: signature(),
        })?;
        let contract = &self.version.contract;
        let told = contract.told_of(flagged.flag, |role| self.context.reach.addresses(contract, role, &self.ticket.organisation));
        Ok(told.iter().map(|address| self.outbound(address, outgoing.clone(), None)).collect())
    }
}
