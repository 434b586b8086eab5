//! Settling a ticket: its history replayed into clocks and escalations, with what that adds to the history.
//!
//! The one function that writes stored deadlines. It is asked after every change and whenever something is due, and
//! asked twice it adds nothing: what is already in the history is not added again.

use serde_json::{Value, json};
use uuid::Uuid;

use super::event::priority_set;
use super::{Event, EventKind, NextDue, facts};
use crate::domain::Instant;
use crate::domain::amendment::Amendment;
use crate::domain::clock::{self, Clock, Fact, FactKind, Fires, Kind, Line, Replay};
use crate::domain::contract::{Contract, Ladder, Mode, Priority, TicketType};
use crate::domain::escalation::{self, Climb, Position, Step};

/// What a ticket's clocks depend on besides its history.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Its type.
    pub kind: TicketType,
    /// Its tier.
    pub tier: Option<&'a str>,
    /// Whether work is still to be done: only then does it escalate by itself.
    pub is_open: bool,
}

/// A clock as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockIndex {
    /// The clock as shown.
    pub clock: Clock,
    /// Its calendar's name.
    pub calendar: String,
    /// The priority and tier of its entry.
    pub priority: Option<String>,
    /// The tier of its entry.
    pub tier: Option<String>,
    /// When its earliest goal neither met nor breached is due, else its last one; `None` once stopped.
    pub due_at: Option<Instant>,
    /// Open seconds left until then, negative when it is past; while held, what is left when the hold ends.
    pub remaining_seconds: Option<i64>,
    /// The contract's amendments that changed it while it ran, by their place there.
    pub amended: Vec<usize>,
}

/// What settling found.
#[derive(Debug)]
pub struct Settled {
    /// Events to add, in order.
    pub events: Vec<Event>,
    /// The clocks shown.
    pub clocks: Vec<ClockIndex>,
    /// Where the ticket stands on its ladder.
    pub position: Option<(String, Position)>,
    /// When the next goal of a clock that is not stopped is due.
    pub next_due: Option<NextDue>,
    /// When the ticket must be settled again if nothing happens before.
    pub next_fire_at: Option<Instant>,
    /// Whether a goal of a clock shown is breached, and not void.
    pub breached: bool,
    /// The rank of the priority that holds (INC-08).
    pub rank: Option<u32>,
}

/// Settles a ticket as of `now`. With `jumped`, warnings that were passed only because of the last fact are recorded, not
/// sent (design: a change of priority); so are those passed because a calendar was amended.
pub fn settle(contract: &Contract, ticket: Standing<'_>, history: &[Event], now: Instant, jumped: bool) -> Settled {
    let facts = facts(history);
    let clocks = replays(contract, ticket, history, &facts, now);
    let mut book = Book { history, added: Vec::new(), now };
    let mut next: Vec<Instant> = Vec::new();
    let jumped_until = book.amendments(contract, &clocks).max(jumped.then_some(now));
    for replay in &clocks {
        book.clock(replay, jumped_until, &mut next);
    }
    let supposed = supposed_facts(contract, ticket.kind, &facts, &clocks, now);
    let supposed = supposed.iter().flat_map(|facts| replays(contract, ticket, history, facts, now));
    let supposed: Vec<_> = supposed.filter(|one| clocks.iter().any(|own| own.kind() == one.kind() && own.waits_for_a_priority())).collect();
    for replay in &supposed {
        book.supposed_clock(replay, jumped_until, &mut next);
    }
    let position = book.climb(contract, ticket, (&clocks, &facts), &mut next);
    let next_due = next_due(&clocks, &supposed, now);
    let clocks: Vec<_> = clocks.iter().filter_map(|replay| index(replay, now)).collect();
    Settled {
        events: book.added,
        next_due,
        next_fire_at: next.into_iter().min(),
        breached: clocks.iter().flat_map(|index| &index.clock.goals).any(|goal| goal.breached_at.is_some()),
        rank: rank(contract, ticket.kind, history),
        clocks,
        position,
    }
}

/// The rank of the priority that holds: the decided one, else the proposed one, else the contract's default.
fn rank(contract: &Contract, kind: TicketType, history: &[Event]) -> Option<u32> {
    let priority = contract.effective_priority(priority_set(history), kind)?;
    contract.priority(priority, kind).map(|priority| priority.rank)
}

/// The clocks shown, as of `now`.
pub fn clocks(contract: &Contract, ticket: Standing<'_>, history: &[Event], now: Instant) -> Vec<ClockIndex> {
    let facts = facts(history);
    replays(contract, ticket, history, &facts, now).iter().filter_map(|replay| index(replay, now)).collect()
}

