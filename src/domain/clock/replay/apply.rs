//! What each fact does to a clock: it stops, holds, restarts or runs again, or comes under another entry.

use super::{Replay, Under};
use crate::domain::Instant;
use crate::domain::clock::{Answer, Entry, Fact, FactKind, Goal, Interlude, Kind, Starts, Undone};

impl<'a> Replay<'a> {
    pub(super) fn apply(&mut self, index: usize) {
        let fact = &self.facts[index];
        // Within one second an amendment comes after the facts, unless the history says otherwise (`FactKind::Amended`).
        if let Some(earlier) = fact.at.plus(-1) {
            self.amend_until(earlier);
        }
        // A bound does not depend on what happens after it, so it is only looked for before facts that depend on it. Not before a hold: it
        // may join one that ended in the same second, and the bound at that end would then lie inside both.
        if !matches!(fact.kind, FactKind::Held(_) | FactKind::Resumed | FactKind::Accepted) {
            self.breach_until(fact.at);
        }
        match &fact.kind {
            FactKind::Responded(answer) => self.respond(fact.at, *answer),
            FactKind::Phoned { answers } => self.phone(fact.at, *answers),
            FactKind::Held(cause) => self.hold(fact.at, Some(cause)),
            FactKind::Resumed => self.hold(fact.at, None),
            FactKind::Reprioritised(priority) => {
                self.prioritise(Some(priority));
                self.change(index);
            }
            FactKind::Retyped(kind, priority) => {
                self.ticket.kind = *kind;
                self.prioritise(self.contract.effective_priority(priority.as_deref(), *kind));
                self.change(index);
            }
            FactKind::Retiered(tier) => {
                self.ticket.tier = Some(tier);
                self.change(index);
            }
            FactKind::ItemChanged(item) => {
                self.ticket.item = item.as_deref();
                self.change(index);
            }
            FactKind::Agreed(goal) => self.agree(goal, fact),
            FactKind::Resolved => {
                self.cause = None;
                self.stop(fact.at);
            }
            FactKind::SolutionRefused => self.run_again(index, |entry| entry.after_refusal, Undone::Refused),
            FactKind::Reopened => self.run_again(index, |entry| entry.after_reopen, Undone::Reopened),
            FactKind::Cancelled => {
                self.cause = None;
                self.cancelled = self.is_running();
                self.stop(fact.at);
            }
            FactKind::Amended(id) => {
                let place = self.contract.amendments.iter().position(|amended| amended.amendment.id == *id);
                self.amend_to(place.map_or(self.known, |place| place + 1));
            }
            FactKind::Accepted => {}
        }
    }

    /// A repair moment is agreed for one priority, and lapses with another.
    fn prioritise(&mut self, priority: Option<&'a str>) {
        if self.priority != priority {
            self.agreed = None;
        }
        self.priority = priority;
    }

    fn agree(&mut self, goal: &'a Goal, fact: &Fact) {
        self.agreed = Some(goal).filter(|_| self.kind == Kind::Resolution);
        if self.is_running() && matches!(self.under, Under::Entry(entry) if entry.can_be_agreed) {
            self.set_goals(self.goals(), fact.at, fact.kind.as_str());
        }
    }

    /// A stopped clock keeps the entry it stopped under.
    fn change(&mut self, index: usize) {
        if self.is_running() {
            self.come_under(index);
        }
    }

    fn respond(&mut self, at: Instant, answer: Answer) {
        if self.kind == Kind::Response && self.entry().is_some_and(|entry| entry.answered_by.contains(&answer)) {
            self.stop(at);
        }
    }

    /// A contact recorded by a person of the desk answers, except the one the clock starts at (design § 2.10).
    fn phone(&mut self, at: Instant, answers: bool) {
        if !self.starts_at(at) && answers {
            self.respond(at, Answer::Reply);
        }
    }

    /// Whether the clock starts at a contact, which is then the first.
    fn starts_at(&mut self, contact: Instant) -> bool {
        if self.contact.is_some() {
            return false;
        }
        let movable = self.is_running() && self.places.iter().all(|place| place.first.is_none());
        self.contact = Some((contact, movable));
        let starts = movable && self.entry().is_some_and(|entry| entry.starts == Starts::PhoneContact);
        if starts {
            self.start_at_contact();
        }
        starts
    }

    /// Moves the start to the first phone contact, if that was still possible when it happened.
    pub(super) fn start_at_contact(&mut self) {
        if let (Some((at, true)), Some(timeline)) = (self.contact, &mut self.timeline)
            && timeline.start() < at
        {
            timeline.restart(at);
            // Holds before the new start are forgotten.
            self.forget_bounds();
        }
    }

    fn hold(&mut self, at: Instant, cause: Option<&'a str>) {
        self.cause = cause;
        if self.is_running()
            && let Some(entry) = self.entry()
        {
            let held = self.hold_under(entry);
            self.timeline_mut().hold(at, held);
        }
    }

    /// Stops the clock if it runs; its own hold ends for good.
    fn stop(&mut self, at: Instant) {
        if self.is_running() {
            self.stopped = Some(at);
            if let Some(timeline) = &mut self.timeline {
                self.held_until_stop = timeline.held_since();
                timeline.hold(at, None);
            }
        }
    }

    /// Undoes the stop of a resolution clock; what changed meanwhile applies from now.
    fn run_again(&mut self, index: usize, key: impl Fn(&Entry) -> Interlude, cause: Undone) {
        let at = self.facts[index].at;
        let Some(stop) = self.stopped.take_if(|_| self.kind == Kind::Resolution) else { return };
        if let Some(entry) = self.entry() {
            if key(self.keys.unwrap_or(entry)) == Interlude::Held {
                self.timeline_mut().hold_since(stop, at, cause.as_str());
            }
            self.breach_until(at);
            let calendar = self.calendar(entry);
            self.timeline_mut().turn(at, calendar, None);
            self.forget_bounds();
        }
        self.come_under(index);
    }
}
