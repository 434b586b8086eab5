//! From a ticket's history to what a month's report counts of it (design § 8).
//!
//! One history is read twice. What is *counted* (reported, closed, open, type, priority, handling time, steps of a ladder) is as the ticket
//! stood at the last instant of the month: later acts belong to later months. What is *judged* is as known when the report is made: a
//! refusal, a reopening, a void breach, a fact recorded late or an amended calendar moves the fate of a goal, which then counts only in the
//! month of its present fate. Whatever differs from what was known when the month ended is a correction, with the act that caused it; what
//! was recorded in the very second after the month was not known yet.
//! Read as known at an earlier instant, the report is the one that was made then. A merge that was undone counts nowhere, as if it had not
//! been: it corrects the month it was made in, though undone in the next.
//!
//! A fact that happened in the month but was recorded after it is in both readings, since every figure counts backdated facts (§ 2.12):
//! otherwise a ticket registered on the 2nd for the 31st would be reported in no month. Such facts are listed.

use std::collections::{BTreeMap, BTreeSet};

use super::month::{Month, Period};
use super::{ClockFigures, CorrectionFigures, EscalationStep, GoalFigures, LateFact, TicketFigures};
use crate::domain::Instant;
use crate::domain::calendar::Zone;
use crate::domain::clock::{self, GoalView, Kind};
use crate::domain::contract::Contract;
use crate::domain::ticket::{self, Event, EventData, EventKind, Reader, Ticket, as_recorded, standing};
use crate::domain::workflow::State;

/// Which period is read, and as known when.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    period: Period,
    known_at: Instant,
}

impl Reading {
    /// A month on a wall clock, as known at an instant.
    pub fn of(month: Month, zone: &Zone, known_at: Instant) -> Self {
        Self { period: month.period(zone), known_at }
    }

    /// Everything up to now, in one period.
    pub fn present(now: Instant) -> Self {
        Self { period: Period { from: Instant::MIN, to: Instant::MAX }, known_at: now }
    }

    pub fn known_at(self) -> Instant {
        self.known_at
    }

    /// The last instant whose facts are counted.
    pub fn last(self) -> Instant {
        self.period.last().min(self.known_at)
    }

    /// Whether an instant lies in the period.
    pub(super) fn contains(self, at: Instant) -> bool {
        self.period.contains(at)
    }

    /// Whether the month was not over yet.
    pub fn is_provisional(self) -> bool {
        self.known_at < self.period.to
    }
}

/// What a report counts of a ticket; `None` when it was not known yet, or not reported by the end of the period.
pub fn figures(contract: &Contract, ticket: &Ticket, history: &[Event], reading: Reading) -> Option<TicketFigures> {
    let Reading { period, known_at } = reading;
    let last = reading.last();
    let known = known(history, known_at);
    let counted = counted(history, reading);
    if counted.first().is_none_or(|event| event.kind() != EventKind::Registered) {
        return None;
    }
    let then = as_recorded(ticket, &counted);
    let (settled, follows) = ticket::settle(contract, then.clock_inputs(), &counted, last);
    let later = later(contract, &known, last, known_at);
    let clocks: Vec<_> = settled.clocks.into_iter().map(of_clock).collect();
    let judged = (!later.is_empty()).then(|| judged(contract, ticket, &known, known_at));
    let corrected = judged.as_ref().filter(|_| !reading.is_provisional());
    let (corrections, corrected_at) =
        corrected.map(|judged| corrections(contract, ticket, &known, period, &later, (&clocks, judged))).unwrap_or_default();
    let is_gone = then.state() == State::Cancelled;
    let (cancelled, merged) = (is_gone && then.merged_into.is_none(), is_gone && then.merged_into.is_some());
    let said = counted.iter().map(|event| (&event.data, event.occurred_at)).chain(follows.iter().map(|one| (&one.data, one.at)));
    Some(TicketFigures {
        number: then.reference(),
        kind: then.kind,
        priority: then.priority.clone().or_else(|| then.proposed_priority.clone()),
        opened_at: then.opened_at,
        reopened_at: reopened_at(ticket, &counted, period),
        closed_at: then.closed_at.filter(|_| !is_gone),
        resolved_at: then.resolved_at,
        cancelled_at: then.closed_at.filter(|_| cancelled),
        merged_at: then.closed_at.filter(|_| merged),
        out_of_scope: then.out_of_scope,
        is_long_open: settled.long_open_at.is_some_and(|at| at <= last),
        handling: then.handling,
        escalations: said.filter_map(|(data, at)| step(data, at)).collect(),
        late: late(&counted, &then.reference(), period.to),
        corrections,
        corrected_at: corrected_at.max(standing::undone_since(&known, last)),
        clocks,
        judged,
    })
}

