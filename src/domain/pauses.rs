//! Stretches in which an escalation is paused, and the open time outside them.
//!
//! The time a level has been open is the open time of its calendar minus that of the pauses. It is asked of the calendar's running totals,
//! as a clock's time is, and never accumulated.

use super::Instant;
use super::calendar::Calendar;

/// A stretch `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub from: Instant,
    /// The second after its last; `None` while nothing ended it.
    pub to: Option<Instant>,
}

impl Pause {
    fn has_length(&self) -> bool {
        self.to.is_none_or(|to| self.from < to)
    }
}

/// All pauses of a ticket: in order, none touching the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pauses(Vec<Pause>);

impl Pauses {
    /// Joins stretches in any order, which may overlap.
    pub fn of(mut stretches: Vec<Pause>) -> Self {
        stretches.retain(Pause::has_length);
        stretches.sort_by_key(|pause| pause.from);
        let mut joined: Vec<Pause> = Vec::with_capacity(stretches.len());
        for next in stretches {
            match joined.last_mut() {
                Some(last) if last.to.is_none_or(|to| next.from <= to) => last.to = last.to.zip(next.to).map(|(one, other)| one.max(other)),
                _ => joined.push(next),
            }
        }
        Self(joined)
    }

    /// The instant itself, or the end of the pause in which it lies; `None` when that has no end. What is due at the first instant of a
    /// pause is due before it, as a clock's bound is (design § 2.5).
    pub fn out_of(&self, at: Instant) -> Option<Instant> {
        match self.0[..self.0.partition_point(|pause| pause.from < at)].last() {
            Some(pause) if pause.to.is_none_or(|to| at < to) => pause.to,
            _ => Some(at),
        }
    }

    /// Open seconds of a calendar in `[from, to)`, outside the pauses.
    pub fn open_between(&self, calendar: &Calendar, from: Instant, to: Instant) -> i64 {
        let paused = self.0.iter().map(|pause| calendar.open_between(pause.from.max(from), pause.to.map_or(to, |end| end.min(to))));
        calendar.open_between(from, to) - paused.sum::<i64>()
    }

    /// The earliest instant at or after `from` at which that many such seconds have passed; `None` past 2200, and
    /// while an endless pause keeps it out of reach.
    pub fn reach(&self, calendar: &Calendar, from: Instant, seconds: i64) -> Option<Instant> {
        let (mut at, mut left) = (from, seconds);
        for pause in &self.0[self.0.partition_point(|pause| pause.to.is_some_and(|to| to <= from))..] {
            let open = calendar.open_between(at, pause.from);
            if left <= open {
                break;
            }
            left -= open;
            at = pause.to?;
        }
        calendar.reach(at, left)
    }
}
