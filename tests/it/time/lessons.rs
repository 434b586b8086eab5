//! Where other desks' clocks go wrong: each of these was somebody's defect.

use chrono::NaiveDate;
use serde_json::{Value, json};
use uurwerk::domain::Instant;

use super::{answer, clock, written};

/// A contract with one calendar and one resolution clock.
fn contract(calendar: &str, clock: &str) -> uurwerk::domain::contract::Contract {
    written(&format!(
        "id = \"a\"\nversion = \"1\"\ntitle = \"A\"\neffective_from = 2020-01-01\ntime_zone = \"Europe/Amsterdam\"\n\
         [calendars.c]\n{calendar}\n[priorities.p1]\n[priorities.p2]\n{clock}"
    ))
}

const DAY: &str = "hours = { mon-fri = [\"08:00-17:00\"] }\nholidays = \"nl-termijnenwet\"";

fn resolution(goals: &str) -> String {
    format!("[[clocks]]\nkind = \"resolution\"\ntypes = [\"incident\"]\ncalendar = \"c\"\nholds = [\"requester\"]\ngoals = [{goals}]\n")
}

fn line(reported: &str, history: &Value, as_of: &str) -> Value {
    json!({ "id": "a", "ticketType": "incident", "priority": "p1", "reportedAt": reported, "history": history, "asOf": as_of })
}

#[test]
fn a_change_of_priority_forgets_no_pause() {
    let clocks = |priority: &str, goal: &str| {
        format!(
            "[[clocks]]\nkind = \"resolution\"\ntypes = [\"incident\"]\npriority = \"{priority}\"\ncalendar = \"c\"\nholds = [\"requester\"]\ngoals = [{{ under = \"{goal}\" }}]\n"
        )
    };
    let contract = contract(DAY, &(clocks("p1", "4h") + &clocks("p2", "8h")));
    let history = json!([
        { "at": "2026-03-10T10:00:00+01:00", "kind": "held", "cause": "requester" },
        { "at": "2026-03-10T12:00:00+01:00", "kind": "resumed" },
        { "at": "2026-03-10T12:00:00+01:00", "kind": "reprioritised", "priority": "p2" },
    ]);
    let answer = answer(&contract, &line("2026-03-10T09:00:00+01:00", &history, "2026-03-10T13:00:00+01:00"));
    let clock = clock(&answer, "resolution");
    assert_eq!((&clock["elapsedSeconds"], &clock["heldSeconds"]), (&json!(7200), &json!(7200)));
    assert_eq!(clock["goals"][0]["dueAt"], "2026-03-11T09:00:00Z");
}

/// Pauses are not cut to minutes, and two in the same minute do not overwrite each other; a hold over a holiday holds
/// open time only.
#[test]
fn pauses_are_exact_to_the_second() {
    let contract = contract(DAY, &resolution("{ under = \"9h\" }"));
    let history = json!([
        { "at": "2026-03-10T10:00:01+01:00", "kind": "held", "cause": "requester" },
        { "at": "2026-03-10T10:00:08+01:00", "kind": "resumed" },
        { "at": "2026-03-10T10:00:20+01:00", "kind": "held", "cause": "requester" },
        { "at": "2026-03-10T10:00:51+01:00", "kind": "resumed" },
        { "at": "2026-04-02T16:00:00+02:00", "kind": "held", "cause": "requester" },
        { "at": "2026-04-07T09:00:00+02:00", "kind": "resumed" },
    ]);
    let answer = answer(&contract, &line("2026-03-10T09:00:00+01:00", &history, "2026-04-07T10:00:00+02:00"));
    assert_eq!(clock(&answer, "resolution")["heldSeconds"], 7 + 31 + 2 * 3600);
}

#[test]
fn a_span_beyond_thirty_days_counts_and_a_holiday_in_its_middle_year_is_closed() {
    let contract = contract(DAY, &resolution("{ under = \"1h\" }"));
    let calendar = &contract.calendars["c"];
    let instant = |text: &str| text.parse::<Instant>().expect("an instant");
    let days = |year: i32| {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("a date").pred_opt().expect("a date");
        calendar.working_days_after(first, NaiveDate::from_ymd_opt(year, 12, 31).expect("a date"))
    };
    assert_eq!([days(2025), days(2026), days(2027)], [253, 253, 254]);
    let open = calendar.open_between(instant("2025-01-01T00:00:00+01:00"), instant("2028-01-01T00:00:00+01:00"));
    assert_eq!(open, (253 + 253 + 254) * 9 * 3600);
}

#[test]
fn no_day_is_skipped_or_doubled_when_the_clock_changes() {
    let around = contract("hours = { mon-sun = [\"00:00-24:00\"] }", &resolution("{ under = \"1h\" }"));
    let calendar = &around.calendars["c"];
    for (date, hours) in [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)] {
        let date: NaiveDate = date.parse().expect("a date");
        let from = around.zone.first_reading(date.and_hms_opt(0, 0, 0).expect("midnight")).expect("in range");
        assert_eq!(calendar.open_between(from, around.zone.end_of_date(date).expect("in range")), hours * 3600, "{date}");
    }
}

