//! Contract files: what is refused, in which words, and that every problem of a file is named at once.

use std::path::Path;

use uurwerk::contracts::{self, Refused};
use uurwerk::domain::contract::{Motivation, TicketType, Workaround};

/// Nothing is wrong with this one; every test breaks it somewhere.
const SOUND: &str = r#"
id = "sound"
version = "1.0"
title = "Sound"
effective_from = 2026-01-01
time_zone = "Europe/Amsterdam"
default_priority = "low"
[[clients]]
organisation = "acme"
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
holidays = "nl-termijnenwet"
also_closed = [2026-05-15, "12-24"]
special_days = [{ date = 2026-12-28, hours = ["09:00-12:00"] }, { date = 2026-12-24, hours = [] }]
[priorities.high]
[priorities.low]
types = ["incident", "problem"]
[[clocks]]
kind = "response"
types = ["incident"]
calendar = "support"
goals = [{ within = "4h" }]
answered_by = ["reply"]
[[clocks]]
kind = "resolution"
types = ["incident"]
priority = "high"
calendar = "support"
goals = [{ share = 90, under = "4h" }, { by = "3wd" }]
warn_at = [50, 75]
holds = ["requester"]
after_refusal = "counts"
[roles.desk]
side = "supplier"
[[ladders]]
id = "up"
types = ["incident"]
opens = [{ when = "breached", clock = "resolution" }]
[[ladders.levels]]
level = 1
supplier = ["desk"]
climb = [{ when = "level-open", for = "8h", calendar = "support" }]
closing_needs = ["measures", "results", "lessons"]
"#;

fn refused(text: &str) -> Refused {
    contracts::parse(Path::new("a.toml"), text).expect_err("it is refused")
}

pub fn lines(text: &str) -> Vec<String> {
    refused(text).findings.iter().map(|problem| format!("{}: {}", problem.key, problem.reason)).collect()
}

/// The sound contract with each `from` made `to`.
fn broken(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SOUND.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from} stands once in the sound contract");
        text.replace(from, to)
    })
}

/// Each row: what stands in the sound contract, what is put there, and every line that then comes back.
fn each_is_refused(rows: &[(&str, &str, &[&str])]) {
    for (from, to, expected) in rows {
        assert_eq!(lines(&broken(&[(from, to)])), *expected, "{from:?} made {to:?}");
    }
}

#[test]
fn the_sound_contract_is_accepted() {
    let contract = contracts::parse(Path::new("a.toml"), SOUND).expect("it is sound");
    assert_eq!((contract.clocks.len(), contract.ladders[0].levels[0].closing_needs.len()), (2, 3));
}

#[test]
fn a_key_that_is_missing_is_named() {
    each_is_refused(&[
        ("id = \"sound\"\n", "", &["id: is required"]),
        ("version = \"1.0\"\n", "", &["version: is required"]),
        ("title = \"Sound\"\n", "", &["title: is required"]),
        ("effective_from = 2026-01-01\n", "", &["effective_from: is required"]),
        ("time_zone = \"Europe/Amsterdam\"\n", "", &["time_zone: is required"]),
        ("organisation = \"acme\"\n", "", &["clients.0.organisation: is required"]),
        ("hours = { mon-fri = [\"08:00-17:00\"] }\n", "", &["calendars.support.hours: is required"]),
        ("date = 2026-12-28, ", "", &["calendars.support.special_days.0.date: is required"]),
        (", hours = []", "", &["calendars.support.special_days.1.hours: is required"]),
        ("kind = \"response\"\n", "", &["clocks.0.kind: is required"]),
        ("goals = [{ within = \"4h\" }]\n", "", &["clocks.0.goals: is required"]),
        ("side = \"supplier\"\n", "", &["roles.desk.side: is required"]),
        ("id = \"up\"\n", "", &["ladders.0.id: is required"]),
        ("level = 1\n", "", &["ladders.0.levels.0.level: is required"]),
        ("for = \"8h\", ", "", &["ladders.0.levels.0.climb.0.for: is required"]),
        (", clock = \"resolution\"", "", &["ladders.0.opens.0.clock: is required"]),
    ]);
    assert_eq!(
        lines("id = \"a\""),
        ["version: is required", "title: is required", "time_zone: is required", "calendars: is required", "effective_from: is required"]
    );
    let whole_ladder = SOUND.split_once("[[ladders.levels]]").expect("there are levels").0;
    assert_eq!(lines(whole_ladder), ["ladders.0.levels: is required"]);
    assert_eq!(lines(&format!("{whole_ladder}levels = []")), ["ladders.0.levels: needs at least one level"]);
}

/// What reads well and can never work: nobody is reached, no step is ever taken, nothing is assumed.
#[test]
fn what_could_never_work_is_refused() {
    each_is_refused(&[
        (
            "default_priority = ",
            "assumed = [\"title\", \"nope.x\", \"clocks.0.goals\", \"clocks.9.goals\"]\ndefault_priority = ",
            &[
                "assumed.1: refers to nothing: the file has no \"nope.x\"",
                "assumed.3: refers to nothing: the file has no \"clocks.9.goals\"",
            ],
        ),
        (
            "side = \"supplier\"",
            "side = \"supplier\"\nmail = [\"desk@acme.example\", \"desk\"]",
            &["roles.desk.mail.1: must be a mail address such as servicedesk@gemeente.nl"],
        ),
        (
            "side = \"supplier\"",
            "side = \"supplier\"\nlabel = { nl = \"Balie\\nAan: iedereen\", en = \"Desk \\u202Eksed\" }",
            &[
                "roles.desk.label.nl: must be a text on one line, with nothing that turns its direction",
                "roles.desk.label.en: must be a text on one line, with nothing that turns its direction",
            ],
        ),
        ("level = 1", "level = 2", &["ladders.0.levels.0.level: must be 1: that is where a ticket stands first"]),
        (
            "opens = [{ when = \"breached\", clock = \"resolution\" }]",
            "opens = [{ when = \"breached\", clock = \"resolution\", goal = 3 }]",
            &["ladders.0.opens.0.goal: no resolution clock of these types has 3 goals"],
        ),
    ]);
}

