//! A slow, plain reading of the clock rules, to judge a fast one by.
//!
//! Every instant's openness is decided by looking its wall time up; every figure is counted from the start over the
//! whole history; nothing is carried from fact to fact but what the rules themselves remember (breaches and voids).
//! Quoted comments are the sentences the code below them repeats. Contracts and lines are taken to be valid.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Datelike, Months, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;
use num_bigint::BigInt;
use num_rational::BigRational;
use serde_json::{Value, json};

const DAY: i64 = 86_400;
/// 2201-01-01T00:00:00Z: "through 2200 (UTC)"; nothing at or after it is answered.
const END: i64 = 7_289_654_400;

// ---------------------------------------------------------------------------------------------- contract

/// Hours of one date: seconds of the day; an end not after its start lies on the next date.
type Hours = Vec<(i64, i64)>;

struct Calendar {
    /// Monday first.
    weekly: Vec<Hours>,
    dutch_holidays: bool,
    closed_dates: Vec<i64>,
    closed_yearly: Vec<(u32, u32)>,
    special: HashMap<i64, Hours>,
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Seconds,
    WorkingDays,
    Months,
}

struct Goal {
    share: Value,
    comparison: String,
    target: String,
    amount: i64,
    unit: Unit,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Response,
    Resolution,
}

/// One `[[clocks]]` table.
struct Entry {
    kind: Kind,
    types: Vec<String>,
    priority: Option<String>,
    tier: Option<String>,
    calendar: usize,
    starts_by_phone: bool,
    goals: Vec<Goal>,
    holds: Vec<String>,
    answered_by: Vec<String>,
    refusal_is_held: bool,
    reopening_is_held: bool,
}

// ---------------------------------------------------------------------------------------------- line

struct Line {
    ticket_type: String,
    priority: Option<String>,
    tier: Option<String>,
    reported: i64,
    facts: Vec<Fact>,
    as_of: i64,
    probes: Vec<i64>,
}

struct Fact {
    at: i64,
    kind: String,
    /// `by`, `cause` or `priority`, whichever the kind has.
    word: String,
}

// ---------------------------------------------------------------------------------------------- clock

/// From `from` until the next piece (the last one for ever) the clock lives under this calendar, held or not.
#[derive(Clone)]
struct Piece {
    from: i64,
    calendar: usize,
    held: Option<String>,
}

/// What is remembered of a goal's place, whatever goal stands there.
#[derive(Clone, Default)]
struct Place {
    breached: Option<i64>,
    /// The first breach in this place, void or not.
    first: Option<i64>,
}

struct Clock {
    /// The entry it runs under; for a clock not shown, the last one it had.
    entry: Option<usize>,
    shown: bool,
    /// No priority yet: it runs with no goals under the first entry that asks for one.
    provisional: bool,
    start: i64,
    pieces: Vec<Piece>,
    stopped: Option<i64>,
    /// Where the hold began that the stop ended.
    hold_ended_by_stop: Option<i64>,
    cancelled: bool,
    places: Vec<Place>,
    voided: Vec<(i64, String, String)>,
    /// The ticket's first phone contact, and whether this clock may start there.
    phone: Option<(i64, bool)>,
}

/// A time in which nothing about openness, civil date or hold changes.
struct Stretch {
    from: i64,
    to: i64,
    /// The date on which the open interval began; none when closed.
    open: Option<i64>,
    /// The civil date.
    date: i64,
    calendar: usize,
    held: Option<String>,
}

/// Part of one UTC day, alike throughout.
#[derive(Clone, Copy)]
struct Run {
    from: i64,
    to: i64,
    open: Option<i64>,
    date: i64,
}

/// An entry that applies from the start of the ticket, and the entry whose `after_*` keys are used for stops so far.
#[derive(Clone, Copy)]
struct FromTheStart {
    entry: usize,
    stops: usize,
}

/// The oracle: one contract, ready to answer lines.
pub struct Judge {
    zone: Tz,
    calendars: Vec<Calendar>,
    priorities: HashMap<String, Vec<String>>,
    default_priority: Option<String>,
    entries: Vec<Entry>,
    days: Mutex<HashMap<(usize, i64), Arc<Vec<Run>>>>,
    totals: Mutex<HashMap<(usize, i64), i64>>,
    date_ends: Mutex<HashMap<i64, i64>>,
    wall_instants: Mutex<HashMap<i64, i64>>,
}

impl Judge {
    /// Reads what clocks need from a valid contract's TOML text.
    pub fn new(contract: &str) -> Judge {
        let contract: toml::Value = toml::from_str(contract).expect("the contract is TOML");
        let zone = contract["time_zone"].as_str().expect("a zone").parse().expect("a known zone");
        let mut names = Vec::new();
        let mut calendars = Vec::new();
        for (name, table) in tables(&contract, "calendars") {
            names.push(name);
            calendars.push(read_calendar(&table));
        }
        let incident = vec!["incident".to_string()];
        let priorities = tables(&contract, "priorities")
            .into_iter()
            .map(|(code, table)| (code, words(&table, "types").unwrap_or(incident.clone())))
            .collect();
        let entries = contract.get("clocks").and_then(|c| c.as_array()).into_iter().flatten();
        let entries = entries.map(|table| read_entry(table, &names)).collect();
        Judge {
            zone,
            calendars,
            priorities,
            default_priority: word(&contract, "default_priority"),
            entries,
            days: Mutex::default(),
            totals: Mutex::default(),
            date_ends: Mutex::default(),
            wall_instants: Mutex::default(),
        }
    }