fn known(history: &[Event], known_at: Instant) -> Vec<Event> {
    history.iter().filter(|event| event.recorded_at <= known_at).cloned().collect()
}

/// What is counted of a history. Events that follow from acts are found again by the replay; those that followed from later acts are left out.
pub(super) fn counted(history: &[Event], reading: Reading) -> Vec<Event> {
    let last = reading.last();
    let is_counted = |event: &&Event| event.occurred_at <= last && !(event.is_derived() && event.recorded_at > last);
    standing::standing(&known(history, reading.known_at)).iter().filter(is_counted).cloned().collect()
}

/// When a ticket that was closed when the period began was first reopened in it.
fn reopened_at(ticket: &Ticket, counted: &[Event], period: Period) -> Option<Instant> {
    let reopened = counted.iter().find(|event| event.kind() == EventKind::Reopened && event.occurred_at >= period.from)?;
    let before: Vec<_> = counted.iter().filter(|event| event.occurred_at < period.from).cloned().collect();
    (!before.is_empty() && as_recorded(ticket, &before).closed_at.is_some()).then_some(reopened.occurred_at)
}

/// Facts that happened before the end of a period and were recorded from then on: they count in it.
fn late(counted: &[Event], number: &str, to: Instant) -> Vec<LateFact> {
    let is_late = |event: &&Event| event.recorded_at >= to && !event.is_derived() && !is_talk(event.kind());
    let fact = |event: &Event| LateFact {
        number: number.to_owned(),
        event_type: event.kind().as_str().to_owned(),
        occurred_at: event.occurred_at,
        recorded_at: event.recorded_at,
        reason: told_reason(event),
    };
    counted.iter().filter(is_late).map(fact).collect()
}

/// The reason, as far as both parties are told it: a report is for the client too.
fn told_reason(event: &Event) -> Option<String> {
    Reader::Client.event(event.clone())?.reason
}

/// Whether an event changes no figure.
fn is_talk(kind: EventKind) -> bool {
    use EventKind::{Attached, Edited, MessageReceived, Noted};
    matches!(kind, Attached | Edited | MessageReceived | Noted)
}

/// Something known after the period that may change a verdict in it.
#[derive(Debug, Clone, Copy)]
struct Later<'a> {
    /// When it became known.
    at: Instant,
    /// How many events were known by then.
    events: usize,
    /// The act; `None` for an amendment.
    act: Option<&'a Event>,
    /// The amendment's place in the contract.
    amendment: usize,
}

/// What became known after `last`, through `known_at`, in that order.
fn later<'a>(contract: &Contract, known: &'a [Event], last: Instant, known_at: Instant) -> Vec<Later<'a>> {
    let amended = contract.amendments_by(last)..contract.amendments_by(known_at);
    let before = |at: Instant| known.iter().filter(|event| event.recorded_at < at).count();
    let mut later: Vec<_> = amended
        .map(|place| (place, contract.amendments[place].amendment.in_force_at))
        .map(|(amendment, at)| Later { at, events: before(at), act: None, amendment })
        .collect();
    let acts = known.iter().enumerate().filter(|(_, event)| event.recorded_at > last && !event.is_derived() && !is_talk(event.kind()));
    later.extend(acts.map(|(place, event)| Later { at: event.recorded_at, events: place + 1, act: Some(event), amendment: 0 }));
    // Amendments come before the acts of the same second: the sort is stable.
    later.sort_by_key(|one| one.at);
    later
}

/// The clocks by everything known at an instant.
fn judged(contract: &Contract, ticket: &Ticket, known: &[Event], at: Instant) -> Vec<ClockFigures> {
    let now = as_recorded(ticket, known);
    ticket::clocks(contract, now.clock_inputs(), known, at).into_iter().map(of_clock).collect()
}

/// A goal of a ticket: its clock, and its place there.
type GoalKey = (Kind, usize);

