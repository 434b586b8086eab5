//! Mail to the members of a response team that is called in on a breach of security (INC-14): those who act in its roles.
//!
//! Who reads it need not be among the few who may see the ticket, so it says its number, and what the team is asked to do, and no more. As
//! with every role, nobody is told where no role has an address, which `uurwerk check` and `/v1/role-gaps` show.

use super::ticket_mail::TicketMail;
use crate::domain::mail::Outbound;
use crate::domain::ticket::EventData;
use crate::mail::messages::ResponseTeamCalled;
use crate::usecases::Error;
use crate::usecases::letter::signature;

impl TicketMail<'_> {
    pub(super) fn to_response_team(&self) -> Result<Vec<Outbound>, Error> {
        let EventData::ResponseTeamCalled(called) = &self.event.data else { return Ok(Vec::new()) };
        let contract = &self.version.contract;
        let team = contract.response_team(&called.team).ok_or_else(|| self.lacks("response team", &called.team))?;
        let roles: Vec<_> = team.roles.iter().filter_map(|code| contract.role(code)).collect();
        let outgoing = self.write(&ResponseTeamCalled {
            number: self.ticket.reference(),
            team: (&team.label).into(),
            responsibility: (&team.responsibility).into(),
            task: self.context.text(self.event).unwrap_or_default().into(),
            at: self.local(self.event.occurred_at),
            roles: self.labels(&roles),
            desk: signature(),
        })?;
        let addresses = self.addresses(&roles);
        Ok(addresses.into_iter().map(|address| self.outbound(address, outgoing.clone(), None)).collect())
    }
}
