//! The stretches of one clock's time: which calendar applied, and whether the clock was held.
//!
//! A timeline always runs on: its last stretch has no end, so a deadline is what it would be if nothing more happened.
//! A stop does not end it either; it only begins a stretch that counts, until something says otherwise.

use chrono::{Datelike, Months, NaiveDate};

use super::{Comparison, Goal, TimeLimit};
use crate::domain::Instant;
use crate::domain::calendar::{Calendar, Days};
use crate::domain::pauses::Pause;

/// From `from` to where the next stretch begins.
#[derive(Debug, Clone)]
struct Stretch<'a> {
    from: Instant,
    calendar: &'a Calendar,
    /// The cause, while the clock is held.
    held: Option<&'a str>,
    /// What was counted, and what held, before it.
    counted: i64,
    held_open: i64,
    days: Days,
}

/// A clock's time from its start on.
#[derive(Debug, Clone)]
pub(super) struct Timeline<'a> {
    start: Instant,
    stretches: Vec<Stretch<'a>>,
}

impl<'a> Timeline<'a> {
    pub(super) fn begin(start: Instant, calendar: &'a Calendar, held: Option<&'a str>) -> Self {
        let stretch = Stretch { from: start, calendar, held, counted: 0, held_open: 0, days: Days::default() };
        Self { start, stretches: vec![stretch] }
    }

    /// Where the clock starts: the report or the phone contact.
    pub(super) fn start(&self) -> Instant {
        self.start
    }

    /// From `at` on, this calendar applies, and this hold, if any.
    pub(super) fn turn(&mut self, at: Instant, calendar: &'a Calendar, held: Option<&'a str>) {
        let last = self.last();
        if last.from == at {
            let last = self.stretches.last_mut().expect("a timeline has a stretch");
            (last.calendar, last.held) = (calendar, held);
            return;
        }
        if last.held == held && std::ptr::eq(last.calendar, calendar) {
            return;
        }
        let (counted, held_open, days) = last.until(at);
        self.stretches.push(Stretch { from: at, calendar, held, counted, held_open, days });
    }

    /// Replaces a calendar by its amended form wherever it applied; returns whether it applied anywhere.
    pub(super) fn amend(&mut self, before: &Calendar, after: &'a Calendar) -> bool {
        let held = self.stretches.iter().any(|stretch| std::ptr::eq(stretch.calendar, before));
        if held {
            let old = std::mem::take(&mut self.stretches);
            for stretch in old {
                let calendar = if std::ptr::eq(stretch.calendar, before) { after } else { stretch.calendar };
                if self.stretches.is_empty() {
                    *self = Self::begin(self.start, calendar, stretch.held);
                } else {
                    self.turn(stretch.from, calendar, stretch.held);
                }
            }
        }
        held
    }

    /// From `at` on, the clock is held for this cause, or not held.
    pub(super) fn hold(&mut self, at: Instant, held: Option<&'a str>) {
        self.turn(at, self.last().calendar, held);
    }

    /// Turns the time since a stop into held time.
    pub(super) fn hold_since(&mut self, stop: Instant, at: Instant, cause: &'a str) {
        let calendar = self.last().calendar;
        self.turn(stop, calendar, Some(cause));
        self.turn(at, calendar, None);
    }

