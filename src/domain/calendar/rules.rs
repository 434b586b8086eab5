//! The membership rule: is this second of this date open, and if not, why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};

use super::Change;
use super::holidays::{Holiday, HolidayRule};
use super::hours::{self, Interval};
use super::zone::Zone;
use crate::words::{Word, closed_list};

closed_list! {
    /// Why a calendar is closed when no holiday closes it.
    pub enum Closed {
        Hours = "hours": "buiten openingstijd", "outside opening hours";
        ByHand = "by_hand": "bijzondere dag", "special day";
    }
}

/// A date closed every year, such as 24 December.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct YearlyDate {
    month: u32,
    day: u32,
}

impl YearlyDate {
    /// That day of that month; `None` when no year has it. 29 February only closes leap years.
    pub fn new(month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(2000, month, day).map(|_| Self { month, day })
    }
}

/// What a calendar is made of (design: open or not).
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    pub zone: Zone,
    /// Weekly intervals, Monday first.
    pub weekly: [Vec<Interval>; 7],
    pub holidays: HolidayRule,
    /// Dates closed by hand.
    pub closed: BTreeSet<NaiveDate>,
    /// Dates closed by hand every year.
    pub closed_yearly: BTreeSet<YearlyDate>,
    /// Dates given other hours by hand: these replace the weekly intervals and lift a holiday or yearly closure.
    pub special: BTreeMap<NaiveDate, Vec<Interval>>,
}

/// Why rules make no calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCalendar {
    /// Nothing would ever be due.
    #[error("the weekly hours never open")]
    NeverOpen,
    /// Two weekly intervals share a moment, a tail past midnight included.
    #[error("intervals of {0} overlap")]
    WeeklyOverlap(&'static str),
    /// A special day's intervals share a moment with each other or with a neighbour's.
    #[error("intervals of {0} overlap")]
    SpecialOverlap(NaiveDate),
}

/// Monday through Sunday as a contract writes them.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Rules {
    /// No hours and no closures: a base to fill in.
    pub fn in_zone(zone: Zone) -> Self {
        Self {
            zone,
            weekly: Default::default(),
            holidays: HolidayRule::None,
            closed: BTreeSet::new(),
            closed_yearly: BTreeSet::new(),
            special: BTreeMap::new(),
        }
    }

    /// Changes what is written by hand about one date.
    pub(super) fn amend(&mut self, agreed: &Self, date: NaiveDate, change: &Change) {
        self.closed.remove(&date);
        self.special.remove(&date);
        match change {
            Change::Closed => drop(self.closed.insert(date)),
            Change::Hours(hours) => drop(self.special.insert(date, hours.clone())),
            Change::AsAgreed => {
                self.closed.extend(agreed.closed.get(&date));
                self.special.extend(agreed.special.get(&date).map(|hours| (date, hours.clone())));
            }
        }
    }

    pub(super) fn problems(&self) -> Vec<BadCalendar> {
        let mut problems = Vec::new();
        if self.weekly.iter().all(Vec::is_empty) {
            problems.push(BadCalendar::NeverOpen);
        }
        let tangled = |day: &[Interval]| hours::sorted(day.to_vec()).is_none();
        for (at, name) in WEEKDAYS.into_iter().enumerate() {
            if tangled(&self.weekly[at]) || hours::runs_into(&self.weekly[at], &self.weekly[(at + 1) % 7]) {
                problems.push(BadCalendar::WeeklyOverlap(name));
            }
        }
        for (&date, day) in &self.special {
            let before = date.pred_opt().map_or(&[][..], |date| self.intervals(date));
            let after = date.succ_opt().map_or(&[][..], |date| self.intervals(date));
            if tangled(day) || hours::runs_into(before, day) || hours::runs_into(day, after) {
                problems.push(BadCalendar::SpecialOverlap(date));
            }
        }
        problems
    }

    /// The intervals that begin on a date, whether or not it is closed.
    pub(super) fn intervals(&self, date: NaiveDate) -> &[Interval] {
        self.special.get(&date).unwrap_or(&self.weekly[weekday(date)])
    }

    /// Whether the whole civil date is closed, including what runs over from the evening before.
    pub(super) fn is_closed(&self, date: NaiveDate, holidays: &Holidays) -> bool {
        !self.special.contains_key(&date) && (holidays.on(date).is_some() || self.closed_by_hand(date))
    }

    /// Why a closed second of a date is closed: `by_hand`, a holiday's name, or `hours`.
    pub(super) fn cause(&self, date: NaiveDate, holidays: &Holidays) -> Word {
        if self.special.contains_key(&date) {
            return Closed::ByHand.word();
        }
        let otherwise = if self.closed_by_hand(date) { Closed::ByHand } else { Closed::Hours };
        holidays.on(date).map_or(otherwise.word(), Holiday::word)
    }

    /// The dates of `[from, to)` that are closed all day, each with the reason, in order.
    pub fn closures(&self, from: NaiveDate, to: NaiveDate) -> Vec<(NaiveDate, Word)> {
        let holidays = self.holidays(from, to);
        let yearly = (from.year()..=to.year())
            .flat_map(|year| self.closed_yearly.iter().filter_map(move |day| NaiveDate::from_ymd_opt(year, day.month, day.day)));
        let named = holidays.0.iter().map(|day| day.0);
        let dates: BTreeSet<_> = named.chain(self.closed.iter().copied()).chain(yearly).collect();
        dates.range(from..to).filter(|date| self.is_closed(**date, &holidays)).map(|date| (*date, self.cause(*date, &holidays))).collect()
    }

    fn closed_by_hand(&self, date: NaiveDate) -> bool {
        self.closed.contains(&date) || self.closed_yearly.contains(&YearlyDate { month: date.month(), day: date.day() })
    }

    /// The holidays of the years around `from` through `to`.
    pub(super) fn holidays(&self, from: NaiveDate, to: NaiveDate) -> Holidays {
        let mut days: Vec<_> = (from.year()..=to.year()).flat_map(|year| self.holidays.of_year(year)).collect();
        days.sort_by_key(|day| day.0);
        Holidays(days)
    }
}

/// The holidays of a few years by date. Of two on one date, the first names it.
pub(super) struct Holidays(Vec<(NaiveDate, Holiday)>);

impl Holidays {
    fn on(&self, date: NaiveDate) -> Option<Holiday> {
        let at = self.0.partition_point(|day| day.0 < date);
        self.0.get(at).filter(|day| day.0 == date).map(|day| day.1)
    }
}

fn weekday(date: NaiveDate) -> usize {
    let weekday: Weekday = date.weekday();
    weekday.num_days_from_monday() as usize
}
