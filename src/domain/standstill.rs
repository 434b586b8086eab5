//! Stretches in which something stands still, and the open time outside them.
//!
//! The open time of a level is what its calendar is open minus what the ticket stood still. It is asked of the calendar's
//! running totals, as a clock's is, and never added up.

use super::Instant;
use super::calendar::Calendar;

/// A stretch `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Still {
    /// Its first second.
    pub from: Instant,
    /// The second after its last; `None` while nothing ended it.
    pub to: Option<Instant>,
}

impl Still {
    fn has_length(&self) -> bool {
        self.to.is_none_or(|to| self.from < to)
    }
}

/// All stretches in which a ticket stood still: in order, none touching the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standstill(Vec<Still>);

impl Standstill {
    /// Joins stretches in any order, which may overlap.
    pub fn of(mut stretches: Vec<Still>) -> Self {
        stretches.retain(Still::has_length);
        stretches.sort_by_key(|still| still.from);
        let mut joined: Vec<Still> = Vec::with_capacity(stretches.len());
        for next in stretches {
            match joined.last_mut() {
                Some(last) if last.to.is_none_or(|to| next.from <= to) => last.to = last.to.zip(next.to).map(|(one, other)| one.max(other)),
                _ => joined.push(next),
            }
        }
        Self(joined)
    }

    /// The instant itself, or the end of the stretch in which it lies; `None` when that has no end. What is due at the first
    /// instant of a stretch is due before it, as a clock's bound is (design § 2.5).
    pub fn out_of(&self, at: Instant) -> Option<Instant> {
        match self.0[..self.0.partition_point(|still| still.from < at)].last() {
            Some(still) if still.to.is_none_or(|to| at < to) => still.to,
            _ => Some(at),
        }
    }

    /// Open seconds of a calendar in `[from, to)`, without those of the stretches.
    pub fn open_between(&self, calendar: &Calendar, from: Instant, to: Instant) -> i64 {
        let still = self.0.iter().map(|still| calendar.open_between(still.from.max(from), still.to.map_or(to, |end| end.min(to))));
        calendar.open_between(from, to) - still.sum::<i64>()
    }

    /// The earliest instant at or after `from` at which that many such seconds have passed; `None` while a stretch without
    /// end keeps it out of reach, and past 2200.
    pub fn reach(&self, calendar: &Calendar, from: Instant, seconds: i64) -> Option<Instant> {
        let (mut at, mut left) = (from, seconds);
        for still in &self.0[self.0.partition_point(|still| still.to.is_some_and(|to| to <= from))..] {
            let open = calendar.open_between(at, still.from);
            if left <= open {
                break;
            }
            left -= open;
            at = still.to?;
        }
        calendar.reach(at, left)
    }
}
