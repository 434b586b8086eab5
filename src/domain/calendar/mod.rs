//! Calendars: when a desk is open, and how much open time lies between two instants.
//!
//! One rule decides everything: an instant is open when its local wall time lies in an interval and its local date is
//! not closed. `rules` holds that rule; `spans` lays it out, once for every four years, as open spans of UTC with
//! their running totals; `measure` asks those totals. So elapsed time, deadlines, working days and ledgers walk the same
//! spans, and a question over ten years costs what one over a day does. `term` counts whole days over the same totals, and
//! names the dates it passed over.
//!
//! Absent on purpose: any notion of summer time, and any loop over days.

mod change;
mod days;
mod holidays;
mod hours;
mod measure;
mod rules;
mod spans;
mod term;
mod zone;

pub use change::{Change, ChangeKind};
pub use days::Days;
pub use holidays::{Holiday, HolidayRule};
pub use hours::{BadInterval, Interval};
pub use measure::Segment;
pub use rules::{BadCalendar, Closed, Rules, WEEKDAYS, YearlyDate};
pub use term::{BadTerm, Counted, Idle, Skipped, Term, Unit};
pub use zone::Zone;

use std::sync::OnceLock;

use chrono::NaiveDate;

use spans::Chunk;

/// A support window (*ondersteuningsvenster*): opening hours in a zone, minus what is closed.
#[derive(Debug)]
pub struct Calendar {
    rules: Rules,
    /// Laid out at first use, four years at a time.
    chunks: Box<[OnceLock<Chunk>]>,
}

impl Calendar {
    /// A calendar by these rules; refused when its weekly hours never open or intervals overlap.
    pub fn new(rules: Rules) -> Result<Self, Vec<BadCalendar>> {
        let problems = rules.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self { rules, chunks: (0..spans::CHUNKS).map(|_| OnceLock::new()).collect() })
    }

    pub fn zone(&self) -> &Zone {
        &self.rules.zone
    }

    /// The same calendar with one date changed; `agreed` is what that date goes back to.
    pub fn amended(&self, agreed: &Self, date: NaiveDate, change: &Change) -> Result<Self, Vec<BadCalendar>> {
        let mut rules = self.rules.clone();
        rules.amend(&agreed.rules, date, change);
        Self::new(rules)
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}
