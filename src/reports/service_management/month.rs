//! Calendar months on the wall clock of a contract (RPT-27).

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::domain::Instant;
use crate::domain::calendar::Zone;

/// A calendar month from 1900-01 through 2200-12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i32,
    month: u32,
}

/// The text is not a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a month from 1900-01 through 2200-12, such as 2026-03")]
pub struct BadMonth;

impl Month {
    /// That month of that year; `None` outside 1900–2200 or when `month` is not 1–12.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        ((1900..=2200).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// The month in which an instant falls on the wall clock of a zone.
    pub fn of(instant: Instant, zone: &Zone) -> Option<Self> {
        Self::of_date(zone.date(instant))
    }

    pub fn of_date(date: NaiveDate) -> Option<Self> {
        Self::new(date.year(), date.month())
    }

    /// The month before; `None` before 1900.
    pub fn previous(self) -> Option<Self> {
        if self.month == 1 { Self::new(self.year - 1, 12) } else { Self::new(self.year, self.month - 1) }
    }

    pub const fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 is January.
    pub const fn month(self) -> u32 {
        self.month
    }

    /// The first instant of the month: its first date's 00:00 local.
    pub fn start(self, zone: &Zone) -> Instant {
        self.first_date().pred_opt().and_then(|eve| zone.end_of_date(eve)).unwrap_or(Instant::MIN)
    }

    /// The first instant after the month: its last date's 24:00 local.
    pub fn end(self, zone: &Zone) -> Instant {
        let next = if self.month == 12 { (self.year + 1, 1) } else { (self.year, self.month + 1) };
        let last = NaiveDate::from_ymd_opt(next.0, next.1, 1).and_then(|date| date.pred_opt());
        last.and_then(|date| zone.end_of_date(date)).unwrap_or(Instant::MAX)
    }

    /// Its Dutch name: `maart 2026`.
    pub fn dutch(self) -> String {
        const NAMES: [&str; 12] =
            ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"];
        let name = NAMES.into_iter().zip(1..).find(|(_, month)| *month == self.month).map_or("", |(name, _)| name);
        format!("{name} {}", self.year)
    }

    pub(super) fn period(self, zone: &Zone) -> Period {
        Period { from: self.start(zone), to: self.end(zone) }
    }

    fn first_date(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default()
    }
}

impl FromStr for Month {
    type Err = BadMonth;

    /// Reads `2026-03`.
    fn from_str(text: &str) -> Result<Self, BadMonth> {
        let digits = |part: &str, wanted| part.len() == wanted && part.bytes().all(|byte| byte.is_ascii_digit());
        let (year, month) = text.split_once('-').filter(|(year, month)| digits(year, 4) && digits(month, 2)).ok_or(BadMonth)?;
        year.parse().ok().zip(month.parse().ok()).and_then(|(year, month)| Self::new(year, month)).ok_or(BadMonth)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}", self.year, self.month)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The instants `[from, to)` of a month.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    pub from: Instant,
    pub to: Instant,
}

impl Period {
    /// Its last second.
    pub fn last(self) -> Instant {
        self.to.plus(-1).unwrap_or(self.to)
    }

    pub fn contains(self, instant: Instant) -> bool {
        self.from <= instant && instant < self.to
    }

    /// Whether it happened, and in this month.
    pub fn saw(self, instant: Option<Instant>) -> bool {
        instant.is_some_and(|instant| self.contains(instant))
    }

    /// Whether it happened before this month ended.
    pub fn knew(self, instant: Option<Instant>) -> bool {
        instant.is_some_and(|instant| instant < self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        text.parse().expect("a month")
    }

    #[test]
    fn a_month_is_a_year_and_two_digits() {
        assert_eq!(month("2026-03"), Month { year: 2026, month: 3 });
        assert_eq!((month("2026-03").to_string(), month("2026-03").dutch()), ("2026-03".to_owned(), "maart 2026".to_owned()));
        for text in ["", "2026", "2026-3", "2026-00", "2026-13", "1899-12", "2201-01", "2026-03-01", "+026-03", "2026/03"] {
            assert_eq!(text.parse::<Month>(), Err(BadMonth), "{text}");
        }
    }

    #[test]
    fn rpt_27_a_month_begins_and_ends_on_the_wall_clock() {
        let zone = Zone::from(chrono_tz::Europe::Amsterdam);
        let span = |text| (month(text).start(&zone).to_string(), month(text).end(&zone).to_string());
        assert_eq!(span("2026-03"), ("2026-02-28T23:00:00Z".to_owned(), "2026-03-31T22:00:00Z".to_owned()));
        assert_eq!(span("2026-12"), ("2026-11-30T23:00:00Z".to_owned(), "2026-12-31T23:00:00Z".to_owned()));
        assert_eq!((month("1900-01").start(&zone), month("2200-12").end(&zone).to_string()), (Instant::MIN, "2200-12-31T23:00:00Z".into()));
    }

    #[test]
    fn each_instant_lies_in_one_month_and_the_months_join() {
        let zone = Zone::from(chrono_tz::Europe::Amsterdam);
        let mut at = month("2200-12");
        while let Some(before) = at.previous() {
            assert_eq!(before.end(&zone), at.start(&zone), "{at}");
            assert_eq!(Month::of(at.start(&zone), &zone), Some(at));
            at = before;
        }
        assert_eq!(at, month("1900-01"));
    }
}
