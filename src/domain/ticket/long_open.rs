//! Since when a ticket counts as open for long (*langdurig openstaand*, TKT-11).

use chrono::{Days, NaiveTime};

use crate::domain::Instant;
use crate::domain::contract::{Contract, TicketType};

/// Days where the agreement names none (AMB-08): working days by the calendar of the type's first clock, else days of the calendar.
const DAYS: u32 = 20;

/// When the first day begins that is more than so many after the day of the report, by the calendars as amended by `now`.
pub(super) fn long_open_at(contract: &Contract, kind: TicketType, opened_at: Instant, now: Instant) -> Option<Instant> {
    let agreed = contract.tickets.long_open.iter().find(|one| one.types.contains(&kind));
    let of_clock = || contract.clocks.iter().find(|entry| entry.types.contains(&kind)).map(|entry| entry.calendar_id.as_str());
    let calendar = agreed.map(|one| one.calendar.as_str()).or_else(of_clock);
    let days = agreed.map_or(DAYS, |one| one.after_days);
    let opened = contract.zone.date(opened_at);
    let day = match calendar.and_then(|name| contract.calendar_after(name, contract.amendments_by(now))) {
        Some(calendar) => calendar.working_day_after(opened, i64::from(days) + 1),
        None => opened.checked_add_days(Days::new(u64::from(days) + 1)),
    };
    contract.zone.first_reading(day?.and_time(NaiveTime::MIN))
}
