//! Goals: what a clock must reach, for what share of the tickets.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::domain::Instant;
use crate::words::closed_list;

closed_list! {
    /// How a stop is compared with a bound (design: strict or inclusive; AMB-16).
    pub enum Comparison {
        /// Met before the bound; breached at it.
        Under = "under": "in minder dan", "in less than";
        /// Met at the bound too; breached at the first second beyond.
        Within = "within": "binnen", "within";
        /// Met before the end of a working day; breached at that end.
        By = "by": "uiterlijk aan het eind van", "by the end of";
    }
}

/// How long a goal allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeLimit {
    /// Open seconds.
    Open(i64),
    /// Working days, in exact fractions.
    Days(i64),
    /// Civil months on the wall clock.
    Months(u32),
    /// The end of a working day, counted from the day after the start (C1).
    EndOfDay(i64),
    /// A moment agreed with the client for this ticket alone (AMB-20).
    Until(Instant),
}

/// The target of a goal that was agreed with the client for one ticket.
pub const AGREED: &str = "agreed";

/// A share of the tickets in thousandths of a per cent, so that 99.9 % is compared without rounding (C4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

impl Share {
    pub const ALL: Self = Self(100_000);

    /// A percentage with at most three decimals, above 0 and at most 100.
    pub fn percent(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || decimals.len() > 3 || !digits(whole) || !digits(decimals) {
            return None;
        }
        let thousandths = whole.parse::<u32>().ok()? * 1000 + format!("{decimals:0<3}").parse::<u32>().ok()?;
        (1..=Self::ALL.0).contains(&thousandths).then_some(Self(thousandths))
    }

    /// Whether `met` of `all` is this share or more, by integers alone (CLK-09).
    pub fn is_reached(self, met: u64, all: u64) -> bool {
        u128::from(met) * u128::from(Self::ALL.0) >= u128::from(all) * u128::from(self.0)
    }

    /// How many of `all` may miss while the share is still reached (CLK-10).
    pub fn misses_allowed(self, all: u64) -> u64 {
        let missing = u128::from(Self::ALL.0 - self.0) * u128::from(all) / u128::from(Self::ALL.0);
        u64::try_from(missing).unwrap_or(u64::MAX)
    }
}

impl Serialize for Share {
    /// A JSON number: `90`, `99.9`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(1000) {
            serializer.serialize_u32(self.0 / 1000)
        } else {
            serializer.serialize_f64(f64::from(self.0) / 1000.0)
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:03}", self.0 % 1000);
        match decimals.trim_end_matches('0') {
            "" => write!(out, "{}", self.0 / 1000),
            decimals => write!(out, "{}.{decimals}", self.0 / 1000),
        }
    }
}

/// What a clock must reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// For which share of the tickets; `None` when the contract names none, which is all of them.
    pub share: Option<Share>,
    pub comparison: Comparison,
    pub limit: TimeLimit,
    /// The contract's own text, such as `4h`.
    pub target: String,
}

/// Why a text is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDuration {
    #[error("is not one whole number with one of the units h, m, s, wd, mo")]
    Unreadable,
    /// Only business time will do here.
    #[error("must be in h, m or s")]
    NotOpenTime,
    /// `by` ends a working day, so it counts those.
    #[error("must be in wd: \"by\" ends a working day")]
    ByNeedsDays,
    /// Nothing could ever be in time.
    #[error("must be more than 0 (only \"within\" of h, m or s may be 0)")]
    Zero,
}

/// Reads a duration of business time (`4h`, `30m`, `10s`) in open seconds.
pub fn open_seconds(text: &str) -> Result<i64, BadDuration> {
    match duration(text)? {
        TimeLimit::Open(seconds) => Ok(seconds),
        TimeLimit::Days(_) | TimeLimit::Months(_) | TimeLimit::EndOfDay(_) | TimeLimit::Until(_) => Err(BadDuration::NotOpenTime),
    }
}

fn duration(text: &str) -> Result<TimeLimit, BadDuration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    // Nine digits of hours are still far below an `i64` of seconds.
    if digits == 0 || digits > 9 {
        return Err(BadDuration::Unreadable);
    }
    let number = i64::from_str(&text[..digits]).map_err(|_too_long| BadDuration::Unreadable)?;
    match &text[digits..] {
        "h" => Ok(TimeLimit::Open(number * 3600)),
        "m" => Ok(TimeLimit::Open(number * 60)),
        "s" => Ok(TimeLimit::Open(number)),
        "wd" => Ok(TimeLimit::Days(number)),
        "mo" => Ok(TimeLimit::Months(u32::try_from(number).unwrap_or(u32::MAX))),
        _ => Err(BadDuration::Unreadable),
    }
}

