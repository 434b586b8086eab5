//! Holidays, computed for any year without asking anyone.
//!
//! `nl-termijnenwet` is the Dutch general act on terms: its article 3(1) with Good Friday, which article 3(2) equates
//! (CAL-01, AMB-29). 5 May is one every year (AMB-30). Decreed bridge days are dates in a contract, never a rule.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::words::closed_list;

closed_list! {
    /// Which days are holidays, as a contract names the rule.
    #[derive(Default)]
    pub enum HolidayRule {
        #[default]
        None = "none": "geen", "none";
        /// The nine days of the Dutch act on terms.
        NlTermijnenwet = "nl-termijnenwet": "Algemene termijnenwet", "Dutch act on terms";
    }
}

closed_list! {
    /// A holiday, by the name that ledgers show.
    pub enum Holiday {
        NewYear = "new_year": "Nieuwjaarsdag", "New Year's Day";
        GoodFriday = "good_friday": "Goede Vrijdag", "Good Friday";
        EasterMonday = "easter_monday": "tweede paasdag", "Easter Monday";
        KingsDay = "kings_day": "Koningsdag", "King's Day";
        LiberationDay = "liberation_day": "Bevrijdingsdag", "Liberation Day";
        Ascension = "ascension": "Hemelvaartsdag", "Ascension Day";
        WhitMonday = "whit_monday": "tweede pinksterdag", "Whit Monday";
        ChristmasDay = "christmas_day": "eerste kerstdag", "Christmas Day";
        BoxingDay = "boxing_day": "tweede kerstdag", "Boxing Day";
    }
}

impl HolidayRule {
    /// The holidays of a year. Of two on one date, the first names it.
    pub fn of_year(self, year: i32) -> Vec<(NaiveDate, Holiday)> {
        match self {
            Self::None => Vec::new(),
            Self::NlTermijnenwet => nl_termijnenwet(year),
        }
    }
}

fn nl_termijnenwet(year: i32) -> Vec<(NaiveDate, Holiday)> {
    let date = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let easter = easter_sunday(year);
    let around = |days: i64| easter.map(|sunday| sunday + chrono::TimeDelta::days(days));
    [
        (date(1, 1), Holiday::NewYear),
        (around(-2), Holiday::GoodFriday),
        (around(1), Holiday::EasterMonday),
        (kings_day(year), Holiday::KingsDay),
        (date(5, 5), Holiday::LiberationDay),
        (around(39), Holiday::Ascension),
        (around(50), Holiday::WhitMonday),
        (date(12, 25), Holiday::ChristmasDay),
        (date(12, 26), Holiday::BoxingDay),
    ]
    .into_iter()
    .filter_map(|(date, name)| Some((date?, name)))
    .collect()
}

/// 27 April, or the day before when that is a Sunday; until 2013 the Queen's day, 30 April or the 29th.
fn kings_day(year: i32) -> Option<NaiveDate> {
    let day = if year < 2014 { 30 } else { 27 };
    let date = NaiveDate::from_ymd_opt(year, 4, day)?;
    if date.weekday() == Weekday::Sun { date.checked_sub_days(Days::new(1)) } else { Some(date) }
}

/// Easter Sunday of the Gregorian calendar, by the paschal full moon.
fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let century = year / 100;
    let golden = year % 19;
    let skipped = century - century / 4;
    let moon_shift = (8 * century + 13) / 25;
    let mut epact = (19 * golden + skipped - moon_shift + 15) % 30;
    if epact == 29 || (epact == 28 && golden > 10) {
        epact -= 1;
    }
    // Days after 21 March of the full moon, then on to the Sunday after it.
    let full_moon = NaiveDate::from_ymd_opt(year, 3, 21)? + chrono::TimeDelta::days(i64::from(epact));
    let to_sunday = 7 - full_moon.weekday().num_days_from_sunday();
    full_moon.checked_add_days(Days::new(u64::from(to_sunday)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vector A-3.
    #[test]
    fn a_3_the_holidays_of_2025_through_2028() {
        let table = [
            (2025, ["01-01", "04-18", "04-21", "04-26", "05-05", "05-29", "06-09", "12-25", "12-26"]),
            (2026, ["01-01", "04-03", "04-06", "04-27", "05-05", "05-14", "05-25", "12-25", "12-26"]),
            (2027, ["01-01", "03-26", "03-29", "04-27", "05-05", "05-06", "05-17", "12-25", "12-26"]),
            (2028, ["01-01", "04-14", "04-17", "04-27", "05-05", "05-25", "06-05", "12-25", "12-26"]),
        ];
        for (year, days) in table {
            let found: Vec<_> =
                HolidayRule::NlTermijnenwet.of_year(year).iter().map(|(date, _)| date.format("%m-%d").to_string()).collect();
            assert_eq!(found, days, "{year}");
        }
    }

    #[test]
    fn easter_falls_where_the_almanac_says() {
        for (year, month, day) in [
            (1900, 4, 15),
            (1943, 4, 25),
            (1954, 4, 18),
            (1981, 4, 19),
            (2008, 3, 23),
            (2038, 4, 25),
            (2049, 4, 18),
            (2076, 4, 19),
            (2200, 4, 6),
        ] {
            assert_eq!(easter_sunday(year), NaiveDate::from_ymd_opt(year, month, day), "{year}");
        }
    }

    #[test]
    fn the_queens_day_moved_to_the_29th_on_a_sunday() {
        assert_eq!(kings_day(2006), NaiveDate::from_ymd_opt(2006, 4, 29));
        assert_eq!(kings_day(2013), NaiveDate::from_ymd_opt(2013, 4, 30));
        assert_eq!(kings_day(2014), NaiveDate::from_ymd_opt(2014, 4, 26));
    }
}