/// TKT-06, TKT-11, TKT-18, KPI-30, SUP-02, SUP-18.
#[test]
fn what_an_agreement_says_of_its_tickets_holds_together() {
    let lead = "default_priority = \"low\"\n";
    let keys = |more: &str| format!("{more}\n{lead}");
    let table = |more: &str| format!("{lead}{more}\n");
    let both = "[roles.co]\nside = \"client\"\n[roles.desk]";
    let told = broken(&[(lead, &keys("told_of_progress = [\"co\"]")), ("[roles.desk]", both)]);
    assert_eq!(lines(&told), ["told_of_progress: none of these roles has an address for \"acme\", and one of them must always be told"]);
    let reached = told.replace("[roles.co]\n", "[roles.co]\nmail = [\"co@acme.example\"]\n");
    assert!(contracts::parse(Path::new("a.toml"), &reached).is_ok());
    for (from, to, expected) in [
        (
            lead,
            keys("phone = \"070 123 45 67\"\nphone_hours = \"night\""),
            "phone_hours: refers to nothing: there is no calendar \"night\"",
        ),
        (
            lead,
            keys("handled_alone = 80"),
            "handled_alone: needs `records_handling = true`: it is counted from what is said of each ticket",
        ),
        (
            lead,
            keys("records_handling = true\nhandled_alone = 101"),
            "handled_alone: must be a percentage above 0, at most 100, with at most three decimals",
        ),
        (lead, keys("case_portal = \"sometimes\""), "case_portal: must be one of all, on_request"),
        (
            lead,
            table("[[long_open]]\ntypes = [\"problem\"]\nafter_days = 5\ncalendar = \"night\""),
            "long_open.0.calendar: refers to nothing: there is no calendar \"night\"",
        ),
        (
            lead,
            table("[[long_open]]\ntypes = [\"problem\"]\nafter_days = 0\ncalendar = \"support\""),
            "long_open.0.after_days: must be a whole number from 1 to 1000",
        ),
        (lead, table("[notices]\ncalendar = \"night\""), "notices.calendar: refers to nothing: there is no calendar \"night\""),
        (
            lead,
            table("[notices]\ncalendar = \"support\"\nat_any_hour = [\"p9\"]"),
            "notices.at_any_hour.0: refers to nothing: there is no priority \"p9\"",
        ),
        (lead, table("[[points_of_contact]]\nlabel = { nl = \"Balie\" }"), "points_of_contact.0: has either a phone or a mail"),
        (
            lead,
            table("[[points_of_contact]]\nlabel = { nl = \"Balie\" }\nphone = \"1\""),
            "points_of_contact.0.phone: is not a telephone number, such as 070 123 45 67, +31 70 123 45 67 or 0800 1234",
        ),
        (
            "organisation = \"acme\"\n",
            "organisation = \"acme\"\ncase_portal = true\n".to_owned(),
            "clients.0.case_portal: is for a contract whose case_portal is \"on_request\": without that every client has one",
        ),
    ] {
        assert_eq!(lines(&broken(&[(from, &to)])), [expected], "{to}");
    }
    let kept = broken(&[
        (lead, &keys("case_portal = \"on_request\"")),
        ("organisation = \"acme\"\n", "organisation = \"acme\"\ncase_portal = true\n"),
    ]);
    assert!(contracts::parse(Path::new("a.toml"), &kept).is_ok());
    let destroyed = format!("{kept}[retention]\ntickets = \"7y\"\n");
    assert_eq!(lines(&destroyed), ["clients.0.case_portal: keeps tickets for good, and [retention] has them destroyed"]);
    let twice = "[[long_open]]\ntypes = [\"problem\"]\nafter_days = 5\ncalendar = \"support\"\n".repeat(2);
    assert_eq!(lines(&format!("{SOUND}{twice}")), ["long_open.1.types.0: is named twice"]);
}

