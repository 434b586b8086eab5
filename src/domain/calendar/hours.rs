//! Weekly opening hours: intervals on the wall clock, each belonging to the date it begins on.

use std::fmt;

use super::zone::DAY;

/// An interval on the wall clock, half open, in seconds from the midnight its date begins with.
///
/// An end beyond 86 400 is a tail: it lies on the next date, and still belongs to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Interval {
    /// Whether it runs past midnight for longer than any night shift: more than twelve hours in all.
    pub fn is_endless(&self) -> bool {
        self.to > DAY && self.to - self.from > DAY / 2
    }
}

/// Why a text is not an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadInterval {
    /// Not `HH:MM-HH:MM`.
    #[error("is not an interval such as \"08:00-17:00\"")]
    Unreadable,
    /// Begins and ends at the same moment.
    #[error("has no length")]
    Empty,
}

impl std::str::FromStr for Interval {
    type Err = BadInterval;

    /// Reads `08:00-17:00`; `24:00` may end it, and an end before its start runs past midnight.
    fn from_str(text: &str) -> Result<Self, BadInterval> {
        let (from, to) = text.split_once('-').ok_or(BadInterval::Unreadable)?;
        let (from, to) = (time_of_day(from)?, time_of_day(to)?);
        if from == DAY {
            return Err(BadInterval::Unreadable);
        }
        if from == to {
            return Err(BadInterval::Empty);
        }
        Ok(Self { from, to: if to < from { to + DAY } else { to } })
    }
}

impl fmt::Display for Interval {
    /// As a contract writes it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.to > DAY { self.to - DAY } else { self.to };
        let wall = |second: i64| format!("{:02}:{:02}", second / 3600, second / 60 % 60);
        write!(out, "{}-{}", wall(self.from), wall(end))
    }
}

fn time_of_day(text: &str) -> Result<i64, BadInterval> {
    let digits = |part: &str| (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<i64>().ok());
    let (hour, minute) = text.split_once(':').ok_or(BadInterval::Unreadable)?;
    match (digits(hour).flatten(), digits(minute).flatten()) {
        (Some(hour), Some(minute)) if hour < 24 && minute < 60 || (hour, minute) == (24, 0) => Ok(hour * 3600 + minute * 60),
        _ => Err(BadInterval::Unreadable),
    }
}

impl Interval {
    /// The part on the date it begins on.
    pub(super) fn own(self) -> (i64, i64) {
        (self.from, self.to.min(DAY))
    }

    /// The part past midnight, in seconds of the next date.
    pub(super) fn tail(self) -> Option<(i64, i64)> {
        (self.to > DAY).then_some((0, self.to - DAY))
    }
}

/// Sorts the intervals of one date; `None` when two of them overlap.
pub(super) fn sorted(mut day: Vec<Interval>) -> Option<Vec<Interval>> {
    day.sort_unstable();
    day.windows(2).all(|pair| pair[0].to <= pair[1].from).then_some(day)
}

/// Whether a date's last interval runs into the first one of the next date.
pub(super) fn runs_into(day: &[Interval], next: &[Interval]) -> bool {
    day.iter().filter_map(|interval| interval.tail()).any(|tail| next.iter().any(|interval| interval.from < tail.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_may_end_at_24_00_or_past_midnight() {
        assert_eq!("08:00-17:00".parse(), Ok(Interval { from: 28_800, to: 61_200 }));
        assert_eq!("00:00-24:00".parse(), Ok(Interval { from: 0, to: 86_400 }));
        assert_eq!("22:00-06:00".parse(), Ok(Interval { from: 79_200, to: 108_000 }));
    }

    #[test]
    fn an_interval_is_written_as_it_is_read() {
        for text in ["08:00-17:00", "00:00-24:00", "22:00-06:00", "23:59-00:01"] {
            assert_eq!(text.parse::<Interval>().map(|interval| interval.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_interval_is_refused() {
        for text in ["", "08:00", "8:00-17:00", "08:00-17:60", "24:00-06:00", "08:00-25:00", "+8:00-17:00", "08:00-17:00-18:00"] {
            assert_eq!(text.parse::<Interval>(), Err(BadInterval::Unreadable), "{text}");
        }
        assert_eq!("08:00-08:00".parse::<Interval>(), Err(BadInterval::Empty));
    }
}
