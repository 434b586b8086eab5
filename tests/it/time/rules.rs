//! The subtle rules of a clock, one sentence each, with the instants stated. The judge must give the same answers.
//!
//! 10 March 2026 is a Tuesday and the desk is open from 08:00 to 17:00, which is 07:00 to 16:00 in UTC.

use serde_json::{Value, json};
use uurwerk::domain::clock::{Fires, Kind, Replay, Ticket, replay};
use uurwerk::domain::contract::{Contract, TicketType};

use super::judge::Judge;
use super::{answer, clock, shipped, written};

/// `p1` starts at the phone, `p2` has wider goals, `p3` has no resolution clock, `by` and `mo` count days and months.
const CONTRACT: &str = r#"
id = "rules"
version = "1"
title = "Rules"
effective_from = 2020-01-01
time_zone = "Europe/Amsterdam"
[calendars.day]
hours = { mon-fri = ["08:00-17:00"] }
[priorities]
p1 = {}
p2 = {}
p3 = {}
by = {}
mo = {}
phone = {}
[[clocks]]
kind = "response"
types = ["incident"]
priority = "p3"
calendar = "day"
goals = [{ within = "4h" }]
answered_by = ["reply"]
[[clocks]]
kind = "resolution"
types = ["incident"]
priority = "p1"
calendar = "day"
goals = [{ under = "4h" }]
holds = ["requester"]
[[clocks]]
kind = "resolution"
types = ["incident"]
priority = "p2"
calendar = "day"
goals = [{ under = "8h" }]
holds = ["third_party"]
[[clocks]]
kind = "resolution"
types = ["incident"]
priority = "phone"
calendar = "day"
goals = [{ under = "4h" }]
starts = "phone_contact"
[[clocks]]
kind = "resolution"
types = ["incident"]
priority = "by"
calendar = "day"
goals = [{ by = "1wd" }]
holds = ["requester"]
[[clocks]]
kind = "resolution"
types = ["incident"]
priority = "mo"
calendar = "day"
goals = [{ within = "1mo" }]
holds = ["requester"]
"#;

/// A local wall time of March 2026: `10 09:00` is the tenth at nine.
fn march(text: &str) -> String {
    let (day, time) = text.split_once(' ').expect("a day and a time");
    let seconds = if time.len() == 5 { ":00" } else { "" };
    format!("2026-03-{day}T{time}{seconds}+01:00")
}

/// Facts as `10 09:00 held requester; 10 10:00 resumed`.
fn facts(text: &str) -> Value {
    let fact = |fact: &str| {
        let words: Vec<_> = fact.split_whitespace().collect();
        let mut value = json!({ "at": march(&words[..2].join(" ")), "kind": words[2] });
        let extra = match words[2] {
            "held" => "cause",
            "reprioritised" => "priority",
            _ => "by",
        };
        if let Some(word) = words.get(3) {
            value[extra] = json!(word);
        }
        value
    };
    text.split(';').filter(|fact| !fact.trim().is_empty()).map(fact).collect()
}

/// The answer of both replay and judge for an incident reported with a priority (`-` is none), with facts, as of an instant.
fn told(contract: &str, reported: &str, priority: &str, history: &str, as_of: &str) -> Value {
    let mut line =
        json!({ "id": "a", "ticketType": "incident", "reportedAt": march(reported), "history": facts(history), "asOf": march(as_of) });
    if priority != "-" {
        line["priority"] = json!(priority);
    }
    let ours = answer(&written(contract), &line);
    assert_eq!(ours, Judge::new(contract).answer(&line.to_string(), true), "the judge (right) differs on {line}");
    ours
}

/// What a resolution clock shows of its first goal: `state start due met breached`, instants as March days in UTC, `-` for null.
fn shows(answer: &Value) -> String {
    let short = |value: &Value| {
        value.as_str().map_or("-".to_owned(), |text| text.trim_start_matches("2026-03-").replace('T', " ").replace(":00Z", ""))
    };
    let clock = clock(answer, "resolution");
    let goal = &clock["goals"][0];
    let state = clock["state"].as_str().unwrap_or_default();
    [state.to_owned(), short(&clock["startedAt"]), short(&goal["dueAt"]), short(&goal["metAt"]), short(&goal["breachedAt"])].join(" | ")
}

