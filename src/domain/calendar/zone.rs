//! A time zone as stretches of one offset: the only place that asks the zone data.
//!
//! Every daylight-saving question is answered by cutting a span of UTC at the changes of offset and looking at the wall
//! clock inside each cut. Nothing here knows what summer time is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

use crate::domain::instant::{Instant, date_of_day, day_of_date};

pub(super) const DAY: i64 = 86_400;
/// No zone is further from UTC than this, so a wall-clock second is found within it.
const REACH: i64 = 26 * 3600;
/// Step in which changes of offset are searched for: the zone data have no two changes closer together.
const STEP: i64 = 12 * 3600;

/// A stretch of UTC seconds `[from, to)` with one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub from: i64,
    pub to: i64,
    pub offset: i64,
}

/// An IANA time zone with its changes of offset between 1900 and 2200 looked up once.
#[derive(Clone)]
pub struct Zone {
    tz: Tz,
    changes: Changes,
}

/// Every change of offset of a zone, as `(since, offset)` in UTC seconds; the first has always been in force.
type Changes = Arc<[(i64, i64)]>;

impl std::fmt::Debug for Zone {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Zone({})", self.tz.name())
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.tz == other.tz
    }
}

impl From<Tz> for Zone {
    fn from(tz: Tz) -> Self {
        // Finding the changes takes some 220,000 look-ups, so it is done once per zone.
        static KNOWN: OnceLock<Mutex<HashMap<Tz, Changes>>> = OnceLock::new();
        let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let changes = known.entry(tz).or_insert_with(|| changes_of(tz)).clone();
        Self { tz, changes }
    }
}

impl Zone {
    pub fn name(&self) -> &'static str {
        self.tz.name()
    }

    /// What the wall clock reads at an instant.
    pub fn wall(&self, instant: Instant) -> NaiveDateTime {
        DateTime::from_timestamp(self.local(instant.unix()), 0).unwrap_or_default().naive_utc()
    }

    /// The civil date at an instant.
    pub fn date(&self, instant: Instant) -> NaiveDate {
        date_of_day(self.local(instant.unix()).div_euclid(DAY))
    }

    /// The instant after the last second of a civil date (24:00 local); `None` past 2200.
    pub fn end_of_date(&self, date: NaiveDate) -> Option<Instant> {
        let (from, to) = (day_of_date(date) * DAY, (day_of_date(date) + 1) * DAY);
        let end = self
            .pieces(from - REACH, to + REACH)
            .filter(|piece| (piece.from + piece.offset).max(from) < (piece.to + piece.offset).min(to))
            .map(|piece| (to - piece.offset).min(piece.to))
            .max()
            // A date the zone skipped ends where it would have begun.
            .or_else(|| Some(self.reads(to)?.unix()))?;
        Instant::from_unix(end)
    }

    /// The earliest instant at which the wall clock reads `wall` or later; `None` past 2200.
    pub fn first_reading(&self, wall: NaiveDateTime) -> Option<Instant> {
        self.reads(wall.and_utc().timestamp())
    }

    fn reads(&self, wall: i64) -> Option<Instant> {
        self.pieces(wall - REACH, wall + REACH)
            .map(|piece| (wall - piece.offset).max(piece.from))
            .zip(self.pieces(wall - REACH, wall + REACH))
            .find(|(instant, piece)| *instant < piece.to)
            .and_then(|(instant, _)| Instant::from_unix(instant))
    }

    /// Seconds on the wall clock, counted as if it were UTC.
    pub(super) fn local(&self, unix: i64) -> i64 {
        unix + self.changes[self.index(unix)].1
    }

    /// The span `[from, to)` of UTC cut at every change of offset.
    pub(super) fn pieces(&self, from: i64, to: i64) -> impl Iterator<Item = Piece> + '_ {
        let first = self.index(from);
        self.changes[first..].iter().enumerate().map_while(move |(at, &(since, offset))| {
            let until = self.changes.get(first + at + 1).map_or(i64::MAX, |next| next.0);
            let piece = Piece { from: since.max(from), to: until.min(to), offset };
            (piece.from < piece.to).then_some(piece)
        })
    }

    fn index(&self, unix: i64) -> usize {
        self.changes.partition_point(|change| change.0 <= unix).saturating_sub(1)
    }
}

fn changes_of(tz: Tz) -> Changes {
    let offset = |unix: i64| {
        let utc = DateTime::from_timestamp(unix, 0).unwrap_or_default().naive_utc();
        i64::from(tz.offset_from_utc_datetime(&utc).fix().local_minus_utc())
    };
    let (first, last) = (Instant::MIN.unix() - 2 * DAY, Instant::MAX.unix() + 2 * DAY);
    let mut changes = vec![(i64::MIN, offset(first))];
    let mut at = first;
    while at < last {
        let (mut low, mut high) = (at, at + STEP);
        let (before, after) = (offset(low), offset(high));
        if before != after {
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if offset(middle) == before { low = middle } else { high = middle }
            }
            changes.push((high, after));
        }
        at += STEP;
    }
    changes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amsterdam() -> Zone {
        Zone::from(chrono_tz::Europe::Amsterdam)
    }

    fn wall(text: &str) -> NaiveDateTime {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn a_wall_time_read_twice_is_its_first_reading_and_one_never_read_is_the_jump() {
        let read = |text| amsterdam().first_reading(wall(text)).map(|instant| instant.to_string());
        assert_eq!(read("2026-10-25T02:30:00").as_deref(), Some("2026-10-25T00:30:00Z"));
        assert_eq!(read("2026-03-29T02:30:00").as_deref(), Some("2026-03-29T01:00:00Z"));
        assert_eq!(read("2026-07-01T12:00:00").as_deref(), Some("2026-07-01T10:00:00Z"));
        assert_eq!(read("2201-01-02T12:00:00"), None);
    }

    #[test]
    fn cal_03_a_civil_date_ends_at_24_00_on_a_clock_change_too() {
        let end = |year, month, day| {
            NaiveDate::from_ymd_opt(year, month, day).and_then(|date| amsterdam().end_of_date(date)).map(|end| end.to_string())
        };
        assert_eq!(end(2026, 3, 29).as_deref(), Some("2026-03-29T22:00:00Z"));
        assert_eq!(end(2026, 10, 25).as_deref(), Some("2026-10-25T23:00:00Z"));
    }

    #[test]
    fn every_change_of_offset_is_found_as_the_zone_data_say() {
        for tz in [chrono_tz::Europe::Amsterdam, chrono_tz::America::St_Johns, chrono_tz::Pacific::Apia, chrono_tz::Africa::Casablanca] {
            let zone = Zone::from(tz);
            for hour in 0..24 * 365 * 10 {
                let unix = 1_262_304_000 + hour * 3600 + 1799;
                let utc = DateTime::from_timestamp(unix, 0).unwrap_or_default().naive_utc();
                let offset = tz.offset_from_utc_datetime(&utc).fix().local_minus_utc();
                assert_eq!(zone.local(unix), unix + i64::from(offset), "{tz} at {unix}");
            }
        }
    }
}
