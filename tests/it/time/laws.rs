//! Laws of time, for any calendar, span and history.

use proptest::prelude::*;
use serde_json::{Value, json};
use uurwerk::domain::Instant;
use uurwerk::domain::calendar::{Calendar, Days, HolidayRule, Interval, Rules, Zone};
use uurwerk::domain::pauses::{Pause, Pauses};

use super::{answer, clock, written};

/// Calendars of several intervals a day, nights among them, in zones that change their offset in odd ways.
fn calendars() -> impl Strategy<Value = Calendar> {
    let hours = prop::sample::subsequence(vec!["00:30-02:45", "08:00-12:00", "12:30-17:00", "22:00-00:15"], 1..4);
    let zones = prop::sample::select(vec![
        chrono_tz::Europe::Amsterdam,
        chrono_tz::America::St_Johns,
        chrono_tz::Australia::Lord_Howe,
        chrono_tz::Pacific::Apia,
        chrono_tz::UTC,
    ]);
    (hours, zones, prop::bool::ANY, 1_u8..128).prop_map(|(hours, zone, holidays, days)| {
        let mut rules = Rules::in_zone(Zone::from(zone));
        let day: Vec<Interval> = hours.iter().map(|text| text.parse().expect("an interval")).collect();
        for (at, weekly) in rules.weekly.iter_mut().enumerate() {
            if days >> at & 1 == 1 {
                weekly.clone_from(&day);
            }
        }
        if holidays {
            rules.holidays = HolidayRule::NlTermijnenwet;
        }
        Calendar::new(rules).expect("a calendar")
    })
}