    /// The output object for one line of input.
    pub fn answer(&self, line: &str, ledger: bool) -> Value {
        let value: Value = serde_json::from_str(line).unwrap_or(Value::Null);
        let id = value["id"].clone();
        let Some(line) = self.read_line(&value) else {
            return json!({"id": id, "error": {"code": "not_judged", "detail": "this line is not a valid one"}});
        };
        if let Some(detail) = disorder(&line) {
            return json!({"id": id, "error": {"code": "bad_order", "detail": detail}});
        }
        // "what happened after `asOf` is not known yet (but the whole line is judged)"
        let known = line.facts.iter().take_while(|f| f.at <= line.as_of).count();
        let mut clocks = Vec::new();
        for kind in [Kind::Response, Kind::Resolution] {
            let mut clock = self.replay(&line, kind, &line.facts[..known], None);
            self.settle(&mut clock, line.as_of);
            if clock.shown {
                clocks.push(self.show(&clock, line.as_of, ledger));
            }
        }
        // "each replays the whole history and reads the count *at* that instant, for the clocks shown after the last
        // fact; before the start it is 0"
        let whole = [Kind::Response, Kind::Resolution].map(|kind| self.replay(&line, kind, &line.facts, None));
        let mut probes = Vec::new();
        for at in &line.probes {
            let mut counts = Vec::new();
            for clock in whole.iter().filter(|c| c.shown) {
                let until = clock.stopped.map_or(*at, |stop| stop.min(*at));
                let kind = self.entries[clock.entry.expect("shown")].kind;
                counts.push(json!({"kind": kind_word(kind), "elapsedSeconds": self.seconds(clock, until, false)}));
            }
            probes.push(json!({"at": instant(*at), "clocks": counts}));
        }
        json!({"id": id, "clocks": clocks, "probes": probes})
    }

    fn show(&self, clock: &Clock, as_of: i64, ledger: bool) -> Value {
        let entry = &self.entries[clock.entry.expect("shown")];
        let goals_now: &[Goal] = if clock.provisional { &[] } else { &entry.goals };
        let breached = |i: usize| clock.places.get(i).and_then(|p| p.breached);
        // "`elapsedSeconds`, `heldSeconds`, `state`, `ledger` are as of `asOf`, or of the stop before it"
        let until = clock.stopped.unwrap_or(as_of);
        // "`state`: `running` (outside the window too) or `held`; once stopped `met` (all goals) or `breached` (at
        // least one missed); `cancelled`."
        let state = if clock.cancelled {
            "cancelled"
        } else if clock.stopped.is_some() {
            if (0..goals_now.len()).any(|i| breached(i).is_some()) { "breached" } else { "met" }
        } else if clock.pieces.last().is_some_and(|p| p.held.is_some()) {
            "held"
        } else {
            "running"
        };
        let mut goals = Vec::new();
        for (i, goal) in goals_now.iter().enumerate() {
            // "Cancelling stops what runs, without a verdict: `metAt` stays null, breaches before it stay."
            let met = if clock.cancelled || breached(i).is_some() { None } else { clock.stopped };
            goals.push(json!({
                "share": goal.share, "comparison": goal.comparison, "target": goal.target,
                "dueAt": maybe_instant(self.due(clock, goal)),
                "metAt": maybe_instant(met), "breachedAt": maybe_instant(breached(i)),
            }));
        }
        let voided = clock.voided.iter().map(|(at, target, why)| json!({"at": instant(*at), "target": target, "why": why}));
        let mut shown = json!({
            "kind": kind_word(entry.kind), "state": state,
            "startedAt": maybe_instant(self.started(clock)), "stoppedAt": maybe_instant(clock.stopped),
            "elapsedSeconds": self.seconds(clock, until, false), "heldSeconds": self.seconds(clock, until, true),
            "goals": goals, "voided": voided.collect::<Vec<_>>(),
        });
        if ledger {
            shown["ledger"] = self.ledger(clock, until);
        }
        shown
    }

    // ------------------------------------------------------------------------------------------ replay

    /// The clock of one kind after these facts. `forced`: one entry from the very start, priorities ignored.
    fn replay(&self, line: &Line, kind: Kind, facts: &[Fact], forced: Option<FromTheStart>) -> Clock {
        // "The decided one, else the proposed one, else the contract's `default_priority` where it is for the type."
        let mut priority = line.priority.clone().or_else(|| self.default_for(&line.ticket_type));
        let (entry, provisional) = match forced {
            Some(f) => (Some(f.entry), false),
            None => self.entry_for(line, kind, priority.as_deref()),
        };
        let first = entry.map(|e| Piece { from: line.reported, calendar: self.entries[e].calendar, held: None });
        let mut clock = Clock {
            entry,
            shown: entry.is_some(),
            provisional,
            start: line.reported,
            pieces: first.into_iter().collect(),
            stopped: None,
            hold_ended_by_stop: None,
            cancelled: false,
            places: Vec::new(),
            voided: Vec::new(),
            phone: None,
        };
        let mut cause: Option<String> = None;
        for (i, fact) in facts.iter().enumerate() {
            let running = clock.stopped.is_none();
            match fact.kind.as_str() {
                // "`response` stops at the first fact its `answered_by` names"
                "responded" => {
                    let named = clock.entry.is_some_and(|e| self.entries[e].answered_by.contains(&fact.word));
                    if kind == Kind::Response && running && named {
                        self.stop(&mut clock, fact.at);
                    }
                }
                // "the ticket's first phone contact, unless there is none, or the clock was stopped then, or a goal of
                // it was breached before, void or not: then the report."
                "phoned" => {
                    if clock.phone.is_none() {
                        if forced.is_none() {
                            self.settle(&mut clock, fact.at);
                        }
                        let breached = forced.is_none() && clock.places.iter().any(|p| p.first.is_some());
                        clock.phone = Some((fact.at, running && !breached));
                        if running {
                            self.start_by_phone(&mut clock);
                        }
                    }
                }
                // "while the ticket's present hold cause is one the contract names for it; a new cause replaces the old"
                "held" | "resumed" => {
                    cause = (fact.kind == "held").then(|| fact.word.clone());
                    if running {
                        self.go_on(&mut clock, fact.at, &cause);
                    }
                }
                // "A stopped clock keeps the entry it stopped under; if it runs again, the new one applies from then."
                "reprioritised" => {
                    priority = Some(fact.word.clone());
                    if running && forced.is_none() {
                        let target = self.entry_for(line, kind, priority.as_deref()).0;
                        self.change(&mut clock, line, kind, &facts[..=i], target, &cause);
                    }
                }
                // "`response` stops ... at the latest when the ticket is resolved"; "`resolution` stops when the ticket
                // is resolved"; "`resolved` and `cancelled` end the ticket's [hold]"
                "resolved" => {
                    cause = None;
                    if running {
                        self.stop(&mut clock, fact.at);
                    }
                }
                // "`response` ... never un-meets"
                "solution_refused" | "reopened" => {
                    if kind == Kind::Resolution && !running {
                        self.run_again(&mut clock, fact, forced);
                        if forced.is_none() {
                            let (target, none_yet) = self.entry_for(line, kind, priority.as_deref());
                            if !none_yet {
                                self.change(&mut clock, line, kind, &facts[..=i], target, &cause);
                            }
                        }
                    }
                }
                "cancelled" => {
                    cause = None;
                    if running {
                        self.stop(&mut clock, fact.at);
                        clock.cancelled = true;
                    }
                }
                _ => {}
            }
        }
        clock
    }

