//! An assignment as its history gives it, and what happens to it by itself: it takes effect, is left without a deputy, falls due for review,
//! and ends. Once it has ended nothing more happens.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Absence, Event, EventData, ReviewDue, RoleAssignment, Uncovered};
use crate::domain::Instant;
use crate::domain::history::{Follows, Nothing, Settling};

/// The assignment with what it was granted with.
pub(super) fn as_recorded(assignment: &RoleAssignment, history: &[Event]) -> RoleAssignment {
    let mut own = assignment.clone();
    for event in history {
        if let EventData::Granted(granted) = &event.data {
            own.kind = granted.kind;
            own.role.clone_from(&granted.role);
            own.contract.clone_from(&granted.contract);
            own.holder = granted.holder;
            own.from_at = granted.from_at;
            own.needs_approval = granted.needs_approval;
            own.replaces = granted.replaces;
            own.granted_at = event.recorded_at;
        }
    }
    own
}

/// How many it takes, of each side or of two persons. Each that is recorded fills a seat of its own (`Required::check`).
const SIGNATURES: usize = 2;

/// What the events so far say.
#[derive(Default)]
struct Told {
    granted_at: Option<Instant>,
    until_at: Option<Instant>,
    review_due_at: Option<Instant>,
    needs_approval: bool,
    signatures: usize,
    approved_at: Option<Instant>,
    took_effect: bool,
    /// Each with when it was recorded, or who acts meanwhile.
    absences: Vec<(Absence, Instant)>,
    uncovered: BTreeSet<Uuid>,
    reviews_due: BTreeSet<Instant>,
    ended: bool,
}

impl Told {
    fn by(history: &[Event]) -> Self {
        let mut told = Self::default();
        for event in history {
            told.add(event);
        }
        told
    }

    fn absence(&mut self, id: Uuid) -> Option<&mut Absence> {
        self.absences.iter_mut().map(|(absence, _)| absence).find(|absence| absence.id == id)
    }

    fn add(&mut self, event: &Event) {
        match &event.data {
            EventData::Granted(granted) => {
                self.granted_at = Some(event.recorded_at);
                self.until_at = granted.until_at;
                self.review_due_at = Some(granted.review_due_at);
                self.needs_approval = granted.needs_approval;
                self.approved_at = (!granted.needs_approval).then_some(event.recorded_at);
            }
            EventData::Approved(_) => {
                self.signatures += 1;
                if self.needs_approval && self.approved_at.is_none() && self.signatures == SIGNATURES {
                    self.approved_at = Some(event.recorded_at);
                }
            }
            EventData::TookEffect(_) => self.took_effect = true,
            EventData::AbsencePlanned(planned) => {
                let absence = Absence { id: planned.absence, from_at: planned.from_at, until_at: planned.until_at, deputy: planned.deputy };
                self.absences.push((absence, event.recorded_at));
            }
            EventData::AbsenceShortened(shortened) => {
                if let Some(absence) = self.absence(shortened.absence) {
                    absence.until_at = shortened.until_at;
                }
            }
            EventData::AbsenceCancelled(cancelled) => self.absences.retain(|(absence, _)| absence.id != cancelled.absence),
            EventData::DeputyNamed(named) => self.deputise(named.absence, Some(named.deputy), event.recorded_at),
            EventData::DeputyLost(lost) => self.deputise(lost.absence, None, event.recorded_at),
            EventData::Uncovered(uncovered) => drop(self.uncovered.insert(uncovered.absence)),
            EventData::EndSet(end) => self.until_at = Some(end.until_at),
            EventData::Ended(_) => self.ended = true,
            EventData::ReviewDue(due) => drop(self.reviews_due.insert(due.due_at)),
            EventData::Reviewed(reviewed) => self.review_due_at = Some(reviewed.review_due_at),
            EventData::IndexRebuilt(_) => {}
        }
    }

    /// Somebody else acts during an absence, or nobody; a gap that follows from it is another than one told before.
    fn deputise(&mut self, absence: Uuid, deputy: Option<Uuid>, at: Instant) {
        self.uncovered.remove(&absence);
        if let Some((absence, told_at)) = self.absences.iter_mut().find(|(known, _)| known.id == absence) {
            absence.deputy = deputy;
            *told_at = at;
        }
    }
}

pub(super) fn settle(assignment: &RoleAssignment, history: &[Event], now: Instant) -> Settling<RoleAssignment> {
    let told = Told::by(history);
    let subject = RoleAssignment {
        until_at: told.until_at,
        approved_at: told.approved_at,
        review_due_at: told.review_due_at.unwrap_or(assignment.review_due_at),
        absences: told.absences.iter().map(|(absence, _)| absence.clone()).collect(),
        next_fire_at: None,
        ..assignment.clone()
    };
    let planned = if told.ended { Vec::new() } else { planned(&subject, &told) };
    let (due, later): (Vec<_>, Vec<_>) = planned.into_iter().partition(|one| one.at <= now);
    let has_ended = due.iter().any(|one| matches!(one.data, EventData::Ended(_)));
    let next_fire_at = later.iter().map(|one| one.at).min().filter(|_| !has_ended);
    Settling { subject: RoleAssignment { next_fire_at, ..subject }, index: (), follows: due }
}

/// What will happen by itself that is not recorded yet, in order.
fn planned(assignment: &RoleAssignment, told: &Told) -> Vec<Follows<EventData>> {
    let mut planned = Vec::new();
    let mut plan = |at, data| planned.push(Follows { at, reason: None, data });
    let until = assignment.until_at;
    if let Some(effective) = assignment.effective_at().filter(|at| until.is_none_or(|until| *at < until)) {
        if !told.took_effect {
            plan(effective, EventData::TookEffect(Nothing {}));
        }
        for (absence, recorded_at) in &told.absences {
            // What was recorded afterwards is told at once, and not in the past.
            let begins = absence.from_at.max(effective).max(*recorded_at);
            let is_told = assignment.is_the_holders_alone() || absence.deputy.is_some() || told.uncovered.contains(&absence.id);
            if !is_told && begins < absence.until_at && until.is_none_or(|until| begins < until) {
                plan(begins, EventData::Uncovered(Uncovered { absence: absence.id }));
            }
        }
        let due_at = assignment.review_due_at.max(effective);
        if !told.reviews_due.contains(&assignment.review_due_at) && until.is_none_or(|until| due_at < until) {
            plan(due_at, EventData::ReviewDue(ReviewDue { due_at: assignment.review_due_at }));
        }
    }
    if let Some(until) = until {
        // One that was ended before it began, or before it was recorded, ends when that was recorded.
        plan(told.granted_at.map_or(until, |granted| until.max(granted)), EventData::Ended(Nothing {}));
    }
    planned.sort_by_key(|one| one.at);
    planned
}

#[cfg(test)]
mod tests;
