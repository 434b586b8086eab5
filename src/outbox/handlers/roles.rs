//! Mail to the roles of an escalation ladder about a ticket that climbs it.

use std::collections::BTreeSet;

use super::ticket_mail::TicketMail;
use crate::domain::contract::{Contract, Ladder, Level, Role, Side};
use crate::domain::mail::Outbound;
use crate::domain::ticket::escalate::Climbed;
use crate::domain::ticket::escalation;
use crate::domain::ticket::{Actor, EventData};
use crate::mail::messages::{self, Escalated, EscalationWithheld, Named, Outgoing, Proposed};
use crate::usecases::Error;
use crate::usecases::letter::signature;

impl TicketMail<'_> {
    /// A step that was taken is announced to both sides of the levels left and reached; a proposed one to those who decide it.
    pub(super) fn to_roles(&self) -> Result<Vec<Outbound>, Error> {
        match &self.event.data {
            EventData::Climbed(step) => self.climbed(step),
            EventData::Proposed(proposed) => self.proposed(&proposed.step),
            _ => Ok(Vec::new()),
        }
    }

    /// Everyone on both sides of both levels is told (ESC-04).
    fn climbed(&self, step: &Climbed) -> Result<Vec<Outbound>, Error> {
        let contract = &self.version.contract;
        let (_, from, to) = self.levels(step)?;
        let told: Vec<_> = from.into_iter().chain([to]).flat_map(|level| roles_of(contract, level)).collect();
        let outgoing = match self.withheld(false, (from, to), &told)? {
            Some(withheld) => withheld,
            None => self.write(&Escalated {
                ticket: self.facts(),
                from: from.map(messages::LevelFacts::from),
                to: to.into(),
                trigger: self.trigger(step),
                reason: self.reason().into(),
                at: self.local(self.event.occurred_at),
                roles: self.labels(&told),
                desk: signature(),
            })?,
        };
        let addresses = self.addresses(&told);
        Ok(addresses.into_iter().map(|address| self.outbound(address, outgoing.clone(), None)).collect())
    }

    /// Those who may decide it are told: the roles of the current level, on the sides that may raise the case to the next (ESC-25).
    fn proposed(&self, step: &Climbed) -> Result<Vec<Outbound>, Error> {
        let contract = &self.version.contract;
        let (ladder, from, to) = self.levels(step)?;
        let (level, sides) = (from.unwrap_or(to), ladder.raised_by(to.level));
        let of_side = |side, roles| if sides.contains(&side) { roles } else { &[][..] };
        let codes = of_side(Side::Supplier, &level.supplier[..]).iter().chain(of_side(Side::Client, &level.client[..]));
        let roles: Vec<_> = codes.filter_map(|code| contract.role(code)).collect();
        let codes = escalation::codes(ladder, from.map_or(0, |level| level.level), Some(&step.trigger));
        let outgoing = match self.withheld(true, (from, to), &roles)? {
            Some(withheld) => withheld,
            None => self.write(&Proposed {
                ticket: self.facts(),
                from: from.map(messages::LevelFacts::from),
                to: to.into(),
                trigger: self.trigger(step),
                at: self.local(self.event.occurred_at),
                codes: codes.iter().map(|code| code.as_str().into()).collect(),
                roles: self.labels(&roles),
                desk: signature(),
            })?,
        };
        let addresses = self.addresses(&roles);
        Ok(addresses.into_iter().map(|address| self.outbound(address, outgoing.clone(), None)).collect())
    }

    /// What is sent about a ticket that few may see: the roles are told of the step, and not of the ticket.
    fn withheld(&self, proposed: bool, (from, to): (Option<&Level>, &Level), roles: &[&Role]) -> Result<Option<Outgoing>, Error> {
        if self.ticket.flags.is_empty() {
            return Ok(None);
        }
        let withheld = EscalationWithheld {
            proposed,
            from: from.map(messages::LevelFacts::from),
            to: to.into(),
            at: self.local(self.event.occurred_at),
            roles: self.labels(roles),
            desk: signature(),
        };
        Ok(Some(self.write(&withheld)?))
    }

    /// The step's ladder, the level it leaves (none at the first step) and the one it reaches.
    fn levels(&self, step: &Climbed) -> Result<(&Ladder, Option<&Level>, &Level), Error> {
        let ladder = self.version.contract.ladders.iter().find(|ladder| ladder.id == step.ladder);
        let ladder = ladder.ok_or_else(|| self.lacks("ladder", &step.ladder))?;
        let level = |number: u32| ladder.levels.iter().find(|level| level.level == number);
        Ok((ladder, level(step.from), level(step.to).ok_or_else(|| self.lacks("level", &step.to.to_string()))?))
    }

    /// The addresses of roles for the ticket's client, each once.
    pub(super) fn addresses<'r>(&'r self, roles: &[&'r Role]) -> BTreeSet<&'r str> {
        roles.iter().flat_map(|role| self.reached_at(role)).map(String::as_str).collect()
    }

    /// The roles that a mail reaches, each once: what they are called, and of which side they are.
    pub(super) fn labels(&self, roles: &[&Role]) -> Vec<Named> {
        let mut labels = Vec::new();
        for role in roles.iter().filter(|role| !self.reached_at(role).is_empty()) {
            let label =
                Named::new(&format!("{} ({})", role.label.nl, role.side.dutch()), &format!("{} ({})", role.label.en, role.side.english()));
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        labels
    }

    fn reached_at<'r>(&'r self, role: &'r Role) -> &'r [String] {
        self.context.reach.addresses(&self.version.contract, role, &self.ticket.organisation)
    }

    fn trigger(&self, step: &Climbed) -> Named {
        let decided_by = Some(Actor::side_of(&self.event.actor));
        let (dutch, english) =
            (escalation::trigger_in_dutch(&step.trigger, decided_by), escalation::trigger_in_english(&step.trigger, decided_by));
        Named::new(&dutch, &english)
    }
}

pub(super) fn roles_of<'a>(contract: &'a Contract, level: &'a Level) -> impl Iterator<Item = &'a Role> {
    level.client.iter().chain(&level.supplier).filter_map(|code| contract.role(code))
}