/// Each row: the sentence, reported, priority, facts, as of, and what is shown.
fn each_shows(rows: &[(&str, &str, &str, &str, &str, &str)]) {
    for (sentence, reported, priority, history, as_of, expected) in rows {
        assert_eq!(shows(&told(CONTRACT, reported, priority, history, as_of)), *expected, "{sentence}");
    }
}

#[test]
fn amb_10_a_clock_that_starts_at_the_phone_starts_at_the_first_contact_unless_it_cannot() {
    each_shows(&[
        ("at the contact", "10 09:00", "phone", "10 11:00 phoned", "10 12:00", "running | 10 10:00 | 10 14:00 | - | -"),
        ("without one at the report", "10 09:00", "phone", "", "10 12:00", "running | 10 08:00 | 10 12:00 | - | -"),
        (
            "the second one is none",
            "10 09:00",
            "phone",
            "10 11:00 phoned; 10 12:00 phoned",
            "10 12:00",
            "running | 10 10:00 | 10 14:00 | - | -",
        ),
        ("at the next opening", "10 16:00", "phone", "10 20:00 phoned", "11 09:00", "running | 11 07:00 | 11 11:00 | - | -"),
        (
            "not when it was stopped",
            "10 09:00",
            "phone",
            "10 10:00 resolved; 10 11:00 phoned; 10 12:00 reopened",
            "10 12:00",
            "running | 10 08:00 | 10 14:00 | - | -",
        ),
        ("not when it was breached", "10 09:00", "phone", "10 14:00 phoned", "10 15:00", "running | 10 08:00 | 10 12:00 | - | 10 12:00"),
        (
            "a bound comes before a fact of its second",
            "10 09:00",
            "phone",
            "10 13:00 phoned",
            "10 15:00",
            "running | 10 08:00 | 10 12:00 | - | 10 12:00",
        ),
        (
            "a new priority moves the start to the contact",
            "10 09:00",
            "p2",
            "10 10:00 phoned; 10 11:00 reprioritised phone",
            "10 12:00",
            "running | 10 09:00 | 10 13:00 | - | -",
        ),
        (
            "but not when the contact came after a breach",
            "10 09:00",
            "p1",
            "10 14:00 phoned; 10 15:00 reprioritised phone",
            "10 15:00",
            "running | 10 08:00 | 10 12:00 | - | 10 12:00",
        ),
    ]);
}

/// What was held before the new start is forgotten with it, so a term that it had moved on moves back.
#[test]
fn a_start_at_the_phone_forgets_the_holds_before_it() {
    let by = CONTRACT.replace("goals = [{ under = \"4h\" }]\nstarts", "goals = [{ by = \"1wd\" }]\nstarts");
    let told = |history| shows(&told(&by, "10 07:00", "by", history, "12 09:00"));
    let reopened = "10 07:30 resolved; 10 18:00 reopened; 10 18:00 reprioritised phone";
    assert_eq!(told(reopened), "running | 10 07:00 | 12 23:00 | - | -");
    assert_eq!(told(&format!("{reopened}; 10 18:00 phoned")), "running | 11 07:00 | 11 23:00 | - | 11 23:00");
}