    /// Records the bounds passed by `now`. A bound's instant does not depend on what happens after it, so this need
    /// only be asked where a fact depends on it. "at one instant a bound is reached before any fact"
    fn settle(&self, clock: &mut Clock, now: i64) {
        if !clock.shown || clock.provisional || clock.stopped.is_some() {
            return;
        }
        let goals = &self.entries[clock.entry.expect("shown")].goals;
        for (i, goal) in goals.iter().enumerate() {
            if clock.place(i).breached.is_none() {
                let breach = self.breach(clock, goal).filter(|b| *b <= now);
                clock.place(i).breached = breach;
                clock.place(i).first = clock.place(i).first.or(breach);
            }
        }
    }

    /// "A stop ends that clock's hold for good"; the piece after it serves "what it would be had the clock run on".
    fn stop(&self, clock: &mut Clock, at: i64) {
        self.settle(clock, at);
        clock.stopped = Some(at);
        let is_held = clock.pieces.last().is_some_and(|p| p.held.is_some());
        clock.hold_ended_by_stop = self.holds(clock).last().filter(|_| is_held).map(|hold| hold.0);
        self.go_on(clock, at, &None);
    }

    fn go_on(&self, clock: &mut Clock, at: i64, cause: &Option<String>) {
        if let Some(e) = clock.entry {
            let held = cause.clone().filter(|c| self.entries[e].holds.contains(c));
            clock.pieces.push(Piece { from: at, calendar: self.entries[e].calendar, held });
        }
    }

    /// "Refused solution: the stop is void and the interval counts"; "Reopening resumes the clock; the time from the
    /// *stop* is held"; "Both keys take `counts` or `held`, and are those of the entry it stopped under."
    fn run_again(&self, clock: &mut Clock, fact: &Fact, forced: Option<FromTheStart>) {
        clock.stopped = None;
        let Some(own) = clock.entry else { return };
        let entry = &self.entries[forced.map_or(own, |f| f.stops)];
        let (held, word) = match fact.kind.as_str() {
            "reopened" => (entry.reopening_is_held, "reopened"),
            _ => (entry.refusal_is_held, "refused"),
        };
        if held {
            clock.pieces.last_mut().expect("the piece after the stop").held = Some(word.to_string());
        }
        self.go_on(clock, fact.at, &None);
    }

    /// "keeps the start (but moves it to the first contact when the new entry starts there, as § 2.2 says, judged at
    /// that contact)"
    fn start_by_phone(&self, clock: &mut Clock) {
        if let (Some(e), Some((at, true))) = (clock.entry, clock.phone)
            && self.entries[e].starts_by_phone
        {
            clock.start = at;
        }
    }