#[test]
fn a_key_nobody_knows_is_refused_with_those_that_are_known() {
    each_is_refused(&[
        (
            "title =",
            "titel = \"A\"\ntitle =",
            &[
                "titel: is not a key here; the keys are always_told, assumed, calendars, case_portal, catalogue, categories, clients, clocks, \
               contacts, decisions, default_priority, effective_from, functional_administration, handled_alone, id, kinds, ladders, links, long_open, notices, obligations, \
               only_types, parts, phone, phone_hours, points_of_contact, priorities, records_handling, reminders, reserved, response_teams, retention, roles, second_factor, services, signs_role_changes, \
               subjects, supplier_levels, time_zone, title, told_of_progress, types, version",
            ],
        ),
        (
            "organisation =",
            "organization = \"a\"\norganisation =",
            &[
                "clients.0.organization: is not a key here; the keys are case_portal, contacts, mail_domains, name, organisation, roles, tier",
            ],
        ),
        (
            "holidays =",
            "holiday = \"none\"\nholidays =",
            &["calendars.support.holiday: is not a key here; the keys are also_closed, holidays, hours, special_days"],
        ),
        (
            "mon-fri =",
            "maandag = [], mon-fri =",
            &["calendars.support.hours.maandag: is not a day (mon tue wed thu fri sat sun) nor a range such as mon-fri"],
        ),
        (
            "date = 2026-12-28",
            "day = 1, date = 2026-12-28",
            &["calendars.support.special_days.0.day: is not a key here; the keys are date, hours"],
        ),
        (
            "[priorities.low]",
            "[priorities.low]\nname = \"Low\"",
            &["priorities.low.name: is not a key here; the keys are definition, label, motivation, rank, types, workaround"],
        ),
        (
            "[priorities.low]",
            "[priorities.low]\nlabel = { de = \"x\" }",
            &["priorities.low.label.de: is not a key here; the keys are en, nl"],
        ),
        (
            "[priorities.low]",
            "[priorities.low]\ndefinition = { en = \"x\" }\nmotivation = \"always\"\nworkaround = true",
            &[
                "priorities.low.definition.nl: is required",
                "priorities.low.motivation: must be one of optional, required",
                "priorities.low.workaround: must be a text",
            ],
        ),
        (
            "warn_at =",
            "warnings =",
            &[
                "clocks.1.warnings: is not a key here; the keys are after_refusal, after_reopen, agreed_repair, answered_by, calendar, goals, \
               holds, item, kind, priority, starts, tier, types, warn_at",
            ],
        ),
        ("share = 90", "part = 90", &["clocks.1.goals.0.part: is not a key here; the keys are by, share, under, within"]),
        (
            "side =",
            "phone = \"1\"\nside =",
            &["roles.desk.phone: is not a key here; the keys are each_client, label, level, mail, origin, side"],
        ),
        ("opens =", "open = 1\nopens =", &["ladders.0.open: is not a key here; the keys are id, levels, opens, types"]),
        (
            "level = 1",
            "level = 1\ntitel = \"A\"",
            &[
                "ladders.0.levels.0.titel: is not a key here; the keys are client, climb, closing_needs, level, mode, raised_by, skipped_by, supplier, title",
            ],
        ),
        (
            "clock = \"resolution\"",
            "clock = \"resolution\", percent = 5",
            &["ladders.0.opens.0.percent: is not a key here; the keys are clock, goal, when"],
        ),
    ]);
}

#[test]
fn hours_that_make_no_sense_are_refused() {
    let hours = |written: &str| lines(&broken(&[("{ mon-fri = [\"08:00-17:00\"] }", written)]));
    let table: [(&str, &[&str]); 14] = [
        ("{ mon-fri = [\"08:00-17:00\"], wed = [] }", &["hours.wed: names wed twice"]),
        ("{ fri-mon = [\"08:00-17:00\"] }", &["hours.fri-mon: is not a day (mon tue wed thu fri sat sun) nor a range such as mon-fri"]),
        ("{ mon = [\"08:00-08:00\"] }", &["hours.mon.0: has no length"]),
        ("{ mon = [\"8:00-17:00\"] }", &["hours.mon.0: is not an interval such as \"08:00-17:00\""]),
        ("{ mon = [\"24:00-02:00\"] }", &["hours.mon.0: is not an interval such as \"08:00-17:00\""]),
        ("{ mon = [\"08:00-24:01\"] }", &["hours.mon.0: is not an interval such as \"08:00-17:00\""]),
        ("{ mon = \"08:00-17:00\" }", &["hours.mon: must be a list"]),
        ("{ mon = [\"08:00-12:00\", \"11:59-17:00\"] }", &["hours: intervals of mon overlap"]),
        ("{ mon = [\"22:00-06:00\"], tue = [\"05:59-12:00\"] }", &["hours: intervals of mon overlap"]),
        ("{ mon = [\"03:00-12:00\"], sun = [\"22:00-03:01\"] }", &["hours: intervals of sun overlap"]),
        ("{ mon = [\"22:00-02:00\", \"23:00-24:00\"] }", &["hours: intervals of mon overlap"]),
        ("{}", &["hours: the weekly hours never open"]),
        ("{ mon-sun = [] }", &["hours: the weekly hours never open"]),
        (
            "{ mon = [\"09:00\"], tue = [\"08:00-12:00\", \"11:00-13:00\"] }",
            &["hours.mon.0: is not an interval such as \"08:00-17:00\"", "hours: intervals of tue overlap"],
        ),
    ];
    for (written, expected) in table {
        let expected: Vec<_> = expected.iter().map(|line| format!("calendars.support.{line}")).collect();
        assert_eq!(hours(written), expected, "{written}");
    }
    for touching in ["{ mon = [\"08:00-12:00\", \"12:00-17:00\"] }", "{ mon = [\"22:00-06:00\"], tue = [\"06:00-24:00\"] }"] {
        contracts::parse(Path::new("a.toml"), &broken(&[("{ mon-fri = [\"08:00-17:00\"] }", touching)]))
            .expect("they touch and do not overlap");
    }
}

