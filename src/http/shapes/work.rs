//! Work on tickets, which the desk alone sees.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Actor;
use crate::domain::Instant;
use crate::domain::ticket::work::{LogWork, WorkEntry};
use crate::usecases::actors::Actors;

/// Work that was done on a ticket.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkLogInput {
    /// How long, from a minute to a day.
    #[schema(value_type = i32, minimum = 1, maximum = 1440, example = 30)]
    pub minutes: Option<u16>,
    /// On which date; today when absent, and never later.
    #[schema(value_type = Option<String>, format = Date, max_length = 10)]
    pub work_date: Option<NaiveDate>,
    /// Whether it was done in a remote session, on the screen of whoever reported it; it was not when absent.
    pub remote_session: Option<bool>,
    /// What was done.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub text: Option<String>,
}

impl WorkLogInput {
    pub fn work(&self) -> LogWork {
        LogWork { minutes: self.minutes.unwrap_or_default(), date: self.work_date, remote_session: self.remote_session.unwrap_or_default() }
    }
}

/// Why an entry is taken back.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkCorrectionInput {
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub text: Option<String>,
}

/// Work that was done on a ticket, as it was recorded.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkLog {
    /// Its id.
    id: uuid::Uuid,
    /// How long; negative for an entry that takes another one back.
    minutes: i32,
    /// On which date.
    work_date: NaiveDate,
    /// Whether it was done in a remote session.
    remote_session: bool,
    /// What was done, or why an entry was taken back.
    text: String,
    /// Who recorded it.
    author: Actor,
    /// The id of the entry that this one takes back; `null` for most.
    corrects: Option<uuid::Uuid>,
    /// Whether another entry takes this one back.
    is_corrected: bool,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
}

/// A page of the work on a ticket.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkLogPage {
    /// In the order recorded.
    pub items: Vec<WorkLog>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

impl WorkLog {
    pub fn new(entry: WorkEntry, actors: &Actors) -> Self {
        Self {
            id: entry.id,
            minutes: entry.work.minutes,
            work_date: entry.work.date,
            remote_session: entry.work.remote_session,
            text: entry.text,
            author: actors.show(&entry.author).into(),
            corrects: entry.work.corrects,
            is_corrected: entry.is_corrected,
            recorded_at: entry.recorded_at,
        }
    }
}
