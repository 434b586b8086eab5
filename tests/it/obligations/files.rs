//! `[[obligations]]` in a contract file: what is refused, in which words, all at once.

use std::path::Path;

use uurwerk::contracts;
use uurwerk::domain::obligation::{Cycle, Occasion};

use crate::time::{shipped, written};

const BASE: &str = r#"
id = "a"
version = "1"
title = "A"
effective_from = 2026-01-01
time_zone = "Europe/Amsterdam"
[calendars.office]
hours = { mon-fri = ["08:30-17:30"] }
[roles.desk]
side = "supplier"
"#;

const DUTY: &str = r#"
[[obligations]]
id = "report"
title = { nl = "Rapport" }
clause = "A 1"
owner = "desk"
calendar = "office"
every = "quarter"
due = "day 15"
remind = ["5wd", "1d", "0d"]
"#;

fn lines(duties: &str) -> Vec<String> {
    let refused = contracts::parse(Path::new("a.toml"), &format!("{BASE}{duties}")).expect_err("it is refused");
    refused.findings.iter().map(|problem| format!("{}: {}", problem.key, problem.reason)).collect()
}

#[test]
fn a_duty_is_what_the_file_says() {
    let contract = written(&format!("{BASE}{DUTY}"));
    let duty = contract.duty("report").expect("it is there");
    assert_eq!((&duty.title.nl, &duty.title.en, duty.clause.as_str()), (&"Rapport".to_owned(), &"Rapport".to_owned(), "A 1"));
    assert_eq!((&duty.occasion, duty.due.to_string().as_str()), (&Occasion::Every(Cycle::Quarter), "day 15"));
    let weekly = written(&format!("{BASE}{}", DUTY.replace("\"quarter\"", "\"week\"").replace("day 15", "0d")));
    assert_eq!(weekly.duties[0].occasion, Occasion::Every(Cycle::Week));
    assert_eq!(duty.remind.iter().map(ToString::to_string).collect::<Vec<_>>(), ["5wd before", "1d before", "0d before"]);
}

#[test]
fn everything_wrong_with_a_duty_is_named_at_once() {
    let wrong = r#"
        [[obligations]]
        clause = "A 1"
        owner = "dekc"
        calendar = "ofice"
        every = "day"
        due = "10 wd"
        remind = ["5wd", "5wd", "day 3", "soon"]
        remnid = []
    "#;
    assert_eq!(
        lines(wrong),
        [
            "obligations.0.id: is required",
            "obligations.0.every: must be one of week, month, quarter, half-year, year",
            "obligations.0.due: is not a term such as \"10wd\", \"14d\", \"2w\", \"3mo\", \"1y\", \"3wd before\", \"day 15\" or \"last wd\"",
            "obligations.0.remind.1: is named twice",
            "obligations.0.remind.2: must say how long before the due date, such as \"5wd\"",
            "obligations.0.remind.3: is not a term such as \"10wd\", \"14d\", \"2w\", \"3mo\", \"1y\", \"3wd before\", \"day 15\" or \"last wd\"",
            "obligations.0.remnid: is not a key here; the keys are calendar, clause, due, every, id, on, owner, remind, subject, title",
            "obligations.0.calendar: refers to nothing: there is no calendar \"ofice\"",
            "obligations.0.owner: refers to nothing: there is no role \"dekc\"",
        ]
    );
}

#[test]
fn a_duty_has_one_occasion_and_an_id_of_its_own() {
    let both = DUTY.replace("every = \"quarter\"", "every = \"quarter\"\non = \"complaint\"");
    assert_eq!(lines(&both), ["obligations.0.every: an obligation has exactly one of every, on"]);
    let neither = DUTY.replace("every = \"quarter\"", "");
    assert_eq!(lines(&neither), ["obligations.0.every: an obligation has exactly one of every, on"]);
    assert_eq!(lines(&format!("{DUTY}{DUTY}")), ["obligations.1.id: \"report\" is named twice"]);
}

/// BLG 5.3: confirmed in writing, or waived in writing.
#[test]
fn a_duty_may_be_started_by_any_of_several_facts() {
    let on = |written: &str| DUTY.replace("every = \"quarter\"", written);
    let facts = |written_as: &str| written(&format!("{BASE}{}", on(written_as))).duties[0].occasion.clone();
    let named = |names: &[&str]| Occasion::Facts(names.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(facts("on = \"received\""), named(&["received"]));
    assert_eq!(facts("on = [\"received\", \"waived\"]"), named(&["received", "waived"]));
    assert_eq!(lines(&on("on = []")), ["obligations.0.on: needs at least one fact"]);
    assert_eq!(
        lines(&on("on = [\"received\", 3, \"received\", \"unknown\"]")),
        [
            "obligations.0.on.3: is \"unknown\": the agreement leaves it open",
            "obligations.0.on.1: must be a text",
            "obligations.0.on.2: is named twice"
        ]
    );
}

#[test]
fn a_value_left_open_in_a_duty_makes_a_draft_and_no_other_problem() {
    for key in ["id", "clause", "owner", "calendar", "every", "due", "remind", "title"] {
        let open: Vec<_> = DUTY
            .lines()
            .map(|line| if line.starts_with(&format!("{key} = ")) { format!("{key} = \"unknown\"") } else { line.to_owned() })
            .collect();
        let text = format!("{BASE}{}", open.join("\n"));
        let refused = contracts::parse(Path::new("a.toml"), &text).expect_err("it is a draft");
        assert!(refused.is_draft(), "{key}: {refused}");
        assert_eq!(refused.findings.len(), 1, "{key}: {refused}");
    }
}

#[test]
fn the_agreements_have_their_dated_duties() {
    let (covide, dap) = (shipped("covide.toml"), shipped("dap-example.toml"));
    let duties = |contract: &uurwerk::domain::contract::Contract| {
        contract.duties.iter().map(|duty| format!("{} {}", duty.clause, duty.due)).collect::<Vec<_>>()
    };
    assert_eq!(duties(&covide), ["COVIDE 9.2 3wd before", "COVIDE 7.3 1mo"]);
    assert_eq!(
        duties(&dap),
        [
            "DAP 3.4.1 last wd",
            "DAP 3.5 day 15",
            "DAP 4.2 0d",
            "DAP 3.16 14wd",
            "DAP 3.12.2 1wd",
            "DAP 3.12.4 1y before",
            "DAP 3.12.4 1mo",
            "DAP 3.12.5 0d",
            "DAP 3.14 0d",
            "DAP 4.2 0d",
            "DAP 4.2 0d",
            "DAP 4.2 0d",
            "DAP 3.7.1 1y before",
            "DAP 3.7.1 5d before",
            "DAP 3.13.3 3mo",
            "DAP 3.14 1y",
            "DAP 3.14 1mo",
        ]
    );
}