#[test]
fn strict_is_under_and_inclusive_is_within() {
    let within = CONTRACT.replace("goals = [{ under = \"4h\" }]\nholds", "goals = [{ within = \"4h\" }]\nholds");
    let shown = |contract: &str, reported, history, as_of| shows(&told(contract, reported, "p1", history, as_of));
    assert_eq!(shown(CONTRACT, "13 13:00", "16 08:00 resolved", "16 08:00"), "breached | 13 12:00 | 13 16:00 | - | 13 16:00");
    assert_eq!(shown(&within, "13 13:00", "16 08:00 resolved", "16 08:00"), "met | 13 12:00 | 13 16:00 | 16 07:00 | -");
    assert_eq!(shown(&within, "13 13:00", "16 08:00:01 resolved", "16 09:00"), "breached | 13 12:00 | 13 16:00 | - | 16 07:00:01Z");
    assert_eq!(shown(&within, "13 13:00", "16 08:00:02 resolved", "16 09:00"), "breached | 13 12:00 | 13 16:00 | - | 16 07:00:01Z");
    let at_once = within.replace("within = \"4h\" }]\nholds", "within = \"0m\" }]\nholds");
    assert_eq!(shown(&at_once, "14 12:00", "", "14 13:00"), "running | 16 07:00 | 14 11:00 | - | -");
    assert_eq!(shown(&at_once, "14 12:00", "14 13:00 resolved", "17 09:00"), "met | 16 07:00 | 14 11:00 | 14 12:00 | -");
    assert_eq!(shown(&at_once, "14 12:00", "", "17 09:00"), "running | 16 07:00 | 14 11:00 | - | 16 07:00:01Z");
}

/// PRI-09, AMB-10: with no priority a clock runs with no goals, and the first one set applies from the start.
#[test]
fn a_clock_without_a_priority_has_no_goals_until_one_is_set() {
    let goals = |history, as_of| clock(&told(CONTRACT, "10 09:00", "-", history, as_of), "resolution")["goals"].clone();
    assert_eq!(goals("", "12 09:00"), json!([]));
    each_shows(&[
        ("it runs", "10 09:00", "-", "", "10 10:00", "running | 10 08:00 | - | - | -"),
        ("stopped it shows met", "10 09:00", "-", "10 10:00 resolved", "10 11:00", "met | 10 08:00 | - | - | -"),
        (
            "and a priority set then gives it none",
            "10 09:00",
            "-",
            "10 10:00 resolved; 10 11:00 reprioritised p1",
            "10 11:00",
            "met | 10 08:00 | - | - | -",
        ),
        (
            "until it runs again, from the start but for the stop",
            "10 09:00",
            "-",
            "10 10:00 resolved; 10 11:00 reprioritised p1; 10 12:00 reopened",
            "10 12:00",
            "running | 10 08:00 | 10 14:00 | - | -",
        ),
        (
            "the first priority applies from the start",
            "10 09:00",
            "-",
            "10 10:00 reprioritised p1",
            "10 10:00",
            "running | 10 08:00 | 10 12:00 | - | -",
        ),
        (
            "with its holds",
            "10 09:00",
            "-",
            "10 10:00 held requester; 10 11:00 resumed; 10 12:00 reprioritised p1",
            "10 12:00",
            "running | 10 08:00 | 10 13:00 | - | -",
        ),
        (
            "and its start at the phone",
            "10 09:00",
            "-",
            "10 10:00 phoned; 10 12:00 reprioritised phone",
            "10 12:00",
            "running | 10 09:00 | 10 13:00 | - | -",
        ),
        (
            "a bound passed before is breached at the setting",
            "10 09:00",
            "-",
            "10 15:00 reprioritised p1",
            "10 16:00",
            "running | 10 08:00 | 10 12:00 | - | 10 14:00",
        ),
    ]);
}

