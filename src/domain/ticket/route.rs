//! What routing rules do to a ticket: a team for one that is in nobody's hands, a priority proposed where nobody set one. The program does
//! it, so it is no answer to the client.

use super::assign::Assigned;
use super::prioritise::Prioritised;
use super::situation::Recorded;
use super::{EventData, Ticket};
use crate::domain::Instant;
use crate::domain::contract::Contract;
use crate::domain::routing_rule::{self, Routed, RoutingRule};

impl Ticket {
    /// As rules look at it. `mailbox` is the one that its first mail came to.
    pub fn routed<'a>(&'a self, mailbox: Option<&'a str>) -> Routed<'a> {
        Routed {
            contract: &self.contract,
            organisation: &self.organisation,
            mailbox,
            kind: self.kind.as_str(),
            channel: self.channel.as_str(),
            variant: self.about.variant.as_deref(),
            category: self.about.category.as_deref(),
            service: self.about.service.as_deref(),
            title: &self.title,
            description: &self.description,
        }
    }
}

/// Applies the rule that counts for a ticket, and returns what that records.
pub fn route(contract: &Contract, ticket: &mut Ticket, active: &[RoutingRule], mailbox: Option<&str>, at: Instant) -> Vec<Recorded> {
    let Some(rule) = routing_rule::first(active, &ticket.routed(mailbox)) else { return Vec::new() };
    let is_open = ticket.state().is_open();
    let is_free = is_open && ticket.team.is_none() && ticket.assignee.is_none();
    let assigned = rule
        .team
        .clone()
        .filter(|_| is_free)
        .map(|team| EventData::Assigned(Assigned { assignee: None, team: Some(team), third_party: ticket.third_party.clone() }));
    let is_unset = |code: &String| is_open && ticket.priority_set().is_none() && contract.priority(code, ticket.kind).is_some();
    let proposed = rule.priority.clone().filter(is_unset);
    let proposed = proposed.map(|priority| EventData::PriorityProposed(Prioritised { priority, before: None }));
    let records: Vec<_> = assigned.into_iter().chain(proposed).collect();
    for data in &records {
        ticket.apply(data, at);
    }
    // Clients read it, and its name is for the desk.
    let reason = format!("Routeringsregel {}, versie {}.", rule.id, rule.version);
    records.into_iter().map(|data| (data, Some(reason.clone()))).collect()
}
