//! Terms of whole days, and what they pass over (rules C1 and C2, CAL-03, CAL-07…09, CAL-11).
//!
//! A term is counted from a date, its day 0, and leads to a date; it ends at 24:00 of that date on the wall clock. Terms of
//! working days skip every date that is not one, and say which and why; terms of calendar days skip nothing, so they
//! may end on a Sunday.
//!
//! Absent on purpose: hours of the day, and rolling on to the next working day, which no agreement asks for.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::{Calendar, Closed};
use crate::words::closed_list;

/// What a term counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Dates the calendar is open on.
    WorkingDays,
    Days,
    /// Seven dates.
    Weeks,
    /// The same day of another month, or its last day where it has no such day (C2).
    Months,
    Years,
}

const UNITS: [(&str, Unit); 5] =
    [("wd", Unit::WorkingDays), ("d", Unit::Days), ("w", Unit::Weeks), ("mo", Unit::Months), ("y", Unit::Years)];

/// How a date follows from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// So many after day 0.
    After(u32, Unit),
    /// So many before it.
    Before(u32, Unit),
    /// That day of the month after day 0's, or its last day where it has no such day.
    DayOfNextMonth(u32),
    /// The last working day of day 0's month.
    LastWorkingDay,
}

/// Why a text is not a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTerm {
    /// None of the forms.
    #[error("is not a term such as \"10wd\", \"14d\", \"2w\", \"3mo\", \"1y\", \"3wd before\", \"day 15\" or \"last wd\"")]
    Unreadable,
    /// A day no month has.
    #[error("names a day of the month outside 1 to 31")]
    NoSuchDay,
    /// Only `0d` may be zero: the day itself.
    #[error("must be more than 0 (only \"0d\" is the day itself)")]
    Zero,
}

impl FromStr for Term {
    type Err = BadTerm;

    fn from_str(text: &str) -> Result<Self, BadTerm> {
        if text == "last wd" {
            return Ok(Self::LastWorkingDay);
        }
        if let Some(day) = text.strip_prefix("day ") {
            let day = number(day).ok_or(BadTerm::Unreadable)?;
            return if (1..=31).contains(&day) { Ok(Self::DayOfNextMonth(day)) } else { Err(BadTerm::NoSuchDay) };
        }
        let (count, back) = text.strip_suffix(" before").map_or((text, false), |count| (count, true));
        let digits = count.bytes().take_while(u8::is_ascii_digit).count();
        let unit = UNITS.iter().find(|(name, _)| *name == &count[digits..]).ok_or(BadTerm::Unreadable)?.1;
        let number = number(&count[..digits]).ok_or(BadTerm::Unreadable)?;
        match (number, unit) {
            (0, unit) if unit != Unit::Days => Err(BadTerm::Zero),
            _ if back => Ok(Self::Before(number, unit)),
            _ => Ok(Self::After(number, unit)),
        }
    }
}

/// A whole number of at most three digits.
fn number(text: &str) -> Option<u32> {
    let plain = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

impl fmt::Display for Term {
    /// As a contract writes it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |unit: &Unit| UNITS.iter().find(|(_, known)| known == unit).map_or("", |known| known.0);
        match self {
            Self::After(number, unit) => write!(out, "{number}{}", name(unit)),
            Self::Before(number, unit) => write!(out, "{number}{} before", name(unit)),
            Self::DayOfNextMonth(day) => write!(out, "day {day}"),
            Self::LastWorkingDay => write!(out, "last wd"),
        }
    }
}

closed_list! {
    /// Why a date that is neither a holiday nor closed by hand is not a working day.
    pub enum Idle {
        Weekend = "weekend": "weekend", "weekend";
        /// A weekday that never opens.
        Hours = "hours": "dag zonder openingstijd", "day without opening hours";
    }
}

/// A date that a term of working days passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    pub date: NaiveDate,
    /// Why it is not a working day: a holiday's name, `by_hand`, `weekend`, or `hours` for a weekday that never opens.
    pub reason: &'static str,
}

