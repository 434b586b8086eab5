//! What is told when other goals hold for a ticket, or none, and a breach ends by that: to whoever reported it, follows it, or is told of progress.

use super::ticket_mail::TicketMail;
use crate::domain::clock::Kind;
use crate::domain::ticket::{EventData, EventKind};
use crate::mail::messages::{self, EndedBreach, GoalsChanged, Line, Outgoing, TicketFacts, Told};
use crate::usecases::Error;
use crate::usecases::letter::DESK;

/// Of another type its own mail tells.
pub(super) const TOLD: [EventKind; 4] = [EventKind::Retiered, EventKind::Specified, EventKind::Prioritised, EventKind::Scoped];

impl TicketMail<'_> {
    /// None where no breach ended. That the agreement covers a ticket no longer, or again, is always told: its clocks end or run by that.
    pub(super) fn goals_news(&self, reader: Told, ticket: TicketFacts) -> Result<Option<Outgoing>, Error> {
        let is_told = matches!(self.event.data, EventData::Scoped(_)) || !self.context.ended(self.ticket, self.event).is_empty();
        let Some((what, now)) = self.chosen().filter(|_| is_told) else { return Ok(None) };
        let outgoing = messages::write(&GoalsChanged {
            ticket,
            reader,
            what: what.into(),
            now,
            grounds: self.grounds(),
            explanation: self.reason().into(),
            at: self.local(self.event.occurred_at),
            desk: DESK.into(),
        })?;
        Ok(Some(outgoing))
    }

    /// What the goals go by, and what that is from now on.
    fn chosen(&self) -> Option<(&'static str, Option<Line>)> {
        let contract = &self.version.contract;
        match &self.event.data {
            EventData::Retiered(retiered) => Some(("Abonnement", Some(retiered.tier.as_str().into()))),
            EventData::Specified(specified) => {
                let item = contract.item_of(self.ticket.kind, specified.about.variant.as_deref());
                Some(("Gevraagd", item.map(|item| item.label.nl.as_str().into())))
            }
            EventData::Prioritised(one) => {
                let label = contract.priority(&one.priority, self.ticket.kind).map(|known| known.label.nl.as_str());
                Some(("Prioriteit", Some(label.unwrap_or(&one.priority).into())))
            }
            EventData::Scoped(scoped) => {
                let covers = if scoped.out_of_scope { "valt hierbuiten, dus er lopen geen termijnen" } else { "geldt, met haar termijnen" };
                Some(("Overeenkomst", Some(covers.into())))
            }
            _ => None,
        }
    }

    /// The breaches that ended by the event.
    pub(super) fn ended(&self) -> Vec<EndedBreach> {
        let clock = |kind| if kind == Kind::Response { "reactietijd" } else { "oplostijd" };
        let ended = self.context.ended(self.ticket, self.event).into_iter();
        ended.map(|breach| EndedBreach { clock: clock(breach.clock).into(), at: self.local(breach.breached_at) }).collect()
    }
}