impl Goal {
    pub fn new(comparison: Comparison, target: &str, share: Option<Share>) -> Result<Self, BadDuration> {
        let limit = match (comparison, duration(target)?) {
            (Comparison::By, TimeLimit::Days(days)) if days > 0 => TimeLimit::EndOfDay(days),
            (Comparison::By, TimeLimit::Days(_)) => return Err(BadDuration::Zero),
            (Comparison::By, _) => return Err(BadDuration::ByNeedsDays),
            (Comparison::Within, limit @ TimeLimit::Open(_)) => limit,
            (_, TimeLimit::Open(0) | TimeLimit::Days(0) | TimeLimit::Months(0)) => return Err(BadDuration::Zero),
            (_, limit) => limit,
        };
        Ok(Self { share, comparison, limit, target: target.to_owned() })
    }

    /// The goal that replaces a clock's own when a repair moment was agreed for the ticket; a stop at that moment is in time (AMB-20).
    pub fn agreed(until: Instant) -> Self {
        Self { share: None, comparison: Comparison::Within, limit: TimeLimit::Until(until), target: AGREED.to_owned() }
    }

    /// The moment agreed, if it is such a goal.
    pub fn moment(&self) -> Option<Instant> {
        if let TimeLimit::Until(moment) = self.limit { Some(moment) } else { None }
    }

    /// The share it is for, all when the contract names none.
    pub fn required(&self) -> Share {
        self.share.unwrap_or(Share::ALL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(comparison: Comparison, text: &str) -> Result<TimeLimit, BadDuration> {
        Goal::new(comparison, text, None).map(|goal| goal.limit)
    }

    #[test]
    fn a_duration_is_one_whole_number_and_one_unit() {
        use Comparison::{By, Under, Within};
        assert_eq!(goal(Under, "4h"), Ok(TimeLimit::Open(14_400)));
        assert_eq!(goal(Within, "0m"), Ok(TimeLimit::Open(0)));
        assert_eq!(goal(Under, "2wd"), Ok(TimeLimit::Days(2)));
        assert_eq!(goal(By, "3wd"), Ok(TimeLimit::EndOfDay(3)));
        assert_eq!(goal(Within, "3mo"), Ok(TimeLimit::Months(3)));
        for text in ["", "h", "4", "4 h", "4.5h", "-4h", "4h30m", "4d", "1234567890s"] {
            assert_eq!(goal(Within, text), Err(BadDuration::Unreadable), "{text}");
        }
        assert_eq!(goal(By, "4h"), Err(BadDuration::ByNeedsDays));
        for (comparison, text) in [(Under, "0h"), (Within, "0wd"), (Under, "0mo"), (By, "0wd")] {
            assert_eq!(goal(comparison, text), Err(BadDuration::Zero), "{text}");
        }
    }

    #[test]
    fn a_share_is_exact_to_a_thousandth_of_a_per_cent() {
        let text = |text| Share::percent(text).map(|share| share.to_string());
        assert_eq!(text("90").as_deref(), Some("90"));
        assert_eq!(text("99.9").as_deref(), Some("99.9"));
        for bad in ["0", "100.1", "99.9999", "-1", "", "9e1", "."] {
            assert_eq!(text(bad), None, "{bad}");
        }
    }

    /// CLK-09, CLK-10 and vector A-6.
    #[test]
    fn a_6_percentile_verdicts_are_integer_arithmetic() {
        let (ninety, most) = (Share::percent("90"), Share::percent("99.9"));
        let (Some(ninety), Some(most)) = (ninety, most) else { panic!("both are shares") };
        assert!(ninety.is_reached(9, 10) && !ninety.is_reached(8, 10) && !ninety.is_reached(8, 9) && !ninety.is_reached(17, 20));
        assert!(most.is_reached(999, 1000) && !most.is_reached(998, 1000) && !most.is_reached(9, 10));
        assert_eq!((most.misses_allowed(999), most.misses_allowed(1000), ninety.misses_allowed(19)), (0, 1, 1));
    }
}