/// The goals whose fate lies in a period.
fn decided(clocks: &[ClockFigures], period: Period) -> BTreeMap<GoalKey, GoalFigures> {
    let goals = clocks.iter().flat_map(|clock| clock.goals.iter().enumerate().map(move |(place, goal)| ((clock.kind, place), goal)));
    goals.filter(|(_, goal)| period.saw(goal.fate_at())).map(|(place, goal)| (place, goal.clone())).collect()
}

/// Verdicts of a period that differ from what they were when it ended, each with what last changed it; and when any of them last changed,
/// even if back to what it was.
fn corrections(
    contract: &Contract,
    ticket: &Ticket,
    known: &[Event],
    period: Period,
    later: &[Later<'_>],
    (counted, present): (&[ClockFigures], &[ClockFigures]),
) -> (Vec<CorrectionFigures>, Option<Instant>) {
    let as_of = |events: &[Event], at: Instant| {
        if events.is_empty() { BTreeMap::new() } else { decided(&judged(contract, ticket, events, at), period) }
    };
    let then: Vec<_> = known.iter().filter(|event| event.recorded_at < period.to).cloned().collect();
    let (before, after, named) = (as_of(&then, period.last()), decided(present, period), decided(counted, period));
    let differ = |one: &BTreeMap<GoalKey, GoalFigures>, other: &BTreeMap<GoalKey, GoalFigures>, place: &GoalKey| {
        one.get(place).map(GoalFigures::outcome) != other.get(place).map(GoalFigures::outcome)
    };
    let changed: BTreeSet<GoalKey> = before.keys().chain(after.keys()).copied().filter(|place| differ(&before, &after, place)).collect();
    let mut causes: BTreeMap<GoalKey, Later<'_>> = BTreeMap::new();
    let (mut standing, mut corrected_at) = (before.clone(), None);
    for one in later.iter().filter(|one| one.at >= period.to) {
        let next = as_of(&known[..one.events], one.at);
        if standing.keys().chain(next.keys()).any(|place| differ(&standing, &next, place)) {
            corrected_at = Some(one.at);
        }
        causes.extend(changed.iter().filter(|place| differ(&standing, &next, place)).map(|place| (*place, *one)));
        standing = next;
    }
    let correction = |(place, cause): (GoalKey, Later<'_>)| {
        let amendment = cause.act.is_none().then(|| &contract.amendments[cause.amendment].amendment);
        let goal = [&named, &before, &after].into_iter().find_map(|goals| goals.get(&place))?;
        Some(CorrectionFigures {
            clock: place.0,
            place: place.1,
            comparison: goal.comparison,
            target: goal.target.clone(),
            before: before.get(&place).map(GoalFigures::outcome),
            after: after.get(&place).map(GoalFigures::outcome),
            corrected_at: cause.at,
            cause: cause.act.map_or(EventKind::CalendarAmended, Event::kind),
            reason: amendment.map_or_else(|| cause.act.and_then(told_reason), |amendment| Some(amendment.reason.clone())),
            amendment: amendment.map(|amendment| amendment.id),
        })
    };
    (causes.into_iter().filter_map(correction).collect(), corrected_at)
}

fn of_clock(index: ticket::ClockIndex) -> ClockFigures {
    let clock = index.clock;
    ClockFigures {
        kind: clock.kind,
        priority: index.priority,
        tier: index.tier,
        item: index.item,
        started_at: clock.started_at,
        stopped_at: clock.stopped_at,
        cancelled: clock.state == clock::ClockState::Cancelled,
        elapsed_seconds: clock.state.is_stopped().then_some(clock.elapsed_seconds),
        goals: clock.goals.into_iter().map(of_goal).collect(),
    }
}

pub(super) fn of_goal(goal: GoalView) -> GoalFigures {
    GoalFigures {
        share: goal.share,
        comparison: goal.comparison,
        target: goal.target,
        due_at: goal.due_at,
        met_at: goal.met_at,
        breached_at: goal.breached_at,
        missed_at: goal.missed_at,
    }
}

fn step(data: &EventData, at: Instant) -> Option<EscalationStep> {
    let EventData::Climbed(climbed) = data else { return None };
    Some(EscalationStep { at, from_level: climbed.from, to_level: climbed.to, trigger: climbed.trigger.clone() })
}