    /// The last of `facts` gives this running clock the entry `target` (or none).
    fn change(&self, clock: &mut Clock, line: &Line, kind: Kind, facts: &[Fact], target: Option<usize>, cause: &Option<String>) {
        let fact = facts.last().expect("the fact that changes it");
        let now = fact.at;
        if clock.provisional || clock.entry.is_none() {
            // "the first priority set applies from the start, with its holds, `starts` and `answered_by` (a bound passed
            // before is breached at the setting)"; "from the start under the first entry it gets, its `answered_by`
            // included, if it had none"
            if let Some(entry) = target {
                let from_the_start = FromTheStart { entry, stops: clock.entry.unwrap_or(entry) };
                *clock = self.replay(line, kind, facts, Some(from_the_start));
                // What was passed is judged with the start as it now is.
                clock.places.clear();
                // "a stop or cancelling that ends a hold is in time for every bound not passed before that hold"
                let stopped = clock.stopped.take();
                self.settle(clock, stopped.map_or(now, |stop| clock.hold_ended_by_stop.unwrap_or(stop)));
                clock.stopped = stopped;
                for place in &mut clock.places {
                    place.breached = place.breached.map(|_| now);
                    place.first = place.breached;
                }
            } else {
                clock.entry = None;
                clock.shown = false;
                clock.provisional = false;
                clock.pieces.clear();
            }
            return;
        }
        if clock.shown && clock.entry == target {
            return;
        }
        self.settle(clock, now);
        let old: &[Goal] = if clock.shown { &self.entries[clock.entry.expect("it has one")].goals } else { &[] };
        // "keeps the start, the holds, and the time counted so far, each stretch under the calendar that then held;
        // goals, hold causes and, from then on, calendar are the new entry's"; "A kind of clock the new priority lacks
        // is not shown, counts on under its last calendar"
        clock.shown = target.is_some();
        if target.is_some() {
            clock.entry = target;
            self.go_on(clock, now, cause);
            self.start_by_phone(clock);
        }
        let new: &[Goal] = target.map_or(&[], |e| &self.entries[e].goals);
        for i in 0..old.len().max(new.len()) {
            // "A new goal already past its bound is breached where § 2.3 breaches it, yet not before the first breach in
            // that place, void or not; where there was none, at the change."
            let passed = new.get(i).and_then(|goal| self.breach(clock, goal)).filter(|b| *b <= now);
            let place = clock.place(i);
            let breached = passed.map(|b| place.first.map_or(now, |first| b.max(first)));
            let before = std::mem::replace(&mut place.breached, breached);
            place.first = place.first.or(breached);
            // "A breach is void, and listed with why, when a later fact ... leaves the goal in its place not breached, or
            // no goal in that place; in the order in which they were undone."
            if let (Some(at), None) = (before, breached) {
                clock.voided.push((at, old[i].target.clone(), fact.kind.clone()));
            }
        }
    }

    /// The entry for a ticket of this type, tier and priority, and whether it is only lent for want of a priority.
    fn entry_for(&self, line: &Line, kind: Kind, priority: Option<&str>) -> (Option<usize>, bool) {
        let fits = |e: &Entry| e.kind == kind && e.types.contains(&line.ticket_type) && (e.tier.is_none() || e.tier == line.tier);
        let find = |wanted: &dyn Fn(&Entry) -> bool| self.entries.iter().position(|e| fits(e) && wanted(e));
        if let Some(plain) = find(&|e| e.priority.is_none()) {
            return (Some(plain), false);
        }
        match priority {
            Some(p) => (find(&|e| e.priority.as_deref() == Some(p)), false),
            // "With none, a clock that depends on priority runs with no goals, under the first such entry of the contract"
            None => find(&|e| e.priority.is_some()).map_or((None, false), |lent| (Some(lent), true)),
        }
    }

    fn default_for(&self, ticket_type: &str) -> Option<String> {
        let default = self.default_priority.clone()?;
        self.priorities.get(&default)?.iter().any(|t| t == ticket_type).then_some(default)
    }

    // ------------------------------------------------------------------------------------------ bounds

    /// The instant shown as `dueAt`.
    fn due(&self, clock: &Clock, goal: &Goal) -> Option<i64> {
        let due = match (goal.comparison.as_str(), goal.unit) {
            ("by", _) => self.term_end(clock, goal.amount),
            (_, Unit::Months) => self.months_end(clock, goal.amount),
            // "`dueAt` = the *earliest* instant at which the count reaches the goal"
            (_, unit) => self.first_when(clock, unit, &whole(goal.amount), false),
        };
        due.filter(|at| *at < END)
    }

    /// The instant at which the goal is breached if nothing further happens.
    fn breach(&self, clock: &Clock, goal: &Goal) -> Option<i64> {
        let due = self.due(clock, goal)?;
        let breach = match (goal.comparison.as_str(), goal.unit) {
            // "breached at `dueAt`"; "met when the stop is before that"
            ("under" | "by", _) => Some(due),
            // "not after (`within`, breached a second later)"; "held time passes no bound, so a `within` `mo` bound at a
            // hold's first instant is passed one second after the hold": once a second that is not held has gone by.
            (_, Unit::Months) => {
                let mut passed = None;
                self.walk(clock, due, self.horizon(clock), &mut |s| {
                    passed = s.held.is_none().then_some(s.from + 1);
                    passed.is_none()
                });
                passed
            }
            // "`within` is met when the count at the stop is not more than at `dueAt` and is breached at the first second
            // at which it is"
            (_, unit) => self.first_when(clock, unit, &self.count(clock, unit, due), true),
        };
        breach.filter(|at| *at < END)
    }

    /// What each second of an open stretch counts.
    fn weight(&self, stretch: &Stretch, unit: Unit) -> Option<BigRational> {
        let begun = stretch.open?;
        match unit {
            Unit::WorkingDays => self.working_second(stretch.calendar, begun),
            _ => Some(whole(1)),
        }
    }

    /// The count from the start to `until`, in the goal's unit.
    fn count(&self, clock: &Clock, unit: Unit, until: i64) -> BigRational {
        let mut count = whole(0);
        self.walk(clock, clock.start, until, &mut |s| {
            if s.held.is_none()
                && let Some(weight) = self.weight(s, unit)
            {
                count += weight * whole(s.to - s.from);
            }
            true
        });
        count
    }

    /// The earliest instant at which the count is at least (`beyond`: more than) `limit`.
    fn first_when(&self, clock: &Clock, unit: Unit, limit: &BigRational, beyond: bool) -> Option<i64> {
        let mut count = whole(0);
        // "A goal of 0 is due at the start itself."
        if !beyond && count >= *limit {
            return Some(clock.start);
        }
        let mut found = None;
        self.walk(clock, clock.start, self.horizon(clock), &mut |s| {
            if s.held.is_none()
                && let Some(weight) = self.weight(s, unit)
            {
                let missing = (limit - &count) / &weight;
                let needed = if beyond { missing.floor() + whole(1) } else { missing.ceil() };
                if needed <= whole(s.to - s.from) {
                    let needed: i64 = needed.to_integer().try_into().expect("within a stretch");
                    found = Some(s.from + needed);
                    return false;
                }
                count += weight * whole(s.to - s.from);
            }
            true
        });
        found
    }

