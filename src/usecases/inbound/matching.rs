//! Which ticket a message is about, and whether its sender takes part in that.

use super::intake::Intake;
use crate::domain::contract::Side;
use crate::domain::permission::{Clearance, Roles};
use crate::domain::ticket::{Actor, Channel, Ticket, TicketRef};
use crate::domain::workflow::State;
use crate::mail::attribution;
use crate::mail::triage::TicketMatch;
use crate::store::{self, Tx};
use crate::usecases::reach::reach;
use crate::usecases::{Error, letter, people, tickets};

impl Intake<'_> {
    /// The ticket of the mail that this one answers, by a Message-ID that the desk signed: whoever has it was written to, whatever address they answer
    /// from, unless that is another client's. A ticket that few may see is not there for it: that takes the address.
    pub(super) async fn by_token(&self, tx: &Tx) -> Result<Option<TicketMatch<Ticket>>, Error> {
        if self.whose == Err(attribution::Unattributed::OwnAddress) {
            return Ok(None);
        }
        for id in self.coming.mail.ancestors().into_iter().filter(|id| letter::is_signed(self.coming.app, id)) {
            let Some((Some(ticket), recipient)) = store::threads::sent_as(tx, id).await? else { continue };
            let ticket = store::tickets::find(tx, TicketRef::Id(ticket)).await?;
            let is_anothers =
                |ticket: &Ticket| !self.sender.belongs_to(&ticket.organisation) && self.sender.organisations().next().is_some();
            let is_there = |ticket: &Ticket| ticket.destroyed_at.is_none() && ticket.flags.is_empty() && !is_anothers(ticket);
            let Some(ticket) = ticket.filter(is_there) else { continue };
            // What the desk writes to its own side is answered by its own side.
            let (organisation, address) = people::address(&ticket.organisation, &recipient);
            if store::people::with_address(tx, &organisation, &address).await?.is_none() {
                continue;
            }
            let ticket = tickets::current(tx, ticket).await?;
            let is_closed = matches!(ticket.state(), State::Closed | State::Cancelled);
            // A ticket of their own is for whoever the client is known to have.
            if is_closed && !self.sender.belongs_to(&ticket.organisation) {
                continue;
            }
            return Ok(Some(TicketMatch { ticket, is_theirs: true, is_closed }));
        }
        Ok(None)
    }

    /// The organisations whose tickets it may be about: the sender's, and the one that the mailbox gives to strangers. Other tickets do not
    /// exist for it.
    pub(super) fn within(&self) -> Vec<&str> {
        self.sender.organisations().chain(self.whose.as_deref().ok()).collect()
    }

    /// A ticket that the message refers to, under any contract, and whether the sender takes part in it.
    pub(super) async fn found(&self, tx: &Tx, ticket: TicketRef) -> Result<Option<TicketMatch<Ticket>>, Error> {
        let ticket = store::tickets::find(tx, ticket).await?.filter(|ticket| self.within().contains(&ticket.organisation.as_str()));
        let Some(ticket) = ticket else { return Ok(None) };
        // A ticket that was destroyed takes nothing any more: what comes about it is new.
        if ticket.destroyed_at.is_some() {
            return Ok(None);
        }
        if !ticket.flags.is_empty() && !self.sees(tx, &ticket).await? {
            return Ok(None);
        }
        // A stranger whose mail was accepted takes part in that ticket, and in no other of the client.
        let is_of_a_machine = ticket.channel == Channel::Monitoring && ticket.requester_id.is_none();
        let is_theirs =
            (is_of_a_machine && self.coming.alert().is_some()) || self.reported(tx, &ticket).await? || self.speaks_for(tx, &ticket).await?;
        // It goes on as another one, which they take part in as well.
        let ticket = tickets::current(tx, ticket).await?;
        Ok(Some(TicketMatch { is_theirs, is_closed: matches!(ticket.state(), State::Closed | State::Cancelled), ticket }))
    }

    /// Whether a ticket that few may see is there for the sender: as for anybody who has a part in it, or who was told of its flags. For a
    /// colleague who only knows the number it is not, and their mail is about nothing we know.
    async fn sees(&self, tx: &Tx, ticket: &Ticket) -> Result<bool, Error> {
        let Some(from) = &self.coming.mail.from else { return Ok(false) };
        let version = self.agreements.version(ticket.contract_version_id)?;
        let contract = &version.contract;
        let held = reach(tx, &[contract.id.as_str()], self.coming.now).await?;
        let reached = |role| held.addresses(contract, role, &ticket.organisation);
        let mut told = ticket.flags.iter().flat_map(|flag| contract.told_of(flag, reached));
        if told.any(|address| address.eq_ignore_ascii_case(&from.email)) {
            return Ok(true);
        }
        let address = people::address(&ticket.organisation, &from.email);
        let person = store::people::with_address(tx, &address.0, &address.1).await?;
        let clearance = person.map(|person| Clearance::of(Roles::default(), &Actor::by_mail(Some(person.id))));
        Ok(clearance.is_some_and(|clearance| clearance.sees(ticket.restricted())))
    }

    /// Whether the sender is of the ticket's organisation and, where that has a list of contacts, one of those (SUP-13, SUP-14) or of a role
    /// that the desk writes to.
    async fn speaks_for(&self, tx: &Tx, ticket: &Ticket) -> Result<bool, Error> {
        let Some(from) = self.coming.mail.from.as_ref().filter(|_| self.sender.belongs_to(&ticket.organisation)) else { return Ok(false) };
        if store::contacts::lists(tx, &[(ticket.contract.as_str(), ticket.organisation.as_str())]).await?.is_empty() {
            return Ok(true);
        }
        let contract = &self.agreements.version(ticket.contract_version_id)?.contract;
        let held = reach(tx, &[contract.id.as_str()], self.coming.now).await?;
        let roles = contract.roles.iter().filter(|role| role.side == Side::Client);
        let mut written_to = roles.flat_map(|role| held.addresses(contract, role, &ticket.organisation));
        if written_to.any(|address| address.eq_ignore_ascii_case(&from.email)) {
            return Ok(true);
        }
        let (organisation, email) = people::address(&ticket.organisation, &from.email);
        let Some(person) = store::people::with_address(tx, &organisation, &email).await? else { return Ok(false) };
        Ok(store::contacts::active(tx, &[person.id]).await?.contains(&(ticket.contract.clone(), person.id)))
    }

    /// Whether the sender is the ticket's requester.
    async fn reported(&self, tx: &Tx, ticket: &Ticket) -> Result<bool, Error> {
        let (Some(from), Some(id)) = (&self.coming.mail.from, ticket.requester_id) else { return Ok(false) };
        Ok(store::people::find(tx, &[id]).await?.iter().any(|person| person.email == from.email.to_lowercase()))
    }
}