/// The facts of a ticket that has no priority and needs one, as if it were now given the first in rank for its type
/// (design § 2.13).
fn supposed_facts(contract: &Contract, kind: TicketType, facts: &[Fact], clocks: &[Replay<'_>], now: Instant) -> Option<Vec<Fact>> {
    if !clocks.iter().any(Replay::waits_for_a_priority) {
        return None;
    }
    let of_type = contract.priorities.iter().filter(|priority| priority.types.contains(&kind));
    let Priority { code, .. } = of_type.min_by_key(|priority| priority.rank)?;
    let known = facts.iter().filter(|fact| fact.at <= now).cloned();
    Some(known.chain([Fact { at: now, kind: FactKind::Reprioritised(code.clone()) }]).collect())
}

/// The earliest bound neither met nor missed of all clocks that are not stopped; where there is none, the earliest of those
/// that were missed last (design § 2.13).
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
pub fn ledgers(contract: &Contract, ticket: Standing<'_>, history: &[Event], now: Instant) -> Vec<(Kind, Vec<Line>)> {
    let facts = facts(history);
    let clocks = replays(contract, ticket, history, &facts, now);
    clocks.iter().filter(|replay| replay.entry_shown().is_some()).map(|replay| (replay.kind(), replay.ledger(now))).collect()
}

fn replays<'a>(contract: &'a Contract, ticket: Standing<'a>, history: &'a [Event], facts: &'a [Fact], now: Instant) -> [Replay<'a>; 2] {
    let registered = history.first();
    let of_clock = clock::Ticket {
        kind: registered.and_then(|event| event.text("type")?.parse().ok()).unwrap_or(ticket.kind),
        tier: registered.map_or(ticket.tier, |event| event.text("tier")),
        priority: registered.and_then(|event| event.text("priority")),
        reported_at: registered.map_or(now, |event| event.occurred_at),
    };
    Kind::ALL.map(|kind| clock::replay(contract, kind, of_clock, facts, now))
}

/// A history being added to.
struct Book<'a> {
    history: &'a [Event],
    added: Vec<Event>,
    now: Instant,
}

