//! Which goals a clock must reach, and whether it did: the entry it is under, bounds, breaches and voids.

use super::{GoalPlace, Replay, Under};
use crate::domain::Instant;
use crate::domain::clock::{Entry, Goal, Starts, Voided};
use crate::domain::contract::amendment::Amendment;

impl<'a> Replay<'a> {
    /// Applies what the contract now selects, at the fact of that index.
    pub(super) fn come_under(&mut self, index: usize) {
        let at = self.facts[index].at;
        let why = self.facts[index].kind.as_str();
        match (self.under, self.selected()) {
            // A history replayed under one entry stays under it.
            _ if self.keys.is_some() => {}
            (Under::Nothing, Under::Nothing) | (_, Under::Hidden(_)) => {}
            (Under::Undecided(_), Under::Nothing) if !self.had_goals => (self.under, self.timeline) = (Under::Nothing, None),
            (Under::Undecided(last) | Under::Entry(last) | Under::Hidden(last), Under::Nothing) => {
                self.under = Under::Hidden(last);
                self.set_goals(&[], at, why);
            }
            (Under::Entry(present), Under::Entry(next)) | (Under::Undecided(present), Under::Undecided(next))
                if std::ptr::eq(present, next) => {}
            (Under::Nothing, next @ (Under::Entry(entry) | Under::Undecided(entry))) => self.start_under(next, entry, entry, index),
            (Under::Undecided(first), next @ Under::Entry(entry)) if !self.had_goals => self.start_under(next, entry, first, index),
            (_, next @ (Under::Entry(entry) | Under::Undecided(entry))) => {
                let (calendar, held) = (self.calendar(entry), self.hold_under(entry));
                self.timeline_mut().turn(at, calendar, held);
                if entry.starts == Starts::PhoneContact {
                    self.start_at_contact();
                }
                self.under = next;
                self.set_goals(self.goals(), at, why);
            }
        }
    }

    /// Applies an entry as if it had applied from the start.
    fn start_under(&mut self, next: Under<'a>, entry: &'a Entry, keys: &'a Entry, index: usize) {
        let replayed = self.replayed_under(entry, keys, index);
        (self.timeline, self.stopped, self.contact) = (replayed.timeline, replayed.stopped, replayed.contact);
        self.held_until_stop = replayed.held_until_stop;
        self.amended = replayed.amended;
        self.under = next;
        self.set_goals(self.goals(), self.facts[index].at, self.facts[index].kind.as_str());
    }

    /// What must be reached now.
    pub(super) fn goals(&self) -> &'a [Goal] {
        match (self.under, self.agreed) {
            (Under::Entry(entry), Some(agreed)) if entry.can_be_agreed => std::slice::from_ref(agreed),
            (Under::Entry(entry), _) => &entry.goals,
            _ => &[],
        }
    }

    /// Replaces the goals: one already past its bound is breached, and a breach whose new bound is not passed is void.
    pub(super) fn set_goals(&mut self, goals: &'a [Goal], at: Instant, why: &'static str) {
        self.had_goals |= !goals.is_empty();
        let places = self.places.len().max(goals.len());
        self.places.resize_with(places, GoalPlace::default);
        // A stopped clock is judged by its stop, or by the start of the hold during which it stopped.
        let known_until = self.stopped.map_or(at, |stop| self.held_until_stop.unwrap_or(stop));
        let mut voided = Vec::new();
        for (index, place) in self.places.iter_mut().enumerate() {
            let before = place.goal.take();
            place.goal = goals.get(index);
            place.not_before = place.goal.zip(self.timeline.as_ref()).and_then(|(goal, timeline)| timeline.breach(goal));
            match place.not_before.filter(|breach| *breach <= known_until) {
                Some(breach) => {
                    place.breach(place.first.map_or(at, |first| breach.max(first)));
                }
                None => {
                    if let (Some(breach), Some(goal)) = (place.void(), before) {
                        voided.push(Voided { at: breach, target: goal.target.clone(), why, place: index, amendment: None });
                    }
                }
            }
        }
        self.voided.append(&mut voided);
    }

    /// Records every bound a running clock has reached by `at`.
    pub(super) fn breach_until(&mut self, at: Instant) {
        let Some(timeline) = self.timeline.as_ref().filter(|_| self.stopped.is_none()) else { return };
        for place in &mut self.places {
            let Some(goal) = place.goal.filter(|_| place.breached.is_none()) else { continue };
            if place.not_before.is_some_and(|floor| at < floor) {
                continue;
            }
            // Only a new start or an amendment makes a bound earlier, and both drop it; until then no breach comes before it.
            if let Some(breach) = timeline.breach(goal) {
                place.not_before = Some(breach);
                if breach <= at {
                    place.breach(place.first.map_or(breach, |first| breach.max(first)));
                }
            }
        }
    }

    /// Undoes the breaches whose bound an amendment moved past the instant it took effect.
    pub(super) fn void_unreached(&mut self, amendment: &Amendment) {
        let Some(timeline) = &self.timeline else { return };
        for (index, place) in self.places.iter_mut().enumerate() {
            let Some(goal) = place.goal.filter(|_| place.breached.is_some()) else { continue };
            if timeline.breach(goal).is_some_and(|bound| bound <= amendment.in_force_at) {
                continue;
            }
            if let Some(at) = place.void() {
                let (target, amendment) = (goal.target.clone(), Some(amendment.id));
                self.voided.push(Voided { at, target, why: "calendar", place: index, amendment });
            }
        }
    }

    /// Drops the computed bounds: they may now come earlier.
    pub(super) fn forget_bounds(&mut self) {
        for place in &mut self.places {
            place.not_before = None;
        }
    }
}