#[test]
fn days_by_hand_that_make_no_sense_are_refused() {
    let date_or_day = "must be a date such as 2026-05-15, or \"12-24\" for every year";
    each_is_refused(&[
        ("2026-05-15,", "2026-12-28,", &["calendars.support.special_days.0.date: is in also_closed too"]),
        ("2026-05-15,", "2026-05-15, 2026-05-15,", &["calendars.support.also_closed.1: is named twice"]),
        ("\"12-24\"]", "\"12-24\", \"12-24\"]", &["calendars.support.also_closed.2: is named twice"]),
        ("\"12-24\"]", "\"02-30\"]", &[&format!("calendars.support.also_closed.1: {date_or_day}")]),
        ("\"12-24\"]", "\"2-3\"]", &[&format!("calendars.support.also_closed.1: {date_or_day}")]),
        ("\"12-24\"]", "2026-12-24T00:00:00]", &[&format!("calendars.support.also_closed.1: {date_or_day}")]),
        ("date = 2026-12-28", "date = 2026-12-24", &["calendars.support.special_days.1.date: is named twice"]),
        ("date = 2026-12-28", "date = \"12-28\"", &["calendars.support.special_days.0.date: must be a date such as 2026-05-15"]),
        ("\"09:00-12:00\"", "\"09:00-09:00\"", &["calendars.support.special_days.0.hours.0: has no length"]),
        (
            "\"09:00-12:00\"",
            "\"09:00-12:00\", \"11:00-13:00\"",
            &["calendars.support.special_days.0.hours: intervals of 2026-12-28 overlap"],
        ),
        // Its tail runs into the Tuesday after it.
        ("\"09:00-12:00\"", "\"22:00-08:01\"", &["calendars.support.special_days.0.hours: intervals of 2026-12-28 overlap"]),
        ("holidays = \"nl-termijnenwet\"", "holidays = \"nl\"", &["calendars.support.holidays: must be one of none, nl-termijnenwet"]),
    ]);
    let into_a_special_day = broken(&[("mon-fri = [\"08:00-17:00\"]", "sun = [\"22:00-09:01\"]")]);
    assert_eq!(lines(&into_a_special_day), ["calendars.support.special_days.0.hours: intervals of 2026-12-28 overlap"]);
    let both = broken(&[("2026-05-15,", "2026-12-28,"), ("\"09:00-12:00\"", "\"9-12\"")]);
    assert_eq!(lines(&both).len(), 2, "bad hours do not hide that the date is in both lists");
}

#[test]
fn names_that_refer_to_nothing_are_refused() {
    let nothing = |what: &str, name: &str| format!("refers to nothing: there is no {what} \"{name}\"");
    each_is_refused(&[
        ("default_priority = \"low\"", "default_priority = \"p9\"", &[&format!("default_priority: {}", nothing("priority", "p9"))]),
        ("priority = \"high\"", "priority = \"p9\"", &[&format!("clocks.1.priority: {}", nothing("priority", "p9"))]),
        ("supplier = [\"desk\"]", "client = [\"boss\"]", &[&format!("ladders.0.levels.0.client.0: {}", nothing("role", "boss"))]),
        (
            "for = \"8h\", calendar = \"support\"",
            "for = \"8h\", calendar = \"desk\"",
            &[&format!("ladders.0.levels.0.climb.0.calendar: {}", nothing("calendar", "desk"))],
        ),
    ]);
    let calendar = SOUND.replace("calendar = \"support\"\ngoals", "calendar = \"phone\"\ngoals");
    assert_eq!(lines(&calendar), [0, 1].map(|clock| format!("clocks.{clock}.calendar: {}", nothing("calendar", "phone"))));
}

#[test]
fn a_clock_that_makes_no_sense_is_refused() {
    let none_of_six = "is none of incident, problem, service_request, information_request, proposal_request, change_request";
    each_is_refused(&[
        ("kind = \"response\"", "kind = \"answer\"", &["clocks.0.kind: must be one of response, resolution"]),
        (
            "types = [\"incident\", \"problem\"]",
            "types = [\"incident\", \"storing\"]",
            &[&format!("priorities.low.types.1: {none_of_six}")],
        ),
        ("types = [\"incident\"]\ncalendar", "types = [\"Incident\"]\ncalendar", &[&format!("clocks.0.types.0: {none_of_six}")]),
        ("types = [\"incident\"]\ncalendar", "types = []\ncalendar", &["clocks.0.types: needs at least one type"]),
        ("types = [\"incident\"]\ncalendar", "types = \"incident\"\ncalendar", &["clocks.0.types: must be a list"]),
        ("warn_at = [50, 75]", "answered_by = [\"reply\"]", &["clocks.1.answered_by: is for a response clock only"]),
        ("answered_by = [\"reply\"]", "after_refusal = \"held\"", &["clocks.0.after_refusal: is for a resolution clock only"]),
        ("answered_by = [\"reply\"]", "after_reopen = \"held\"", &["clocks.0.after_reopen: is for a resolution clock only"]),
        ("[\"reply\"]", "[\"reply\", \"mail\"]", &["clocks.0.answered_by.1: must be one of reply, classification, assignment"]),
        ("after_refusal = \"counts\"", "after_refusal = \"ignored\"", &["clocks.1.after_refusal: must be one of counts, held"]),
        ("after_refusal = \"counts\"", "starts = \"mail\"", &["clocks.1.starts: must be one of report, phone_contact"]),
        (
            "[50, 75]",
            "[0, 101, 7.5]",
            &[
                "clocks.1.warn_at.0: must be a whole number from 1 to 100",
                "clocks.1.warn_at.1: must be a whole number from 1 to 100",
                "clocks.1.warn_at.2: must be a whole number from 1 to 100",
            ],
        ),
        ("holds = [\"requester\"]", "holds = [3]", &["clocks.1.holds.0: must be a text"]),
        // PRI-10: a priority is for incidents unless it says otherwise.
        (
            "types = [\"incident\"]\npriority",
            "types = [\"incident\", \"problem\"]\npriority",
            &["clocks.1.priority: \"high\" is not for problem"],
        ),
    ]);
}

