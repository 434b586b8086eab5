//! An instant as the domain counts: a whole UTC second between 1900 and 2200.
//!
//! Everything finer is cut off before anything is decided, so that two readers of the same history never disagree
//! about a fraction. There is no way here to ask what time it is now.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A whole second of UTC from 1900-01-01T00:00:00Z through 2200-12-31T23:59:59Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// Why a text is not an instant (CLK-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadInstant {
    /// Not RFC 3339 with seconds and an offset, or a date or time of day that does not exist.
    #[error("is not an RFC 3339 instant with an offset, such as 2026-03-13T15:30:00+01:00")]
    Unreadable,
    /// Readable, yet outside the years this program counts in.
    #[error("lies outside the years 1900 to 2200")]
    OutOfRange,
}

impl Instant {
    pub const MIN: Self = Self(-2_208_988_800);
    pub const MAX: Self = Self(7_289_654_399);

    /// The instant that many seconds after 1970-01-01T00:00:00Z; `None` outside 1900–2200.
    pub const fn from_unix(seconds: i64) -> Option<Self> {
        if seconds < Self::MIN.0 || seconds > Self::MAX.0 { None } else { Some(Self(seconds)) }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The instant `seconds` later (earlier when negative); `None` when that falls outside 1900–2200.
    pub const fn plus(self, seconds: i64) -> Option<Self> {
        match self.0.checked_add(seconds) {
            Some(sum) => Self::from_unix(sum),
            None => None,
        }
    }

    /// The same instant for the rest of the program, which speaks chrono.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).unwrap_or_default()
    }
}

impl TryFrom<DateTime<Utc>> for Instant {
    type Error = BadInstant;

    /// Cuts to the whole second.
    fn try_from(instant: DateTime<Utc>) -> Result<Self, BadInstant> {
        Self::from_unix(instant.timestamp()).ok_or(BadInstant::OutOfRange)
    }
}

impl FromStr for Instant {
    type Err = BadInstant;

    /// Reads `2026-03-13T15:30:00+01:00`: any offset, a fraction is cut off, a 60th second does not exist.
    fn from_str(text: &str) -> Result<Self, BadInstant> {
        let seconds = rfc3339(text.as_bytes()).ok_or(BadInstant::Unreadable)?;
        Self::from_unix(seconds).ok_or(BadInstant::OutOfRange)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.to_utc().format("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let days = self.0.div_euclid(86_400);
        let second = self.0.rem_euclid(86_400);
        let (year, month, day) = civil(days);
        let mut text = *b"0000-00-00T00:00:00Z";
        for (at, number) in [(2, year % 100), (5, month), (8, day), (11, second / 3600), (14, second / 60 % 60), (17, second % 60)] {
            put(&mut text, at, number);
        }
        put(&mut text, 0, year / 100);
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Writes a number of two digits.
fn put(text: &mut [u8; 20], at: usize, number: i64) {
    let digit = |n: i64| b'0' + u8::try_from(n).unwrap_or_default();
    text[at] = digit(number / 10);
    text[at + 1] = digit(number % 10);
}

/// Year, month and day of a day counted from 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    use chrono::Datelike;
    let date = date_of_day(days);
    (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()))
}

/// The date of a day counted from 1970-01-01; far outside the counted years it stays at the calendar's edge.
pub(crate) fn date_of_day(days: i64) -> NaiveDate {
    i32::try_from(days).ok().and_then(NaiveDate::from_epoch_days).unwrap_or(if days < 0 { NaiveDate::MIN } else { NaiveDate::MAX })
}

/// The day counted from 1970-01-01 on which a date falls.
pub(crate) fn day_of_date(date: NaiveDate) -> i64 {
    i64::from(date.to_epoch_days())
}

/// Seconds since the epoch of `YYYY-MM-DDThh:mm:ss[.f…](Z|±hh:mm)`.
fn rfc3339(text: &[u8]) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        text.get(range)?.iter().try_fold(0u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let is = |at: usize, wanted: &[u8]| text.get(at).is_some_and(|byte| wanted.contains(byte));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(number(0..4)?).ok()?, number(5..7)?, number(8..10)?)?;
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut at = 19;
    if is(at, b".") {
        let digits = text[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        at += 1 + digits;
    }
    let offset = match text.get(at)? {
        b'Z' | b'z' if text.len() == at + 1 => 0,
        sign @ (b'+' | b'-') if text.len() == at + 6 && is(at + 3, b":") => {
            let (hours, minutes) = (number(at + 1..at + 3)?, number(at + 4..at + 6)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = i64::from(hours * 3600 + minutes * 60);
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    Some(day_of_date(date) * 86_400 + i64::from(hour * 3600 + minute * 60 + second) - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, BadInstant> {
        text.parse::<Instant>().map(|instant| instant.to_string())
    }

    #[test]
    fn any_offset_is_read_and_a_fraction_is_cut() {
        assert_eq!(read("2026-03-13T15:30:00+01:00").as_deref(), Ok("2026-03-13T14:30:00Z"));
        assert_eq!(read("2026-03-13T15:30:00.999999Z").as_deref(), Ok("2026-03-13T15:30:00Z"));
        assert_eq!(read("1900-01-01t00:30:00+00:30").as_deref(), Ok("1900-01-01T00:00:00Z"));
        assert_eq!(read("2200-12-31T23:59:59z").as_deref(), Ok("2200-12-31T23:59:59Z"));
    }

    #[test]
    fn clk_15_what_is_no_instant_is_refused() {
        for text in [
            "",
            "2026-03-13",
            "2026-03-13T15:30:00",
            "2026-03-13T15:30+01:00",
            "2026-02-30T00:00:00Z",
            "2026-03-13T24:00:00Z",
            "2026-03-13T15:59:60Z",
            "2026-03-13 15:30:00Z",
            "2026-03-13T15:30:00.Z",
            "2026-03-13T15:30:00+0100",
            "2026-03-13T15:30:00Z ",
            "2026-03-13T15:30:00+24:00",
            "+026-03-13T15:30:00Z",
            "2026-03-13T15:30:00\u{2212}01:00",
        ] {
            assert_eq!(read(text), Err(BadInstant::Unreadable), "{text}");
        }
        assert_eq!(read("1899-12-31T23:59:59Z"), Err(BadInstant::OutOfRange));
        assert_eq!(read("2201-01-01T00:00:00Z"), Err(BadInstant::OutOfRange));
        assert_eq!(read("1900-01-01T00:00:00+00:01"), Err(BadInstant::OutOfRange));
    }

    #[test]
    fn text_and_json_agree() {
        for instant in [Instant::MIN, Instant::MAX, Instant(0), Instant(1_773_412_200)] {
            assert_eq!(serde_json::to_string(&instant).unwrap_or_default(), format!("\"{instant}\""));
        }
    }
}
