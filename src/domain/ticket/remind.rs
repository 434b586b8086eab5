//! Reminding whoever has to judge a solution that they were asked. Nothing follows from silence: no solution is accepted by it, and nothing is
//! closed (AMB-09).

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use super::answer::deciders;
use super::{Event, EventData, kinds};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::contract::{Contract, Reminders, Side, TicketType};
use crate::domain::workflow::{Question, State};

/// That a reminder of a question is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminded {
    pub question: Question,
    /// Which one it is since the question was put, from 1.
    pub count: u32,
}

/// Since when a ticket waits for the client to judge its solution; `None` when it does not.
pub(super) fn waits_since(contract: &Contract, kind: TicketType, history: &[Event]) -> Option<Instant> {
    let asked = kinds::rules(kind).asked(Question::Solution)?;
    let is_the_clients = deciders(contract, Question::Solution).contains(&Side::Client);
    let last = history.iter().rev().find(|event| event.data.as_move().is_some() || matches!(event.data, EventData::Merged(_)))?;
    let waits = last.data.as_move().is_some_and(|moved| moved.state == State::Resolved && asked.during.contains(&moved.to));
    (waits && is_the_clients).then_some(last.occurred_at)
}

/// When the next reminder is due after an instant: when the desk opens, so many working days later, by the calendar that is in force then. What
/// is decided of the calendar since may move one that has not gone out, and none that has.
pub(super) fn next_after(contract: &Contract, terms: &Reminders, at: Instant) -> Option<Instant> {
    let mut known = contract.amendments_by(at);
    let mut due = due_by(contract.calendar_after(&terms.calendar, known)?, terms, at)?;
    while let Some(later) = contract.amendments.get(known).map(|amended| amended.amendment.in_force_at).filter(|later| *later <= due) {
        known = contract.amendments_by(later);
        // One that is due sooner by this is due now that it is known.
        due = due_by(contract.calendar_after(&terms.calendar, known)?, terms, at)?.max(later);
    }
    Some(due)
}

fn due_by(calendar: &Calendar, terms: &Reminders, at: Instant) -> Option<Instant> {
    let zone = calendar.zone();
    let day = calendar.working_day_after(zone.date(at), terms.after_days.into())?;
    calendar.first_open(zone.first_reading(day.and_time(NaiveTime::MIN))?)
}
