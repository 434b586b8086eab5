//! Settling a ticket: its history replayed into clocks and escalations, with what that adds to the history.
//!
//! The one function that writes stored deadlines. It is asked after every change and whenever something is due, and
//! asked twice it adds nothing: what is already in the history is not added again.

use serde_json::{Value, json};
use uuid::Uuid;

use super::event::priority_set;
use super::{Event, EventKind, facts};
use crate::domain::Instant;
use crate::domain::amendment::Amendment;
use crate::domain::clock::{self, Clock, Fact, Fires, Kind, Line, Replay};
use crate::domain::contract::{Contract, Mode, TicketType};
use crate::domain::escalation::{self, Position, Step};

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
    /// The earliest due instant of a running clock.
    pub next_due_at: Option<Instant>,
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
    let position = book.climb(contract, ticket, &clocks, &mut next);
    let clocks: Vec<_> = clocks.iter().filter_map(|replay| index(replay, now)).collect();
    Settled {
        events: book.added,
        next_due_at: clocks.iter().filter_map(|clock| clock.due_at).min(),
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
            let Amendment { id, calendar, date, change, recorded_at } = &amended.amendment;
            let data = json!({ "amendment": id, "calendar": calendar, "date": date, "change": change.as_str(), "hours": change.hours() });
            self.add_once(EventKind::CalendarAmended, *recorded_at, data, &["amendment"]);
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
                let data = json!({ "clock": kind, "goal": goal, "target": target, "breachedAt": voided.at, "why": voided.why });
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
                    let data = json!({ "clock": kind, "percent": percent, "sent": jumped_until.is_none_or(|until| firing.at > until) });
                    self.add_once(EventKind::Warned, firing.at, data, &["clock", "percent"]);
                }
            }
        }
    }

    /// Takes every step that is due, one after another, and says when the next one is.
    fn climb(
        &mut self,
        contract: &Contract,
        ticket: Standing<'_>,
        clocks: &[Replay<'_>],
        next: &mut Vec<Instant>,
    ) -> Option<(String, Position)> {
        let ladder = contract.ladder(ticket.kind)?;
        loop {
            let whole: Vec<Event> = self.history.iter().chain(&self.added).cloned().collect();
            let position = escalation::position(ladder, &whole)?;
            let step = escalation::next_step(contract, ladder, position, clocks, self.now).filter(|_| ticket.is_open);
            match step {
                Some(step) if step.at <= self.now => self.step(&ladder.id, &step),
                step => {
                    next.extend(step.map(|step| step.at));
                    return Some((ladder.id.clone(), position));
                }
            }
        }
    }

    fn step(&mut self, ladder: &str, step: &Step) {
        let kind = if step.mode == Mode::Automatic { EventKind::Climbed } else { EventKind::Proposed };
        let data = json!({ "ladder": ladder, "from": step.from, "to": step.to, "trigger": step.trigger });
        self.add(kind, step.at, data);
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

    fn add(&mut self, kind: EventKind, at: Instant, data: Value) {
        let actor = super::Actor::System.as_text();
        self.added.push(Event { id: Uuid::nil(), kind, actor, reason: None, data, occurred_at: at, recorded_at: self.now });
    }
}

fn index(replay: &Replay<'_>, now: Instant) -> Option<ClockIndex> {
    let clock = replay.view(now)?;
    let entry = replay.entry_shown()?;
    let pending = clock.goals.iter().position(|goal| goal.met_at.is_none() && goal.breached_at.is_none());
    let place = pending.or(clock.goals.len().checked_sub(1)).filter(|_| !clock.state.is_stopped());
    Some(ClockIndex {
        calendar: entry.calendar_id.clone(),
        priority: entry.priority.clone(),
        tier: entry.tier.clone(),
        due_at: place.and_then(|place| clock.goals[place].due_at),
        remaining_seconds: place.and_then(|place| replay.remaining(place, now)),
        clock,
    })
}
