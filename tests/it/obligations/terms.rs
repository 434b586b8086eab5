//! The term engine: vectors A-5 and CAL-03, CAL-07…09 whole, and the day count backwards as a law.

use chrono::{Datelike, NaiveDate, Weekday};
use uurwerk::domain::calendar::{Calendar, Counted, HolidayRule, Interval, Rules, Term, Zone};

/// An office from Monday to Friday, on the Dutch public holidays closed or not, with other days closed by hand.
fn office(holidays: HolidayRule, also_closed: &[&str], opened: &[&str]) -> Calendar {
    let hours: Interval = "08:30-17:30".parse().expect("an interval");
    let mut rules = Rules::in_zone(Zone::from(chrono_tz::Europe::Amsterdam));
    rules.weekly.iter_mut().take(5).for_each(|day| day.push(hours));
    rules.holidays = holidays;
    rules.closed.extend(also_closed.iter().map(|day| date(day)));
    rules.special.extend(opened.iter().map(|day| (date(day), vec![hours])));
    Calendar::new(rules).expect("it opens")
}

fn dutch() -> Calendar {
    office(HolidayRule::NlTermijnenwet, &[], &[])
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn counted(calendar: &Calendar, from: &str, term: &str) -> Counted {
    calendar.count(date(from), term.parse().expect("a term")).expect("it is within the counted years")
}

/// What a term passed over besides weekends.
fn named(counted: &Counted) -> Vec<&'static str> {
    let weekday = |date: NaiveDate| !matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    counted.skipped.iter().filter(|skipped| weekday(skipped.date)).map(|skipped| skipped.reason).collect()
}

/// Every row and every column of vector A-5 (rule C1).
#[test]
fn a_5_every_day_term_of_every_row_with_what_it_passes_over() {
    let table: [(&str, &str, &str, &[&str]); 18] = [
        ("2026-03-02", "7wd", "2026-03-11", &[]),
        ("2026-03-14", "7wd", "2026-03-24", &[]),
        ("2026-03-30", "7wd", "2026-04-10", &["good_friday", "easter_monday"]),
        ("2026-04-22", "7wd", "2026-05-04", &["kings_day"]),
        ("2026-05-08", "7wd", "2026-05-20", &["ascension"]),
        ("2026-12-17", "7wd", "2026-12-29", &["christmas_day"]),
        ("2026-04-30", "5wd", "2026-05-08", &["liberation_day"]),
        ("2026-05-12", "5wd", "2026-05-20", &["ascension"]),
        ("2026-04-15", "10wd", "2026-04-30", &["kings_day"]),
        ("2026-04-20", "14wd", "2026-05-12", &["kings_day", "liberation_day"]),
        ("2026-03-09", "3wd", "2026-03-12", &[]),
        ("2026-03-09", "5wd", "2026-03-16", &[]),
        ("2026-04-02", "3wd", "2026-04-09", &["good_friday", "easter_monday"]),
        ("2026-04-02", "5wd", "2026-04-13", &["good_friday", "easter_monday"]),
        ("2026-04-02", "1wd", "2026-04-07", &["good_friday", "easter_monday"]),
        ("2026-04-09", "3wd before", "2026-04-02", &["good_friday", "easter_monday"]),
        ("2026-03-24", "3wd before", "2026-03-19", &[]),
        ("2026-03-24", "2wd before", "2026-03-20", &[]),
    ];
    let calendar = dutch();
    for (event, term, due, skipped) in table {
        let counted = counted(&calendar, event, term);
        assert_eq!((counted.date, named(&counted)), (date(due), skipped.to_vec()), "{event} {term}");
    }
}

/// The other readings that stand in vector A-5 beside the dates.
#[test]
fn a_5_the_other_readings_are_another_calendar() {
    let good_friday_counts = office(HolidayRule::NlTermijnenwet, &[], &["2026-04-03"]);
    let bridge_day_closed = office(HolidayRule::NlTermijnenwet, &["2026-05-15"], &[]);
    let holidays_ignored = office(HolidayRule::None, &[], &[]);
    let table: [(&Calendar, &str, &str, &str, &[&str]); 4] = [
        (&good_friday_counts, "2026-03-30", "7wd", "2026-04-09", &["easter_monday"]),
        (&bridge_day_closed, "2026-05-08", "7wd", "2026-05-21", &["ascension", "by_hand"]),
        (&bridge_day_closed, "2026-05-12", "5wd", "2026-05-21", &["ascension", "by_hand"]),
        (&holidays_ignored, "2026-04-20", "14wd", "2026-05-08", &[]),
    ];
    for (calendar, event, term, due, skipped) in table {
        let counted = counted(calendar, event, term);
        assert_eq!((counted.date, named(&counted)), (date(due), skipped.to_vec()), "{event} {term}");
    }
}

/// CAL-11: each date that does not count is named with why, a holiday before a weekend.
#[test]
fn cal_11_the_breakdown_names_every_date_passed_over() {
    let calendar = office(HolidayRule::NlTermijnenwet, &["2026-12-24"], &[]);
    let shown = |counted: Counted| {
        counted.skipped.iter().map(|skipped| format!("{} {}", skipped.date.format("%m-%d"), skipped.reason)).collect::<Vec<_>>()
    };
    let christmas = ["12-24 by_hand", "12-25 christmas_day", "12-26 boxing_day", "12-27 weekend"];
    assert_eq!(shown(counted(&calendar, "2026-12-23", "1wd")), christmas);
    assert_eq!(shown(counted(&calendar, "2026-12-28", "1wd before")), christmas);
    // A working day of a desk that opens on Tuesdays is a Tuesday; the other days have no hours.
    let mut rules = Rules::in_zone(Zone::from(chrono_tz::Europe::Amsterdam));
    rules.weekly[1].push("09:00-12:00".parse().expect("an interval"));
    let tuesdays = Calendar::new(rules).expect("it opens");
    let week = ["03-04 hours", "03-05 hours", "03-06 hours", "03-07 weekend", "03-08 weekend", "03-09 hours"];
    assert_eq!(shown(counted(&tuesdays, "2026-03-03", "1wd")), week);
}