    /// "civil months from `startedAt` on the wall clock, clamped to the month's end (the earliest instant at which the
    /// wall clock reads that or later)"; "`mo`: to the earliest instant, not before the plain one and outside a hold, at
    /// which the open seconds since the plain one equal the open seconds held so far."
    fn months_end(&self, clock: &Clock, months: i64) -> Option<i64> {
        let started = self.started(clock)?;
        let wall = DateTime::from_timestamp(self.wall(started), 0)?.naive_utc();
        let then = wall.checked_add_months(Months::new(u32::try_from(months).ok()?))?;
        let plain = self.wall_instant(then.and_utc().timestamp());
        let holds = self.holds(clock);
        let horizon = self.horizon(clock);
        if plain > horizon {
            return None;
        }
        let mut ahead = -self.seconds(clock, plain, true);
        let mut found = None;
        self.walk(clock, plain, horizon, &mut |s| {
            if ahead == 0 && outside(&holds, s.from) {
                found = Some(s.from);
                return false;
            }
            if s.open.is_some() && s.held.is_none() {
                if ahead + (s.to - s.from) >= 0 {
                    found = Some(s.from - ahead);
                    return false;
                }
                ahead += s.to - s.from;
            }
            true
        });
        if found.is_none() && horizon < END && ahead == 0 && outside(&holds, horizon) {
            found = Some(horizon);
        }
        found
    }

    /// "it ends at 24:00 local on the 3rd working day after the local date of the start"; "`by`: on by k working days, the
    /// smallest k for which that end is outside a hold and fewer than k + 1 working days (in exact `wd`, by the present
    /// calendar) were held before it."
    fn term_end(&self, clock: &Clock, days: i64) -> Option<i64> {
        let calendar = self.entries[clock.entry.expect("a goal has an entry")].calendar;
        let holds = self.holds(clock);
        let mut date = self.wall(clock.start).div_euclid(DAY);
        let mut nth = 0;
        loop {
            date += 1;
            if date * DAY > END + 2 * DAY {
                return None;
            }
            if self.working_second(calendar, date).is_none() {
                continue;
            }
            nth += 1;
            if nth < days {
                continue;
            }
            let end = self.date_end(date);
            let moved = nth - days;
            if outside(&holds, end) && self.working_days_held(calendar, &holds, end) < whole(moved + 1) {
                return Some(end);
            }
            if end > self.horizon(clock) {
                return None;
            }
        }
    }

    fn working_days_held(&self, calendar: usize, holds: &[(i64, i64)], before: i64) -> BigRational {
        let mut days = whole(0);
        for (from, to) in holds {
            self.walk_calendar(calendar, *from, before.min(*to), &mut |run| {
                if let Some(weight) = run.open.and_then(|begun| self.working_second(calendar, begun)) {
                    days += weight * whole(run.to - run.from);
                }
                true
            });
        }
        days
    }

    /// The clock's holds since its start. "Adjoining holds are one, a stretch held by `after_*` is a hold"
    fn holds(&self, clock: &Clock) -> Vec<(i64, i64)> {
        let mut holds: Vec<(i64, i64)> = Vec::new();
        for (i, piece) in clock.pieces.iter().enumerate() {
            let from = piece.from.max(clock.start);
            let to = clock.pieces.get(i + 1).map_or(END, |next| next.from);
            if piece.held.is_none() || from >= to {
                continue;
            }
            match holds.last_mut() {
                Some(last) if last.1 == from => last.1 = to,
                _ => holds.push((from, to)),
            }
        }
        holds
    }

    /// How far ahead it makes sense to look: not into a hold without end.
    fn horizon(&self, clock: &Clock) -> i64 {
        clock.pieces.last().filter(|p| p.held.is_some()).map_or(END, |p| self.holds(clock).last().map_or(p.from, |hold| hold.0))
    }

    // ------------------------------------------------------------------------------------------ counting

    /// "`startedAt` = the first instant at or after it that is open under the calendar that then held."
    fn started(&self, clock: &Clock) -> Option<i64> {
        let mut found = None;
        self.walk(clock, clock.start, END, &mut |s| {
            found = s.open.map(|_| s.from);
            found.is_none()
        });
        found
    }

    /// Open seconds from the start to `until`, held or not held.
    fn seconds(&self, clock: &Clock, until: i64, held: bool) -> i64 {
        let mut seconds = 0;
        self.walk(clock, clock.start, until, &mut |s| {
            if s.open.is_some() && s.held.is_some() == held {
                seconds += s.to - s.from;
            }
            true
        });
        seconds
    }

    /// "The ledger runs from the start to the stop (or to now), without gaps, equal neighbours joined. Where several
    /// apply: closed before held before running."
    fn ledger(&self, clock: &Clock, until: i64) -> Value {
        let mut segments: Vec<(i64, i64, &str, Option<String>)> = Vec::new();
        self.walk(clock, clock.start, until, &mut |s| {
            let (state, cause) = if s.open.is_none() {
                ("closed", Some(self.calendars[s.calendar].closed_because(s.date).to_string()))
            } else if let Some(word) = &s.held {
                ("held", Some(word.clone()))
            } else {
                ("running", None)
            };
            match segments.last_mut() {
                Some(last) if last.2 == state && last.3 == cause => last.1 = s.to,
                _ => segments.push((s.from, s.to, state, cause)),
            }
            true
        });
        let shown = segments.into_iter();
        shown.map(|(from, to, state, cause)| json!({"from": instant(from), "to": instant(to), "state": state, "cause": cause})).collect()
    }

