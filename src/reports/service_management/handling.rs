//! Handling times (*afhandeltijden*, RPT-02) of the tickets resolved in the month.

use std::collections::BTreeSet;

use super::month::Period;
use super::{HandlingTime, PriorityHandling, Spread, TicketFigures, TypeHandling, priority_label};
use crate::domain::clock::Kind;
use crate::domain::contract::{Contract, TicketType};

/// One per ticket type, each with its priorities.
pub(super) fn times(contract: &Contract, period: Period, tickets: &[&TicketFigures]) -> Vec<TypeHandling> {
    let is_resolved = |ticket: &&TicketFigures| ticket.cancelled_at.is_none() && period.saw(ticket.resolved_at);
    let resolved: Vec<_> = tickets.iter().copied().filter(is_resolved).collect();
    TicketType::ALL.into_iter().map(|kind| of_type(contract, kind, &resolved)).collect()
}

fn of_type(contract: &Contract, kind: TicketType, resolved: &[&TicketFigures]) -> TypeHandling {
    let of_type: Vec<_> = resolved.iter().copied().filter(|ticket| ticket.kind == kind).collect();
    let priorities = priorities(contract, kind, &of_type).into_iter().map(|priority| PriorityHandling {
        label: priority.map_or_else(|| "geen".to_owned(), |code| priority_label(contract, code)),
        time: time(of_type.iter().copied().filter(|ticket| effective(contract, ticket) == priority)),
        priority: priority.map(str::to_owned),
    });
    TypeHandling { ticket_type: kind, label: kind.dutch().to_owned(), all: time(of_type.iter().copied()), priorities: priorities.collect() }
}

/// The contract's priorities for a type, then others that tickets have, then `None` where a ticket has none.
fn priorities<'a>(contract: &'a Contract, kind: TicketType, tickets: &[&'a TicketFigures]) -> Vec<Option<&'a str>> {
    let own = contract.priorities.iter().filter(|priority| priority.types.contains(&kind)).map(|priority| priority.code.as_str());
    let mut codes: Vec<_> = own.map(Some).collect();
    let held: BTreeSet<_> = tickets.iter().map(|ticket| effective(contract, ticket)).collect();
    codes.extend(held.iter().filter(|code| code.is_some() && contract.priority(code.unwrap_or_default(), kind).is_none()));
    if !codes.is_empty() && held.contains(&None) {
        codes.push(None);
    }
    codes
}

fn effective<'a>(contract: &'a Contract, ticket: &'a TicketFigures) -> Option<&'a str> {
    contract.effective_priority(ticket.priority.as_deref(), ticket.kind)
}

fn time<'a>(tickets: impl Iterator<Item = &'a TicketFigures> + Clone) -> HandlingTime {
    let calendar = spread(tickets.clone().filter_map(calendar_seconds).collect());
    HandlingTime { n: calendar.n, window: spread(tickets.filter_map(window_seconds).collect()), calendar }
}

fn calendar_seconds(ticket: &TicketFigures) -> Option<i64> {
    ticket.resolved_at.map(|resolved| resolved.unix() - ticket.opened_at.unix())
}

fn window_seconds(ticket: &TicketFigures) -> Option<i64> {
    let clock = ticket.clocks.iter().find(|clock| clock.kind == Kind::Resolution && !clock.cancelled)?;
    clock.stopped_at.and(clock.elapsed_seconds)
}

fn spread(mut seconds: Vec<i64>) -> Spread {
    seconds.sort_unstable();
    let total: i64 = seconds.iter().sum();
    let n = i64::try_from(seconds.len()).unwrap_or(i64::MAX);
    let middle = seconds.get(seconds.len().saturating_sub(1) / 2..=seconds.len() / 2).unwrap_or_default();
    let middle = (middle.iter().sum::<i64>(), u64::try_from(middle.len()).unwrap_or(u64::MAX));
    Spread {
        n: n.unsigned_abs(),
        total_seconds: total,
        mean_seconds: total.checked_div_euclid(n),
        median_seconds: (middle.1 > 0).then(|| middle.0.div_euclid(i64::try_from(middle.1).unwrap_or(i64::MAX))),
        middle,
        max_seconds: seconds.last().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_exact_and_cut_only_for_show() {
        let odd = spread(vec![30, 10, 21]);
        assert_eq!((odd.n, odd.total_seconds, odd.mean_seconds, odd.median_seconds), (3, 61, Some(20), Some(21)));
        let even = spread(vec![4, 1, 10, 3]);
        assert_eq!((even.mean_seconds, even.median_seconds, even.max_seconds), (Some(4), Some(3), Some(10)));
        let none = spread(Vec::new());
        assert_eq!((none.n, none.total_seconds, none.mean_seconds, none.median_seconds, none.max_seconds), (0, 0, None, None, None));
    }
}