#[test]
fn a_kind_that_the_new_priority_lacks_is_not_shown_and_counts_on() {
    let kinds = |history, as_of| -> Vec<Value> {
        let answer = told(CONTRACT, "10 09:00", "p1", history, as_of);
        answer["clocks"].as_array().expect("a list").iter().map(|clock| clock["kind"].clone()).collect()
    };
    assert_eq!(kinds("10 10:00 reprioritised p3", "10 11:00"), ["response"]);
    assert_eq!(
        kinds("10 10:00 reprioritised p3; 10 11:00 resolved; 10 12:00 reprioritised p1", "10 12:00"),
        ["response"],
        "stopped unseen it stays unseen"
    );
    each_shows(&[
        (
            "what it counted unseen counts",
            "10 09:00",
            "p1",
            "10 10:00 reprioritised p3; 10 12:00 reprioritised p2",
            "10 12:00",
            "running | 10 08:00 | 10 16:00 | - | -",
        ),
        (
            "stopped unseen, it is seen when it runs again",
            "10 09:00",
            "p1",
            "10 10:00 reprioritised p3; 10 11:00 resolved; 10 12:00 reprioritised p1; 10 13:00 reopened",
            "10 13:00",
            "running | 10 08:00 | 10 14:00 | - | -",
        ),
    ]);
    let voided = told(CONTRACT, "10 09:00", "p1", "10 14:00 reprioritised p3; 10 15:00 reprioritised p1", "10 15:00");
    assert_eq!(shows(&voided), "running | 10 08:00 | 10 12:00 | - | 10 12:00", "back again, it is breached where it first was");
    assert_eq!(clock(&voided, "resolution")["voided"], json!([{ "at": "2026-03-10T12:00:00Z", "target": "4h", "why": "reprioritised" }]));
}

/// CLK-11, AMB-07.
#[test]
fn a_response_stops_at_what_answers_it_at_the_latest_when_resolved_and_never_unmeets() {
    let stopped = |history| clock(&told(CONTRACT, "10 09:00", "p3", history, "10 16:00"), "response")["stoppedAt"].clone();
    assert_eq!(stopped("10 10:00 responded assignment; 10 11:00 responded reply"), "2026-03-10T10:00:00Z");
    assert_eq!(stopped("10 10:00 responded classification"), Value::Null);
    assert_eq!(stopped("10 12:00 resolved"), "2026-03-10T11:00:00Z");
    assert_eq!(stopped("10 10:00 responded reply; 10 12:00 resolved; 10 13:00 solution_refused"), "2026-03-10T09:00:00Z");
    assert_eq!(stopped("10 12:00 resolved; 10 13:00 reopened"), "2026-03-10T11:00:00Z");
}

#[test]
fn a_breach_that_a_later_fact_undoes_stays_listed_with_why() {
    let told = |priority, history, as_of| {
        let answer = told(CONTRACT, "10 09:00", priority, history, as_of);
        (shows(&answer), clock(&answer, "resolution")["voided"].clone())
    };
    let void = |at: &str, why: &str| json!([{ "at": at, "target": "4h", "why": why }]);
    assert_eq!(
        told("p1", "10 14:00 reprioritised p2", "10 15:00"),
        ("running | 10 08:00 | 10 16:00 | - | -".to_owned(), void("2026-03-10T12:00:00Z", "reprioritised"))
    );
    // Made during a stop, the change counts from what undoes the stop; the hour in between is held.
    assert_eq!(
        told("p1", "10 14:00 resolved; 10 14:30 reprioritised p2; 10 15:00 reopened", "10 15:00"),
        ("running | 10 08:00 | 11 08:00 | - | -".to_owned(), void("2026-03-10T12:00:00Z", "reopened"))
    );
    assert_eq!(
        told("p1", "10 14:00 resolved; 10 14:30 reprioritised p2", "10 15:00"),
        ("breached | 10 08:00 | 10 12:00 | - | 10 12:00".to_owned(), json!([]))
    );
    // AMB-06: a refused solution was none; the bound passed at its own instant.
    assert_eq!(
        told("p1", "10 12:00 resolved; 10 15:00 solution_refused", "10 15:00"),
        ("running | 10 08:00 | 10 12:00 | - | 10 12:00".to_owned(), json!([]))
    );
    // Cancelled: no verdict, and the breach before it stays.
    assert_eq!(told("p1", "10 14:00 cancelled", "10 15:00"), ("cancelled | 10 08:00 | 10 12:00 | - | 10 12:00".to_owned(), json!([])));
    assert_eq!(told("p1", "10 12:00 cancelled", "10 15:00").0, "cancelled | 10 08:00 | 10 12:00 | - | -");
}