    /// Shows `each` every stretch of the clock's life between two instants, until it answers false.
    fn walk(&self, clock: &Clock, from: i64, until: i64, each: &mut dyn FnMut(&Stretch) -> bool) {
        for (i, piece) in clock.pieces.iter().enumerate() {
            let begin = piece.from.max(from);
            let end = clock.pieces.get(i + 1).map_or(END, |next| next.from).min(until);
            let went_on = self.walk_calendar(piece.calendar, begin, end, &mut |run| {
                each(&Stretch {
                    from: run.from,
                    to: run.to,
                    open: run.open,
                    date: run.date,
                    calendar: piece.calendar,
                    held: piece.held.clone(),
                })
            });
            if !went_on {
                return;
            }
        }
    }

    fn walk_calendar(&self, calendar: usize, from: i64, until: i64, each: &mut dyn FnMut(Run) -> bool) -> bool {
        if from >= until {
            return true;
        }
        for day in from.div_euclid(DAY)..=(until - 1).div_euclid(DAY) {
            for run in self.day(calendar, day).iter() {
                let run = Run { from: run.from.max(from), to: run.to.min(until), ..*run };
                if run.from < run.to && !each(run) {
                    return false;
                }
            }
        }
        true
    }

    // ------------------------------------------------------------------------------------------ calendars

    /// One UTC day, looked at second by second and then written as runs.
    fn day(&self, calendar: usize, day: i64) -> Arc<Vec<Run>> {
        if let Some(known) = self.days.lock().expect("lock").get(&(calendar, day)) {
            return known.clone();
        }
        let rules = &self.calendars[calendar];
        let mut runs: Vec<Run> = Vec::new();
        // What is open on a local date, asked once per date: (from, to, date on which the interval began).
        let mut table: (i64, Vec<(i64, i64, i64)>) = (i64::MIN, Vec::new());
        // The offset is asked once a quarter of an hour, and every second in a quarter in which it changes.
        let (mut offset, mut steady) = (0, false);
        for second in day * DAY..(day + 1) * DAY {
            if second % 900 == 0 || !steady {
                offset = self.offset(second);
                steady = second % 900 == 0 && offset == self.offset(second + 899);
            }
            let wall = second + offset;
            let (date, of_day) = (wall.div_euclid(DAY), wall.rem_euclid(DAY));
            if table.0 != date {
                table = (date, rules.open_on(date));
            }
            let open = table.1.iter().find(|(from, to, _)| *from <= of_day && of_day < *to).map(|found| found.2);
            match runs.last_mut() {
                Some(last) if last.open == open && last.date == date => last.to = second + 1,
                _ => runs.push(Run { from: second, to: second + 1, open, date }),
            }
        }
        let runs = Arc::new(runs);
        self.days.lock().expect("lock").insert((calendar, day), runs.clone());
        runs
    }

    /// The zone's offset at a UTC second.
    fn offset(&self, second: i64) -> i64 {
        let utc = DateTime::from_timestamp(second, 0).expect("an instant in range").naive_utc();
        i64::from(self.zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
    }

    /// What the wall clock reads, in seconds since 1970-01-01T00:00:00 of the wall clock.
    fn wall(&self, second: i64) -> i64 {
        second + self.offset(second)
    }

    /// "the earliest instant at which the wall clock reads that or later"
    fn wall_instant(&self, wall: i64) -> i64 {
        let search = || (wall - DAY..).find(|second| self.wall(*second) >= wall).expect("it comes");
        *self.wall_instants.lock().expect("lock").entry(wall).or_insert_with(search)
    }

    /// "24:00 local (the instant after the date's last second)"
    fn date_end(&self, date: i64) -> i64 {
        let search = || {
            let last = ((date - 2) * DAY..(date + 2) * DAY).rev().find(|at| self.wall(*at).div_euclid(DAY) == date);
            1 + last.expect("the date has seconds")
        };
        *self.date_ends.lock().expect("lock").entry(date).or_insert_with(search)
    }

    /// "a working day is a date, no holiday nor closed by hand, on which an interval with open time begins, and counts as
    /// 1, spread evenly over the open time of the intervals that begin on it": what one such second counts.
    fn working_second(&self, calendar: usize, date: i64) -> Option<BigRational> {
        if self.calendars[calendar].is_closed(date) {
            return None;
        }
        let known = self.totals.lock().expect("lock").get(&(calendar, date)).copied();
        let total = known.unwrap_or_else(|| {
            let mut total = 0;
            self.walk_calendar(calendar, (date - 2) * DAY, (date + 4) * DAY, &mut |run| {
                if run.open == Some(date) {
                    total += run.to - run.from;
                }
                true
            });
            self.totals.lock().expect("lock").insert((calendar, date), total);
            total
        });
        (total > 0).then(|| BigRational::new(1.into(), total.into()))
    }
}

impl Clock {
    fn place(&mut self, i: usize) -> &mut Place {
        if self.places.len() <= i {
            self.places.resize(i + 1, Place::default());
        }
        &mut self.places[i]
    }
}

impl Calendar {
    /// "A special day replaces the intervals that begin on it"
    fn begin_on(&self, date: i64) -> &Hours {
        let weekday = civil(date).weekday().num_days_from_monday() as usize;
        self.special.get(&date).unwrap_or(&self.weekly[weekday])
    }