impl Book<'_> {
    /// Records the amendments that changed these clocks; the instant of the last one that is new here.
    fn amendments(&mut self, contract: &Contract, clocks: &[Replay<'_>]) -> Option<Instant> {
        let known = self.added.len();
        for amended in clocks.iter().flat_map(Replay::amended).filter_map(|index| contract.amendments.get(*index)) {
            let Amendment { id, calendar, date, change, reason, in_force_at } = &amended.amendment;
            let data = json!({ "amendment": id, "calendar": calendar, "date": date, "change": change.as_str(), "hours": change.hours() });
            let added = self.added.len();
            self.add_once(EventKind::CalendarAmended, *in_force_at, data, &["amendment"]);
            self.added[added..].iter_mut().for_each(|event| event.reason = Some(reason.clone()));
        }
        self.added[known..].iter().map(|event| event.occurred_at).max()
    }

    fn clock(&mut self, replay: &Replay<'_>, jumped_until: Option<Instant>, next: &mut Vec<Instant>) {
        let kind = replay.kind().as_str();
        let firings = replay.firings();
        // A goal is breached once until that is undone, whatever it becomes meanwhile: each time is told once.
        for (index, voided) in replay.voided().iter().enumerate() {
            let before = replay.voided()[..index].iter().filter(|other| other.place == voided.place).count();
            if self.told(EventKind::BreachVoided, kind, voided.place) <= before {
                let (goal, target) = (voided.place + 1, &voided.target);
                let mut data = json!({ "clock": kind, "goal": goal, "target": target, "breachedAt": voided.at, "why": voided.why });
                if let Some(amendment) = voided.amendment {
                    data["amendment"] = json!(amendment);
                }
                self.add(EventKind::BreachVoided, voided.at, data);
            }
        }
        for firing in firings {
            if firing.at > self.now {
                next.push(firing.at);
                continue;
            }
            match firing.fires {
                Fires::Breach(place) => {
                    let undone = replay.voided().iter().filter(|voided| voided.place == place).count();
                    if self.told(EventKind::Breached, kind, place) <= undone {
                        let target = replay.target(place).unwrap_or_default();
                        let data = json!({ "clock": kind, "goal": place + 1, "target": target, "breachedAt": firing.at });
                        self.add(EventKind::Breached, firing.at, data);
                    }
                }
                Fires::Warning(percent) => {
                    let supposed = self.warned(kind, percent).filter(|event| event.data["provisional"] == true);
                    // What was told before the ticket had a priority is not told again, unless it comes later now.
                    if supposed.map(|event| event.occurred_at).max().is_none_or(|told| told < firing.at) {
                        self.warn(kind, percent, firing.at, jumped_until, false);
                    }
                }
            }
        }
    }

    /// A clock that is only supposed warns, and moves what is due next; it is never breached.
    fn supposed_clock(&mut self, replay: &Replay<'_>, jumped_until: Option<Instant>, next: &mut Vec<Instant>) {
        for firing in replay.firings() {
            match firing.fires {
                _ if firing.at > self.now => next.push(firing.at),
                Fires::Breach(_) => {}
                Fires::Warning(percent) => self.warn(replay.kind().as_str(), percent, firing.at, jumped_until, true),
            }
        }
    }

    fn warned<'b>(&'b self, clock: &'b str, percent: u32) -> impl Iterator<Item = &'b Event> {
        let told = self.history.iter().chain(&self.added).filter(|event| event.kind == EventKind::Warned);
        told.filter(move |event| event.text("clock") == Some(clock) && event.figure("percent") == Some(percent))
    }

    /// Warns once for a percentage, and before that once while the clock is only supposed.
    fn warn(&mut self, clock: &str, percent: u32, at: Instant, jumped_until: Option<Instant>, supposed: bool) {
        if self.warned(clock, percent).any(|event| supposed || event.data["provisional"] != true) {
            return;
        }
        let mut data = json!({ "clock": clock, "percent": percent, "sent": jumped_until.is_none_or(|until| at > until) });
        if supposed {
            data["provisional"] = json!(true);
        }
        self.add(EventKind::Warned, at, data);
    }

    /// Takes every step that is due, one after another, and says when the next one is.
    fn climb(
        &mut self,
        contract: &Contract,
        ticket: Standing<'_>,
        (clocks, facts): (&[Replay<'_>], &[Fact]),
        next: &mut Vec<Instant>,
    ) -> Option<(String, Position)> {
        let ladder = contract.ladder(ticket.kind)?;
        let mut position = escalation::position(ladder, self.history)?;
        if !ticket.is_open {
            return Some((ladder.id.clone(), position));
        }
        let climb = Climb::new(contract, ladder, clocks, (self.history, facts), self.now);
        while let Some(step) = climb.next(&position) {
            if step.at > self.now {
                next.push(step.at);
                break;
            }
            position = position.after(ladder, self.step(ladder, &step));
        }
        Some((ladder.id.clone(), position))
    }

    fn step(&mut self, ladder: &Ladder, step: &Step) -> &Event {
        let mut data = json!({ "ladder": ladder.id, "from": step.from, "to": step.to, "trigger": step.trigger });
        if step.mode == Mode::Automatic {
            return self.add(EventKind::Climbed, step.at, data);
        }
        // Before whom it is put.
        data["raisedBy"] = ladder.raised_by(step.to).iter().map(|side| side.as_str()).collect();
        self.add(EventKind::Proposed, step.at, data)
    }

    /// How often the history tells this of the goal in a place.
    fn told(&self, kind: EventKind, clock: &str, place: usize) -> usize {
        let goal = json!(place + 1);
        let is_it = |event: &&Event| event.kind == kind && event.data["clock"] == clock && event.data["goal"] == goal;
        self.history.iter().chain(&self.added).filter(is_it).count()
    }

    fn add_once(&mut self, kind: EventKind, at: Instant, data: Value, same: &[&str]) {
        let is_same = |event: &Event| event.kind == kind && same.iter().all(|key| event.data[*key] == data[*key]);
        if !self.history.iter().chain(&self.added).any(is_same) {
            self.add(kind, at, data);
        }
    }

    fn add(&mut self, kind: EventKind, at: Instant, data: Value) -> &Event {
        let actor = super::Actor::System.as_text();
        self.added.push_mut(Event { id: Uuid::nil(), kind, actor, reason: None, data, occurred_at: at, recorded_at: self.now })
    }
}

fn index(replay: &Replay<'_>, now: Instant) -> Option<ClockIndex> {
    let clock = replay.view(now)?;
    let entry = replay.entry_shown()?;
    let ahead = (0..clock.goals.len()).filter(|place| clock.goals[*place].met_at.is_none() && clock.goals[*place].breached_at.is_none());
    let ahead = ahead.min_by_key(|place| (clock.goals[*place].due_at.is_none(), clock.goals[*place].due_at));
    let place = ahead.or(clock.goals.len().checked_sub(1)).filter(|_| !clock.state.is_stopped());
    Some(ClockIndex {
        calendar: entry.calendar_id.clone(),
        priority: entry.priority.clone(),
        tier: entry.tier.clone(),
        due_at: place.and_then(|place| clock.goals[place].due_at),
        remaining_seconds: place.and_then(|place| replay.remaining(place, now)),
        amended: replay.amended().to_vec(),
        clock,
    })
}
