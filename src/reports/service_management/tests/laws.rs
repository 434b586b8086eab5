//! What holds between months, and whatever the order of the tickets.

use proptest::prelude::*;

use super::super::sample::{at, contract, of};
use super::super::{Month, TicketFigures, report};
use super::urgent;
use crate::domain::Instant;

/// An urgent incident of 2026, resolved, closed or cancelled some hours later or never; every bound is at 500 hours.
fn any_ticket() -> impl Strategy<Value = TicketFigures> {
    let hours = 0..24 * 365_i64;
    (1..30_usize, hours, prop::option::of(1..2000_i64), prop::option::of(0..900_i64), any::<bool>()).prop_map(
        |(number, opened, resolved, closed, cancelled)| {
            let later = |from: Instant, hours: i64| from.plus(hours * 3600).expect("in range");
            let opened_at = later(at("2026-01-01 00:00:00"), opened);
            let mut any = urgent(number, "11:00:00");
            let resolved_at = resolved.map(|hours| later(opened_at, hours));
            let left = resolved_at.zip(closed).map(|(resolved, hours)| later(resolved, hours));
            (any.opened_at, any.resolved_at, any.closed_at) = (opened_at, resolved_at, left);
            if cancelled {
                (any.resolved_at, any.closed_at, any.cancelled_at) = (None, None, resolved_at);
            }
            for clock in &mut any.clocks {
                (clock.stopped_at, clock.cancelled) = (resolved_at, cancelled && resolved_at.is_some());
                for goal in &mut clock.goals {
                    let bound = later(opened_at, 500);
                    goal.breached_at = Some(bound).filter(|bound| resolved_at.is_none_or(|stop| stop >= *bound));
                    goal.missed_at = goal.breached_at;
                    goal.met_at = resolved_at.filter(|_| goal.breached_at.is_none() && !cancelled);
                }
            }
            any
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Over the months each ticket is reported once, leaves at most once, and counts at most once per goal.
    #[test]
    fn the_months_add_up(tickets in prop::collection::vec(any_ticket(), 0..12)) {
        let (mut open, mut fates, mut month) = (0, 0, Month::new(2025, 12));
        for _ in 0..26 {
            month = month.and_then(|month| Month::of(month.end(&contract().zone), &contract().zone));
            let report = report(&contract(), month.expect("in range"), &tickets);
            let incidents = &report.types[0];
            prop_assert_eq!(open + incidents.reported, incidents.closed + incidents.cancelled + incidents.open_at_end);
            prop_assert_eq!(report.population.considered, open + incidents.reported);
            open = incidents.open_at_end;
            fates += report.goals.iter().map(|row| row.n).sum::<u64>();
        }
        let decided = tickets.iter().flat_map(|ticket| &ticket.clocks).flat_map(|clock| &clock.goals);
        prop_assert_eq!(fates, decided.map(|goal| u64::from(goal.fate_at().is_some())).sum::<u64>());
    }

    /// RPT-26: the same tickets give the same bytes, in whatever order they came.
    #[test]
    fn the_order_of_the_tickets_does_not_matter(tickets in prop::collection::vec(any_ticket(), 0..12)) {
        let mut distinct = tickets;
        distinct.iter_mut().zip(1..).for_each(|(ticket, number)| ticket.number = format!("INC-{number}"));
        let bytes = |tickets: &[TicketFigures]| serde_json::to_string(&of("2026-03", tickets)).unwrap_or_default();
        let forward = bytes(&distinct);
        distinct.reverse();
        prop_assert_eq!(forward, bytes(&distinct));
    }
}