    pub(super) fn calendar(&self) -> &'a Calendar {
        self.last().calendar
    }

    /// The cause of the present hold.
    pub(super) fn held_by(&self) -> Option<&'a str> {
        self.last().held
    }

    /// When the present hold began.
    pub(super) fn held_since(&self) -> Option<Instant> {
        let hold = self.stretches.iter().rev().take_while(|stretch| stretch.held.is_some());
        hold.last().map(|first| first.from)
    }

    /// Moves the start; what lay before it is forgotten.
    pub(super) fn restart(&mut self, start: Instant) {
        let old = std::mem::take(&mut self.stretches);
        self.start = start;
        for (at, stretch) in old.iter().enumerate() {
            if old.get(at + 1).is_some_and(|next| next.from <= start) {
                continue;
            }
            if self.stretches.is_empty() {
                *self = Self::begin(start, stretch.calendar, stretch.held);
            } else {
                self.turn(stretch.from, stretch.calendar, stretch.held);
            }
        }
    }

    /// The first open instant at or after the start, under the calendar that then held.
    pub(super) fn started_at(&self) -> Option<Instant> {
        self.with_ends()
            .find_map(|(stretch, end)| stretch.calendar.first_open(stretch.from).filter(|open| end.is_none_or(|end| *open < end)))
    }

    /// Open seconds counted before an instant; 0 before the start.
    pub(super) fn counted(&self, at: Instant) -> i64 {
        let stretch = self.at(at);
        stretch.counted + if stretch.held.is_none() { stretch.calendar.open_between(stretch.from, at) } else { 0 }
    }

    /// Open seconds held before an instant.
    pub(super) fn held(&self, at: Instant) -> i64 {
        let stretch = self.at(at);
        stretch.held_open + if stretch.held.is_some() { stretch.calendar.open_between(stretch.from, at) } else { 0 }
    }

    /// The earliest instant at which that many open seconds are counted.
    pub(super) fn reach(&self, seconds: i64) -> Option<Instant> {
        if seconds <= 0 {
            return Some(self.start);
        }
        let stretch = &self.stretches[self.stretches.partition_point(|stretch| stretch.counted < seconds) - 1];
        if stretch.held.is_some() {
            return None;
        }
        stretch.calendar.reach(stretch.from, seconds - stretch.counted)
    }

    /// When a goal is due, if nothing more happens: the earliest instant its bound is reached. `None` past 2200, and while an endless hold
    /// keeps it out of reach.
    pub(super) fn due(&self, goal: &Goal) -> Option<Instant> {
        match goal.limit {
            TimeLimit::Open(seconds) => self.reach(seconds),
            TimeLimit::Days(days) => self.reach_days(days),
            TimeLimit::Months(months) => self.after_months(months),
            TimeLimit::EndOfDay(days) => self.end_of_day(days),
            TimeLimit::Until(moment) => Some(moment),
        }
    }

    /// When a goal is breached, if nothing more happens.
    pub(super) fn breach(&self, goal: &Goal) -> Option<Instant> {
        match (goal.comparison, goal.limit) {
            (Comparison::Within, TimeLimit::Open(seconds)) => self.reach(seconds + 1),
            (Comparison::Within, TimeLimit::Days(_)) => self.first_working(self.due(goal)?)?.plus(1),
            (Comparison::Within, TimeLimit::Months(_) | TimeLimit::Until(_)) => self.out_of_hold(self.due(goal)?)?.plus(1),
            _ => self.due(goal),
        }
    }

    /// The stretches of `[start, until)`, each with its end, calendar and hold.
    pub(super) fn stretches(&self, until: Instant) -> impl Iterator<Item = (Instant, Instant, &'a Calendar, Option<&'a str>)> {
        self.with_ends()
            .map(move |(stretch, end)| (stretch.from, end.unwrap_or(until).min(until), stretch.calendar, stretch.held))
            .filter(|(from, to, ..)| from < to)
    }

    fn last(&self) -> &Stretch<'a> {
        self.stretches.last().expect("a timeline has a stretch")
    }

    fn at(&self, at: Instant) -> &Stretch<'a> {
        &self.stretches[self.stretches.partition_point(|stretch| stretch.from <= at).saturating_sub(1)]
    }

    fn with_ends(&self) -> impl Iterator<Item = (&Stretch<'a>, Option<Instant>)> {
        self.stretches.iter().enumerate().map(|(at, stretch)| (stretch, self.stretches.get(at + 1).map(|next| next.from)))
    }

    fn reach_days(&self, days: i64) -> Option<Instant> {
        let stretch = &self.stretches[self.stretches.partition_point(|stretch| !stretch.days.reaches(days)) - 1];
        if stretch.held.is_some() {
            return None;
        }
        stretch.calendar.reach_days(stretch.from, &stretch.days, days)
    }

    /// The first second at or after `from` that counts towards a working day.
    fn first_working(&self, from: Instant) -> Option<Instant> {
        self.with_ends().filter(|(stretch, _)| stretch.held.is_none()).find_map(|(stretch, end)| {
            let end = end.unwrap_or(Instant::MAX);
            (from < end).then(|| stretch.calendar.first_working(stretch.from.max(from))).flatten().filter(|at| *at < end)
        })
    }

    /// The first instant at or after `at` at which no hold stands: held time passes no bound.
    fn out_of_hold(&self, at: Instant) -> Option<Instant> {
        let at_least = self.stretches.partition_point(|stretch| stretch.from <= at).saturating_sub(1);
        self.stretches[at_least..].iter().find(|stretch| stretch.held.is_none()).map(|free| free.from.max(at))
    }

    /// Civil months on the wall clock from the first open instant, moved on by the open time held.
    fn after_months(&self, months: u32) -> Option<Instant> {
        let started = self.started_at()?;
        let zone = self.last().calendar.zone();
        let wall = zone.wall(started).checked_add_months(Months::new(months)).filter(|wall| wall.year() < 2300)?;
        let plain = zone.first_reading(wall)?;
        match self.held(plain) {
            // No open time was held before it: only a hold that lies across it moves it, to that hold's end.
            0 => match self.holds().find(|hold| hold.from < plain && hold.to.is_none_or(|to| plain < to)) {
                Some(hold) => hold.to,
                None => Some(plain),
            },
            held => self.reach(self.counted(plain) + held),
        }
    }

    /// 24:00 on the nth working day after the start's date, moved on by the working days held.
    fn end_of_day(&self, days: i64) -> Option<Instant> {
        let calendar = self.last().calendar;
        let zone = calendar.zone();
        let started_on = zone.date(self.start);
        let end = |moved: i64| zone.end_of_date(calendar.working_day_after(started_on, days + moved)?);
        // Moving the bound may bring more holds before it, so this is repeated until it stays where it is.
        let mut moved = 0;
        let mut held = HeldDays::new(self.holds(), calendar);
        loop {
            let bound = end(moved)?;
            if let Some(hold) = held.around(bound) {
                // A bound inside a hold moves to the end of the first working day on or after the hold's last date.
                let last_held: NaiveDate = zone.date(hold.to?.plus(-1)?);
                let before = calendar.working_days_after(started_on, last_held.pred_opt()?);
                moved = (before + 1 - days).max(moved + 1);
                continue;
            }
            let whole = held.before(bound).whole();
            if whole <= moved {
                return Some(bound);
            }
            moved = whole;
        }
    }

    /// The stretches in which the clock was held, adjoining ones joined.
    pub(super) fn holds(&self) -> impl Iterator<Item = Pause> {
        let mut stretches = self.with_ends().peekable();
        std::iter::from_fn(move || {
            let (first, mut to) = stretches.find(|(stretch, _)| stretch.held.is_some())?;
            while let Some((_, end)) = stretches.next_if(|(stretch, _)| stretch.held.is_some()) {
                to = end;
            }
            Some(Pause { from: first.from, to })
        })
    }
}

