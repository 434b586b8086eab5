//! What a table cell holds: an exact value, which a renderer puts into words or keeps as it is.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::Instant;
use crate::words::Word;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Cell {
    /// Nothing belongs here.
    Blank,
    /// Something belongs here, and there is none.
    Missing,
    Text {
        text: String,
    },
    /// A value of a closed list.
    Word {
        code: &'static str,
        text: &'static str,
    },
    Count {
        count: u64,
    },
    /// A place in a list; 1 is the first.
    Ordinal {
        ordinal: u64,
    },
    Duration {
        seconds: i64,
    },
    /// A duration that is no whole number of seconds: this sum, divided.
    #[serde(rename_all = "camelCase")]
    MeanDuration {
        total_seconds: i64,
        of: u64,
    },
    /// A percentage when shown; a `whole` of 0 has none.
    Percentage {
        part: u64,
        whole: u64,
    },
    /// Shown as *8 of 9*.
    PartOf {
        part: u64,
        whole: u64,
    },
    Moment {
        at: Instant,
    },
    Date {
        date: NaiveDate,
    },
    /// A ticket by its number, to which a renderer may link.
    Ticket {
        number: String,
    },
}

/// What a column holds: its cells are of this kind, blank or missing. A column of words or numbers may have a text here and there, one of
/// durations a mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CellKind {
    Text,
    Word,
    Count,
    Ordinal,
    Duration,
    Percentage,
    PartOf,
    Moment,
    Date,
    Ticket,
}

impl Cell {
    pub fn count(count: impl TryInto<u64>) -> Self {
        Self::Count { count: count.try_into().unwrap_or(u64::MAX) }
    }

    pub fn ordinal(ordinal: impl Into<u64>) -> Self {
        Self::Ordinal { ordinal: ordinal.into() }
    }

    pub fn ticket(number: impl Into<String>) -> Self {
        Self::Ticket { number: number.into() }
    }

    pub fn duration(seconds: Option<i64>) -> Self {
        seconds.map_or(Self::Missing, |seconds| Self::Duration { seconds })
    }

    /// The mean of some durations, exactly.
    pub fn mean(total_seconds: i64, of: u64) -> Self {
        let whole = i64::try_from(of).ok().filter(|of| *of > 0).map(|of| (total_seconds / of, total_seconds % of));
        match whole {
            None => Self::Missing,
            Some((seconds, 0)) => Self::Duration { seconds },
            Some(_) => Self::MeanDuration { total_seconds, of },
        }
    }

    /// A text that is absent where it does not apply.
    pub fn or_blank(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Blank, |text| Self::Text { text: text.into() })
    }

    /// A text whose absence says something.
    pub fn or_missing(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Missing, |text| Self::Text { text: text.into() })
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text { text }
    }
}

impl From<Word> for Cell {
    fn from(word: Word) -> Self {
        Self::Word { code: word.code, text: word.dutch }
    }
}

impl From<Instant> for Cell {
    fn from(at: Instant) -> Self {
        Self::Moment { at }
    }
}

impl From<NaiveDate> for Cell {
    fn from(date: NaiveDate) -> Self {
        Self::Date { date }
    }
}