    /// What is open on a local date: "An instant is open iff its local wall time lies in a half-open interval and its
    /// local date is no holiday." An interval past midnight "belongs to the date it begins on".
    fn open_on(&self, date: i64) -> Vec<(i64, i64, i64)> {
        if self.is_closed(date) {
            return Vec::new();
        }
        let own = self.begin_on(date).iter().map(|(from, to)| (*from, if to < from { DAY } else { *to }, date));
        let tails = self.begin_on(date - 1).iter().filter(|(from, to)| to < from).map(|(_, to)| (0, *to, date - 1));
        own.chain(tails).collect()
    }

    /// "[a special day] lifts a holiday or yearly closure of its own date"; "a date closed by hand closes in the same way"
    fn is_closed(&self, date: i64) -> bool {
        !self.special.contains_key(&date) && (self.holiday(date).is_some() || self.closed_by_hand(date))
    }

    fn closed_by_hand(&self, date: i64) -> bool {
        let day = civil(date);
        self.closed_dates.contains(&date) || self.closed_yearly.contains(&(day.month(), day.day()))
    }

    /// "by civil date: `by_hand` for a special day, else the holiday, else `by_hand` for a closed date, else `hours`"
    fn closed_because(&self, date: i64) -> &'static str {
        if self.special.contains_key(&date) {
            "by_hand"
        } else if let Some(holiday) = self.holiday(date) {
            holiday
        } else if self.closed_by_hand(date) {
            "by_hand"
        } else {
            "hours"
        }
    }

    fn holiday(&self, date: i64) -> Option<&'static str> {
        if !self.dutch_holidays {
            return None;
        }
        let year = civil(date).year();
        let on = |month, day| number(NaiveDate::from_ymd_opt(year, month, day).expect("a date"));
        let easter = easter_sunday(year);
        // "27 April, 26 when the 27th is a Sunday; before 2014 30/29 April"
        let kings_day = if year < 2014 { on(4, 30) } else { on(4, 27) };
        let kings_day = if civil(kings_day).weekday() == chrono::Weekday::Sun { kings_day - 1 } else { kings_day };
        // "two on one date go by the first of this list"
        let list = [
            ("new_year", on(1, 1)),
            ("good_friday", easter - 2),
            ("easter_monday", easter + 1),
            ("kings_day", kings_day),
            ("liberation_day", on(5, 5)),
            ("ascension", easter + 39),
            ("whit_monday", easter + 50),
            ("christmas_day", on(12, 25)),
            ("boxing_day", on(12, 26)),
        ];
        list.into_iter().find(|(_, day)| *day == date).map(|(name, _)| name)
    }
}

/// "a bound at a hold's first instant is before it, at its end outside it"
fn outside(holds: &[(i64, i64)], at: i64) -> bool {
    !holds.iter().any(|(from, to)| *from < at && at < *to)
}

/// The Gregorian Easter Sunday, by the tables of golden number, century and weekday.
fn easter_sunday(year: i32) -> i64 {
    let golden = year % 19;
    let century = year / 100;
    let lunar = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
    let lunar = lunar - (lunar / 28) * (1 - (29 / (lunar + 1)) * ((21 - golden) / 11));
    let weekday = (year + year / 4 + lunar + 2 - century + century / 4) % 7;
    let from_march = lunar - weekday;
    number(NaiveDate::from_ymd_opt(year, 3, 28).expect("a date")) + i64::from(from_march)
}

fn civil(date: i64) -> NaiveDate {
    DateTime::from_timestamp(date * DAY, 0).expect("a date in range").date_naive()
}

fn number(date: NaiveDate) -> i64 {
    date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp().div_euclid(DAY)
}

fn whole(number: i64) -> BigRational {
    BigRational::from_integer(BigInt::from(number))
}

fn instant(at: i64) -> Value {
    let at = DateTime::from_timestamp(at, 0).expect("an instant in range");
    Value::String(at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn maybe_instant(at: Option<i64>) -> Value {
    at.map_or(Value::Null, instant)
}

fn kind_word(kind: Kind) -> &'static str {
    if kind == Kind::Response { "response" } else { "resolution" }
}

// ---------------------------------------------------------------------------------------------- reading lines

impl Judge {
    fn read_line(&self, value: &Value) -> Option<Line> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_string);
        let list = |key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let reported = read_instant(value.get("reportedAt")?)?;
        let mut facts = Vec::new();
        for fact in list("history") {
            let kind = fact.get("kind")?.as_str()?.to_string();
            let key = match kind.as_str() {
                "responded" => "by",
                "held" => "cause",
                "reprioritised" => "priority",
                _ => "",
            };
            let word = fact.get(key).and_then(Value::as_str);
            let word = word.unwrap_or(if kind == "responded" { "reply" } else { "" }).to_string();
            facts.push(Fact { at: read_instant(fact.get("at")?)?, kind, word });
        }
        // "`asOf?` (default: the last instant of the line, probes apart)"
        let last = facts.last().map_or(reported, |f| f.at);
        let as_of = match value.get("asOf") {
            None | Some(Value::Null) => last,
            Some(given) => read_instant(given)?,
        };
        let probes = list("probes").iter().map(read_instant).collect::<Option<Vec<_>>>()?;
        let (priority, tier) = (text("priority"), text("tier"));
        Some(Line { ticket_type: text("ticketType")?, priority, tier, reported, facts, as_of, probes })
    }
}

/// "Instants are cut to whole seconds first"
fn read_instant(value: &Value) -> Option<i64> {
    Some(DateTime::parse_from_rfc3339(value.as_str()?).ok()?.timestamp())
}