#[test]
fn a_month_is_a_civil_month_and_not_thirty_days() {
    let contract = contract("hours = { mon-sun = [\"00:00-24:00\"] }", &resolution("{ within = \"1mo\" }"));
    for (reported, due) in [("2026-01-31T10:00:00+01:00", "2026-02-28T09:00:00Z"), ("2026-03-30T10:00:00+02:00", "2026-04-30T08:00:00Z")] {
        let answer = answer(&contract, &line(reported, &json!([]), reported));
        assert_eq!(clock(&answer, "resolution")["goals"][0]["dueAt"], due);
    }
}

#[test]
fn lunch_breaks_half_hours_and_night_shifts_are_hours_too() {
    let contract =
        contract("hours = { mon-fri = [\"08:30-12:00\", \"12:45-17:15\"], sat = [\"22:00-02:30\"] }", &resolution("{ under = \"10h\" }"));
    let calendar = &contract.calendars["c"];
    let open = |text: &str| calendar.is_open(text.parse::<Instant>().expect("an instant"));
    let table = [
        ("2026-03-10T12:00:00+01:00", false),
        ("2026-03-10T12:45:00+01:00", true),
        ("2026-03-10T17:14:59+01:00", true),
        ("2026-03-15T02:29:59+01:00", true),
        ("2026-03-15T02:30:00+01:00", false),
        ("2026-03-14T21:59:59+01:00", false),
    ];
    for (at, expected) in table {
        assert_eq!(open(at), expected, "{at}");
    }
}

#[test]
fn a_held_ticket_never_breaches_while_it_is_held() {
    let contract = contract(DAY, &resolution("{ under = \"4h\" }, { by = \"1wd\" }, { within = \"1mo\" }"));
    let history = json!([{ "at": "2026-03-10T10:00:00+01:00", "kind": "held", "cause": "requester" }]);
    let answer = answer(&contract, &line("2026-03-10T09:00:00+01:00", &history, "2027-03-10T09:00:00+01:00"));
    let clock = clock(&answer, "resolution");
    assert_eq!((&clock["state"], &clock["elapsedSeconds"]), (&json!("held"), &json!(3600)));
    for goal in clock["goals"].as_array().expect("goals") {
        assert_eq!((&goal["breachedAt"], &goal["dueAt"]), (&Value::Null, &Value::Null));
    }
}

/// CLK-12: no pause unless the contract names its cause.
#[test]
fn clk_12_waiting_is_a_label_where_the_contract_names_no_pause() {
    let contract = contract(DAY, &resolution("{ under = \"40h\" }").replace("holds = [\"requester\"]\n", ""));
    let history = json!([{ "at": "2026-03-10T10:00:00+01:00", "kind": "held", "cause": "requester" }]);
    let answer = answer(&contract, &line("2026-03-10T09:00:00+01:00", &history, "2026-03-10T15:00:00+01:00"));
    assert_eq!(clock(&answer, "resolution")["elapsedSeconds"], 6 * 3600);
}

/// AMB-06, INC-06: solved after 2 hours, refused an hour later, it ran three.
#[test]
fn inc_06_amb_06_a_refused_solution_was_none_and_a_reopening_holds_the_time_since_the_stop() {
    let contract = contract(DAY, &resolution("{ under = \"150m\" }"));
    let stopped = |undone: &str| {
        let history = json!([
            { "at": "2026-03-10T11:00:00+01:00", "kind": "resolved" },
            { "at": "2026-03-10T12:00:00+01:00", "kind": undone },
        ]);
        answer(&contract, &line("2026-03-10T09:00:00+01:00", &history, "2026-03-10T12:00:00+01:00"))
    };
    let refused = stopped("solution_refused");
    let clock_of = |answer: &Value| {
        (clock(answer, "resolution")["elapsedSeconds"].clone(), clock(answer, "resolution")["goals"][0]["breachedAt"].clone())
    };
    assert_eq!(clock_of(&refused), (json!(3 * 3600), json!("2026-03-10T10:30:00Z")));
    assert_eq!(clock_of(&stopped("reopened")), (json!(2 * 3600), Value::Null));
}

/// Sixty holds of five days took a peer half a second; a thousand are a matter of order, not of squares.
#[test]
fn many_holds_are_answered_and_counted() {
    let contract = contract(DAY, &resolution("{ under = \"40h\" }, { by = \"20wd\" }, { within = \"10wd\" }"));
    let mut at: Instant = "2020-01-06T09:00:00+01:00".parse().expect("an instant");
    let mut history = Vec::new();
    for _ in 0..60 {
        history.push(json!({ "at": at, "kind": "held", "cause": "requester" }));
        at = at.plus(5 * 86_400).expect("in range");
        history.push(json!({ "at": at, "kind": "resumed" }));
        at = at.plus(3600).expect("in range");
    }
    let answer = answer(&contract, &line("2020-01-06T09:00:00+01:00", &json!(history), &at.to_string()));
    let clock = clock(&answer, "resolution");
    let calendar = &contract.calendars["c"];
    let open = calendar.open_between("2020-01-06T09:00:00+01:00".parse().expect("an instant"), at);
    assert_eq!(clock["elapsedSeconds"].as_i64().zip(clock["heldSeconds"].as_i64()).map(|(elapsed, held)| elapsed + held), Some(open));
}
