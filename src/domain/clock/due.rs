//! What a running clock will do next if nothing happens: warn, or breach.

use super::replay::{Replay, Under};
use crate::domain::Instant;

/// What fires.
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
    /// When.
    pub at: Instant,
    /// What.
    pub fires: Fires,
}

impl Replay<'_> {
    /// Everything the clock fired or will fire, in order of time: breaches as they stand, warnings at the earliest instant
    /// the count reaches them, up to the stop.
    pub fn firings(&self) -> Vec<Firing> {
        let (Some(timeline), Under::Entry(entry)) = (&self.timeline, self.under) else { return Vec::new() };
        let happens = |at: &Instant| self.stopped.is_none_or(|stop| *at <= stop);
        let breaches = self.places.iter().enumerate().filter_map(|(place, at)| {
            let breach = at.breached.or_else(|| timeline.breach(at.goal?).filter(happens).filter(|_| self.stopped.is_none()))?;
            Some(Firing { at: breach, fires: Fires::Breach(place) })
        });
        let mut firings: Vec<_> = breaches.collect();
        for &percent in &entry.warn_at {
            firings.extend(self.warning_at(percent).filter(happens).map(|at| Firing { at, fires: Fires::Warning(percent) }));
        }
        firings.sort_unstable();
        firings
    }

    /// The earliest instant at which the count reaches a percentage of what the first goal allows.
    pub fn warning_at(&self, percent: u32) -> Option<Instant> {
        let timeline = self.timeline.as_ref()?;
        let goal = self.places.first()?.goal?;
        let allowed = timeline.counted(timeline.due(goal)?);
        let hundredths = allowed.checked_mul(i64::from(percent))?;
        timeline.reach(hundredths / 100 + i64::from(hundredths % 100 > 0))
    }
}
