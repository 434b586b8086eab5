//! What happens to an obligation by itself: replayed from when it came into being, over the calendar as it was known.
//!
//! Between two amendments to its calendar the due date stands still. A reminder fires once, at the first opening of its
//! date; one that lay before the obligation itself is passed over, and one that a moved due date puts in the past fires at
//! the move. At the due instant it is late, which ends the replay: no amendment recorded later moves that (CAL-12, CLK-16).
//!
//! Within one second an amendment comes after the opening, and after it was recorded as done, unless the history says otherwise: one that
//! the history tells of came before the latter, and an obligation that opens late is late only once its history says so.

use std::ops::Range;

use super::{DueMoved, Duty, Event, EventData, Late, LateVoided, Obligation, Reminded};
use crate::domain::Instant;
use crate::domain::calendar::{Calendar, Counted, Term};
use crate::domain::contract::Contract;
use crate::domain::contract::amendment::Amended;
use crate::domain::history::{EventData as _, Follows};

/// When it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    pub at: Instant,
    pub recorded_at: Instant,
}

impl Met {
    pub fn of(history: &[Event]) -> Option<Self> {
        let met = history.iter().find(|event| matches!(event.data, EventData::Met(_)))?;
        Some(Self { at: met.occurred_at, recorded_at: met.recorded_at })
    }
}

/// A reminder, planned for an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminder {
    /// How long before the due date.
    pub before: Term,
    /// `None` where it would lie before the obligation itself.
    pub planned_at: Option<Instant>,
}

/// An obligation as its replay shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// How its due date was computed.
    pub counted: Counted,
    /// From then on it is too late.
    pub due_at: Instant,
    /// Its reminders, as the due date stands.
    pub reminders: Vec<Reminder>,
    /// When it was late; `None` when it was done in time.
    pub late_at: Option<Instant>,
    /// What follows that is not among its events yet.
    pub follows: Vec<Follows<EventData>>,
    /// When something happens next, if nothing is recorded before.
    pub next_fire_at: Option<Instant>,
}

/// An obligation as of an instant; `None` when its due date lies outside the counted years.
pub fn replay(contract: &Contract, duty: &Duty, obligation: &Obligation, history: &[Event], now: Instant) -> Option<Replay> {
    let met = Met::of(history);
    // Once it is recorded as done, nothing more happens to it.
    let until = met.map_or(now, |met| met.recorded_at.min(now));
    let mut known = obligation.opened_at.plus(-1).map_or(0, |before| contract.amendments_by(before));
    let mut stretch = Stretch::new(contract, duty, obligation, known, None)?;
    let seen = amendments_seen(contract, history, met, now);
    let (mut follows, mut reminded) = (Vec::new(), vec![false; duty.remind.len()]);
    // One turn for each stretch between two amendments.
    let late_at = loop {
        let amended = next_amendment(contract, duty, known..seen);
        let end = amended.map_or(until, |(_, recorded_at)| recorded_at);
        let late_at = stretch.late_at();
        for (at, reminder) in stretch.reminders.iter().enumerate().filter(|(at, _)| !reminded[*at]).collect::<Vec<_>>() {
            if let Some(planned_at) = reminder.planned_at.filter(|planned_at| *planned_at <= end && *planned_at < late_at) {
                reminded[at] = true;
                follows.push(follow(planned_at, EventData::Reminded(Reminded { before: reminder.before.to_string() })));
            }
        }
        let opens_amended = amended.is_some() && end == obligation.opened_at && !is_told_late(history, stretch.due_at);
        if late_at <= end && !opens_amended {
            break Some(late_at);
        }
        let Some((index, recorded_at)) = amended else { break None };
        known = index + 1;
        let moved = Stretch::new(contract, duty, obligation, known, Some(recorded_at))?;
        if moved.counted.date != stretch.counted.date {
            let amendment = contract.amendments[index].amendment.id;
            follows.push(follow(recorded_at, EventData::DueMoved(DueMoved { from: stretch.due_at, to: moved.due_at, amendment })));
        }
        stretch = moved;
    };
    let in_time = met.is_some_and(|met| met.at < stretch.due_at);
    // A lateness that was already recorded is voided rather than left out: somebody was told of it.
    let told_late = history.iter().any(|event| matches!(event.data, EventData::Late(_)));
    if let Some(at) = late_at.filter(|_| !in_time || told_late) {
        follows.push(follow(at, EventData::Late(Late { due_at: stretch.due_at })));
        if let Some(met) = met.filter(|_| in_time) {
            follows.push(follow(met.recorded_at, EventData::LateVoided(LateVoided { met_at: met.at })));
        }
    }
    // Nobody is reminded of what is done.
    let is_reminder = |data: &EventData| matches!(data, EventData::Reminded(_));
    follows.retain(|one| !is_among(history, &one.data) && (met.is_none() || !is_reminder(&one.data)));
    follows.sort_by_key(|one| one.at);
    let waiting = stretch.reminders.iter().zip(&reminded).filter(|(_, reminded)| !**reminded);
    let waiting = waiting.filter_map(|(reminder, _)| reminder.planned_at.filter(|at| *at > until));
    let next_fire_at = waiting.chain([stretch.late_at()]).min().filter(|_| met.is_none() && late_at.is_none());
    Some(Replay {
        counted: stretch.counted,
        due_at: stretch.due_at,
        reminders: stretch.reminders,
        late_at: late_at.filter(|_| !in_time),
        follows,
        next_fire_at,
    })
}