#[test]
fn a_new_goal_already_past_its_bound_is_breached_at_the_change_or_where_the_place_first_was() {
    each_shows(&[
        ("at the change", "10 09:00", "p2", "10 15:00 reprioritised p1", "10 16:00", "running | 10 08:00 | 10 12:00 | - | 10 14:00"),
        (
            "not before the first breach in that place, void or not",
            "10 09:00",
            "p2",
            "10 15:00 reprioritised p1; 10 16:00 reprioritised p2; 10 16:30 reprioritised p1",
            "10 16:30",
            "running | 10 08:00 | 10 12:00 | - | 10 14:00",
        ),
        (
            "at its own bound when that is later than the first breach",
            "10 09:00",
            "p1",
            "11 12:00 reprioritised p2",
            "11 12:00",
            "running | 10 08:00 | 10 16:00 | - | 10 16:00",
        ),
    ]);
}

#[test]
fn a_new_cause_replaces_the_old_and_only_named_causes_hold() {
    each_shows(&[
        (
            "the second cause is not named",
            "10 09:00",
            "p1",
            "10 10:00 held requester; 10 11:00 held client; 10 12:00 resumed",
            "10 12:00",
            "running | 10 08:00 | 10 13:00 | - | -",
        ),
        ("a hold without end", "10 09:00", "p1", "10 10:00 held requester", "12 12:00", "held | 10 08:00 | - | - | -"),
        (
            "a new priority has causes of its own",
            "10 09:00",
            "p1",
            "10 10:00 held third_party; 10 11:00 reprioritised p2; 10 12:00 resumed",
            "10 12:00",
            "running | 10 08:00 | 11 08:00 | - | -",
        ),
        (
            "a stop ends a hold for good",
            "10 09:00",
            "p1",
            "10 10:00 held requester; 10 11:00 resolved; 10 12:00 reopened",
            "10 12:00",
            "running | 10 08:00 | 10 14:00 | - | -",
        ),
    ]);
}

#[test]
fn a_term_moves_on_by_whole_working_days_held() {
    each_shows(&[
        ("24:00 on the next working day", "10 10:00", "by", "", "10 10:00", "running | 10 09:00 | 11 23:00 | - | -"),
        (
            "a whole day held is a day more",
            "10 10:00",
            "by",
            "11 08:00 held requester; 11 17:00 resumed",
            "11 17:00",
            "running | 10 09:00 | 12 23:00 | - | -",
        ),
        (
            "half a day is none",
            "10 10:00",
            "by",
            "11 08:00 held requester; 11 12:30 resumed",
            "11 17:00",
            "running | 10 09:00 | 11 23:00 | - | -",
        ),
        (
            "two halves are one",
            "10 10:00",
            "by",
            "10 10:00 held requester; 10 14:30 resumed; 11 08:00 held requester; 11 12:30 resumed",
            "11 17:00",
            "running | 10 09:00 | 12 23:00 | - | -",
        ),
        (
            "an end inside a hold moves past it",
            "10 10:00",
            "by",
            "11 16:00 held requester; 13 12:00 resumed",
            "13 12:00",
            "running | 10 09:00 | 13 23:00 | - | -",
        ),
        (
            "a bound at a hold's first instant is before it",
            "10 10:00",
            "by",
            "12 00:00 held requester",
            "12 00:00",
            "held | 10 09:00 | 11 23:00 | - | 11 23:00",
        ),
        (
            "a bound at a hold's end is outside it",
            "10 10:00",
            "by",
            "11 17:00 held requester; 12 00:00 resumed",
            "12 00:00",
            "running | 10 09:00 | 11 23:00 | - | 11 23:00",
        ),
        (
            "holds that adjoin are one",
            "10 10:00",
            "by",
            "11 17:00 held requester; 12 00:00 resumed; 12 00:00 held requester; 12 07:00 resumed",
            "12 07:00",
            "running | 10 09:00 | 12 23:00 | - | -",
        ),
        (
            "a stop that ends a hold is in time for a bound not passed before it",
            "10 10:00",
            "by",
            "11 16:00 held requester; 13 12:00 resolved",
            "16 12:00",
            "met | 10 09:00 | 13 23:00 | 13 11:00 | -",
        ),
        (
            "but not for one passed before it",
            "10 10:00",
            "by",
            "12 09:00 held requester; 13 12:00 resolved",
            "16 12:00",
            "breached | 10 09:00 | 11 23:00 | - | 11 23:00",
        ),
    ]);
}

