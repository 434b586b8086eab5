//! The `[calendars.NAME]` tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::reader::{Field, Section};
use crate::domain::calendar::{BadCalendar, Calendar, Interval, Rules, WEEKDAYS, YearlyDate, Zone};

/// Every calendar that could be read, by name.
pub(super) fn read(root: &Section<'_>, zone: Option<&Zone>) -> BTreeMap<String, Arc<Calendar>> {
    let Some(tables) = root.required("calendars").and_then(|field| field.section()) else { return BTreeMap::new() };
    let fields = tables.entries();
    if fields.is_empty() {
        root.refuse("calendars", "needs at least one calendar with hours");
    }
    // Without a zone the calendars are read all the same, so that their own mistakes are found too.
    let utc = Zone::from(chrono_tz::UTC);
    let mut calendars = BTreeMap::new();
    for (name, field) in fields {
        if let Some(section) = field.section()
            && let Some(calendar) = calendar(&section, zone.unwrap_or(&utc))
        {
            calendars.insert(name.to_owned(), Arc::new(calendar));
        }
    }
    calendars
}

/// One calendar; what is wrong with some of its hours does not hide what is wrong with the others.
fn calendar(section: &Section<'_>, zone: &Zone) -> Option<Calendar> {
    let before = section.findings_so_far();
    let mut rules = Rules::in_zone(zone.clone());
    if let Some(hours) = section.required("hours").and_then(|field| field.section()) {
        weekly(&hours, &mut rules);
    }
    let hours_are_read = section.findings_so_far() == before;
    if let Some(rule) = section.optional("holidays").and_then(|field| field.code()) {
        rules.holidays = rule;
    }
    for field in section.optional("also_closed").map(|field| field.list()).unwrap_or_default() {
        let is_new = match (field.as_date(), field.as_text().and_then(yearly)) {
            (Some(date), _) => rules.closed.insert(date),
            (None, Some(date)) => rules.closed_yearly.insert(date),
            (None, None) => {
                field.refuse("must be a date such as 2026-05-15, or \"12-24\" for every year");
                continue;
            }
        };
        if !is_new {
            field.refuse("is named twice");
        }
    }
    let specials = section.optional("special_days").map(|field| field.sections()).unwrap_or_default();
    let dates: Vec<_> = specials.iter().map(|day| special(day, &mut rules)).collect();
    section.finish();
    let calendar = Calendar::new(rules).map_err(|problems| {
        for problem in problems {
            match problem {
                // Hours that could not be read leave the week empty: that is not a second problem.
                BadCalendar::NeverOpen if !hours_are_read => {}
                BadCalendar::NeverOpen | BadCalendar::WeeklyOverlap(_) => section.refuse("hours", problem),
                BadCalendar::SpecialOverlap(date) => {
                    let day = specials.iter().zip(&dates).find(|(_, named)| **named == Some(date));
                    day.map_or(section, |(day, _)| day).refuse("hours", problem);
                }
            }
        }
    });
    calendar.ok().filter(|_| section.findings_so_far() == before)
}

/// `mon-fri = ["08:00-17:00"]`.
fn weekly(hours: &Section<'_>, rules: &mut Rules) {
    let mut named = [false; 7];
    for (key, field) in hours.entries() {
        let (from, to) = key.split_once('-').unwrap_or((key, key));
        let day = |name: &str| WEEKDAYS.iter().position(|known| *known == name);
        let Some((from, to)) = day(from).zip(day(to)).filter(|(from, to)| from <= to) else {
            hours.refuse(key, "is not a day (mon tue wed thu fri sat sun) nor a range such as mon-fri");
            continue;
        };
        let intervals = intervals(&field);
        for at in from..=to {
            if std::mem::replace(&mut named[at], true) {
                hours.refuse(key, format!("names {} twice", WEEKDAYS[at]));
            } else {
                rules.weekly[at].clone_from(&intervals);
            }
        }
    }
}

/// `{ date = 2026-12-28, hours = ["09:00-12:00"] }`, and its date.
fn special(day: &Section<'_>, rules: &mut Rules) -> Option<NaiveDate> {
    let date = day.required("date").and_then(|field| field.date());
    let hours = day.required("hours").map(|field| intervals(&field)).unwrap_or_default();
    day.finish();
    let date = date?;
    if rules.closed.contains(&date) {
        day.refuse("date", "is in also_closed too");
    }
    if rules.special.insert(date, hours).is_some() {
        day.refuse("date", "is named twice");
    }
    Some(date)
}

fn intervals(field: &Field<'_>) -> Vec<Interval> {
    field.list().iter().filter_map(Field::parsed).collect()
}

fn yearly(text: &str) -> Option<YearlyDate> {
    let (month, day) = text.split_once('-')?;
    let number = |part: &str| (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok());
    YearlyDate::new(number(month).flatten()?, number(day).flatten()?)
}
