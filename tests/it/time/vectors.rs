//! The vectors of the agreements, whole: and the checks to the second.

use chrono::NaiveDate;
use serde_json::json;
use uurwerk::domain::Instant;

use super::{answer, clock, shipped, written};

/// Vector A-4: reported, then due at 4 h, 6 h, 1 wd, 2 wd, 1 week, 2 weeks, 3 weeks, 3 months, 8 h and 48 h.
const A_4: &str = "
03-10 09:00 | 03-10 13:00 | 03-10 15:00 | 03-11 09:00 | 03-12 09:00 | 03-17 09:00 | 03-24 09:00 | 03-31 09:00 | 06-10 09:00 | 03-10 17:00 | 03-17 12:00
03-13 15:30 | 03-16 10:30 | 03-16 12:30 | 03-16 15:30 | 03-17 15:30 | 03-20 15:30 | 03-27 15:30 | 04-07 15:30 | 06-13 15:30 | 03-16 14:30 | 03-23 09:30
04-02 16:00 | 04-07 11:00 | 04-07 13:00 | 04-07 16:00 | 04-08 16:00 | 04-13 16:00 | 04-20 16:00 | 04-28 16:00 | 07-02 16:00 | 04-07 15:00 | 04-14 10:00
03-10 07:30 | 03-10 12:00 | 03-10 14:00 | 03-10 17:00 | 03-11 17:00 | 03-16 17:00 | 03-23 17:00 | 03-30 17:00 | 06-10 08:00 | 03-10 16:00 | 03-17 11:00
03-10 17:00 | 03-11 12:00 | 03-11 14:00 | 03-11 17:00 | 03-12 17:00 | 03-17 17:00 | 03-24 17:00 | 03-31 17:00 | 06-11 08:00 | 03-11 16:00 | 03-18 11:00
03-10 17:30 | 03-11 12:00 | 03-11 14:00 | 03-11 17:00 | 03-12 17:00 | 03-17 17:00 | 03-24 17:00 | 03-31 17:00 | 06-11 08:00 | 03-11 16:00 | 03-18 11:00
03-14 12:00 | 03-16 12:00 | 03-16 14:00 | 03-16 17:00 | 03-17 17:00 | 03-20 17:00 | 03-27 17:00 | 04-07 17:00 | 06-16 08:00 | 03-16 16:00 | 03-23 11:00
03-27 16:00 | 03-30 11:00 | 03-30 13:00 | 03-30 16:00 | 03-31 16:00 | 04-07 16:00 | 04-14 16:00 | 04-21 16:00 | 06-27 16:00 | 03-30 15:00 | 04-08 10:00
05-04 16:00 | 05-06 11:00 | 05-06 13:00 | 05-06 16:00 | 05-07 16:00 | 05-12 16:00 | 05-20 16:00 | 05-28 16:00 | 08-04 16:00 | 05-06 15:00 | 05-13 10:00
10-23 16:00 | 10-26 11:00 | 10-26 13:00 | 10-26 16:00 | 10-27 16:00 | 10-30 16:00 | 11-06 16:00 | 11-13 16:00 | 01-23 16:00 | 10-26 15:00 | 11-02 10:00
05-13 16:00 | 05-15 11:00 | 05-15 13:00 | 05-15 16:00 | 05-18 16:00 | 05-21 16:00 | 05-29 16:00 | 06-05 16:00 | 08-13 16:00 | 05-15 15:00 | 05-22 10:00
";

/// The instant a wall clock in Amsterdam reads `MM-DD HH:MM` of 2026 (January: of 2027).
fn amsterdam(text: &str) -> Instant {
    let year = if text.trim().starts_with("01-") { 2027 } else { 2026 };
    let wall = format!("{year}-{}:00", text.trim().replace(' ', "T")).parse().expect("a wall time");
    uurwerk::domain::calendar::Zone::from(chrono_tz::Europe::Amsterdam).first_reading(wall).expect("it is read")
}

#[test]
fn inc_17_clk_03_clk_04_clk_05_every_covide_deadline_of_every_row_of_vector_a_4() {
    let covide = shipped("covide.toml");
    let columns = [
        ("urgent", "premium", "resolution", 0),
        ("urgent", "premium", "resolution", 1),
        ("high", "premium", "resolution", 0),
        ("high", "premium", "resolution", 1),
        ("medium", "premium", "resolution", 0),
        ("medium", "premium", "resolution", 1),
        ("low", "premium", "resolution", 0),
        ("low", "premium", "resolution", 1),
        ("low", "business", "response", 0),
        ("low", "basic", "response", 0),
    ];
    let mut compared = 0;
    for row in A_4.lines().filter(|row| !row.is_empty()) {
        let mut cells = row.split('|').map(amsterdam);
        let reported = cells.next().expect("a first cell");
        for ((priority, tier, kind, goal), due) in columns.iter().zip(cells) {
            let line = json!({ "id": "a", "ticketType": "incident", "priority": priority, "tier": tier, "reportedAt": reported });
            let answer = answer(&covide, &line);
            assert_eq!(clock(&answer, kind)["goals"][goal]["dueAt"], json!(due), "{row}: {priority} {tier} {kind} {goal}");
            compared += 1;
        }
        let premium = json!({ "id": "a", "ticketType": "incident", "priority": "urgent", "tier": "premium", "reportedAt": reported });
        let premium = answer(&covide, &premium);
        assert_eq!(clock(&premium, "response")["goals"][0]["dueAt"], clock(&premium, "resolution")["goals"][0]["dueAt"]);
    }
    assert_eq!(compared, 110);
}

