//! Work that was done on a ticket: minutes on a date, by whoever records it. No client sees it. What is recorded stays; a mistake is taken back by
//! a counter entry. What was done, in words, is kept beside the history, under the id of the event.

use std::collections::BTreeSet;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::situation::{Recorded, Situation};
use super::{Event, EventData};
use crate::domain::Instant;
use crate::domain::permission::{Forbidden, Verb};

const MINUTES_OF_A_DAY: i32 = 24 * 60;

/// Work of so many minutes on a date; today, in the contract's zone, when absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogWork {
    pub minutes: u16,
    pub date: Option<NaiveDate>,
    /// Whether it was done on the screen of whoever reported it (SUP-12).
    pub remote_session: bool,
}

/// Takes an entry back, by the id of its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CorrectWork {
    pub entry: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("is after today, {0}")]
    InFuture(NaiveDate),
    #[error("is more than a year before the ticket was reported, on {0}")]
    TooEarly(NaiveDate),
    #[error("with this, somebody would have worked on the ticket for more than a day on {0}")]
    TooMuch(NaiveDate),
    #[error("the ticket has no such entry")]
    NoEntry,
    #[error("the entry takes another one back, and is not taken back itself")]
    IsCorrection,
    #[error("the entry was taken back before")]
    Corrected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkLogged {
    /// Negative for a counter entry.
    pub minutes: i32,
    pub date: NaiveDate,
    /// The entry that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Uuid>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remote_session: bool,
}

/// An entry with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkEntry {
    /// The id of its event.
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub organisation: String,
    /// As histories name people.
    pub author: String,
    pub work: WorkLogged,
    pub text: String,
    pub recorded_at: Instant,
    /// Whether another entry takes it back.
    pub is_corrected: bool,
}

impl LogWork {
    pub(super) fn decide(self, Situation { contract, ticket, history, who, at }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::LogWork)?;
        let today = contract.zone.date(at);
        let date = self.date.unwrap_or(today);
        if date > today {
            return Err(Refused::InFuture(today));
        }
        // What prepared it may count. A date of long before is a slip.
        let reported = contract.zone.date(ticket.opened_at);
        if reported.checked_sub_months(Months::new(12)).is_some_and(|earliest| date < earliest) {
            return Err(Refused::TooEarly(reported));
        }
        let minutes = i32::from(self.minutes);
        if worked(history, &who.actor.as_text(), date) + minutes > MINUTES_OF_A_DAY {
            return Err(Refused::TooMuch(date));
        }
        Ok(vec![(EventData::WorkLogged(WorkLogged { minutes, date, corrects: None, remote_session: self.remote_session }), None)])
    }
}

impl CorrectWork {
    pub(super) fn decide(self, Situation { history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        who.may(Verb::LogWork)?;
        let (_, entry) = entries(history).find(|(id, _)| *id == self.entry).ok_or(Refused::NoEntry)?;
        if entry.corrects.is_some() {
            return Err(Refused::IsCorrection);
        }
        if entries(history).any(|(_, other)| other.corrects == Some(self.entry)) {
            return Err(Refused::Corrected);
        }
        Ok(vec![(EventData::WorkLogged(WorkLogged { minutes: -entry.minutes, corrects: Some(self.entry), ..entry }), None)])
    }
}

/// How long somebody worked on a date, without what was taken back, by whomever.
fn worked(history: &[Event], actor: &str, date: NaiveDate) -> i32 {
    let own: BTreeSet<_> = history.iter().filter(|event| event.actor == actor).map(|event| event.id).collect();
    let counts = |(id, entry): &(Uuid, WorkLogged)| entry.date == date && own.contains(&entry.corrects.unwrap_or(*id));
    entries(history).filter(counts).map(|(_, entry)| entry.minutes).sum()
}

fn entries(history: &[Event]) -> impl Iterator<Item = (Uuid, WorkLogged)> {
    history.iter().filter_map(|event| match &event.data {
        EventData::WorkLogged(work) => Some((event.id, *work)),
        _ => None,
    })
}
