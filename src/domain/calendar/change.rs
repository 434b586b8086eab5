//! What an amendment makes of one date.

use super::{BadInterval, Interval};
use crate::words::closed_list;

/// What becomes of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Closed,
    /// It is open in these hours, holiday or not.
    Hours(Vec<Interval>),
    /// It goes back to what the contract says.
    AsAgreed,
}

closed_list! {
    /// What an amendment makes of a date, without its hours.
    pub enum ChangeKind {
        Closed = "closed": "gesloten", "closed";
        Hours = "hours": "andere openingstijden", "other hours";
        AsAgreed = "as_agreed": "zoals afgesproken", "as agreed";
    }
}

impl Change {
    pub const fn kind(&self) -> ChangeKind {
        match self {
            Self::Closed => ChangeKind::Closed,
            Self::Hours(_) => ChangeKind::Hours,
            Self::AsAgreed => ChangeKind::AsAgreed,
        }
    }

    pub const fn as_str(&self) -> &'static str {
        self.kind().as_str()
    }

    /// The change with that code, and hours as a contract writes them; `None` when there is no such code.
    pub fn named(code: &str, hours: &[String]) -> Result<Option<Self>, BadInterval> {
        Ok(match ChangeKind::named(code) {
            Some(ChangeKind::Closed) => Some(Self::Closed),
            Some(ChangeKind::Hours) => Some(Self::Hours(hours.iter().map(|text| text.parse()).collect::<Result<_, _>>()?)),
            Some(ChangeKind::AsAgreed) => Some(Self::AsAgreed),
            None => None,
        })
    }

    /// The hours it opens, as a contract writes them; empty for other kinds of change.
    pub fn hours(&self) -> Vec<String> {
        if let Self::Hours(hours) = self { hours.iter().map(ToString::to_string).collect() } else { Vec::new() }
    }
}