#[test]
fn two_clocks_that_could_fit_one_ticket_are_refused() {
    let second = |narrowing: &str| {
        let clock = format!(
            "[[clocks]]\nkind = \"resolution\"\ntypes = [\"problem\", \"incident\"]\n{narrowing}calendar = \"support\"\ngoals = [{{ under = \"9h\" }}]\n"
        );
        broken(&[("[roles.desk]", &format!("{clock}[roles.desk]"))])
    };
    let clash = ["clocks.2: could fit the same ticket as clocks.1: a ticket has one resolution clock"];
    assert_eq!(lines(&second("")), clash);
    assert_eq!(lines(&second("tier = \"gold\"\n")), clash);
    contracts::parse(Path::new("a.toml"), &second("priority = \"low\"\n")).expect("another priority is another ticket");
    let broken_goal = second("").replace("\"9h\"", "\"nine\"");
    assert_eq!(lines(&broken_goal).len(), 2, "a bad goal does not hide the clash");
}

#[test]
fn a_goal_is_one_bound_with_a_sound_duration_and_share() {
    let bad = "is not one whole number with one of the units h, m, s, wd, mo";
    let share = "share: must be a percentage above 0, at most 100, with at most three decimals";
    let table = [
        ("{ share = 50 }", "under: a goal has exactly one of under, within, by"),
        ("{ under = \"4h\", within = \"4h\" }", "under: a goal has exactly one of under, within, by"),
        ("{ under = \"4\" }", &format!("under: {bad}")),
        ("{ under = \"4.5h\" }", &format!("under: {bad}")),
        ("{ under = \"4h30m\" }", &format!("under: {bad}")),
        ("{ under = \"-4h\" }", &format!("under: {bad}")),
        ("{ under = \"2d\" }", &format!("under: {bad}")),
        ("{ under = 4 }", "under: must be a text"),
        ("{ by = \"4h\" }", "by: must be in wd: \"by\" ends a working day"),
        ("{ by = \"3mo\" }", "by: must be in wd: \"by\" ends a working day"),
        ("{ by = \"0wd\" }", "by: must be more than 0 (only \"within\" of h, m or s may be 0)"),
        ("{ under = \"0h\" }", "under: must be more than 0 (only \"within\" of h, m or s may be 0)"),
        ("{ within = \"0mo\" }", "within: must be more than 0 (only \"within\" of h, m or s may be 0)"),
        ("{ share = 0, under = \"4h\" }", share),
        ("{ share = 100.5, under = \"4h\" }", share),
        ("{ share = 99.9999, under = \"4h\" }", share),
        ("{ share = -1, under = \"4h\" }", share),
        ("{ share = \"90\", under = \"4h\" }", "share: must be a number"),
    ];
    for (goal, expected) in table {
        let text = broken(&[("{ within = \"4h\" }", goal)]);
        assert_eq!(lines(&text), [format!("clocks.0.goals.0.{expected}")], "{goal}");
    }
    each_is_refused(&[("[{ within = \"4h\" }]", "[]", &["clocks.0.goals: needs at least one goal"])]);
    contracts::parse(Path::new("a.toml"), &broken(&[("within = \"4h\"", "within = \"0m\"")])).expect("at once is a goal");
}

#[test]
fn values_of_a_wrong_kind_are_refused() {
    each_is_refused(&[
        ("time_zone = \"Europe/Amsterdam\"", "time_zone = \"CET+1\"", &["time_zone: is not an IANA time zone"]),
        ("effective_from = 2026-01-01", "effective_from = \"2026-01-01\"", &["effective_from: must be a date such as 2026-05-15"]),
        ("effective_from = 2026-01-01", "effective_from = 2026-01-01T00:00:00Z", &["effective_from: must be a date such as 2026-05-15"]),
        ("version = \"1.0\"", "version = 1.0", &["version: must be a text"]),
        ("title = \"Sound\"", "title = \" \"", &["title: must be a text"]),
        ("id = \"sound\"", "id = \"So und\"", &["id: must be of small letters, digits and hyphens: it stands in addresses"]),
        ("[priorities.high]", "[priorities.high]\nrank = 0", &["priorities.high.rank: must be a whole number from 1 to 1000"]),
        ("side = \"supplier\"", "side = \"left\"", &["roles.desk.side: must be one of client, supplier"]),
        ("[priorities.high]\n", "[priorities]\nhigh = 1\n", &["priorities.high: must be a table"]),
    ]);
}

