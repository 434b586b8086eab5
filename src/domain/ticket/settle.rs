//! Settling a ticket: replaying its history into clocks and escalations, and adding what follows to the history.
//!
//! The only function that determines stored deadlines. It runs after every change and whenever something is due. Running it twice adds
//! nothing: what is already in the history is not added again.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::escalate::{Climbed, Proposed};
use super::facts::priority_set;
use super::follow::{Follower, followers};
use super::link::links;
use super::long_open::long_open_at;
use super::remind::{Reminded, next_after, waits_since};
use super::scope::is_out_of_scope;
use super::standing::standing;
use super::tag::tags;
use super::{Channel, Event, EventData, NextDue, facts};
use crate::domain::Instant;
use crate::domain::clock::{self, Clock, Fact, FactKind, Fires, Kind, Line, Replay};
use crate::domain::contract::amendment::Amendment;
use crate::domain::contract::{Contract, Ladder, Mode, Priority, TicketType};
use crate::domain::history::Follows;
use crate::domain::ticket::escalation::{self, Climb, Position, Step};
use crate::domain::workflow::{Question, Relation};

/// What a ticket's clocks depend on besides its history.
#[derive(Debug, Clone, Copy)]
pub struct ClockInputs<'a> {
    pub kind: TicketType,
    pub tier: Option<&'a str>,
    /// Whether work is still to be done: only then does it escalate by itself.
    pub is_open: bool,
}

/// A clock as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockIndex {
    pub clock: Clock,
    pub calendar: String,
    /// Of its entry in the contract, as is the tier.
    pub priority: Option<String>,
    pub tier: Option<String>,
    /// The item of the catalogue its entry is for.
    pub item: Option<String>,
    /// When its earliest goal neither met nor breached is due, else its last one; `None` once stopped.
    pub due_at: Option<Instant>,
    /// Open seconds left until then, negative when it is past; while held, what is left when the hold ends.
    pub remaining_seconds: Option<i64>,
    /// Places in the contract of the amendments that changed it while it ran.
    pub amended: Vec<usize>,
}

