//! What is told when other goals hold for a ticket, or none, and a breach ends by that: to whoever reported it, follows it, or is told of progress.

use super::ticket_mail::TicketMail;
use crate::domain::ticket::{EventData, EventKind};
use crate::mail::messages::{EndedBreach, GoalsChanged, Named, Outgoing, TicketFacts, Told, clock_name};
use crate::usecases::Error;
use crate::usecases::letter::signature;

/// Of another type its own mail tells.
pub(super) const TOLD: [EventKind; 4] = [EventKind::Retiered, EventKind::Specified, EventKind::Prioritised, EventKind::Scoped];

impl TicketMail<'_> {
    /// None where no breach ended. That the agreement covers a ticket no longer, or again, is always told: its clocks end or run by that.
    pub(super) fn goals_news(&self, reader: Told, ticket: TicketFacts) -> Result<Option<Outgoing>, Error> {
        let is_told = matches!(self.event.data, EventData::Scoped(_)) || !self.context.ended(self.ticket, self.event).is_empty();
        let Some((what, now)) = self.chosen().filter(|_| is_told) else { return Ok(None) };
        let outgoing = self.write(&GoalsChanged {
            ticket,
            reader,
            what,
            now,
            grounds: self.grounds(),
            explanation: self.reason().into(),
            at: self.local(self.event.occurred_at),
            desk: signature(),
        })?;
        Ok(Some(outgoing))
    }

    /// What the goals go by, and what that is from now on.
    fn chosen(&self) -> Option<(Named, Option<Named>)> {
        let contract = &self.version.contract;
        match &self.event.data {
            EventData::Retiered(retiered) => Some((Named::new("Abonnement", "Subscription"), Some(Named::same(&retiered.tier)))),
            EventData::Specified(specified) => {
                let item = contract.item_of(self.ticket.kind, specified.about.variant.as_deref());
                Some((Named::new("Gevraagd", "Requested"), item.map(|item| (&item.label).into())))
            }
            EventData::Prioritised(one) => Some((Named::new("Prioriteit", "Priority"), Some(self.priority_name(&one.priority)))),
            EventData::Scoped(scoped) => {
                let covers = if scoped.out_of_scope {
                    Named::new("valt hierbuiten, dus er lopen geen termijnen", "does not cover this, so no target times run")
                } else {
                    Named::new("geldt, met haar termijnen", "applies, with its target times")
                };
                Some((Named::new("Overeenkomst", "Agreement"), Some(covers)))
            }
            _ => None,
        }
    }

    /// What its agreement calls a priority; the code where it knows none.
    pub(super) fn priority_name(&self, code: &str) -> Named {
        let known = self.version.contract.priority(code, self.ticket.kind);
        known.map_or_else(|| Named::same(code), |known| (&known.label).into())
    }

    /// The breaches that ended by the event.
    pub(super) fn ended(&self) -> Vec<EndedBreach> {
        let ended = self.context.ended(self.ticket, self.event).into_iter();
        ended.map(|breach| EndedBreach { clock: clock_name(breach.clock), at: self.local(breach.breached_at) }).collect()
    }
}