#[test]
fn a_ladder_that_makes_no_sense_is_refused() {
    each_is_refused(&[
        ("when = \"breached\"", "when = \"late\"", &["ladders.0.opens.0.when: must be one of breached, elapsed, level-open, decided"]),
        ("for = \"8h\"", "for = \"2wd\"", &["ladders.0.levels.0.climb.0.for: must be in h, m or s"]),
        (
            "when = \"breached\", clock",
            "when = \"elapsed\", percent = 120, clock",
            &["ladders.0.opens.0.percent: must be a whole number from 1 to 100"],
        ),
        ("[{ when = \"breached\", clock = \"resolution\" }]", "\"later\"", &["ladders.0.opens: must be one of registration"]),
        ("\"lessons\"]", "\"tears\"]", &["ladders.0.levels.0.closing_needs.2: must be one of measures, results, lessons"]),
        ("level = 1\n", "level = 1\nmode = \"manual\"\n", &["ladders.0.levels.0.mode: must be one of automatic, proposed"]),
    ]);
    let twice = format!(
        "{SOUND}[[ladders.levels]]\nlevel = 1\n[[ladders]]\nid = \"up\"\ntypes = [\"incident\", \"problem\"]\nlevels = [{{ level = 1 }}]\n"
    );
    assert_eq!(
        lines(&twice),
        [
            "ladders.1.id: \"up\" is named twice",
            "ladders.1.types: incident has a ladder already",
            "ladders.0.levels.1.level: must be 2: levels follow each other, so that none is passed over unseen"
        ]
    );
    each_is_refused(&[(
        "[[clients]]",
        "[[clients]]\norganisation = \"acme\"\n[[clients]]",
        &["clients.1.organisation: \"acme\" is named twice"],
    )]);
}

#[test]
fn what_can_mean_one_thing_only_once_is_refused_twice() {
    each_is_refused(&[
        ("[50, 75]", "[50, 75, 50]", &["clocks.1.warn_at.2: is named twice"]),
        ("[\"requester\"]", "[\"requester\", \"requester\"]", &["clocks.1.holds.1: is named twice"]),
        ("[\"reply\"]", "[\"reply\", \"reply\"]", &["clocks.0.answered_by.1: is named twice"]),
        (
            "climb = [{ when = \"level-open\", for = \"8h\", calendar = \"support\" }]",
            "climb = [{ when = \"decided\", code = \"wide\" }, { when = \"decided\", code = \"wide\" }]",
            &["ladders.0.levels.0.climb.1.code: is named twice"],
        ),
        (
            "[priorities.high]\n[priorities.low]",
            "[priorities.high]\nrank = 2\n[priorities.low]\nrank = 2",
            &["priorities.low.rank: is the rank of \"high\" too, for incident"],
        ),
        (
            "closing_needs = [\"measures\", \"results\", \"lessons\"]",
            "[[ladders.levels]]\nlevel = 2\n[[ladders.levels]]\nlevel = 4",
            &["ladders.0.levels.2.level: must be 3: levels follow each other, so that none is passed over unseen"],
        ),
    ]);
}

#[test]
fn a_mail_domain_is_one_and_leads_to_one_client() {
    let clients = |first: &str, second: &str| {
        let clients = format!(
            "[[clients]]\norganisation = \"acme\"\nmail_domains = [{first}]\n[[clients]]\norganisation = \"beta\"\nmail_domains = [{second}]\n"
        );
        broken(&[("[[clients]]\norganisation = \"acme\"\n", &clients)])
    };
    contracts::parse(Path::new("a.toml"), &clients("\"acme.example\"", "\"sub.acme.example\"")).expect("two domains");
    assert_eq!(
        lines(&clients("\"acme.example\"", "\"ACME.example\"")),
        ["clients.1.mail_domains.0: is named twice: mail of one domain comes from one client"]
    );
    let wrong = lines(&clients("\"x y\", \"@acme.example\"", "\"a@beta.example\""));
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    assert!(wrong.iter().all(|line| line.contains("is not a mail domain")), "{wrong:?}");
}

/// What is named in a contract is asked for through the API, which takes names up to a length.
#[test]
fn a_name_longer_than_the_api_takes_is_refused() {
    let long = |length: usize| "x".repeat(length);
    let name = "is longer than 100 characters";
    each_is_refused(&[
        ("version = \"1.0\"", &format!("version = \"{}\"", long(101)), &[&format!("version: {name}")]),
        ("id = \"sound\"", &format!("id = \"{}\"", long(101)), &[&format!("id: {name}")]),
        ("id = \"up\"", &format!("id = \"{}\"", long(101)), &[&format!("ladders.0.id: {name}")]),
        ("organisation = \"acme\"", &format!("organisation = \"{}\"", long(101)), &[&format!("clients.0.organisation: {name}")]),
        ("holds = [\"requester\"]", &format!("holds = [\"{}\"]", long(51)), &["clocks.1.holds.0: is longer than 50 characters"]),
        (
            "[roles.desk]",
            &format!("[calendars.{}]\nhours = {{ mon = [\"08:00-17:00\"] }}\n[roles.desk]", long(101)),
            &[&format!("calendars.{}: has a name longer than 100 characters", long(101))],
        ),
        (
            "[priorities.high]\n",
            &format!("[priorities.{}]\n[priorities.high]\n", long(51)),
            &[&format!("priorities.{}: has a name longer than 50 characters", long(51))],
        ),
    ]);
    contracts::parse(Path::new("a.toml"), &broken(&[("version = \"1.0\"", &format!("version = \"{}\"", long(100)))]))
        .expect("as long as can be");
}

