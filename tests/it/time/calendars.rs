//! Calendars by table: midnight, holidays, special days, why a second is closed, working days, and the edges of time.

use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};
use uurwerk::domain::Instant;
use uurwerk::domain::calendar::{Calendar, Days};

use super::{answer, clock, written};

fn contract(calendar: &str, goals: &str) -> uurwerk::domain::contract::Contract {
    written(&format!(
        "id = \"a\"\nversion = \"1\"\ntitle = \"A\"\neffective_from = 2020-01-01\ntime_zone = \"Europe/Amsterdam\"\n\
         [calendars.c]\n{calendar}\n[[clocks]]\nkind = \"resolution\"\ntypes = [\"incident\"]\ncalendar = \"c\"\n\
         holds = [\"requester\"]\ngoals = [{goals}]\n"
    ))
}

fn calendar(text: &str) -> std::sync::Arc<Calendar> {
    contract(text, "{ under = \"1h\" }").calendars["c"].clone()
}

fn utc(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// The segments of a span, one a line: `from to cause`, in UTC of 2026.
fn ledger(calendar: &Calendar, from: &str, to: &str) -> Vec<String> {
    let short = |at: Instant| at.to_string()[5..16].to_owned();
    let segments = calendar.segments(utc(from), utc(to));
    segments.iter().map(|segment| format!("{} {} {}", short(segment.from), short(segment.to), segment.closed.unwrap_or("open"))).collect()
}

const NIGHT: &str = "hours = { mon-sun = [\"22:00-06:00\"] }\nholidays = \"nl-termijnenwet\"";
const DAY: &str = "hours = { mon-fri = [\"08:00-17:00\"] }\nholidays = \"nl-termijnenwet\"";

#[test]
fn hours_may_end_at_24_00_and_go_on_at_00_00() {
    let calendar = calendar("hours = { wed = [\"20:00-24:00\"], thu = [\"00:00-02:00\"] }");
    assert_eq!(
        ledger(&calendar, "2026-03-11T18:00:00Z", "2026-03-12T02:00:00Z"),
        ["03-11T18:00 03-11T19:00 hours", "03-11T19:00 03-12T01:00 open", "03-12T01:00 03-12T02:00 hours"]
    );
}

/// King's day is Monday 27 April 2026, from 22:00 UTC on Sunday.
#[test]
fn a_holiday_closes_the_tail_of_the_evening_before_and_leaves_the_tail_of_its_own() {
    assert_eq!(
        ledger(&calendar(NIGHT), "2026-04-26T20:00:00Z", "2026-04-28T20:00:00Z"),
        [
            "04-26T20:00 04-26T22:00 open",
            "04-26T22:00 04-27T22:00 kings_day",
            "04-27T22:00 04-28T04:00 open",
            "04-28T04:00 04-28T20:00 hours"
        ]
    );
    let by_hand = calendar("hours = { mon-sun = [\"22:00-06:00\"] }\nalso_closed = [2026-04-27]");
    assert_eq!(
        ledger(&by_hand, "2026-04-26T20:00:00Z", "2026-04-28T20:00:00Z")[1..3],
        ["04-26T22:00 04-27T22:00 by_hand", "04-27T22:00 04-28T04:00 open"]
    );
}

#[test]
fn a_special_day_lifts_the_holiday_of_its_date_and_its_tail_obeys_the_next() {
    let lifted = calendar(&format!("{NIGHT}\nspecial_days = [{{ date = 2026-04-27, hours = [\"22:00-02:00\"] }}]"));
    assert_eq!(
        ledger(&lifted, "2026-04-26T20:00:00Z", "2026-04-28T20:00:00Z"),
        [
            "04-26T20:00 04-27T04:00 open",
            "04-27T04:00 04-27T20:00 by_hand",
            "04-27T20:00 04-28T00:00 open",
            "04-28T00:00 04-28T20:00 hours"
        ]
    );
    let before = calendar(&format!("{NIGHT}\nspecial_days = [{{ date = 2026-04-26, hours = [\"20:00-01:00\"] }}]"));
    assert_eq!(
        ledger(&before, "2026-04-26T18:00:00Z", "2026-04-27T22:00:00Z"),
        ["04-26T18:00 04-26T22:00 open", "04-26T22:00 04-27T22:00 kings_day"]
    );
    let yearly = calendar(
        "hours = { mon-fri = [\"08:00-17:00\"] }\nalso_closed = [\"12-24\"]\nspecial_days = [{ date = 2026-12-24, hours = [\"09:00-12:00\"] }]",
    );
    assert_eq!(yearly.open_between(utc("2026-12-23T23:00:00Z"), utc("2026-12-24T23:00:00Z")), 3 * 3600);
    assert_eq!(yearly.open_between(utc("2027-12-23T23:00:00Z"), utc("2027-12-24T23:00:00Z")), 0);
}

#[test]
fn a_special_day_without_hours_is_closed_by_hand() {
    let calendar = calendar(&format!("{DAY}\nspecial_days = [{{ date = 2026-03-18, hours = [] }}]"));
    assert_eq!(
        ledger(&calendar, "2026-03-17T15:00:00Z", "2026-03-19T08:00:00Z"),
        [
            "03-17T15:00 03-17T16:00 open",
            "03-17T16:00 03-17T23:00 hours",
            "03-17T23:00 03-18T23:00 by_hand",
            "03-18T23:00 03-19T07:00 hours",
            "03-19T07:00 03-19T08:00 open"
        ]
    );
    assert_eq!(calendar.working_day_after(date("2026-03-17"), 1), Some(date("2026-03-19")));
}

#[test]
fn a_closed_second_has_its_cause_by_civil_date() {
    let calendar = calendar(&format!("{DAY}\nalso_closed = [2026-05-15, \"12-25\", \"12-27\"]"));
    let table = [
        ("2026-03-14T12:00:00Z", "hours"),
        ("2026-05-15T12:00:00Z", "by_hand"),
        ("2026-05-14T22:00:00Z", "by_hand"),
        ("2026-05-14T21:59:59Z", "ascension"),
        ("2026-12-25T12:00:00Z", "christmas_day"),
        ("2026-12-26T12:00:00Z", "boxing_day"),
        ("2026-12-27T12:00:00Z", "by_hand"),
        // Ascension Day 2016 was 5 May: the first of the list names it.
        ("2016-05-05T12:00:00Z", "liberation_day"),
        ("2013-04-30T12:00:00Z", "kings_day"),
        ("2014-04-26T12:00:00Z", "kings_day"),
        ("2200-04-07T12:00:00Z", "easter_monday"),
    ];
    for (at, cause) in table {
        let second = calendar.segments(utc(at), utc(at).plus(1).expect("in range"));
        assert_eq!(second[0].closed, Some(cause), "{at}");
    }
}

/// Every working day is 1, however long it is open.
#[test]
fn a_half_saturday_a_night_shift_and_a_day_of_23_hours_are_one_working_day_each() {
    let table = [
        // The weekly hours, the working day's first second and the second after its last.
        ("hours = { mon-fri = [\"08:00-17:00\"], sat = [\"09:00-13:00\"] }", "2026-03-14T08:00:00Z", "2026-03-14T12:00:00Z"),
        (NIGHT, "2026-03-10T21:00:00Z", "2026-03-11T05:00:00Z"),
        // The evening before a holiday ends at midnight, and is a day of two hours.
        (NIGHT, "2026-04-26T20:00:00Z", "2026-04-26T22:00:00Z"),
        // The night the clock goes forward is seven hours long, the night it goes back nine.
        (NIGHT, "2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z"),
        (NIGHT, "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z"),
        ("hours = { mon-sun = [\"00:00-24:00\"] }", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("hours = { mon-sun = [\"00:00-24:00\"] }", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("hours = { mon-fri = [\"08:00-12:00\", \"13:00-17:00\"] }", "2026-03-10T07:00:00Z", "2026-03-10T16:00:00Z"),
    ];
    for (hours, from, to) in table {
        let calendar = calendar(hours);
        assert_eq!(calendar.reach_days(utc(from), &Days::default(), 1), Some(utc(to)), "{hours} from {from}");
        assert_eq!(calendar.days_between(utc(from), utc(to)).whole(), 1);
    }
}

#[test]
fn the_tail_of_a_holiday_evening_is_open_and_counts_no_working_day() {
    let calendar = calendar(NIGHT);
    let (from, to) = (utc("2026-04-27T22:00:00Z"), utc("2026-04-28T04:00:00Z"));
    assert_eq!(calendar.open_between(from, to), 6 * 3600);
    assert_eq!(calendar.first_working(from), Some(utc("2026-04-28T20:00:00Z")));
    assert_eq!(calendar.reach_days(from, &Days::default(), 1), Some(utc("2026-04-29T04:00:00Z")));
    let contract = contract(NIGHT, "{ within = \"1wd\" }, { under = \"6h\" }");
    let line = json!({ "id": "a", "ticketType": "incident", "reportedAt": "2026-04-28T00:00:00+02:00" });
    let answer = answer(&contract, &line);
    let goals = &clock(&answer, "resolution")["goals"];
    assert_eq!((&goals[0]["dueAt"], &goals[1]["dueAt"]), (&json!("2026-04-29T04:00:00Z"), &json!("2026-04-28T04:00:00Z")));
}

#[test]
fn working_days_are_found_over_years_and_counted_back() {
    let calendar = calendar(DAY);
    let table = [
        ("2025-12-31", 1, "2026-01-02"),
        ("2026-04-02", 1, "2026-04-07"),
        ("2025-12-31", 253, "2026-12-31"),
        ("2025-12-31", 507, "2027-12-31"),
    ];
    for (after, days, last) in table {
        assert_eq!(calendar.working_day_after(date(after), days), Some(date(last)), "{after} + {days}");
    }
    for days in (1..30_000).step_by(371) {
        let last = calendar.working_day_after(date("1999-12-31"), days).expect("before 2200");
        assert_eq!(calendar.working_days_after(date("1999-12-31"), last), days);
        assert_eq!(calendar.working_days_after(date("1999-12-31"), last.pred_opt().expect("a date")), days - 1);
    }
    assert_eq!(calendar.working_day_after(date("2200-12-01"), 40), None);
}

#[test]
fn time_ends_with_2200_and_begins_with_1900() {
    let calendar = calendar(DAY);
    assert_eq!(calendar.first_open(Instant::MIN), Some(utc("1900-01-02T08:00:00Z")), "as the zone data say");
    assert_eq!(calendar.first_open(utc("2200-12-31T16:00:00Z")), None);
    assert_eq!(calendar.reach(utc("2200-12-31T15:59:00Z"), 60), Some(utc("2200-12-31T16:00:00Z")));
    assert_eq!(calendar.reach(utc("2200-12-31T15:59:00Z"), 61), None);
    let contract = contract(DAY, "{ under = \"9h\" }, { within = \"2wd\" }, { by = \"1wd\" }, { under = \"1mo\" }");
    let due = |reported: &str| {
        let answer = answer(&contract, &json!({ "id": "a", "ticketType": "incident", "reportedAt": reported }));
        clock(&answer, "resolution")["goals"].as_array().expect("goals").iter().map(|goal| goal["dueAt"].clone()).collect::<Vec<_>>()
    };
    // Wednesday 31 December 2200 is the last day; its 24:00 is 23:00 UTC.
    assert_eq!(due("2200-12-30T12:00:00+01:00"), [json!("2200-12-31T11:00:00Z"), Value::Null, json!("2200-12-31T23:00:00Z"), Value::Null]);
    assert_eq!(due("2200-12-31T23:59:59Z"), [Value::Null, Value::Null, Value::Null, Value::Null]);
    assert_eq!(due("1900-01-01T00:00:00Z")[0], "1900-01-02T17:00:00Z");
}

fn edges() -> impl Strategy<Value = i64> {
    let (first, last) = (Instant::MIN.unix(), Instant::MAX.unix());
    prop_oneof![first..first + 3_000_000, last - 3_000_000..=last, first..=last]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn no_goal_and_no_instant_makes_it_panic(
        amounts in prop::collection::vec(prop_oneof![1_u32..40, 1_u32..1_000_000_000], 4), mut instants in prop::collection::vec(edges(), 1..6),
        probe in edges(), night in prop::bool::ANY,
    ) {
        let [hours, days, months, term] = amounts[..] else { unreachable!("four amounts") };
        let goals = format!("{{ within = \"{hours}h\" }}, {{ within = \"{days}wd\" }}, {{ within = \"{months}mo\" }}, {{ by = \"{term}wd\" }}");
        let contract = contract(if night { NIGHT } else { DAY }, &goals);
        instants.sort_unstable();
        let at = |unix: i64| json!(Instant::from_unix(unix));
        let fact = |(index, &unix): (usize, &i64)| {
            if index % 2 == 0 { json!({ "at": at(unix), "kind": "held", "cause": "requester" }) } else { json!({ "at": at(unix), "kind": "resumed" }) }
        };
        let history: Vec<_> = instants[1..].iter().enumerate().map(fact).collect();
        let last = instants.last().copied().unwrap_or_default();
        let line = json!({ "id": "a", "ticketType": "incident", "reportedAt": at(instants[0]), "history": history, "asOf": at(last), "probes": [at(probe)] });
        let mut out = Vec::new();
        uurwerk::simulate::answer(&contract, false, line.to_string().as_bytes(), &mut out).expect("memory can be written");
        let answer: Value = serde_json::from_slice(&out).expect("an answer is JSON");
        let clock = &answer["clocks"][0];
        let seconds = |key: &str| clock[key].as_i64().unwrap_or(-1);
        let open = contract.calendars["c"].open_between(Instant::from_unix(instants[0]).expect("in range"), Instant::from_unix(last).expect("in range"));
        prop_assert_eq!(seconds("elapsedSeconds") + seconds("heldSeconds"), open);
    }
}
