//! Mail to the management of both sides about a calamity: when it is recorded, and when its fallback changes (DRP-01).
//!
//! Management is who holds a role of the agreement at the tactical or the strategic level, the roles of the levels of the ladder on which
//! such a role of the supplier stands, and who acts as service manager of the desk. Whoever is more than one of these is told once.

use std::collections::BTreeSet;

use super::roles::roles_of;
use super::ticket_mail::TicketMail;
use crate::domain::contract::{ContactLevel, Role, Side};
use crate::domain::mail::Outbound;
use crate::domain::ticket::EventData;
use crate::domain::workflow::Part;
use crate::mail::messages::{CalamityNotice, Named};
use crate::usecases::Error;
use crate::usecases::letter::signature;

impl TicketMail<'_> {
    pub(super) fn to_management(&self) -> Result<Vec<Outbound>, Error> {
        let says = |data: &EventData| match data {
            EventData::PartWritten(written) if written.part == Part::Calamity => Some(written.says.clone()),
            _ => None,
        };
        let Some(now) = says(&self.event.data) else { return Ok(Vec::new()) };
        let before = self.context.before(self.ticket, self.event).iter().rev().find_map(|event| says(&event.data));
        if before.as_ref() == Some(&now) {
            return Ok(Vec::new());
        }
        let ticket = Some(self.facts()).filter(|_| self.ticket.flags.is_empty());
        let outgoing = self.write(&CalamityNotice {
            ticket,
            is_changed: before.is_some(),
            fallback: called(now.as_deref()),
            at: self.local(self.event.occurred_at),
            desk: signature(),
        })?;
        Ok(self.management().into_iter().map(|address| self.outbound(address, outgoing.clone(), None)).collect())
    }

    fn management(&self) -> BTreeSet<&str> {
        let contract = &self.version.contract;
        let ladders = contract.ladders.iter().filter(|ladder| ladder.types.contains(&self.ticket.kind));
        let levels = ladders.flat_map(|ladder| &ladder.levels);
        let levels = levels.filter(|level| roles_of(contract, level).any(|role| role.side == Side::Supplier && is_management(role)));
        let roles = contract.roles.iter().filter(|role| is_management(role)).chain(levels.flat_map(|level| roles_of(contract, level)));
        let told = roles.flat_map(|role| self.context.reach.addresses(contract, role, &self.ticket.organisation)).map(String::as_str);
        let organisation = Some(&self.ticket.organisation);
        let managers = self.context.managers.iter().filter(|(only, _)| only.is_none() || only.as_ref() == organisation);
        told.chain(managers.map(|(_, address)| address.as_str())).collect()
    }
}

fn is_management(role: &Role) -> bool {
    matches!(role.level, Some(ContactLevel::Tactical | ContactLevel::Strategic))
}

/// What a calamity says of its fallback.
fn called(fallback: Option<&str>) -> Named {
    match fallback {
        Some("active") => Named::new("actief", "active"),
        Some("ended") => Named::new("beëindigd", "ended"),
        _ => Named::new("geen", "not in use"),
    }
}
