//! Amendments: a closure or an opening decided after a contract took effect (design § 2.16, CLK-16, CAL-12).
//!
//! An amendment changes one date of one calendar, whatever the contract's version. It holds for every clock that ran
//! when it took effect, and for those that start later; a stopped clock never sees it. They are only ever added: what
//! takes one back is another one.
//!
//! One of a later date takes effect when it is recorded. One of today or earlier rewrites what already counted: it waits for
//! the approval of both sides, and takes effect with the last one. A contract holds those in force, and knows no other.

use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Contract, Side};
use crate::domain::Instant;
use crate::domain::calendar::{BadCalendar, Calendar};
pub use crate::domain::calendar::{Change, ChangeKind};

/// A change to one date of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// Its id.
    pub id: Uuid,
    /// The calendar's name in the contract.
    pub calendar: String,
    /// The date.
    pub date: NaiveDate,
    /// What becomes of it.
    pub change: Change,
    /// Why.
    pub reason: String,
    /// Since when it is in force, and known to clocks: when it was recorded, or approved by the last side.
    pub in_force_at: Instant,
}

/// A side's consent to an amendment that rewrites what already counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: Uuid,
    /// Which side's.
    pub side: Side,
    /// The name of the person who approved for it.
    pub approved_by: String,
    /// What shows that, in words.
    pub evidence: Option<String>,
    /// Who recorded it, by id.
    pub actor: String,
    /// When.
    pub approved_at: Instant,
}

/// Whether an amendment of that date waits for both sides: every date that is not later than today.
pub fn needs_approval(date: NaiveDate, today: NaiveDate) -> bool {
    date <= today
}

/// The sides whose approval is missing.
pub fn missing(approvals: &[Approval]) -> Vec<Side> {
    Side::ALL.into_iter().filter(|side| approvals.iter().all(|one| one.side != *side)).collect()
}

/// An amendment with the calendar as it stands after it.
#[derive(Debug, Clone)]
pub struct Amended {
    /// The amendment.
    pub amendment: Amendment,
    /// The whole calendar after it.
    pub calendar: Arc<Calendar>,
}

impl Contract {
    /// The contract as amendments changed it, in the order they took effect; those to a calendar it lacks pass it by. Refused when
    /// a calendar would contradict itself.
    pub fn amended_by(mut self, amendments: impl IntoIterator<Item = Amendment>) -> Result<Self, Vec<BadCalendar>> {
        self.amendments.clear();
        for amendment in amendments {
            let known = self.amendments.len();
            let (Some(agreed), Some(present)) = (self.calendars.get(&amendment.calendar), self.calendar_after(&amendment.calendar, known))
            else {
                continue;
            };
            let calendar = Arc::new(present.amended(agreed, amendment.date, &amendment.change)?);
            self.amendments.push(Amended { amendment, calendar });
        }
        Ok(self)
    }

    /// Whether these are the amendments it knows, but for those to calendars it lacks.
    pub fn is_amended_by(&self, amendments: &[Amendment]) -> bool {
        let own = amendments.iter().filter(|one| self.calendars.contains_key(&one.calendar));
        self.amendments.iter().map(|amended| &amended.amendment).eq(own)
    }

    /// How many amendments were in force by an instant.
    pub fn amendments_by(&self, at: Instant) -> usize {
        self.amendments.partition_point(|amended| amended.amendment.in_force_at <= at)
    }

    /// A calendar as the first `known` amendments leave it.
    pub fn calendar_after(&self, name: &str, known: usize) -> Option<&Arc<Calendar>> {
        let amended = self.amendments[..known].iter().rev().find(|amended| amended.amendment.calendar == name);
        amended.map(|amended| &amended.calendar).or_else(|| self.calendars.get(name))
    }
}