fn instants() -> impl Strategy<Value = Instant> {
    // 2011 has the date that Apia skipped and the midnight changes of St John's.
    prop_oneof![1_290_000_000_i64..1_330_000_000, 1_770_000_000_i64..1_800_000_000].prop_map(|at| Instant::from_unix(at).expect("in range"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn open_time_adds_up_over_adjoining_spans(calendar in calendars(), from in instants(), one in 0_i64..5_000_000, other in 0_i64..5_000_000) {
        let (middle, to) = (from.plus(one).expect("in range"), from.plus(one + other).expect("in range"));
        prop_assert_eq!(calendar.open_between(from, to), calendar.open_between(from, middle) + calendar.open_between(middle, to));
        let mut days = calendar.days_between(from, middle);
        days.add_all(&calendar.days_between(middle, to));
        let whole = calendar.days_between(from, to);
        prop_assert_eq!(days.whole(), whole.whole());
        prop_assert!(days.reaches(whole.whole()) && !days.reaches(whole.whole() + 1));
    }

    #[test]
    fn open_time_until_the_deadline_is_the_goal_and_a_second_earlier_it_is_not(calendar in calendars(), from in instants(), seconds in 1_i64..2_000_000) {
        let due = calendar.reach(from, seconds).expect("in range");
        prop_assert_eq!(calendar.open_between(from, due), seconds);
        prop_assert_eq!(calendar.open_between(from, due.plus(-1).expect("in range")), seconds - 1);
    }

    #[test]
    fn working_days_are_reached_at_the_earliest_whole_second(calendar in calendars(), from in instants(), days in 1_i64..40) {
        let due = calendar.reach_days(from, &Days::default(), days).expect("in range");
        prop_assert!(calendar.days_between(from, due).reaches(days));
        prop_assert!(!calendar.days_between(from, due.plus(-1).expect("in range")).reaches(days));
    }

    #[test]
    fn segments_leave_no_gap_and_their_open_seconds_are_the_open_time(calendar in calendars(), from in instants(), length in 1_i64..3_000_000) {
        let to = from.plus(length).expect("in range");
        let segments = calendar.segments(from, to);
        prop_assert_eq!((segments[0].from, segments[segments.len() - 1].to), (from, to));
        prop_assert!(segments.windows(2).all(|pair| pair[0].to == pair[1].from && pair[0].closed != pair[1].closed));
        let open: i64 = segments.iter().filter(|segment| segment.closed.is_none()).map(|segment| segment.to.unix() - segment.from.unix()).sum();
        prop_assert_eq!(open, calendar.open_between(from, to));
        for segment in segments {
            prop_assert_eq!(calendar.is_open(segment.from), segment.closed.is_none());
        }
    }
}

/// Stretches of `(gap, length)` from an instant on, which overlap where a gap is negative.
fn stretches(from: Instant, lengths: &[(i64, i64)]) -> Vec<Pause> {
    let mut at = from;
    let stretch = |(gap, length): &(i64, i64)| {
        let start = at.plus(*gap).expect("in range");
        at = start.plus(*length).expect("in range");
        Pause { from: start, to: Some(at) }
    };
    lengths.iter().map(stretch).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn open_time_outside_standstills_is_reached_at_the_earliest_second_and_never_inside_one(
        calendar in calendars(), from in instants(), lengths in prop::collection::vec((-90_000_i64..200_000, 0_i64..200_000), 0..6), seconds in 1_i64..500_000,
    ) {
        let still = Pauses::of(stretches(from, &lengths));
        let due = still.reach(&calendar, from, seconds).expect("in range");
        prop_assert_eq!(still.open_between(&calendar, from, due), seconds);
        prop_assert_eq!(still.open_between(&calendar, from, due.plus(-1).expect("in range")), seconds - 1);
        prop_assert_eq!(still.out_of(due), Some(due));
    }

    #[test]
    fn open_time_is_what_the_calendar_is_open_less_what_stood_still(
        calendar in calendars(), from in instants(), lengths in prop::collection::vec((1_i64..200_000, 1_i64..200_000), 0..6), length in 0_i64..2_000_000,
    ) {
        let (apart, to) = (stretches(from, &lengths), from.plus(length).expect("in range"));
        let lost: i64 = apart.iter().map(|still| calendar.open_between(still.from, still.to.expect("an end").min(to))).sum();
        prop_assert_eq!(Pauses::of(apart).open_between(&calendar, from, to), calendar.open_between(from, to) - lost);
    }

    #[test]
    fn a_standstill_of_n_open_seconds_moves_a_step_by_n(
        calendar in calendars(), from in instants(), lengths in prop::collection::vec((1_i64..200_000, 1_i64..200_000), 0..5),
        gap in 0_i64..300_000, length in 1_i64..200_000, seconds in 1_i64..300_000,
    ) {
        let before = Pauses::of(stretches(from, &lengths));
        let start = from.plus(gap).expect("in range");
        let end = start.plus(length).expect("in range");
        let more = stretches(from, &lengths).into_iter().chain([Pause { from: start, to: Some(end) }]);
        let (after, lost) = (Pauses::of(more.collect()), before.open_between(&calendar, start, end));
        let due = before.reach(&calendar, from, seconds).expect("in range");
        let expected = if due <= start { due } else { before.reach(&calendar, from, seconds + lost).expect("in range") };
        prop_assert_eq!(after.reach(&calendar, from, seconds), Some(expected));
    }

    #[test]
    fn a_standstill_without_end_keeps_every_later_step_out_of_reach(calendar in calendars(), from in instants(), gap in 0_i64..300_000, seconds in 1_i64..300_000) {
        let start = from.plus(gap).expect("in range");
        let still = Pauses::of(vec![Pause { from: start, to: None }]);
        let due = calendar.reach(from, seconds).expect("in range");
        prop_assert_eq!(still.reach(&calendar, from, seconds), (due <= start).then_some(due));
    }
}

const HELD: &str = r#"
id = "laws"
version = "1"
title = "Laws"
effective_from = 2020-01-01
time_zone = "Europe/Amsterdam"
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
holidays = "nl-termijnenwet"
[[clocks]]
kind = "resolution"
types = ["incident"]
calendar = "support"
goals = [{ share = 90, under = "8h" }, { within = "3wd" }, { by = "3wd" }, { within = "1mo" }]
holds = ["requester"]
"#;

fn at(unix: i64) -> Value {
    json!(Instant::from_unix(unix))
}

/// Holds of `(gap, length)` after the report, then the ticket as of `as_of` seconds after the last.
fn held_line(reported: i64, holds: &[(i64, i64)], as_of: i64) -> Value {
    let (mut now, mut history) = (reported, Vec::new());
    for (gap, length) in holds {
        history.push(json!({ "at": at(now + gap), "kind": "held", "cause": "requester" }));
        now += gap + length;
        history.push(json!({ "at": at(now), "kind": "resumed" }));
    }
    json!({ "id": "x", "ticketType": "incident", "reportedAt": at(reported), "history": history, "asOf": at(now + as_of) })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn elapsed_and_held_are_together_the_open_time_and_the_ledger_says_the_same(
        reported in 1_770_000_000_i64..1_800_000_000, holds in prop::collection::vec((0_i64..200_000, 0_i64..200_000), 0..8), as_of in 0_i64..2_000_000,
    ) {
        let contract = written(HELD);
        let line = held_line(reported, &holds, as_of);
        let answer = answer(&contract, &line);
        let clock = clock(&answer, "resolution");
        let (elapsed, held) = (clock["elapsedSeconds"].as_i64().unwrap_or(-1), clock["heldSeconds"].as_i64().unwrap_or(-1));
        let until: Instant = line["asOf"].as_str().expect("a text").parse().expect("an instant");
        let calendar = &contract.calendars["support"];
        prop_assert_eq!(elapsed + held, calendar.open_between(Instant::from_unix(reported).expect("in range"), until));
        let sum = |state: &str| -> i64 {
            let lines = clock["ledger"].as_array().into_iter().flatten().filter(|line| line["state"] == state);
            let unix = |value: &Value| value.as_str().and_then(|text| text.parse::<Instant>().ok()).map_or(0, Instant::unix);
            lines.map(|line| unix(&line["to"]) - unix(&line["from"])).sum()
        };
        prop_assert_eq!((sum("running"), sum("held")), (elapsed, held));
    }

    #[test]
    fn holding_and_resuming_in_one_second_changes_nothing(
        reported in 1_770_000_000_i64..1_800_000_000, holds in prop::collection::vec((0_i64..200_000, 0_i64..200_000), 0..5), after in 1_i64..500_000,
    ) {
        let contract = written(HELD);
        let without = held_line(reported, &holds, after);
        let mut with = without.clone();
        let moment = at(reported + holds.iter().map(|(gap, length)| gap + length).sum::<i64>() + after);
        let history = with["history"].as_array_mut().expect("a list");
        history.push(json!({ "at": moment, "kind": "held", "cause": "requester" }));
        history.push(json!({ "at": moment, "kind": "resumed" }));
        prop_assert_eq!(answer(&contract, &with), answer(&contract, &without));
    }

    #[test]
    fn a_hold_inside_closed_hours_changes_no_count(night in 0_i64..200, from in 0_i64..20_000, length in 0_i64..30_000) {
        let contract = written(HELD);
        // Mondays at 17:00 and the 15 hours after it are closed; the report is that morning.
        let closing: Instant = "2026-01-12T17:00:00+01:00".parse().expect("an instant");
        let closing = contract.zone.first_reading(contract.zone.wall(closing) + chrono::TimeDelta::weeks(night % 8)).expect("in range").unix();
        let reported = closing - 7200;
        let line = |history: Value| json!({ "id": "x", "ticketType": "incident", "reportedAt": at(reported), "history": history, "asOf": at(closing + 200_000) });
        let held = line(json!([
            { "at": at(closing + from), "kind": "held", "cause": "requester" },
            { "at": at((closing + from + length).min(closing + 15 * 3600)), "kind": "resumed" }
        ]));
        let (held, plain) = (answer(&contract, &held), answer(&contract, &line(json!([]))));
        let (held, plain) = (clock(&held, "resolution"), clock(&plain, "resolution"));
        prop_assert_eq!(&held["elapsedSeconds"], &plain["elapsedSeconds"]);
        prop_assert_eq!(&held["heldSeconds"], &json!(0));
        prop_assert_eq!(&held["goals"], &plain["goals"]);
        prop_assert_eq!(&held["ledger"], &plain["ledger"]);
    }
}
