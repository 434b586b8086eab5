//! The monthly service-management report (DAP 3.5; RPT-01…03): figures of one contract over one local month.
//!
//! `report` is a function of what it is given and of nothing else: the same tickets in any order give the same bytes
//! (RPT-26). Every count says which tickets are in it, and a verdict is integer arithmetic on the counts beside it (C4).
//! `replayed` derives those tickets from histories: counts are as of the month's end and never change, but for a merge that is undone; verdicts on goals are corrected by
//! what is undone or recorded later, and every correction is listed (design § 8).
//!
//! Absent on purpose: queries, and any memory of earlier reports: an earlier version is the same function, given what was known then.
//! A ticket counts once per goal because its fate is known at exactly one instant.

mod goals;
mod handling;
mod input;
mod month;
mod output;
mod population;
mod replayed;
mod rows;
#[cfg(test)]
pub(super) mod sample;
mod security;
#[cfg(test)]
mod tests;
mod withheld;

pub use input::{ClockFigures, CorrectionFigures, EscalationStep, GoalFigures, TicketFigures};
pub use month::{BadMonth, Month};
pub use output::{HandlingTime, Involvement, Population, PriorityHandling, ServiceManagementReport, Spread, TypeCounts, TypeHandling};
pub use replayed::{Reading, figures};
pub use rows::{
    AgreedRow, Correction, Escalation, EscalationCount, GoalRow, LateFact, Outcome, ReportedAmendment, RunningBreach, TicketLine, Verdict,
};
pub use security::{ReportedSignal, SecurityIncident, SecurityMatters, breach};

use std::collections::BTreeMap;

use crate::domain::Instant;
use crate::domain::contract::amendment::Amendment;
use crate::domain::contract::{Contract, TicketType};
use month::Period;

/// The report of a month.
///
/// `tickets` are those of the contract that were open at some moment of the month or had a goal decided in it, in any order. Others do no
/// harm: they are not counted, except for a step on a ladder that one of them took in the month.
pub fn report(contract: &Contract, month: Month, tickets: &[TicketFigures]) -> ServiceManagementReport {
    let period = month.period(&contract.zone);
    let zone = contract.zone.name();
    let mut tickets: Vec<_> = tickets.iter().collect();
    tickets.sort_by_key(|ticket| ticket.place());
    let considered: Vec<_> = tickets.iter().copied().filter(|ticket| population::was_open_in(period, ticket)).collect();
    // What the agreement does not cover counts in no figure (TKT-16); the population says how many there were.
    let covered: Vec<_> = considered.iter().copied().filter(|ticket| !ticket.out_of_scope).collect();
    let is_pending = |ticket: &TicketFigures| population::is_open_at_end(period, ticket) && !period.knew(ticket.resolved_at);
    let long: Vec<_> = covered.iter().copied().filter(|ticket| is_pending(ticket) && ticket.is_long_open).collect();
    let running_breaches = population::running_breaches(contract, period, &considered);
    let not_classified = population::not_classified(contract, period, &covered);
    let escalations = escalations(period, &tickets);
    let corrections = corrections(&tickets);
    let late_facts: Vec<_> = tickets.iter().flat_map(|ticket| ticket.late.iter().cloned()).collect();
    let changes = tickets.iter().filter_map(|ticket| ticket.corrected_at).chain(late_facts.iter().map(|fact| fact.recorded_at));
    let version_at = changes.max().unwrap_or(period.to);
    ServiceManagementReport {
        contract_id: contract.id.clone(),
        contract_version: contract.version.clone(),
        title: contract.title.clone(),
        month,
        time_zone: zone.to_owned(),
        from_at: period.from,
        to_at: period.to,
        provisional: false,
        version_at,
        assumed: contract.assumed.clone(),
        population: population::of(month, zone, period, &considered, &running_breaches, &not_classified),
        types: TicketType::ALL.into_iter().map(|kind| counts(period, kind, &covered, &long)).collect(),
        handling_times: handling::times(contract, period, &covered),
        involvement: population::involvement(contract, period, &covered),
        goals: goals::rows(contract, period, &tickets),
        agreed: goals::agreed(contract, period, &tickets),
        running_breaches,
        escalation_counts: escalation_counts(&escalations),
        escalations,
        long_open: long.into_iter().map(|ticket| population::line(contract, ticket)).collect(),
        not_classified,
        corrections,
        amendments: Vec::new(),
        late_facts,
        security: SecurityMatters::default(),
    }
}