#[test]
fn clk_14_the_clock_changes_shift_utc_and_not_the_wall_clock() {
    assert_eq!(amsterdam("03-30 11:00").to_string(), "2026-03-30T09:00:00Z");
    assert_eq!(amsterdam("10-26 11:00").to_string(), "2026-10-26T10:00:00Z");
}

/// CLK-06, CLK-08 and AMB-16: strict for a solution, inclusive for a response.
#[test]
fn at_13_00_00_a_solution_is_too_late_and_a_response_is_not() {
    let covide = shipped("covide.toml");
    let table = [
        ("resolved", "resolution", "12:59:59", "met"),
        ("resolved", "resolution", "13:00:00", "breached"),
        ("responded", "response", "13:00:00", "met"),
        ("responded", "response", "13:00:01", "breached"),
    ];
    for (fact, kind, time, state) in table {
        let line = json!({ "id": "a", "ticketType": "incident", "priority": "urgent", "tier": "premium", "reportedAt": "2026-03-10T09:00:00+01:00",
            "history": [{ "at": format!("2026-03-10T{time}+01:00"), "kind": fact }] });
        assert_eq!(clock(&answer(&covide, &line), kind)["state"], state, "{fact} at {time}");
    }
}

/// Vector A-5: event, working days, the date whose end is the deadline.
#[test]
fn a_5_day_terms_count_from_the_day_after_and_end_at_24_00() {
    let table = [
        ("2026-03-02", 7, "2026-03-11"),
        ("2026-03-14", 7, "2026-03-24"),
        ("2026-03-30", 7, "2026-04-10"),
        ("2026-04-22", 7, "2026-05-04"),
        ("2026-05-08", 7, "2026-05-20"),
        ("2026-12-17", 7, "2026-12-29"),
        ("2026-04-30", 5, "2026-05-08"),
        ("2026-05-12", 5, "2026-05-20"),
        ("2026-04-15", 10, "2026-04-30"),
        ("2026-04-20", 14, "2026-05-12"),
        ("2026-03-09", 3, "2026-03-12"),
        ("2026-03-09", 5, "2026-03-16"),
        ("2026-04-02", 3, "2026-04-09"),
        ("2026-04-02", 5, "2026-04-13"),
        ("2026-04-02", 1, "2026-04-07"),
    ];
    for (event, days, last) in table {
        let contract = written(&format!(
            "id = \"a\"\nversion = \"1\"\ntitle = \"A\"\neffective_from = 2020-01-01\ntime_zone = \"Europe/Amsterdam\"\n\
             [calendars.office]\nhours = {{ mon-fri = [\"08:30-17:30\"] }}\nholidays = \"nl-termijnenwet\"\n\
             [[clocks]]\nkind = \"resolution\"\ntypes = [\"incident\"]\ncalendar = \"office\"\ngoals = [{{ by = \"{days}wd\" }}]\n"
        ));
        let line = json!({ "id": "a", "ticketType": "incident", "reportedAt": format!("{event}T12:00:00+02:00") });
        let due = contract.zone.end_of_date(last.parse::<NaiveDate>().expect("a date"));
        assert_eq!(clock(&answer(&contract, &line), "resolution")["goals"][0]["dueAt"], json!(due), "{event} + {days}");
    }
}

/// COVIDE 9.1 (RFS-05): 24:00 on the third working day is too late, a second earlier is not.
#[test]
fn rfs_05_a_question_is_answered_before_the_end_of_its_third_working_day() {
    let covide = shipped("covide.toml");
    for (at, met) in [("2026-03-12T23:59:59+01:00", true), ("2026-03-13T00:00:00+01:00", false)] {
        let line = json!({ "id": "a", "ticketType": "service_request", "tier": "basic", "reportedAt": "2026-03-09T10:00:00+01:00",
            "history": [{ "at": at, "kind": "responded" }] });
        let answer = answer(&covide, &line);
        let goals = &clock(&answer, "response")["goals"];
        assert_eq!((goals[0]["metAt"].is_string(), goals[1]["metAt"].is_string()), (met, true), "{at}");
    }
}