/// Where a term leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The date at whose end the term ends.
    pub date: NaiveDate,
    /// What lay between it and day 0 and did not count, in the order of the calendar.
    pub skipped: Vec<Skipped>,
}

impl Calendar {
    /// The date a term leads to from its day 0, with what it passed over; `None` outside 1900–2200.
    pub fn count(&self, from: NaiveDate, term: Term) -> Option<Counted> {
        let plain = |date| Some(Counted { date, skipped: Vec::new() });
        match term {
            Term::After(number, Unit::WorkingDays) => {
                let date = self.working_day_after(from, number.into())?;
                Some(Counted { date, skipped: self.skipped(from.succ_opt()?, date) })
            }
            Term::Before(number, Unit::WorkingDays) => {
                let date = self.working_day_before(from, number.into())?;
                Some(Counted { date, skipped: self.skipped(date.succ_opt()?, from) })
            }
            Term::LastWorkingDay => {
                let next_month = first_of_next_month(from)?;
                let date = self.working_day_before(next_month, 1)?;
                Some(Counted { date, skipped: self.skipped(date.succ_opt()?, next_month) })
            }
            Term::DayOfNextMonth(day) => {
                let first = first_of_next_month(from)?;
                plain(first.with_day(day).or_else(|| first_of_next_month(first)?.pred_opt())?)
            }
            Term::After(number, unit) => plain(match unit {
                Unit::Months | Unit::Years => from.checked_add_months(months(number, unit))?,
                _ => from.checked_add_days(days(number, unit))?,
            }),
            Term::Before(number, unit) => plain(match unit {
                Unit::Months | Unit::Years => from.checked_sub_months(months(number, unit))?,
                _ => from.checked_sub_days(days(number, unit))?,
            }),
        }
    }

    /// The dates of `[from, to)` that are not working days, each with the reason.
    fn skipped(&self, from: NaiveDate, to: NaiveDate) -> Vec<Skipped> {
        let holidays = self.rules.holidays(from, to);
        let is_working = |date: NaiveDate| date.pred_opt().is_some_and(|before| self.working_days_after(before, date) == 1);
        let reason = |date: NaiveDate| match (self.rules.cause(date, &holidays).code, date.weekday()) {
            (cause, Weekday::Sat | Weekday::Sun) if cause == Closed::Hours.as_str() => Idle::Weekend.as_str(),
            (cause, _) => cause,
        };
        let closed = from.iter_days().take_while(|date| *date < to).filter(|date| !is_working(*date));
        closed.map(|date| Skipped { date, reason: reason(date) }).collect()
    }
}

fn first_of_next_month(date: NaiveDate) -> Option<NaiveDate> {
    date.with_day(1)?.checked_add_months(Months::new(1))
}

fn months(number: u32, unit: Unit) -> Months {
    Months::new(if unit == Unit::Years { number * 12 } else { number })
}

fn days(number: u32, unit: Unit) -> Days {
    Days::new(u64::from(if unit == Unit::Weeks { number * 7 } else { number }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_reads_as_it_is_written_and_nothing_else_is_one() {
        for text in ["10wd", "0d", "14d", "2w", "3mo", "1y", "3wd before", "2mo before", "day 15", "day 31", "last wd"] {
            assert_eq!(text.parse::<Term>().map(|term| term.to_string()).as_deref(), Ok(text), "{text}");
        }
        for text in ["", "wd", "10", "10 wd", "-3wd", "4h", "day", "day x", "last day", "3wd after", "1000d", "10wd  before", "é"] {
            assert_eq!(text.parse::<Term>(), Err(BadTerm::Unreadable), "{text}");
        }
        for text in ["0wd", "0mo", "0y before", "0w"] {
            assert_eq!(text.parse::<Term>(), Err(BadTerm::Zero), "{text}");
        }
        assert_eq!("day 0".parse::<Term>(), Err(BadTerm::NoSuchDay));
        assert_eq!("day 32".parse::<Term>(), Err(BadTerm::NoSuchDay));
    }
}
