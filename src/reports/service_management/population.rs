//! Which tickets are in the figures, and which are listed by name: not classified, open for long, past a bound and still running.

use std::collections::BTreeSet;

use super::month::{Month, Period};
use super::{Involvement, Population, RunningBreach, TicketFigures, TicketLine, Verdict, count, priority_label};
use crate::domain::contract::Contract;
use crate::domain::workflow::Handling;

/// Whether a ticket was open at some moment of the month.
pub(super) fn was_open_in(period: Period, ticket: &TicketFigures) -> bool {
    ticket.opened_at < period.to && ticket.left_at().is_none_or(|left| left >= period.from)
}

/// Whether a ticket was open when the month ended.
pub(super) fn is_open_at_end(period: Period, ticket: &TicketFigures) -> bool {
    ticket.opened_at < period.to && !period.knew(ticket.left_at())
}

/// The population in words and counts.
pub(super) fn of(
    month: Month,
    zone: &str,
    period: Period,
    considered: &[&TicketFigures],
    breaches: &[RunningBreach],
    not_classified: &[TicketLine],
) -> Population {
    let past_bound: BTreeSet<_> = breaches.iter().map(|breach| &breach.number).collect();
    Population {
        sentence: sentence(month, zone),
        considered: count(considered, |_| true),
        cancelled: count(considered, |ticket| period.saw(ticket.cancelled_at)),
        merged: count(considered, |ticket| period.saw(ticket.merged_at)),
        out_of_scope: count(considered, |ticket| ticket.out_of_scope),
        not_classified: u64::try_from(not_classified.len()).unwrap_or(u64::MAX),
        running_past_bound: u64::try_from(past_bound.len()).unwrap_or(u64::MAX),
    }
}

/// Who had a part in what was closed in the month.
pub(super) fn involvement(contract: &Contract, period: Period, covered: &[&TicketFigures]) -> Involvement {
    let closed: Vec<_> = covered.iter().copied().filter(|ticket| period.saw(ticket.closed_at)).collect();
    let of = |handling: Option<Handling>| count(&closed, |ticket| ticket.handling == handling);
    let (alone, not_said) = (of(Some(Handling::Alone)), of(None));
    let all = count(&closed, |_| true);
    let norm = contract.tickets.handled_alone;
    Involvement {
        norm,
        verdict: norm.map(|share| Verdict::of(share, alone, all - not_said)),
        closed: all,
        alone,
        with_client: of(Some(Handling::WithClient)),
        with_third_party: of(Some(Handling::WithThirdParty)),
        with_both: of(Some(Handling::WithBoth)),
        not_said,
    }
}

fn sentence(month: Month, zone: &str) -> String {
    format!(
        "Meegeteld zijn alle tickets die op enig moment in {} ({zone}) open waren. Een ticket telt eenmaal per norm, in de maand \
         waarin de uitkomst vaststaat: gehaald toen de klok op tijd stopte, niet gehaald toen de termijn verstreek, ook als het \
         ticket dan nog open is. Geen uitkomst hebben tickets zonder norm, klokken waarvoor nog een prioriteit ontbreekt, \
         termijnen die nog lopen en tickets die werden ingetrokken of samengevoegd voordat de termijn verstreek. Tickets die \
         buiten de afspraken vallen tellen in geen ander cijfer mee.",
        month.dutch()
    )
}

/// Tickets that need a priority for their clocks and have none, unless they were cancelled or merged by the end of the month.
pub(super) fn not_classified(contract: &Contract, period: Period, considered: &[&TicketFigures]) -> Vec<TicketLine> {
    let depends = |ticket: &TicketFigures| {
        contract.clocks.iter().any(|entry| entry.priority.is_some() && entry.types.contains(&ticket.kind))
            && contract.effective_priority(ticket.priority.as_deref(), ticket.kind).is_none()
    };
    let unclassified = considered.iter().filter(|ticket| depends(ticket) && !period.knew(ticket.cancelled_at.or(ticket.merged_at)));
    unclassified.map(|ticket| line(contract, ticket)).collect()
}

/// Every bound passed on a clock that still ran at the end of the month, by ticket.
pub(super) fn running_breaches(contract: &Contract, period: Period, considered: &[&TicketFigures]) -> Vec<RunningBreach> {
    let mut breaches = Vec::new();
    for ticket in considered.iter().filter(|ticket| is_open_at_end(period, ticket)) {
        let ticket_line = line(contract, ticket);
        for clock in ticket.clocks.iter().filter(|clock| !period.knew(clock.stopped_at)) {
            for (place, goal) in (1..).zip(&clock.goals) {
                let Some(breached_at) = goal.breached_at.filter(|_| period.knew(goal.breached_at)) else { continue };
                breaches.push(RunningBreach {
                    number: ticket_line.number.clone(),
                    ticket_type: ticket_line.ticket_type,
                    priority: ticket_line.priority.clone(),
                    priority_label: ticket_line.priority_label.clone(),
                    clock: clock.kind,
                    goal: place,
                    comparison: goal.comparison,
                    target: goal.target.clone(),
                    breached_at,
                });
            }
        }
    }
    breaches
}

/// A ticket as lists show it.
pub(super) fn line(contract: &Contract, ticket: &TicketFigures) -> TicketLine {
    let priority = contract.effective_priority(ticket.priority.as_deref(), ticket.kind);
    TicketLine {
        number: ticket.number.clone(),
        ticket_type: ticket.kind,
        priority: priority.map(str::to_owned),
        priority_label: priority.map(|code| priority_label(contract, code)),
        opened_at: ticket.opened_at,
    }
}
