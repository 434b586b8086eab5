//! When a desk is open.

use chrono::{Months, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::label::Label;
use crate::domain::calendar::{Calendar as Window, Interval, WEEKDAYS};
use crate::words::Word;

/// A calendar of a contract.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    /// Its name in the contract.
    id: String,
    /// The IANA zone of its hours.
    #[schema(example = "Europe/Amsterdam")]
    time_zone: String,
    /// Monday through Sunday.
    weekly_hours: Vec<DayHours>,
    /// Which holidays it keeps: `nl-termijnenwet` or `none`.
    holidays: String,
    /// The dates of the coming twelve months on which it is closed all day.
    closed_days: Vec<ClosedDay>,
    /// Dates of the coming twelve months with hours of their own.
    special_days: Vec<SpecialDay>,
}

/// The hours of a day of the week.
#[derive(ToSchema, Serialize)]
pub struct DayHours {
    /// `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`.
    day: String,
    /// Opening hours such as `08:00-17:00`; when the end comes before the start, they run past midnight.
    hours: Vec<String>,
}

/// A date on which the calendar is closed all day.
#[derive(ToSchema, Serialize)]
pub struct ClosedDay {
    /// The date.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// A holiday's name, or `by_hand`.
    #[schema(example = "good_friday")]
    cause: String,
    /// Its display name.
    label: Label,
}

/// A date with hours of its own.
#[derive(ToSchema, Serialize)]
pub struct SpecialDay {
    /// The date.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// Its hours, in place of those of the week; empty when it is closed.
    hours: Vec<String>,
}

/// A contract's calendars.
#[derive(ToSchema, Serialize)]
pub struct CalendarList {
    /// By name.
    pub items: Vec<Calendar>,
}

impl Calendar {
    /// `from` is the contract's present date; closures and special days of the next twelve months are listed.
    pub fn new(id: &str, calendar: &Window, from: NaiveDate) -> Self {
        let rules = calendar.rules();
        let until = from.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX);
        let texts = |hours: &[Interval]| {
            let mut hours = hours.to_vec();
            hours.sort_unstable();
            hours.iter().map(Interval::to_string).collect::<Vec<_>>()
        };
        let closed = |(date, cause): (NaiveDate, Word)| ClosedDay { date, cause: cause.code.to_owned(), label: cause.into() };
        Self {
            id: id.to_owned(),
            time_zone: rules.zone.name().to_owned(),
            weekly_hours: WEEKDAYS
                .iter()
                .zip(&rules.weekly)
                .map(|(day, hours)| DayHours { day: (*day).to_owned(), hours: texts(hours) })
                .collect(),
            holidays: rules.holidays.as_str().to_owned(),
            closed_days: rules.closures(from, until).into_iter().map(closed).collect(),
            special_days: rules.special.range(from..until).map(|(date, hours)| SpecialDay { date: *date, hours: texts(hours) }).collect(),
        }
    }
}