/// What cannot be, if anything.
fn disorder(line: &Line) -> Option<String> {
    let mut previous = line.reported;
    let (mut held, mut resolved, mut accepted, mut cancelled) = (false, false, false, false);
    for (i, fact) in line.facts.iter().enumerate() {
        let kind = fact.kind.as_str();
        // "`at` never decreases and is never before `reportedAt`"
        let mut wrong = fact.at < previous;
        previous = previous.max(fact.at);
        // "anything after `cancelled`"
        wrong |= cancelled;
        match kind {
            // "`resumed` when not held; `held`, `resumed` or `resolved` while resolved"
            "held" => {
                wrong |= resolved;
                held = true;
            }
            "resumed" => {
                wrong |= !held || resolved;
                held = false;
            }
            "resolved" => {
                wrong |= resolved;
                (resolved, accepted, held) = (true, false, false);
            }
            // "`accepted` and `solution_refused` unless resolved and not yet accepted"
            "accepted" => {
                wrong |= !resolved || accepted;
                accepted = true;
            }
            "solution_refused" => {
                wrong |= !resolved || accepted;
                resolved = false;
            }
            // "`reopened` unless resolved (accepted or not)"
            "reopened" => {
                wrong |= !resolved;
                resolved = false;
            }
            "cancelled" => cancelled = true,
            _ => {}
        }
        if wrong {
            return Some(format!("history.{i}: {kind} cannot be here"));
        }
    }
    (line.as_of < line.reported).then(|| "asOf: before reportedAt".to_string())
}

// ---------------------------------------------------------------------------------------------- reading contracts

fn tables(value: &toml::Value, key: &str) -> Vec<(String, toml::Value)> {
    let table = value.get(key).and_then(|v| v.as_table());
    table.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn word(value: &toml::Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_string)
}

fn words(value: &toml::Value, key: &str) -> Option<Vec<String>> {
    Some(value.get(key)?.as_array()?.iter().filter_map(|v| v.as_str()).map(str::to_string).collect())
}

/// A TOML date or the same as text.
fn text_of(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

fn read_date(text: &str) -> i64 {
    number(text.parse().expect("a date"))
}

fn read_hours(list: &toml::Value) -> Hours {
    let clock_time = |text: &str| {
        let parts: Vec<i64> = text.split(':').map(|p| p.trim().parse().expect("a number")).collect();
        parts[0] * 3600 + parts[1] * 60 + parts.get(2).unwrap_or(&0)
    };
    let texts = list.as_array().expect("hours").iter().map(|v| v.as_str().expect("an interval"));
    texts.map(|t| t.split_once('-').expect("from-to")).map(|(from, to)| (clock_time(from), clock_time(to))).collect()
}

fn read_calendar(table: &toml::Value) -> Calendar {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let index = |name: &str| names.iter().position(|n| *n == name).expect("a weekday");
    let mut weekly = vec![Hours::new(); 7];
    for (days, hours) in tables(table, "hours") {
        let (first, last) = days.split_once('-').unwrap_or((&days, &days));
        let mut day = index(first);
        loop {
            weekly[day] = read_hours(&hours);
            if day == index(last) {
                break;
            }
            day = (day + 1) % 7;
        }
    }
    let mut calendar = Calendar {
        weekly,
        dutch_holidays: word(table, "holidays").as_deref() == Some("nl-termijnenwet"),
        closed_dates: Vec::new(),
        closed_yearly: Vec::new(),
        special: HashMap::new(),
    };
    for closed in table.get("also_closed").and_then(|v| v.as_array()).into_iter().flatten() {
        let text = text_of(closed);
        match text.split('-').collect::<Vec<_>>()[..] {
            [month, day] => calendar.closed_yearly.push((month.parse().expect("month"), day.parse().expect("day"))),
            _ => calendar.closed_dates.push(read_date(&text)),
        }
    }
    for special in table.get("special_days").and_then(|v| v.as_array()).into_iter().flatten() {
        calendar.special.insert(read_date(&text_of(&special["date"])), read_hours(&special["hours"]));
    }
    calendar
}

fn read_entry(table: &toml::Value, calendars: &[String]) -> Entry {
    let calendar = word(table, "calendar").expect("a calendar");
    let all = ["reply", "classification", "assignment"].map(str::to_string).to_vec();
    Entry {
        kind: if word(table, "kind").as_deref() == Some("response") { Kind::Response } else { Kind::Resolution },
        types: words(table, "types").expect("types"),
        priority: word(table, "priority"),
        tier: word(table, "tier"),
        calendar: calendars.iter().position(|name| *name == calendar).expect("a calendar of this contract"),
        starts_by_phone: word(table, "starts").as_deref() == Some("phone_contact"),
        goals: table["goals"].as_array().expect("goals").iter().map(read_goal).collect(),
        holds: words(table, "holds").unwrap_or_default(),
        answered_by: words(table, "answered_by").unwrap_or(all),
        refusal_is_held: word(table, "after_refusal").as_deref() == Some("held"),
        reopening_is_held: word(table, "after_reopen").as_deref() != Some("counts"),
    }
}

fn read_goal(table: &toml::Value) -> Goal {
    let comparison = ["under", "within", "by"].into_iter().find(|c| table.get(c).is_some()).expect("a comparison");
    let target = word(table, comparison).expect("a duration");
    let digits = target.find(|c: char| !c.is_ascii_digit()).expect("a unit");
    let amount: i64 = target[..digits].parse().expect("a number");
    let (amount, unit) = match target[digits..].trim() {
        "h" => (amount * 3600, Unit::Seconds),
        "m" => (amount * 60, Unit::Seconds),
        "s" => (amount, Unit::Seconds),
        "wd" => (amount, Unit::WorkingDays),
        "mo" => (amount, Unit::Months),
        other => panic!("unknown unit {other}"),
    };
    let share = match table.get("share") {
        Some(toml::Value::Integer(share)) => json!(share),
        Some(toml::Value::Float(share)) => json!(share),
        _ => Value::Null,
    };
    Goal { share, comparison: comparison.to_string(), target, amount, unit }
}
