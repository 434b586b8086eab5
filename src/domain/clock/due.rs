//! What a running clock will do next if nothing happens: warn, or breach.

use super::TimeLimit;
use super::replay::{Replay, Under};
use crate::domain::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fires {
    /// The count reached this percentage of what the first goal allows (CLK-13: at risk).
    Warning(u32),
    /// The goal in this place is breached.
    Breach(usize),
}

/// Something that fires at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Firing {
    pub at: Instant,
    pub fires: Fires,
}

impl Replay<'_> {
    /// Everything the clock fired, or will fire if nothing more happens, in order of time.
    pub fn firings(&self) -> Vec<Firing> {
        let Under::Entry(entry) = self.under else { return Vec::new() };
        let breaches = (0..self.places.len()).filter_map(|place| Some(Firing { at: self.breach_at(place)?, fires: Fires::Breach(place) }));
        let warnings =
            entry.warn_at.iter().filter_map(|&percent| Some(Firing { at: self.warning_at(percent)?, fires: Fires::Warning(percent) }));
        let mut firings: Vec<_> = breaches.chain(warnings).collect();
        firings.sort_unstable();
        firings
    }

    /// Whether it warned of its first goal, which may still be met.
    pub fn is_at_risk(&self, now: Instant) -> bool {
        let has_stopped = self.view(now).is_none_or(|clock| clock.state.is_stopped());
        let is_breached = self.breach_at(0).is_some_and(|at| at <= now);
        let has_warned = |firing: &Firing| firing.at <= now && matches!(firing.fires, Fires::Warning(_));
        !has_stopped && !is_breached && self.firings().iter().any(has_warned)
    }

    /// When the goal in a place was breached, or will be if nothing more happens.
    pub fn breach_at(&self, place: usize) -> Option<Instant> {
        let (timeline, place) = (self.timeline.as_ref()?, self.places.get(place)?);
        place.breached.or_else(|| timeline.breach(place.goal?).filter(|_| self.stopped.is_none()))
    }

    /// Open seconds from `now` until the goal in a place is due, negative once it is past. For a goal of open time it is what has not been
    /// counted yet, so that a hold does not hide it.
    pub fn remaining(&self, place: usize, now: Instant) -> Option<i64> {
        let (timeline, goal) = (self.timeline.as_ref()?, self.places.get(place)?.goal?);
        if let TimeLimit::Open(seconds) = goal.limit {
            return Some(seconds - timeline.counted(now));
        }
        let (due, calendar) = (timeline.due(goal)?, timeline.calendar());
        Some(calendar.open_between(now, due) - calendar.open_between(due, now))
    }

    /// The earliest instant at which the count reaches a percentage of what the first goal allows; `None` when the clock
    /// stopped before that.
    pub fn warning_at(&self, percent: u32) -> Option<Instant> {
        let timeline = self.timeline.as_ref()?;
        let allowed = timeline.counted(timeline.due(self.places.first()?.goal?)?);
        let hundredths = allowed.checked_mul(i64::from(percent))?;
        // Rounded up: at the warning, the full percentage has been reached.
        let at = timeline.reach(hundredths / 100 + i64::from(hundredths % 100 > 0))?;
        self.stopped.is_none_or(|stop| at <= stop).then_some(at)
    }
}
