//! Exact values as Dutch readers write them: `4 u 05 min`, `88,9 %`, `05-03-2026 14:30:00`.

use chrono::NaiveDate;

use super::Cell;
use crate::domain::Instant;
use crate::domain::calendar::Zone;

pub fn cell(cell: &Cell, zone: &Zone) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Missing => missing(),
        Cell::Text { text } | Cell::Ticket { number: text } => text.clone(),
        Cell::Word { text, .. } => (*text).to_owned(),
        Cell::Count { count } => count.to_string(),
        Cell::Ordinal { ordinal } => format!("{ordinal}e"),
        Cell::Duration { seconds } => duration(*seconds),
        Cell::MeanDuration { total_seconds, of } => duration(total_seconds / i64::try_from(*of).unwrap_or(i64::MAX).max(1)),
        Cell::Percentage { part, whole } => percentage(*part, *whole),
        Cell::PartOf { part, whole } => format!("{part} van {whole}"),
        Cell::Moment { at } => moment(*at, zone),
        Cell::Date { date } => self::date(*date),
    }
}

fn missing() -> String {
    "–".to_owned()
}

/// Hours and minutes, rounded down to the minute.
fn duration(seconds: i64) -> String {
    format!("{} u {:02} min", seconds / 3600, seconds / 60 % 60)
}

/// One decimal, rounded half up; computed in integers.
fn percentage(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let tenths = (part * 2000 + whole).checked_div(2 * whole);
    tenths.map_or_else(missing, |tenths| format!("{},{} %", tenths / 10, tenths % 10))
}

/// Wall-clock time to the second, because a second can decide in which month something counts.
pub fn moment(instant: Instant, zone: &Zone) -> String {
    zone.wall(instant).format("%d-%m-%Y %H:%M:%S").to_string()
}

pub fn date(date: NaiveDate) -> String {
    date.format("%d-%m-%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_cut_to_minutes() {
        assert_eq!([4 * 3600 + 5 * 60 + 59, 0, 360_000].map(duration), ["4 u 05 min", "0 u 00 min", "100 u 00 min"]);
    }

    #[test]
    fn a_percentage_is_rounded_half_up_and_of_nothing_there_is_none() {
        let shown = [(8, 9), (17, 20), (0, 3), (3, 3), (1, 2000), (1, 2001), (0, 0)].map(|(part, whole)| percentage(part, whole));
        assert_eq!(shown, ["88,9 %", "85,0 %", "0,0 %", "100,0 %", "0,1 %", "0,0 %", "–"]);
    }
}