/// AMB-15: a month is a civil month on the wall clock from the clock's start.
#[test]
fn a_month_moves_on_by_the_open_time_held() {
    let due = |history, as_of| shows(&told(CONTRACT, "10 10:00", "mo", history, as_of));
    assert_eq!(due("", "10 10:00"), "running | 10 09:00 | 2026-04-10 08:00 | - | -");
    assert_eq!(due("11 08:00 held requester; 11 17:00 resumed", "11 17:00"), "running | 10 09:00 | 2026-04-13 08:00 | - | -");
    assert_eq!(due("14 08:00 held requester; 15 17:00 resumed", "16 17:00"), "running | 10 09:00 | 2026-04-10 08:00 | - | -");
    assert_eq!(due("11 08:00 held requester", "31 17:00"), "held | 10 09:00 | - | - | -");
}

#[test]
fn a_month_that_ends_inside_a_hold_waits_for_the_open_time_held_so_far() {
    let table = [
        // From Monday 08:00 to 11 June 08:00, held from 07:30: at 11:00 three hours are held, and three have passed.
        ("2026-05-10T10:00:00+02:00", "07:30", "2026-06-11T09:00:00Z"),
        // To 11 June 10:00, held from 09:30: at 11:00 an hour and a half is held, and one hour has passed.
        ("2026-05-11T10:00:00+02:00", "09:30", "2026-06-11T09:30:00Z"),
    ];
    for (reported, held, due) in table {
        let line = json!({ "id": "a", "ticketType": "incident", "priority": "mo", "reportedAt": reported, "history": [
            { "at": format!("2026-06-11T{held}:00+02:00"), "kind": "held", "cause": "requester" },
            { "at": "2026-06-11T11:00:00+02:00", "kind": "resumed" },
        ] });
        let ours = answer(&written(CONTRACT), &line);
        assert_eq!(ours, Judge::new(CONTRACT).answer(&line.to_string(), true));
        assert_eq!(clock(&ours, "resolution")["goals"][0]["dueAt"], due, "{reported}");
    }
}

/// § 2.5: a bound at a hold's first instant is before the hold, and held time passes no bound.
#[test]
fn a_month_that_ends_as_a_hold_begins_is_passed_a_second_after_the_hold_or_never_when_a_stop_ends_it() {
    let shown = |then: &[(&str, &str)], as_of: &str| {
        let mut history = vec![json!({ "at": "2026-04-10T08:00:00Z", "kind": "held", "cause": "requester" })];
        history.extend(then.iter().map(|(at, kind)| json!({ "at": at, "kind": kind, "cause": "requester" })));
        for fact in history.iter_mut().filter(|fact| fact["kind"] != "held") {
            fact.as_object_mut().expect("an object").remove("cause");
        }
        let line = json!({ "id": "a", "ticketType": "incident", "priority": "mo", "reportedAt": "2026-03-10T09:00:00Z", "history": history, "asOf": as_of });
        let ours = answer(&written(CONTRACT), &line);
        assert_eq!(ours, Judge::new(CONTRACT).answer(&line.to_string(), true), "the judge (right) differs on {line}");
        let goal = &clock(&ours, "resolution")["goals"][0];
        [&goal["dueAt"], &goal["metAt"], &goal["breachedAt"]].map(|at| at.as_str().unwrap_or("-").to_owned()).join(" | ")
    };
    let (due, end) = ("2026-04-10T08:00:00Z", "2026-04-13T08:00:00Z");
    for (sentence, then, as_of, met, breached) in [
        ("the hold stands", &[][..], "2026-05-01T08:00:00Z", "-", "-"),
        ("it has ended, no second since", &[(end, "resumed")], end, "-", "-"),
        ("a second after it", &[(end, "resumed")], "2026-04-13T08:00:01Z", "-", "2026-04-13T08:00:01Z"),
        ("a stop in that second is in time", &[(end, "resumed"), (end, "resolved")], "2026-04-14T08:00:00Z", end, "-"),
        ("a stop that ends it is in time", &[(end, "resolved")], "2026-04-14T08:00:00Z", end, "-"),
        (
            "a stop after it is late",
            &[(end, "resumed"), ("2026-04-13T08:00:01Z", "resolved")],
            "2026-04-14T08:00:00Z",
            "-",
            "2026-04-13T08:00:01Z",
        ),
        ("a cancelling that ends it misses nothing", &[(end, "cancelled")], "2026-04-14T08:00:00Z", "-", "-"),
        ("a hold that follows at once is the same one", &[(end, "resumed"), (end, "held")], "2026-04-14T08:00:00Z", "-", "-"),
    ] {
        assert_eq!(shown(then, as_of), format!("{due} | {met} | {breached}"), "{sentence}");
    }
}

