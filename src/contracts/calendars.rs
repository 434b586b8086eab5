//! The `[calendars.NAME]` tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reader::{Field, Section};
use crate::domain::calendar::{BadCalendar, Calendar, HolidayRule, Interval, Rules, YearlyDate, Zone};

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Every calendar that could be read, by name.
pub(super) fn read(root: &Section<'_>, zone: Option<&Zone>) -> BTreeMap<String, Arc<Calendar>> {
    let Some(tables) = root.required("calendars").and_then(|field| field.section()) else { return BTreeMap::new() };
    let fields = tables.entries();
    if fields.is_empty() {
        root.refuse("calendars", "needs at least one calendar with hours");
    }
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

fn calendar(section: &Section<'_>, zone: &Zone) -> Option<Calendar> {
    let mut rules = Rules::in_zone(zone.clone());
    let hours = section.required("hours").and_then(|field| field.section());
    let readable = hours.as_ref().is_some_and(|hours| weekly(hours, &mut rules));
    if let Some(field) = section.optional("holidays")
        && let Some(name) = field.text()
    {
        match HolidayRule::named(name) {
            Some(rule) => rules.holidays = rule,
            None => field.refuse("must be one of none, nl-termijnenwet"),
        }
    }
    for field in section.optional("also_closed").map(|field| field.list()).unwrap_or_default() {
        match (field.as_date(), field.as_text().and_then(yearly)) {
            (Some(date), _) => drop(rules.closed.insert(date)),
            (None, Some(date)) => drop(rules.closed_yearly.insert(date)),
            (None, None) => field.refuse("must be a date such as 2026-05-15, or \"12-24\" for every year"),
        }
    }
    let specials = section.optional("special_days").map(|field| field.sections()).unwrap_or_default();
    let special_readable = specials.iter().fold(true, |readable, day| special(day, &mut rules) && readable);
    section.finish();
    if !readable || !special_readable {
        return None;
    }
    Calendar::new(rules).map_err(|problems| problems.iter().for_each(|problem| place(section, problem))).ok()
}

fn place(section: &Section<'_>, problem: &BadCalendar) {
    let key = if matches!(problem, BadCalendar::SpecialOverlap(_)) { "special_days" } else { "hours" };
    section.refuse(key, problem);
}

/// `mon-fri = ["08:00-17:00"]`; whether every interval could be read.
fn weekly(hours: &Section<'_>, rules: &mut Rules) -> bool {
    let mut named = [false; 7];
    let mut readable = true;
    for (key, field) in hours.entries() {
        let (from, to) = key.split_once('-').unwrap_or((key, key));
        let day = |name: &str| WEEKDAYS.iter().position(|known| *known == name);
        let Some((from, to)) = day(from).zip(day(to)).filter(|(from, to)| from <= to) else {
            hours.refuse(key, "is not a day (mon tue wed thu fri sat sun) nor a range such as mon-fri");
            readable = false;
            continue;
        };
        let (intervals, all_read) = intervals(&field);
        readable &= all_read;
        for at in from..=to {
            if std::mem::replace(&mut named[at], true) {
                hours.refuse(key, format!("names {} twice", WEEKDAYS[at]));
                readable = false;
            }
            rules.weekly[at].clone_from(&intervals);
        }
    }
    readable
}

/// `{ date = 2026-12-28, hours = ["09:00-12:00"] }`; whether it could be read.
fn special(day: &Section<'_>, rules: &mut Rules) -> bool {
    let date = day.required("date").and_then(|field| field.date());
    let hours = day.required("hours").map(|field| intervals(&field));
    day.finish();
    let (Some(date), Some((hours, true))) = (date, hours) else { return false };
    if rules.closed.contains(&date) {
        day.refuse("date", "is in also_closed too");
    }
    if rules.special.insert(date, hours).is_some() {
        day.refuse("date", "is named twice");
    }
    true
}

fn intervals(field: &Field<'_>) -> (Vec<Interval>, bool) {
    let items = field.list();
    let read: Vec<_> = items.iter().filter_map(Field::parsed::<Interval>).collect();
    let all = read.len() == items.len();
    (read, all)
}

fn yearly(text: &str) -> Option<YearlyDate> {
    let (month, day) = text.split_once('-')?;
    let number = |part: &str| (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok());
    YearlyDate::new(number(month).flatten()?, number(day).flatten()?)
}