/// How many amendments of the contract were there before it was done, or are there now.
fn amendments_seen(contract: &Contract, history: &[Event], met: Option<Met>, now: Instant) -> usize {
    let Some(met) = met.filter(|met| met.recorded_at <= now) else { return contract.amendments_by(now) };
    let before = met.recorded_at.plus(-1).map_or(0, |before| contract.amendments_by(before));
    let is_told = |amended: &Amended| {
        history.iter().any(|event| matches!(&event.data, EventData::DueMoved(moved) if moved.amendment == amended.amendment.id))
    };
    contract.amendments.iter().rposition(is_told).map_or(before, |told| before.max(told + 1))
}

/// The next of these amendments that is to a duty's calendar, and since when it is in force.
fn next_amendment(contract: &Contract, duty: &Duty, among: Range<usize>) -> Option<(usize, Instant)> {
    let mut own = among.map(|index| (index, &contract.amendments[index].amendment)).filter(|(_, one)| one.calendar == duty.calendar);
    own.next().map(|(index, amendment)| (index, amendment.in_force_at))
}

/// Whether it was recorded as late at that due instant.
fn is_told_late(history: &[Event], due_at: Instant) -> bool {
    history.iter().any(|event| matches!(&event.data, EventData::Late(late) if late.due_at == due_at))
}

fn follow(at: Instant, data: EventData) -> Follows<EventData> {
    Follows { at, reason: None, data }
}

/// Whether it was recorded before: each reminder and each move once, and lateness once in all.
fn is_among(history: &[Event], new: &EventData) -> bool {
    history.iter().any(|event| match (&event.data, new) {
        (EventData::Reminded(known), EventData::Reminded(new)) => known.before == new.before,
        (EventData::DueMoved(known), EventData::DueMoved(new)) => known.amendment == new.amendment,
        (known, new) => known.kind() == new.kind() && !matches!(new, EventData::Reminded(_) | EventData::DueMoved(_)),
    })
}

/// A stretch of time in which the due date stands still.
struct Stretch {
    counted: Counted,
    due_at: Instant,
    reminders: Vec<Reminder>,
    /// When the amendment it began with took effect; `None` for the first stretch.
    since: Option<Instant>,
}

impl Stretch {
    fn new(contract: &Contract, duty: &Duty, obligation: &Obligation, known: usize, since: Option<Instant>) -> Option<Self> {
        let calendar = contract.calendar_after(&duty.calendar, known)?;
        let counted = calendar.count(obligation.day_zero, duty.due)?;
        let due_at = contract.zone.end_of_date(counted.date)?;
        let planned = |before: &Term| {
            let at = opening_of(calendar, contract, &counted, due_at, *before)?;
            Some(since.map_or(at, |since| at.max(since))).filter(|_| at >= obligation.opened_at)
        };
        let reminders = duty.remind.iter().map(|before| Reminder { before: *before, planned_at: planned(before) }).collect();
        Some(Self { counted, due_at, reminders, since })
    }

    /// The due instant, but not before it was known.
    fn late_at(&self) -> Instant {
        self.since.map_or(self.due_at, |since| since.max(self.due_at))
    }
}

/// When a reminder goes: at the first opening of its date or later, or at its midnight where nothing opens in time.
fn opening_of(calendar: &Calendar, contract: &Contract, counted: &Counted, due_at: Instant, before: Term) -> Option<Instant> {
    let date = calendar.count(counted.date, before)?.date;
    let midnight = contract.zone.first_reading(date.and_time(chrono::NaiveTime::MIN))?;
    Some(calendar.first_open(midnight).filter(|open| *open < due_at).unwrap_or(midnight))
}