#[test]
fn cal_07_the_last_working_day_of_each_month_of_2026() {
    let last = ["01-30", "02-27", "03-31", "04-30", "05-29", "06-30", "07-31", "08-31", "09-30", "10-30", "11-30", "12-31"];
    let calendar = dutch();
    for (month, last) in (1..).zip(last) {
        for day in ["01", "15", "28"] {
            let counted = counted(&calendar, &format!("2026-{month:02}-{day}"), "last wd");
            assert_eq!(counted.date, date(&format!("2026-{last}")), "month {month}");
        }
    }
    let closed = office(HolidayRule::NlTermijnenwet, &["2026-12-31"], &[]);
    let counted = counted(&closed, "2026-12-01", "last wd");
    assert_eq!((counted.date, named(&counted)), (date("2026-12-30"), vec!["by_hand"]));
}

/// CAL-08: pure date arithmetic, no holiday shift.
#[test]
fn cal_08_calendar_day_terms_pass_over_nothing() {
    let calendar = dutch();
    let table = [
        ("2026-03-02", "2w", "2026-03-16"),
        ("2026-03-16", "30d", "2026-04-15"),
        ("2026-02-28", "14d", "2026-03-14"),
        ("2026-03-20", "14d", "2026-04-03"),
        ("2026-03-16", "0d", "2026-03-16"),
        ("2026-03-16", "14d before", "2026-03-02"),
    ];
    for (from, term, due) in table {
        let counted = counted(&calendar, from, term);
        assert_eq!((counted.date, counted.skipped.len()), (date(due), 0), "{from} {term}");
    }
}

/// CAL-09 and rule C2, with the rows that lean on it: EXIT-04, KPI-18, RPT-15, BCK-05…07.
#[test]
fn cal_09_month_terms_keep_the_day_or_clamp_it() {
    let calendar = dutch();
    let table = [
        ("2026-11-30", "3mo", "2027-02-28"),
        ("2025-08-31", "6mo", "2026-02-28"),
        ("2026-01-31", "1mo", "2026-02-28"),
        ("2024-01-31", "1mo", "2024-02-29"),
        ("2025-12-31", "2mo", "2026-02-28"),
        ("2026-01-15", "9mo", "2026-10-15"),
        ("2026-01-31", "12mo", "2027-01-31"),
        ("2026-06-30", "2y", "2028-06-30"),
        ("2026-12-31", "7y", "2033-12-31"),
        ("2024-02-29", "1y", "2025-02-28"),
        ("2026-03-31", "1mo before", "2026-02-28"),
        ("2026-12-31", "1y before", "2025-12-31"),
    ];
    for (from, term, due) in table {
        assert_eq!(counted(&calendar, from, term).date, date(due), "{from} {term}");
    }
}

/// RPT-09: a quarterly report at latest on the 15th of the following month; and a day some months lack.
#[test]
fn rpt_09_a_day_of_the_following_month() {
    let calendar = dutch();
    for (last, due) in [("2026-03-31", "2026-04-15"), ("2026-06-30", "2026-07-15"), ("2026-12-31", "2027-01-15")] {
        assert_eq!(counted(&calendar, last, "day 15").date, date(due));
    }
    assert_eq!(counted(&calendar, "2026-01-31", "day 31").date, date("2026-02-28"));
}

/// CAL-03: a term ends at 24:00 on the wall clock, also where the clocks change.
#[test]
fn cal_03_a_term_ends_at_24_00_local() {
    let zone = Zone::from(chrono_tz::Europe::Amsterdam);
    let ends = |from, term| zone.end_of_date(counted(&dutch(), from, term).date).map(|end| end.to_string());
    assert_eq!(ends("2026-03-15", "14d").as_deref(), Some("2026-03-29T22:00:00Z"));
    assert_eq!(ends("2026-10-11", "14d").as_deref(), Some("2026-10-25T23:00:00Z"));
}

/// Counting back is counting forth the other way round, over the borders of what is laid out at once.
#[test]
fn a_working_day_before_is_the_inverse_of_one_after() {
    let calendar = dutch();
    let mut day = date("2023-12-20");
    while day < date("2029-01-10") {
        for n in [1, 3, 10, 260] {
            let back = calendar.count(day, Term::Before(n, uurwerk::domain::calendar::Unit::WorkingDays)).expect("a date").date;
            let between = calendar.working_days_after(back, day.pred_opt().expect("a date"));
            assert_eq!(between, i64::from(n) - 1, "{n} before {day} is {back}");
            let is_working = calendar.working_days_after(back.pred_opt().expect("a date"), back) == 1;
            assert!(is_working, "{back} is no working day");
        }
        day = day.succ_opt().expect("a date");
    }
}

#[test]
fn a_term_that_leaves_the_counted_years_is_none() {
    let calendar = dutch();
    let reaches = |from: &str, term: &str| calendar.count(date(from), term.parse().expect("a term")).is_some();
    assert!(!reaches("2200-12-30", "999wd") && !reaches("1900-01-03", "999wd before"));
    assert!(reaches("2200-11-30", "1wd") && reaches("1900-02-01", "3wd before"));
}