/// What is stored of a ticket beside its row and its history.
#[derive(Debug)]
pub struct Settled {
    pub clocks: Vec<ClockIndex>,
    /// Where the ticket stands on its ladder, by the ladder's id.
    pub position: Option<(String, Position)>,
    /// When the next goal of a clock that is not stopped is due.
    pub next_due: Option<NextDue>,
    /// When the ticket must be settled again if nothing happens before.
    pub next_fire_at: Option<Instant>,
    /// Whether a goal of a shown clock is breached, not counting void breaches.
    pub breached: bool,
    /// Whether a running clock warned that its first goal comes near, which is not breached (CLK-13).
    pub at_risk: bool,
    /// When it counts as open for long, while it is open and in scope (TKT-11).
    pub long_open_at: Option<Instant>,
    /// Whether it was called in while the telephone was not answered (SUP-02).
    pub called_outside_hours: bool,
    /// The rank of the priority that applies (INC-08).
    pub rank: Option<u32>,
    pub links: Vec<(Relation, Uuid)>,
    pub tags: BTreeSet<String>,
    pub followers: BTreeSet<Follower>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warned {
    pub clock: Kind,
    pub percent: u32,
    /// Whether somebody is told. What was passed all at once, by a change of priority or calendar, is only recorded.
    pub sent: bool,
    /// Whether the clock was supposed: the ticket had no priority yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Breached {
    pub clock: Kind,
    /// Its place in the clock, from 1.
    pub goal: usize,
    pub target: String,
    pub breached_at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreachVoided {
    #[serde(flatten)]
    pub breach: Breached,
    /// As `clock::Voided::why`.
    pub why: String,
    /// The amendment to a calendar that undid it, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amendment: Option<Uuid>,
}

/// A calendar was amended while the ticket's clocks ran on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarAmended {
    pub amendment: Uuid,
    pub calendar: String,
    pub date: NaiveDate,
    /// As `amendment::Change::as_str`.
    pub change: String,
    /// The hours it opens, as a contract writes them.
    pub hours: Vec<String>,
}

/// Settles a ticket as of `now`: what is stored of it, and what follows that is not in its history yet. Warnings passed only because of
/// an act recorded now are recorded but not sent (design: a change of priority), and so are those passed because a calendar was amended.
pub fn settle(contract: &Contract, ticket: ClockInputs<'_>, history: &[Event], now: Instant) -> (Settled, Vec<Follows<EventData>>) {
    let facts = facts(history);
    let clocks = replays(contract, ticket, history, &facts, now);
    let mut additions = Additions { history, added: Vec::new() };
    let mut next: Vec<Instant> = Vec::new();
    // Another item of the catalogue may have other clocks.
    let asks_anew = |event: &Event| ticket.kind == TicketType::ServiceRequest && matches!(event.data, EventData::Specified(_));
    // Only what is recorded in this very step can jump: a later settling finds the warnings already in the history.
    let jumped = history.iter().rev().take_while(|event| event.recorded_at >= now).any(|event| event.kind().jumps() || asks_anew(event));
    let jumped_until = additions.amendments(contract, &clocks).max(jumped.then_some(now));
    for replay in &clocks {
        additions.clock(replay, now, jumped_until, &mut next);
    }
    let supposed = supposed_facts(contract, ticket.kind, &facts, &clocks, now);
    let supposed = supposed.iter().flat_map(|facts| replays(contract, ticket, history, facts, now));
    let supposed: Vec<_> = supposed.filter(|one| clocks.iter().any(|own| own.kind() == one.kind() && own.waits_for_a_priority())).collect();
    for replay in &supposed {
        additions.supposed_clock(replay, now, jumped_until, &mut next);
    }
    additions.remind(contract, ticket.kind, now, &mut next);
    let position = additions.climb(contract, ticket, (&standing(history), &facts), &clocks, now, &mut next);
    let next_due = next_due(&clocks, &supposed, now);
    let at_risk = clocks.iter().chain(&supposed).any(|replay| replay.is_at_risk(now));
    let clocks: Vec<_> = clocks.iter().filter_map(|replay| index(replay, now)).collect();
    let is_pending = ticket.is_open && !is_out_of_scope(history, now);
    let opened_at = history.first().filter(|_| is_pending).map(|event| event.occurred_at);
    let settled = Settled {
        next_due,
        next_fire_at: next.into_iter().min(),
        breached: clocks.iter().flat_map(|index| &index.clock.goals).any(|goal| goal.breached_at.is_some()),
        at_risk,
        long_open_at: opened_at.and_then(|opened_at| long_open_at(contract, ticket.kind, opened_at, now)),
        called_outside_hours: is_called_outside_hours(contract, history),
        rank: rank(contract, ticket.kind, history),
        links: links(history),
        tags: tags(history),
        followers: followers(history),
        clocks,
        position,
    };
    (settled, additions.added)
}

/// Whether it was called in when the calendar of the telephone was closed, as amended by then.
fn is_called_outside_hours(contract: &Contract, history: &[Event]) -> bool {
    let is_call = |event: &&Event| matches!(&event.data, EventData::Registered(registered) if registered.channel == Channel::Phone);
    let called_at = history.first().filter(is_call).map(|event| event.occurred_at);
    let Some((called_at, name)) = called_at.zip(contract.phone_hours.as_deref()) else { return false };
    contract.calendar_after(name, contract.amendments_by(called_at)).is_some_and(|calendar| !calendar.is_open(called_at))
}

/// The rank of the priority that applies: the decided one, else the proposed one, else the contract's default.
fn rank(contract: &Contract, kind: TicketType, history: &[Event]) -> Option<u32> {
    let priority = contract.effective_priority(priority_set(history), kind)?;
    contract.priority(priority, kind).map(|priority| priority.rank)
}

/// The clocks shown, as of `now`.
pub fn clocks(contract: &Contract, ticket: ClockInputs<'_>, history: &[Event], now: Instant) -> Vec<ClockIndex> {
    let facts = facts(history);
    replays(contract, ticket, history, &facts, now).iter().filter_map(|replay| index(replay, now)).collect()
}

/// The facts of a ticket that needs a priority and has none, as if it were now given the first in rank for its type (design § 2.13).
fn supposed_facts(contract: &Contract, kind: TicketType, facts: &[Fact], clocks: &[Replay<'_>], now: Instant) -> Option<Vec<Fact>> {
    if !clocks.iter().any(Replay::waits_for_a_priority) {
        return None;
    }
    let of_type = contract.priorities.iter().filter(|priority| priority.types.contains(&kind));
    let Priority { code, .. } = of_type.min_by_key(|priority| priority.rank)?;
    let known = facts.iter().filter(|fact| fact.at <= now).cloned();
    Some(known.chain([Fact { at: now, kind: FactKind::Reprioritised(code.clone()) }]).collect())
}

/// The earliest bound neither met nor missed of all running clocks. Where there is none: of each clock the bound missed last, and of
/// those the earliest (design § 2.13).
fn next_due(own: &[Replay<'_>], supposed: &[Replay<'_>], now: Instant) -> Option<NextDue> {
    let seen = |replays: &[Replay<'_>], provisional| {
        let clocks: Vec<_> = replays.iter().filter_map(|replay| replay.view(now)).filter(|clock| !clock.state.is_stopped()).collect();
        clocks.into_iter().map(move |clock| (clock, provisional))
    };
    let clocks: Vec<_> = seen(own, false).chain(seen(supposed, true)).collect();
    let bounds = |(clock, provisional): &(Clock, bool), missed: bool| {
        let goals = clock.goals.iter().filter(move |goal| goal.breached_at.is_some() == missed);
        let due = goals.filter_map(|goal| goal.due_at).map(|at| NextDue { at, provisional: *provisional });
        due.collect::<Vec<_>>()
    };
    let ahead = clocks.iter().flat_map(|clock| bounds(clock, false)).min();
    ahead.or_else(|| clocks.iter().filter_map(|clock| bounds(clock, true).into_iter().max()).min())
}

/// The ledgers of the clocks shown, as of `now`.
pub fn ledgers(contract: &Contract, ticket: ClockInputs<'_>, history: &[Event], now: Instant) -> Vec<(Kind, Vec<Line>)> {
    let facts = facts(history);
    let clocks = replays(contract, ticket, history, &facts, now);
    clocks.iter().filter(|replay| replay.entry_shown().is_some()).map(|replay| (replay.kind(), replay.ledger(now))).collect()
}

/// None while the ticket is out of scope: then it has no clocks, and once it is back they count as if it had never been out (TKT-16).
fn replays<'a>(contract: &'a Contract, ticket: ClockInputs<'a>, history: &'a [Event], facts: &'a [Fact], now: Instant) -> Vec<Replay<'a>> {
    if is_out_of_scope(history, now) {
        return Vec::new();
    }
    let registered = history.first().and_then(|event| match &event.data {
        EventData::Registered(registered) => Some((registered, event.occurred_at)),
        _ => None,
    });
    let of_clock = registered.map_or(
        clock::Ticket { kind: ticket.kind, tier: ticket.tier, item: None, priority: None, reported_at: now },
        |(registered, reported_at)| clock::Ticket {
            kind: registered.kind,
            tier: registered.tier.as_deref(),
            item: registered.item(),
            priority: registered.priority.as_deref(),
            reported_at,
        },
    );
    Kind::ALL.map(|kind| clock::replay(contract, kind, of_clock, facts, now)).into()
}

/// A history, and what is added to it.
struct Additions<'a> {
    history: &'a [Event],
    added: Vec<Follows<EventData>>,
}

impl Additions<'_> {
    /// Records the amendments that changed these clocks; returns when the last new one took effect.
    fn amendments(&mut self, contract: &Contract, clocks: &[Replay<'_>]) -> Option<Instant> {
        let mut last = None;
        for amended in clocks.iter().flat_map(Replay::amended).filter_map(|index| contract.amendments.get(*index)) {
            let Amendment { id, calendar, date, change, reason, in_force_at } = &amended.amendment;
            let is_it = |data: &EventData| matches!(data, EventData::CalendarAmended(known) if known.amendment == *id);
            if self.recorded().any(|(data, _)| is_it(data)) {
                continue;
            }
            let (calendar, change_name, hours) = (calendar.clone(), change.as_str().to_owned(), change.hours());
            let data = EventData::CalendarAmended(CalendarAmended { amendment: *id, calendar, date: *date, change: change_name, hours });
            self.added.push(Follows { at: *in_force_at, reason: Some(reason.clone()), data });
            last = last.max(Some(*in_force_at));
        }
        last
    }

    fn clock(&mut self, replay: &Replay<'_>, now: Instant, jumped_until: Option<Instant>, next: &mut Vec<Instant>) {
        let clock = replay.kind();
        // A goal counts as breached once until that is undone, whatever the goal becomes meanwhile, so each time is recorded once.
        for (index, voided) in replay.voided().iter().enumerate() {
            let before = replay.voided()[..index].iter().filter(|other| other.place == voided.place).count();
            let goal = voided.place + 1;
            let is_it =
                |data: &EventData| matches!(data, EventData::BreachVoided(one) if (one.breach.clock, one.breach.goal) == (clock, goal));
            if self.recorded().filter(|(data, _)| is_it(data)).count() <= before {
                let breach = Breached { clock, goal, target: voided.target.clone(), breached_at: voided.at };
                let voided_by = BreachVoided { breach, why: voided.why.to_owned(), amendment: voided.amendment };
                self.add(voided.at, EventData::BreachVoided(voided_by));
            }
        }
        for firing in replay.firings() {
            match firing.fires {
                _ if firing.at > now => next.push(firing.at),
                Fires::Breach(place) => self.breach(replay, place, firing.at),
                Fires::Warning(percent) => {
                    let supposed = self.warned(clock, percent).filter(|(warned, _)| warned.provisional);
                    // A warning sent before the ticket had a priority is not repeated, unless it now comes later.
                    if supposed.map(|(_, at)| at).max().is_none_or(|told| told < firing.at) {
                        self.warn(clock, percent, firing.at, jumped_until, false);
                    }
                }
            }
        }
    }

    fn breach(&mut self, replay: &Replay<'_>, place: usize, at: Instant) {
        let (clock, goal) = (replay.kind(), place + 1);
        let undone = replay.voided().iter().filter(|voided| voided.place == place).count();
        let is_it = |data: &EventData| matches!(data, EventData::Breached(one) if (one.clock, one.goal) == (clock, goal));
        if self.recorded().filter(|(data, _)| is_it(data)).count() <= undone {
            let target = replay.target(place).unwrap_or_default().to_owned();
            self.add(at, EventData::Breached(Breached { clock, goal, target, breached_at: at }));
        }
    }

    /// A supposed clock warns, and counts for what is due next; it is never breached.
    fn supposed_clock(&mut self, replay: &Replay<'_>, now: Instant, jumped_until: Option<Instant>, next: &mut Vec<Instant>) {
        for firing in replay.firings() {
            match firing.fires {
                _ if firing.at > now => next.push(firing.at),
                Fires::Breach(_) => {}
                Fires::Warning(percent) => self.warn(replay.kind(), percent, firing.at, jumped_until, true),
            }
        }
    }

    fn warned(&self, clock: Kind, percent: u32) -> impl Iterator<Item = (&Warned, Instant)> {
        self.recorded().filter_map(move |(data, at)| match data {
            EventData::Warned(warned) if (warned.clock, warned.percent) == (clock, percent) => Some((warned, at)),
            _ => None,
        })
    }

    /// Warns once for each percentage, and once before that while the clock is only supposed.
    fn warn(&mut self, clock: Kind, percent: u32, at: Instant, jumped_until: Option<Instant>, provisional: bool) {
        if self.warned(clock, percent).any(|(warned, _)| provisional || !warned.provisional) {
            return;
        }
        let sent = jumped_until.is_none_or(|until| at > until);
        self.add(at, EventData::Warned(Warned { clock, percent, sent, provisional }));
    }

    /// Reminds whoever has to judge the solution, once for all that became due while nobody looked.
    fn remind(&mut self, contract: &Contract, kind: TicketType, now: Instant, next: &mut Vec<Instant>) {
        let Some((terms, since)) = contract.tickets.reminders.as_ref().zip(waits_since(contract, kind, self.history)) else { return };
        let told: Vec<_> =
            self.recorded().filter(|(data, at)| matches!(data, EventData::Reminded(_)) && *at >= since).map(|(_, at)| at).collect();
        let count = u32::try_from(told.len()).unwrap_or(u32::MAX);
        if count >= terms.at_most {
            return;
        }
        let (mut due, mut at) = (None, told.last().copied().unwrap_or(since));
        while let Some(later) = next_after(contract, terms, at).filter(|later| *later <= now) {
            (due, at) = (Some(later), later);
        }
        if let Some(due) = due {
            self.add(due, EventData::Reminded(Reminded { question: Question::Solution, count: count + 1 }));
        }
        if count + u32::from(due.is_some()) < terms.at_most {
            next.extend(next_after(contract, terms, at));
        }
    }

    /// Takes every step that is due, one after another, and says when the next one is.
    fn climb(
        &mut self,
        contract: &Contract,
        ticket: ClockInputs<'_>,
        (history, facts): (&[Event], &[Fact]),
        clocks: &[Replay<'_>],
        now: Instant,
        next: &mut Vec<Instant>,
    ) -> Option<(String, Position)> {
        let ladder = contract.ladder(ticket.kind)?;
        let mut position = escalation::position(ladder, self.history)?;
        if !ticket.is_open || is_out_of_scope(self.history, now) {
            return Some((ladder.id.clone(), position));
        }
        let climb = Climb::new(contract, ladder, clocks, (history, facts), now);
        while let Some(step) = climb.next(&position) {
            if step.at > now {
                next.push(step.at);
                break;
            }
            let data = taken(ladder, &step);
            position = position.after(ladder, &data, step.at);
            self.add(step.at, data);
        }
        Some((ladder.id.clone(), position))
    }

    /// Everything recorded or added so far, with when it happened.
    fn recorded(&self) -> impl Iterator<Item = (&EventData, Instant)> {
        let known = self.history.iter().map(|event| (&event.data, event.occurred_at));
        known.chain(self.added.iter().map(|follows| (&follows.data, follows.at)))
    }

    fn add(&mut self, at: Instant, data: EventData) {
        self.added.push(Follows { at, reason: None, data });
    }
}

/// The event of a step: taken, or put before those who may decide it.
fn taken(ladder: &Ladder, step: &Step) -> EventData {
    let climbed = Climbed::of(ladder, step);
    match step.mode {
        Mode::Automatic => EventData::Climbed(climbed),
        Mode::Proposed => EventData::Proposed(Proposed { step: climbed, raised_by: ladder.raised_by(step.to).to_vec() }),
    }
}

fn index(replay: &Replay<'_>, now: Instant) -> Option<ClockIndex> {
    let clock = replay.view(now)?;
    let entry = replay.entry_shown()?;
    // The next goal that can still be met or missed; once there is none, the last goal.
    let ahead = (0..clock.goals.len()).filter(|place| clock.goals[*place].met_at.is_none() && clock.goals[*place].breached_at.is_none());
    let ahead = ahead.min_by_key(|place| (clock.goals[*place].due_at.is_none(), clock.goals[*place].due_at));
    let place = ahead.or(clock.goals.len().checked_sub(1)).filter(|_| !clock.state.is_stopped());
    Some(ClockIndex {
        calendar: entry.calendar_id.clone(),
        priority: entry.priority.clone(),
        tier: entry.tier.clone(),
        item: entry.item.clone(),
        due_at: place.and_then(|place| clock.goals[place].due_at),
        remaining_seconds: place.and_then(|place| replay.remaining(place, now)),
        amended: replay.amended().to_vec(),
        clock,
    })
}
