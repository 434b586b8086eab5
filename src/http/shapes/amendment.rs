//! Amendments to calendars.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Instant;
use crate::store::amendments::Recorded;

/// A change to one date of a contract's calendar.
#[derive(ToSchema, serde::Deserialize)]
#[schema(rename_all = "camelCase")]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a shape for the document; bodies are read field by field")]
pub struct CalendarAmendmentInput {
    /// The calendar's name in the contract.
    #[schema(min_length = 1, max_length = 100, example = "support")]
    calendar: String,
    /// The date.
    #[schema(value_type = String, format = Date, max_length = 10)]
    date: String,
    /// `closed`, `hours` for a date that opens in the hours given, or `as_agreed` for what the contract says.
    #[schema(min_length = 1, max_length = 50, example = "closed")]
    change: String,
    /// The hours it opens, as a contract writes them; only with `hours`.
    #[schema(max_items = 20, value_type = Option<Vec<OpeningHours>>)]
    hours: Option<Vec<String>>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    reason: String,
}

/// An opening, as a contract writes it.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 20, example = "09:00-12:00")]
#[expect(dead_code, reason = "a shape for the document")]
pub struct OpeningHours(String);

/// A change to one date of a contract's calendar, as recorded.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarAmendment {
    /// Its id.
    id: uuid::Uuid,
    /// The contract.
    contract: String,
    /// The calendar's name in it.
    calendar: String,
    /// The date.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// closed, hours or `as_agreed`.
    change: String,
    /// The hours it opens.
    hours: Vec<String>,
    /// Why.
    reason: String,
    /// Who recorded it, by id.
    actor: String,
    /// Since when it is known.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
}

impl From<Recorded> for CalendarAmendment {
    fn from(recorded: Recorded) -> Self {
        let amendment = recorded.amendment;
        Self {
            id: amendment.id,
            contract: recorded.contract,
            calendar: amendment.calendar,
            date: amendment.date,
            change: amendment.change.as_str().to_owned(),
            hours: amendment.change.hours(),
            reason: recorded.reason,
            actor: recorded.actor,
            recorded_at: amendment.recorded_at,
        }
    }
}

/// What was amended in a contract's calendars.
#[derive(ToSchema, Serialize)]
pub struct CalendarAmendmentList {
    /// In the order recorded.
    pub items: Vec<CalendarAmendment>,
}
