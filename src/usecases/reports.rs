//! Reports, each replayed from the history it reports on.

use super::tickets::settled;
use super::{Error, Problem};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::contract::Contract;
use crate::domain::ticket::{Event, EventKind, Ticket};
use crate::domain::workflow::State;
use crate::reports::service_management::{self, ClockFigures, EscalationStep, GoalFigures, Month, ServiceManagementReport, TicketFigures};
use crate::store::{self, Scope};

/// Histories loaded in one question.
const CHUNK: usize = 500;
/// A ticket unresolved for more working days than this is long open (AMB-08: the agreements give no number).
pub const LONG_OPEN_WORKING_DAYS: i64 = 20;

/// The service-management report of a contract and month, as far as the scope sees it (RPT-01…03).
pub async fn service_management(app: &App, scope: &Scope, contract: &str, month: Month) -> Result<ServiceManagementReport, Error> {
    let seen = |contract: &Contract| contract.clients.iter().any(|client| scope.includes(&client.organisation));
    let now = app.time.now();
    let view = app.db.view(scope.clone());
    super::contracts::refresh(app, &view).await?;
    let present = app.version_at(contract, now).filter(|version| seen(&version.contract)).ok_or(Error::NotFound("contract"))?;
    let (from, to) = (month.start(&present.contract.zone), month.end(&present.contract.zone));
    let refused = |code, detail: &str| Error::Invalid(vec![Problem { pointer: "month".to_owned(), code, detail: detail.to_owned() }]);
    if from > now {
        return Err(refused("not_begun", "this month has not begun"));
    }
    // The version in force when the month ended: a later one changes nothing about it.
    let last = to.plus(-1).unwrap_or(to).min(now);
    let version = app.version_at(contract, last).ok_or_else(|| refused("before_contract", "the contract was not in force yet"))?;
    let tickets = store::tickets::open_between(&view, contract, from, to).await?;
    let mut figures = Vec::with_capacity(tickets.len());
    for chunk in tickets.chunks(CHUNK) {
        let ids: Vec<_> = chunk.iter().map(|ticket| ticket.id).collect();
        let mut histories = store::events::histories(&view, &ids).await?;
        for ticket in chunk {
            let history = histories.remove(&ticket.id).unwrap_or_default();
            let pinned = app.version(ticket.contract_version_id)?;
            figures.push(figures_of(&pinned.contract, ticket, &history, now));
        }
    }
    let long_open = |ticket: &TicketFigures| is_long_open(&version.contract, ticket, to);
    let report = service_management::report(&version.contract, month, &figures, long_open);
    Ok(ServiceManagementReport { provisional: now < to, ..report })
}

/// Whether a ticket was unresolved for longer than `LONG_OPEN_WORKING_DAYS` at an instant, by the calendar of its type's
/// first clock; by calendar days where it has none.
fn is_long_open(contract: &Contract, ticket: &TicketFigures, at: Instant) -> bool {
    let (opened, until) = (contract.zone.date(ticket.opened_at), contract.zone.date(at.plus(-1).unwrap_or(at)));
    match contract.clocks.iter().find(|entry| entry.types.contains(&ticket.kind)) {
        Some(entry) => {
            let calendar = contract.calendar_after(&entry.calendar_id, contract.amendments_by(at)).unwrap_or(&entry.calendar);
            calendar.working_days_after(opened, until) > LONG_OPEN_WORKING_DAYS
        }
        None => (until - opened).num_days() > LONG_OPEN_WORKING_DAYS,
    }
}

pub(super) fn figures_of(contract: &Contract, ticket: &Ticket, history: &[Event], now: Instant) -> TicketFigures {
    let cancelled = ticket.state() == State::Cancelled;
    let clocks = settled(contract, ticket, history, now).clocks;
    TicketFigures {
        number: ticket.reference(),
        kind: ticket.kind,
        priority: ticket.priority.clone().or_else(|| ticket.proposed_priority.clone()),
        opened_at: ticket.opened_at,
        closed_at: ticket.closed_at.filter(|_| !cancelled),
        resolved_at: ticket.resolved_at,
        cancelled_at: ticket.closed_at.filter(|_| cancelled),
        clocks: clocks
            .into_iter()
            .map(|index| ClockFigures {
                kind: index.clock.kind,
                priority: index.priority,
                tier: index.tier,
                started_at: index.clock.started_at,
                stopped_at: index.clock.stopped_at,
                cancelled: index.clock.state == crate::domain::clock::State::Cancelled,
                elapsed_seconds: index.clock.state.is_stopped().then_some(index.clock.elapsed_seconds),
                goals: index.clock.goals.into_iter().map(goal).collect(),
            })
            .collect(),
        escalations: history.iter().filter(|event| event.kind == EventKind::Climbed).map(step).collect(),
    }
}

fn goal(goal: crate::domain::clock::GoalView) -> GoalFigures {
    GoalFigures {
        share: goal.share,
        comparison: goal.comparison,
        target: goal.target,
        due_at: goal.due_at,
        met_at: goal.met_at,
        breached_at: goal.breached_at,
    }
}

fn step(event: &Event) -> EscalationStep {
    EscalationStep {
        at: event.occurred_at,
        from_level: event.figure("from").unwrap_or_default(),
        to_level: event.figure("to").unwrap_or_default(),
        trigger: event.text("trigger").unwrap_or_default().to_owned(),
    }
}