/// Working days held, asked at later and later instants, so that each hold is added once.
struct HeldDays<'a, I: Iterator<Item = Pause>> {
    holds: std::iter::Peekable<I>,
    calendar: &'a Calendar,
    days: Days,
}

impl<'a, I: Iterator<Item = Pause>> HeldDays<'a, I> {
    fn new(holds: I, calendar: &'a Calendar) -> Self {
        Self { holds: holds.peekable(), calendar, days: Days::default() }
    }

    /// The hold inside which an instant lies; its first instant and its end lie outside.
    fn around(&mut self, at: Instant) -> Option<Pause> {
        while let Some(hold) = self.holds.next_if(|hold| hold.to.is_some_and(|to| to <= at)) {
            if let Some(to) = hold.to {
                self.days.add_all(&self.calendar.days_between(hold.from, to));
            }
        }
        self.holds.peek().copied().filter(|hold| hold.from < at)
    }

    /// The working days held before an instant that lies in no hold.
    fn before(&mut self, at: Instant) -> &Days {
        let inside = self.around(at);
        debug_assert!(inside.is_none(), "asked outside a hold");
        &self.days
    }
}

impl Stretch<'_> {
    /// What is counted and held by `at`, this stretch included.
    fn until(&self, at: Instant) -> (i64, i64, Days) {
        let open = self.calendar.open_between(self.from, at);
        let mut days = self.days.clone();
        if self.held.is_some() {
            return (self.counted, self.held_open + open, days);
        }
        days.add_all(&self.calendar.days_between(self.from, at));
        (self.counted + open, self.held_open, days)
    }
}