/// The report as of a reading: with the amendments known by then that exist for the reader, and provisional while the month is not over.
pub fn read(
    report: ServiceManagementReport,
    contract: &Contract,
    reading: Reading,
    exists: impl Fn(&Amendment) -> bool,
) -> ServiceManagementReport {
    let is_named = |amendment: &Amendment| report.corrections.iter().any(|one| one.amendment_id == Some(amendment.id));
    let dates = report.month.start(&contract.zone)..report.month.end(&contract.zone);
    let known = contract.amendments[..contract.amendments_by(reading.known_at())].iter().map(|amended| &amended.amendment);
    let shown = known.filter(|amendment| {
        let of_month = Month::of_date(amendment.date) == Some(report.month);
        is_named(amendment) || (of_month || dates.contains(&amendment.in_force_at)) && exists(amendment)
    });
    let amendment = |amendment: &Amendment| ReportedAmendment {
        id: amendment.id,
        calendar: amendment.calendar.clone(),
        date: amendment.date,
        change: amendment.change.as_str().to_owned(),
        hours: amendment.change.hours(),
        reason: amendment.reason.clone(),
        in_force_at: amendment.in_force_at,
    };
    let amendments: Vec<_> = shown.map(amendment).collect();
    let changed_at = amendments.iter().map(|one| one.in_force_at).fold(report.version_at, Instant::max);
    let version_at = if reading.is_provisional() { reading.known_at() } else { changed_at };
    ServiceManagementReport { provisional: reading.is_provisional(), version_at, amendments, ..report }
}

fn corrections(tickets: &[&TicketFigures]) -> Vec<Correction> {
    let of_ticket = |ticket: &TicketFigures| {
        let correction = |one: &CorrectionFigures| Correction {
            number: ticket.number.clone(),
            ticket_type: ticket.kind,
            clock: one.clock,
            goal: u32::try_from(one.place).unwrap_or(u32::MAX).saturating_add(1),
            comparison: one.comparison,
            target: one.target.clone(),
            before: one.before,
            after: one.after,
            corrected_at: one.corrected_at,
            cause: one.cause.as_str().to_owned(),
            reason: one.reason.clone(),
            amendment_id: one.amendment,
        };
        ticket.corrections.iter().map(correction).collect::<Vec<_>>()
    };
    tickets.iter().flat_map(|ticket| of_ticket(ticket)).collect()
}

fn counts(period: Period, kind: TicketType, considered: &[&TicketFigures], long: &[&TicketFigures]) -> TypeCounts {
    let of_type = |tickets: &[&TicketFigures], is_counted: &dyn Fn(&TicketFigures) -> bool| {
        count(tickets, |ticket| ticket.kind == kind && is_counted(ticket))
    };
    let is_open = |ticket: &TicketFigures| population::is_open_at_end(period, ticket);
    TypeCounts {
        ticket_type: kind,
        label: kind.dutch().to_owned(),
        reported: of_type(considered, &|ticket| period.contains(ticket.opened_at)),
        reopened: of_type(considered, &|ticket| period.saw(ticket.reopened_at)),
        closed: of_type(considered, &|ticket| period.saw(ticket.closed_at)),
        cancelled: of_type(considered, &|ticket| period.saw(ticket.cancelled_at)),
        merged: of_type(considered, &|ticket| period.saw(ticket.merged_at)),
        open_at_end: of_type(considered, &is_open),
        resolved_at_end: of_type(considered, &|ticket| is_open(ticket) && period.knew(ticket.resolved_at)),
        long_open: of_type(long, &|_| true),
    }
}

fn escalations(period: Period, tickets: &[&TicketFigures]) -> Vec<Escalation> {
    let mut taken = Vec::new();
    for ticket in tickets {
        for step in ticket.escalations.iter().filter(|step| period.contains(step.at)) {
            taken.push(Escalation {
                number: ticket.number.clone(),
                at: step.at,
                from_level: step.from_level,
                to_level: step.to_level,
                trigger: step.trigger.clone(),
            });
        }
    }
    // Tickets are in list order, which this sort keeps for steps of the same second.
    taken.sort_by_key(|step| step.at);
    taken
}

fn escalation_counts(escalations: &[Escalation]) -> Vec<EscalationCount> {
    let mut counts = BTreeMap::<_, u64>::new();
    for step in escalations {
        *counts.entry((step.from_level, step.to_level)).or_default() += 1;
    }
    counts.into_iter().map(|((from_level, to_level), count)| EscalationCount { from_level, to_level, count }).collect()
}

fn count(tickets: &[&TicketFigures], is_counted: impl Fn(&TicketFigures) -> bool) -> u64 {
    tickets.iter().map(|ticket| u64::from(is_counted(ticket))).sum()
}

/// The Dutch name of a priority; its code, if the contract does not know it.
pub(super) fn priority_label(contract: &Contract, code: &str) -> String {
    let known = contract.priorities.iter().find(|priority| priority.code == code);
    known.map_or_else(|| code.to_owned(), |priority| priority.label.nl.clone())
}