fn replayed<'a>(contract: &'a Contract, priority: &'a str, history: &'a [uurwerk::domain::clock::Fact]) -> Replay<'a> {
    let reported_at = march("10 09:00").parse().expect("an instant");
    let ticket = Ticket { kind: TicketType::Incident, tier: Some("premium"), item: None, priority: Some(priority), reported_at };
    replay(contract, Kind::Resolution, ticket, history, history.last().map_or(reported_at, |fact| fact.at))
}

fn fired(replay: &Replay<'_>) -> Vec<(String, Fires)> {
    replay.firings().iter().map(|firing| (firing.at.to_string(), firing.fires)).collect()
}

/// CLK-13: at 50, 75 and 90 per cent of what the first goal allows, to the second.
#[test]
fn clk_13_warnings_fire_at_their_share_of_the_first_goal() {
    use uurwerk::domain::clock::{Fact, FactKind};
    let covide = shipped("covide.toml");
    let at = |time: &str| format!("2026-03-{time}Z");
    assert_eq!(
        fired(&replayed(&covide, "urgent", &[])),
        [
            (at("10T10:00:00"), Fires::Warning(50)),
            (at("10T11:00:00"), Fires::Warning(75)),
            (at("10T11:36:00"), Fires::Warning(90)),
            (at("10T12:00:00"), Fires::Breach(0)),
            (at("10T14:00:00"), Fires::Breach(1)),
        ]
    );
    // A working day of nine hours: 4 h 30, 6 h 45, 8 h 06.
    let high = replayed(&covide, "high", &[]);
    assert_eq!(
        [50, 75, 90].map(|percent| high.warning_at(percent).map(|at| at.to_string())),
        [Some(at("10T12:30:00")), Some(at("10T14:45:00")), Some(at("11T07:06:00"))]
    );
    let stopped = [Fact { at: march("10 11:00").parse().expect("an instant"), kind: FactKind::Resolved }];
    assert_eq!(fired(&replayed(&covide, "urgent", &stopped)), [(at("10T10:00:00"), Fires::Warning(50))]);
    let odd = written(&CONTRACT.replace("goals = [{ under = \"8h\" }]", "goals = [{ under = \"3s\" }]\nwarn_at = [50]"));
    assert_eq!(
        replayed(&odd, "p2", &[]).warning_at(50).map(|at| at.to_string()),
        Some(at("10T08:00:02")),
        "half of 3 s is reached after 2"
    );
    let held = [Fact { at: march("10 10:00").parse().expect("an instant"), kind: FactKind::Held("requester".to_owned()) }];
    let warned =
        written(&CONTRACT.replace("goals = [{ under = \"4h\" }]\nholds", "goals = [{ under = \"4h\" }]\nwarn_at = [25, 50]\nholds"));
    assert_eq!(fired(&replayed(&warned, "p1", &held)), [], "while a hold without end stands, nothing will fire");
}