/// ESC-11: a level is passed over by a decision that is taken below it, and not when it is the last.
#[test]
fn what_skips_a_level_is_decided_below_it() {
    let ladder = |first: &str, second: &str| {
        let levels = "climb = [{ when = \"level-open\", for = \"8h\", calendar = \"support\" }]";
        broken(&[
            ("opens = [{ when = \"breached\", clock = \"resolution\" }]", "opens = [{ when = \"decided\", code = \"wide\" }]"),
            (levels, &format!("{first}\nclimb = [{{ when = \"decided\", code = \"deep\" }}]")),
            (
                "closing_needs = [\"measures\", \"results\", \"lessons\"]",
                &format!("[[ladders.levels]]\nlevel = 2\n{second}\n[[ladders.levels]]\nlevel = 3"),
            ),
        ])
    };
    let contract = contracts::parse(Path::new("a.toml"), &ladder("skipped_by = [\"wide\"]", "skipped_by = [\"wide\", \"deep\"]"));
    let levels = contract.expect("it is sound").ladders.remove(0).levels;
    assert_eq!(levels.iter().map(|level| level.skipped_by.len()).collect::<Vec<_>>(), [1, 2, 0]);
    assert_eq!(
        lines(&ladder("skipped_by = [\"deep\", \"unheard-of\"]", "").replace("level = 3", "level = 3\nskipped_by = [\"deep\"]")),
        [
            "ladders.0.levels.0.skipped_by.0: refers to nothing: nobody decides \"deep\" below this level",
            "ladders.0.levels.0.skipped_by.1: refers to nothing: nobody decides \"unheard-of\" below this level",
            "ladders.0.levels.2.skipped_by.0: leads nowhere: there is no level above",
        ]
    );
}

/// TKT-15: an agreement has words of its own for the types it knows.
#[test]
fn what_an_agreement_calls_a_type_is_a_label_of_one_of_the_six() {
    let with = |types: &str| broken(&[("[priorities.high]", &format!("{types}\n[priorities.high]"))]);
    let contract = contracts::parse(Path::new("a.toml"), &with("[types.change_request]\nlabel = { nl = \"wens\" }")).expect("it is sound");
    assert_eq!((contract.dutch(TicketType::ChangeRequest), contract.dutch(TicketType::Incident)), ("wens", "incident"));
    assert_eq!(
        lines(&with("[types.wens]\nlabel = { en = \"wish\" }\nclause = \"1\"\n[types.problem]")),
        [
            "types.wens: is none of incident, problem, service_request, information_request, proposal_request, change_request",
            "types.wens.label.nl: is required",
            "types.wens.clause: is not a key here; the keys are label",
            "types.problem.label: is required",
        ]
    );
}

#[test]
fn what_is_no_toml_says_on_which_line() {
    assert_eq!(lines("id = \"a\"\nid = \"b\"\n"), ["file: is not TOML: line 2: duplicate key"]);
    assert_eq!(lines("id = \"a\"\neffective_from = 2026-02-30\n").len(), 1);
}

#[test]
fn five_broken_things_are_named_all_at_once() {
    let text = broken(&[
        ("time_zone = \"Europe/Amsterdam\"", "time_zone = \"Amsterdam\""),
        ("mon-fri = [\"08:00-17:00\"]", "mon-fri = [\"08:00-12:00\", \"11:00-17:00\"]"),
        ("priority = \"high\"", "priority = \"hgih\""),
        ("within = \"4h\"", "within = \"4 hours\""),
        ("supplier = [\"desk\"]", "supplier = [\"dekc\"]"),
    ]);
    assert_eq!(
        refused(&text).to_string(),
        "a.toml: time_zone: is not an IANA time zone (line 6)\n\
         a.toml: calendars.support.hours: intervals of mon overlap (line 11)\n\
         a.toml: calendars.support.hours: intervals of tue overlap (line 11)\n\
         a.toml: calendars.support.hours: intervals of wed overlap (line 11)\n\
         a.toml: calendars.support.hours: intervals of thu overlap (line 11)\n\
         a.toml: calendars.support.hours: intervals of fri overlap (line 11)\n\
         a.toml: clocks.0.goals.0.within: is not one whole number with one of the units h, m, s, wd, mo (line 22)\n\
         a.toml: clocks.1.priority: refers to nothing: there is no priority \"hgih\" (line 27)\n\
         a.toml: ladders.0.levels.0.supplier.0: refers to nothing: there is no role \"dekc\" (line 41)"
    );
}

fn shipped(name: &str) -> Result<contracts::Source, Refused> {
    contracts::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts").join(name))
}

#[test]
fn the_covide_file_and_the_dap_example_are_contracts() {
    let covide = shipped("covide.toml").expect("it is complete").contract;
    assert_eq!(covide.clocks.len(), 8);
    assert!(covide.priorities.iter().all(|priority| priority.definition.is_some() && priority.motivation == Motivation::Optional));
    let workarounds: Vec<_> =
        covide.priorities.iter().filter(|priority| priority.workaround == Workaround::Expected).map(|priority| &priority.code).collect();
    assert_eq!(workarounds, ["medium"], "PRI-04");
    let dap = shipped("dap-example.toml").expect("it is complete").contract;
    assert_eq!((dap.clocks.len(), dap.ladders[0].levels.len()), (8, 4));
}

