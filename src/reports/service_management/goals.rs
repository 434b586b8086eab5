//! Goals: each ticket counts once per goal, in the local month its fate is known (AMB-18), judged by integers (CLK-09).

use std::collections::BTreeMap;

use super::month::Period;
use super::{AgreedRow, ClockFigures, GoalFigures, GoalRow, Outcome, TicketFigures, Verdict, priority_label};
use crate::domain::clock::{AGREED, Comparison, Goal, Kind, Share};
use crate::domain::contract::{Contract, TicketType};

/// What makes the goals of two tickets the same goal. Another version of the contract may have others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    ticket: TicketType,
    kind: Kind,
    priority: Option<&'a str>,
    tier: Option<&'a str>,
    item: Option<&'a str>,
    place: u32,
    comparison: Comparison,
    target: &'a str,
    share: Share,
}

#[derive(Debug, Default)]
struct Tally {
    /// The index of its entry in the contract; `None` for a goal of another version.
    entry: Option<usize>,
    met: u64,
    missed: u64,
}

/// Repair moments agreed for single tickets, apart from the contract's goals (AMB-20): a row for each type and priority.
pub(super) fn agreed(contract: &Contract, period: Period, tickets: &[&TicketFigures]) -> Vec<AgreedRow> {
    let mut rows: BTreeMap<(TicketType, Option<&str>), AgreedRow> = BTreeMap::new();
    for ticket in tickets {
        for Decided { clock, missed, .. } in decided(period, ticket).filter(|decided| decided.goal.target == AGREED) {
            let priority = clock.priority.as_deref();
            let row = rows.entry((ticket.kind, priority)).or_insert_with(|| AgreedRow {
                ticket_type: ticket.kind,
                priority: priority.map(str::to_owned),
                priority_label: priority.map(|code| priority_label(contract, code)),
                n: 0,
                met: 0,
                missed: 0,
            });
            row.n += 1;
            *(if missed { &mut row.missed } else { &mut row.met }) += 1;
        }
    }
    rows.into_values().collect()
}

/// One row per goal: the contract's own in its order, then those of other versions.
pub(super) fn rows(contract: &Contract, period: Period, tickets: &[&TicketFigures]) -> Vec<GoalRow> {
    let mut tallies = of_contract(contract);
    for ticket in tickets {
        for decided in decided(period, ticket).filter(|decided| decided.goal.target != AGREED) {
            let tally = tallies.entry(key_of(ticket, decided)).or_default();
            *(if decided.missed { &mut tally.missed } else { &mut tally.met }) += 1;
        }
    }
    let mut tallies: Vec<_> = tallies.into_iter().collect();
    tallies.sort_by_key(|(key, tally)| (key.ticket, key.kind, tally.entry.unwrap_or(usize::MAX), *key));
    tallies.into_iter().map(|(key, tally)| row(contract, key, &tally)).collect()
}

/// Every goal of the contract, with nothing counted yet.
fn of_contract(contract: &Contract) -> BTreeMap<Key<'_>, Tally> {
    let mut tallies = BTreeMap::new();
    for (index, entry) in contract.clocks.iter().enumerate() {
        for &ticket in &entry.types {
            for (place, goal) in (1..).zip(&entry.goals) {
                let Goal { comparison, target, .. } = goal;
                let (priority, tier, item) = (entry.priority.as_deref(), entry.tier.as_deref(), entry.item.as_deref());
                let (kind, comparison, share) = (entry.kind, *comparison, goal.required());
                let key = Key { ticket, kind, priority, tier, item, place, comparison, target, share };
                tallies.insert(key, Tally { entry: Some(index), ..Tally::default() });
            }
        }
    }
    tallies
}

/// A goal whose fate lies in a period.
#[derive(Debug, Clone, Copy)]
struct Decided<'a> {
    /// Its place among its clock's goals; 1 is the first.
    place: u32,
    clock: &'a ClockFigures,
    goal: &'a GoalFigures,
    missed: bool,
}

/// The goals of a ticket that count in a period. They are judged by all that is known, but named as they stood when the period ended: a
/// priority or type given in a later month does not belong in this one.
fn decided(period: Period, ticket: &TicketFigures) -> impl Iterator<Item = Decided<'_>> {
    let judged = ticket.judged.as_ref().unwrap_or(&ticket.clocks);
    let goals = judged.iter().flat_map(|clock| (1..).zip(&clock.goals).map(move |(place, goal)| (clock, place, goal)));
    goals.filter(move |(.., goal)| period.saw(goal.fate_at())).map(move |(clock, place, goal)| {
        let missed = goal.outcome() == Outcome::Missed;
        let then = ticket.clocks.iter().find(|then| then.kind == clock.kind);
        let named = then.and_then(|then| Some((then, (1..).zip(&then.goals).find(|(at, _)| *at == place)?.1)));
        let (clock, goal) = named.filter(|(_, then)| period.saw(then.fate_at())).unwrap_or((clock, goal));
        Decided { place, clock, goal, missed }
    })
}

fn key_of<'a>(ticket: &TicketFigures, Decided { place, clock, goal, .. }: Decided<'a>) -> Key<'a> {
    Key {
        ticket: ticket.kind,
        kind: clock.kind,
        priority: clock.priority.as_deref(),
        tier: clock.tier.as_deref(),
        item: clock.item.as_deref(),
        place,
        comparison: goal.comparison,
        target: &goal.target,
        share: goal.share.unwrap_or(Share::ALL),
    }
}

fn row(contract: &Contract, key: Key<'_>, tally: &Tally) -> GoalRow {
    let (met, missed, n) = (tally.met, tally.missed, tally.met + tally.missed);
    GoalRow {
        clock: key.kind,
        ticket_type: key.ticket,
        priority: key.priority.map(str::to_owned),
        priority_label: key.priority.map(|code| priority_label(contract, code)),
        tier: key.tier.map(str::to_owned),
        item: key.item.map(str::to_owned),
        item_label: key.item.map(|code| contract.item(code).map_or(code, |item| &item.label.nl).to_owned()),
        goal: key.place,
        share_required: key.share,
        comparison: key.comparison,
        target: key.target.to_owned(),
        n,
        met,
        missed,
        percentage: percentage(met, n),
        misses_allowed: key.share.misses_allowed(n),
        verdict: Verdict::of(key.share, met, n),
    }
}

/// `met` of `n` in per cent with one decimal, rounded half up: for show, never for a verdict.
fn percentage(met: u64, n: u64) -> Option<String> {
    let (met, n) = (u128::from(met), u128::from(n));
    let tenths = (met * 2000 + n).checked_div(2 * n)?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::percentage;

    #[test]
    fn a_percentage_is_rounded_half_up_by_integers() {
        let text = |met, n| percentage(met, n).unwrap_or_default();
        assert_eq!((text(8, 9), text(17, 20), text(0, 3), text(3, 3)), ("88.9".into(), "85.0".into(), "0.0".into(), "100.0".into()));
        assert_eq!((text(1, 2000), text(1, 2001)), ("0.1".to_owned(), "0.0".to_owned()));
        assert_eq!(percentage(0, 0), None);
    }
}
