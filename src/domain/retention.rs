//! How long what is done with is kept, and what is destroyed after that.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{Days, Months, NaiveDate};
use uuid::Uuid;

use super::Instant;
use super::approval::{Approval, Ended, Required, Standing};
use super::calendar::Zone;
use crate::words::closed_list;

closed_list! {
    /// What has a time of its own to be kept.
    pub enum RetentionClass {
        /// Texts, files, mails and people of closed tickets. What their clocks and figures are counted from stays.
        Tickets = "tickets": "meldingen", "tickets";
        /// Files on closed tickets.
        Attachments = "attachments": "bijlagen", "attachments";
        /// The copies that are kept of incoming mails.
        Mails = "mails": "kopieën van e-mails", "copies of mails";
    }
}

/// A time to be kept, in whole dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Days(u32),
    Months(u32),
}

/// What is not a time to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a time to be kept, such as \"90d\", \"26w\", \"6mo\" or \"7y\"")]
pub struct BadKeep;

impl FromStr for Keep {
    type Err = BadKeep;

    fn from_str(text: &str) -> Result<Self, BadKeep> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = text[..digits].parse().map_err(|_no_number| BadKeep)?;
        let times = |factor| number.checked_mul(factor).filter(|whole| (1..=40_000).contains(whole)).ok_or(BadKeep);
        match &text[digits..] {
            "d" => times(1).map(Self::Days),
            "w" => times(7).map(Self::Days),
            "mo" => times(1).map(Self::Months),
            "y" => times(12).map(Self::Months),
            _ => Err(BadKeep),
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(out, "{days}d"),
            Self::Months(months) if months % 12 == 0 => write!(out, "{}y", months / 12),
            Self::Months(months) => write!(out, "{months}mo"),
        }
    }
}

impl Keep {
    /// Whatever ended before this instant was kept long enough: its last date, counted from the date on which it ended, is over. At the end of a
    /// month this may be some days later than the same count forwards, and never earlier.
    pub fn ended_before(self, zone: &Zone, now: Instant) -> Option<Instant> {
        let today = zone.date(now);
        let first: NaiveDate = match self {
            Self::Days(days) => today.checked_sub_days(Days::new(days.into()))?,
            Self::Months(months) => today.checked_sub_months(Months::new(months))?,
        };
        zone.end_of_date(first.pred_opt()?)
    }
}

/// What a contract says about it. A class that it does not name is kept for good.
pub type Retention = BTreeMap<RetentionClass, Keep>;

/// What was proposed to be destroyed, and what became of that. It is itself kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    pub id: Uuid,
    pub contract: String,
    pub class: RetentionClass,
    /// It is about what ended before this instant.
    pub before: Instant,
    pub keep: String,
    /// As histories name people.
    pub proposed_by: String,
    pub proposed_at: Instant,
    pub approvals: Vec<Approval>,
    /// When the last of it was done with.
    pub done_at: Option<Instant>,
    /// That it was withdrawn or refused instead.
    pub ended: Option<Ended>,
    pub items: Vec<DestructionItem>,
    /// How many more it lists, which are or belong to tickets that whoever it was read for may not see.
    pub withheld: u64,
}

impl Destruction {
    pub fn standing(&self) -> Standing {
        Standing::of(REQUIRED, &self.approvals, self.ended.as_ref())
    }
}

/// Two pairs of eyes.
pub const REQUIRED: Required = Required::TwoPersons;

/// One thing to be destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestructionItem {
    /// The id of the ticket or the mail.
    pub subject: Uuid,
    /// Its number, or the id of the mail.
    pub name: String,
    pub outcome: Option<ItemOutcome>,
}

closed_list! {
    /// What became of it.
    pub enum ItemOutcome {
        Destroyed = "destroyed": "vernietigd", "destroyed";
        /// A legal hold was placed after the proposal.
        Held = "held": "bewaard wegens een bewaarplicht", "kept under a legal hold";
        /// It was reopened after the proposal, or was gone already.
        NotDue = "not_due": "niet meer aan de beurt", "no longer due";
        /// The proposal was withdrawn or refused.
        Kept = "kept": "bewaard", "kept: the proposal was withdrawn or refused";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_be_kept_is_whole_dates() {
        for (text, keep) in [
            ("90d", Ok(Keep::Days(90))),
            ("26w", Ok(Keep::Days(182))),
            ("6mo", Ok(Keep::Months(6))),
            ("7y", Ok(Keep::Months(84))),
            ("0d", Err(BadKeep)),
            ("5wd", Err(BadKeep)),
            ("y", Err(BadKeep)),
            ("99999999999y", Err(BadKeep)),
            ("", Err(BadKeep)),
        ] {
            assert_eq!(text.parse::<Keep>(), keep, "{text}");
        }
    }

    #[test]
    fn the_last_date_is_kept_whole() {
        let zone = Zone::from(chrono_tz::Europe::Amsterdam);
        let at = |text: &str| text.parse::<Instant>().expect("an instant");
        // What closed on 2 March 2026 is kept through 2 April.
        for (now, before) in [
            ("2026-04-02T23:59:00+02:00", "2026-03-02T00:00:00+01:00"),
            ("2026-04-03T00:00:00+02:00", "2026-03-03T00:00:00+01:00"),
            ("2026-03-31T12:00:00+02:00", "2026-02-28T00:00:00+01:00"),
        ] {
            assert_eq!(Keep::Months(1).ended_before(&zone, at(now)), Some(at(before)), "{now}");
        }
    }
}