#[test]
fn sup_18_the_desk_is_called_on_the_number_that_the_agreement_names() {
    let covide = shipped("covide.toml").expect("it is complete").contract;
    assert_eq!(covide.phone.as_ref().map(uurwerk::domain::phone::Phone::as_str), Some("+31342-490364"));
    let points: Vec<_> = covide.points_of_contact.iter().map(|one| (one.reached_at.as_str(), one.to_be_confirmed.is_some())).collect();
    assert_eq!(points, [("+313432-450930", true), ("support@covide.nl", false)], "AMB-27: one has a digit too many");
}

/// CLK-02, AMB-01: what the agreement leaves open is listed, all of it, and nothing is made up.
#[test]
fn clk_02_the_dap_file_is_a_draft_that_lists_every_open_key() {
    let refused = shipped("dap.toml").expect_err("it leaves its times open");
    assert!(refused.is_draft());
    let mut open: Vec<_> = refused.findings.iter().map(|problem| problem.key.clone()).collect();
    open.sort();
    let mut expected: Vec<_> = (0..8).map(|clock| format!("clocks.{clock}.goals")).collect();
    expected.extend([3, 4, 5, 7].map(|clock| format!("clocks.{clock}.warn_at")));
    expected.extend((0..4).map(|level| format!("ladders.0.levels.{level}.supplier")));
    expected.extend(["p1", "p2", "p3"].map(|priority| format!("priorities.{priority}.definition")));
    let windows = ["support", "maintenance"].map(|calendar| ["hours", "holidays"].map(|key| format!("calendars.{calendar}.{key}")));
    expected.extend(windows.into_iter().flatten());
    expected.extend(["version", "effective_from", "phone", "ladders.0.levels.1.climb.0.for", "long_open.0.after_days"].map(str::to_owned));
    let roles = [
        "adviseur-facilitaire-zaken",
        "ciso",
        "contractmanager",
        "coordinator-ka",
        "functioneel-beheerder-ka",
        "information-security-officer",
        "inkoop",
        "leverancier-operationeel",
        "leverancier-strategisch",
        "leverancier-tactisch",
        "manager-bedrijfsvoering",
        "privacy-officer",
        "servicemanager",
        "systeembeheerder-ict",
        "technisch-beheerder-ka",
    ];
    expected.extend(roles.map(|role| format!("roles.{role}.mail")));
    expected.extend([1, 6, 16].map(|duty| format!("obligations.{duty}.due")));
    expected.extend((0..3).flat_map(|team| ["responsibility", "roles"].map(|key| format!("response_teams.{team}.{key}"))));
    expected.sort();
    assert_eq!(open, expected);
    assert_eq!(refused.findings[0].reason, "is \"unknown\": the agreement leaves it open");
}

/// FIETS 3: a whole table may be open, and then no step is refused for a goal that may yet be in it.
#[test]
fn clocks_left_open_as_a_whole_make_a_draft_and_no_other_problem() {
    let (before, rest) = SOUND.split_once("[[clocks]]").expect("there are clocks");
    let after = rest.split_once("[roles.desk]").expect("there are roles").1;
    let (root, tables) = before.split_once("[[clients]]").expect("there are clients");
    let refused = refused(&format!("{root}clocks = \"unknown\"\n[[clients]]{tables}[roles.desk]{after}"));
    assert_eq!(refused.findings.iter().map(|problem| problem.key.as_str()).collect::<Vec<_>>(), ["clocks"], "{refused}");
}

/// Whatever the key: nothing else may be wrong with a file only because something in it is open.
#[test]
fn a_value_left_open_anywhere_makes_a_draft_and_no_other_problem() {
    let table = [
        ("id = \"sound\"", "id = \"unknown\"", "id"),
        ("time_zone = \"Europe/Amsterdam\"", "time_zone = \"unknown\"", "time_zone"),
        ("mon-fri = [\"08:00-17:00\"]", "mon-fri = \"unknown\"", "calendars.support.hours.mon-fri"),
        ("[\"08:00-17:00\"]", "[\"unknown\"]", "calendars.support.hours.mon-fri.0"),
        ("\"09:00-12:00\"", "\"unknown\"", "calendars.support.special_days.0.hours.0"),
        ("types = [\"incident\", \"problem\"]", "types = \"unknown\"", "priorities.low.types"),
        ("priority = \"high\"", "priority = \"unknown\"", "clocks.1.priority"),
        ("[{ within = \"4h\" }]", "[\"unknown\"]", "clocks.0.goals.0"),
        ("within = \"4h\"", "within = \"unknown\"", "clocks.0.goals.0.within"),
        ("[roles.desk]\nside = \"supplier\"", "[roles]\ndesk = \"unknown\"", "roles.desk"),
        ("default_priority = \"low\"", "default_priority = \"low\"\nroles = \"unknown\"", "roles"),
        ("opens = [{ when = \"breached\", clock = \"resolution\" }]", "opens = \"unknown\"", "ladders.0.opens"),
        ("level = 1", "level = 1\nskipped_by = \"unknown\"", "ladders.0.levels.0.skipped_by"),
    ];
    for (from, to, key) in table {
        let mut text = broken(&[(from, to)]);
        if key == "roles" {
            text = text.replace("[roles.desk]\nside = \"supplier\"\n", "");
        }
        let refused = refused(&text);
        assert_eq!(refused.findings.iter().map(|problem| problem.key.as_str()).collect::<Vec<_>>(), [key], "{to}");
        assert!(refused.is_draft(), "{to}");
    }
}
