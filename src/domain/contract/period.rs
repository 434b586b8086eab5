//! Periods of the calendar, on local dates (CAL-10).

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::words::closed_list;

closed_list! {
    /// How often.
    pub enum Cycle {
        /// Every week of ISO 8601, from Monday through Sunday.
        Week = "week": "week", "week";
        Month = "month": "maand", "month";
        Quarter = "quarter": "kwartaal", "quarter";
        /// From January through June, and from July through December.
        HalfYear = "half-year": "half jaar", "half year";
        Year = "year": "jaar", "year";
    }
}

impl Cycle {
    /// `None` for a week.
    const fn months(self) -> Option<u32> {
        match self {
            Self::Week => None,
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::HalfYear => Some(6),
            Self::Year => Some(12),
        }
    }

    /// The period in which a date falls.
    pub fn containing(self, date: NaiveDate) -> Period {
        let first = match self.months() {
            Some(months) => NaiveDate::from_ymd_opt(date.year(), date.month0() / months * months + 1, 1),
            None => date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into())),
        };
        Period { cycle: self, first: first.unwrap_or(date) }
    }
}

/// One period of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    cycle: Cycle,
    first: NaiveDate,
}

impl Period {
    pub fn first(self) -> NaiveDate {
        self.first
    }

    pub fn last(self) -> NaiveDate {
        self.next().first.pred_opt().unwrap_or(self.first)
    }

    #[must_use]
    pub fn next(self) -> Self {
        let next = match self.cycle.months() {
            Some(months) => self.first.checked_add_months(Months::new(months)),
            None => self.first.checked_add_days(Days::new(7)),
        };
        Self { first: next.unwrap_or(self.first), ..self }
    }

    #[must_use]
    pub fn previous(self) -> Self {
        let previous = match self.cycle.months() {
            Some(months) => self.first.checked_sub_months(Months::new(months)),
            None => self.first.checked_sub_days(Days::new(7)),
        };
        Self { first: previous.unwrap_or(self.first), ..self }
    }

    /// Its name: `2026-W10`, `2026-03`, `2026-Q1`, `2026-H1` or `2026`.
    pub fn name(self) -> String {
        let (year, month) = (self.first.year(), self.first.month());
        match self.cycle {
            Cycle::Week => format!("{:04}-W{:02}", self.first.iso_week().year(), self.first.iso_week().week()),
            Cycle::Month => format!("{year:04}-{month:02}"),
            Cycle::Quarter => format!("{year:04}-Q{}", month.div_ceil(3)),
            Cycle::HalfYear => format!("{year:04}-H{}", month.div_ceil(6)),
            Cycle::Year => format!("{year:04}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Instant;
    use crate::domain::calendar::Zone;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn a_period_is_known_by_any_of_its_dates() {
        let names = |text| Cycle::ALL.map(|cycle| cycle.containing(date(text)).name());
        assert_eq!(names("2026-03-31"), ["2026-W14", "2026-03", "2026-Q1", "2026-H1", "2026"]);
        assert_eq!(names("2026-07-01"), ["2026-W27", "2026-07", "2026-Q3", "2026-H2", "2026"]);
        let year = Cycle::Year.containing(date("2026-08-09"));
        assert_eq!((year.first(), year.last()), (date("2026-01-01"), date("2026-12-31")));
        // The week of 1 January 2027 began in 2026 and is the last one of that year; Monday 29 December 2025 began 2026.
        let week = Cycle::Week.containing(date("2027-01-01"));
        assert_eq!((week.name(), week.first(), week.last()), ("2026-W53".to_owned(), date("2026-12-28"), date("2027-01-03")));
        assert_eq!((week.next().name(), week.previous().name()), ("2027-W01".to_owned(), "2026-W52".to_owned()));
        assert_eq!(Cycle::Week.containing(date("2025-12-29")).name(), "2026-W01");
        let half = Cycle::HalfYear.containing(date("2026-12-31"));
        assert_eq!((half.next().name(), half.previous().last()), ("2027-H1".to_owned(), date("2026-06-30")));
    }

    /// CAL-10: half past midnight on 1 April is in the second quarter, whatever UTC says.
    #[test]
    fn cal_10_the_period_of_an_instant_is_that_of_its_local_date() {
        let amsterdam = Zone::from(chrono_tz::Europe::Amsterdam);
        let at: Instant = "2026-03-31T22:30:00Z".parse().unwrap_or(Instant::MIN);
        assert_eq!(Cycle::Quarter.containing(amsterdam.date(at)).name(), "2026-Q2");
    }
}
