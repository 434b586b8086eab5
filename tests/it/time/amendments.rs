//! Calendars that change while tickets are open (design § 2.16, CLK-16, CAL-12), and tickets that change their type or
//! tier (design § 2.9).

use serde_json::{Value, json};
use uurwerk::domain::Instant;
use uurwerk::domain::clock::{self, Answer, Fact, FactKind, Kind};
use uurwerk::domain::contract::amendment::{Amendment, Change};
use uurwerk::domain::contract::{Contract, TicketType};

use super::{answer, clock, written};

const DESK: &str = r#"
id = "t"
version = "1"
title = "T"
effective_from = 2020-01-01
time_zone = "Europe/Amsterdam"
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
[calendars.nights]
hours = { mon-sun = ["00:00-24:00"] }
[priorities.high]
rank = 1
label = { nl = "Hoog" }
types = ["incident"]
[priorities.deep]
rank = 2
label = { nl = "Diep" }
types = ["problem"]
[[clocks]]
kind = "resolution"
types = ["incident"]
priority = "high"
calendar = "support"
goals = [{ under = "9h" }]
[[clocks]]
kind = "resolution"
types = ["problem"]
priority = "deep"
calendar = "nights"
goals = [{ under = "12h" }]
[[clocks]]
kind = "resolution"
types = ["service_request"]
tier = "gold"
calendar = "support"
goals = [{ under = "18h" }]
[[clocks]]
kind = "resolution"
types = ["service_request"]
tier = "silver"
calendar = "support"
goals = [{ under = "27h" }]
"#;

fn at(text: &str) -> Instant {
    format!("2026-{text}:00+01:00").parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The contract with dates of `support` changed: `(recorded, date, change)`.
fn amended(contract: &str, changes: &[(Instant, &str, Change)]) -> Contract {
    let amendment = |(recorded_at, date, change): &(Instant, &str, Change)| Amendment {
        id: uuid::Uuid::from_u128(7),
        calendar: "support".to_owned(),
        date: date.parse().expect("a date"),
        change: change.clone(),
        reason: String::new(),
        in_force_at: *recorded_at,
    };
    written(contract).amended_by(changes.iter().map(amendment)).expect("calendars that stand")
}

/// A high incident of Monday 9 March 2026, 10:00, with these facts.
fn incident(history: &Value, as_of: &str) -> Value {
    json!({ "id": "1", "ticketType": "incident", "priority": "high", "reportedAt": at("03-09T10:00").to_string(), "history": history, "asOf": at(as_of).to_string() })
}

fn due(answer: &Value) -> &str {
    clock(answer, "resolution")["goals"][0]["dueAt"].as_str().unwrap_or("none")
}

/// CLK-16: add a closure day ahead of a due time and it moves one working day; the ledger names it.
#[test]
fn clk_16_a_closure_ahead_moves_the_deadline_one_working_day() {
    let open = incident(&json!([]), "03-09T12:00");
    assert_eq!(due(&answer(&written(DESK), &open)), "2026-03-10T09:00:00Z");
    let closed = amended(DESK, &[(at("03-09T11:00"), "2026-03-10", Change::Closed)]);
    assert_eq!(due(&answer(&closed, &open)), "2026-03-11T09:00:00Z");
    let shown = answer(&closed, &incident(&json!([]), "03-11T09:00"));
    let ledger = &clock(&shown, "resolution")["ledger"];
    assert_eq!(ledger[2], json!({ "from": "2026-03-09T23:00:00Z", "to": "2026-03-10T23:00:00Z", "state": "closed", "cause": "by_hand" }));
}

/// CAL-12: add a Sunday and nothing moves; add a date twice and it is closed once; take it back and it is as agreed.
#[test]
fn cal_12_a_closure_that_closes_nothing_moves_nothing_and_one_taken_back_is_as_agreed() {
    let open = incident(&json!([]), "03-09T12:00");
    let recorded = at("03-09T11:00");
    for (changes, expected) in [
        (vec![(recorded, "2026-03-15", Change::Closed)], "2026-03-10T09:00:00Z"),
        (vec![(recorded, "2026-03-10", Change::Closed), (recorded, "2026-03-10", Change::Closed)], "2026-03-11T09:00:00Z"),
        (vec![(recorded, "2026-03-10", Change::Closed), (recorded, "2026-03-10", Change::AsAgreed)], "2026-03-10T09:00:00Z"),
        (vec![(recorded, "2026-03-09", Change::Hours(vec!["08:00-20:00".parse().expect("hours")]))], "2026-03-09T18:00:00Z"),
    ] {
        assert_eq!(due(&answer(&amended(DESK, &changes), &open)), expected, "{changes:?}");
    }
}

/// § 2.16: a stopped clock never sees it, no fired breach is erased, and before it was recorded nobody knew of it.
#[test]
fn an_amendment_reaches_running_clocks_alone_and_erases_no_breach() {
    let late = amended(DESK, &[(at("03-11T12:00"), "2026-03-09", Change::Closed)]);
    let solved = json!([{ "at": at("03-10T09:00").to_string(), "kind": "resolved" }]);
    assert_eq!(answer(&late, &incident(&solved, "03-12T12:00")), answer(&written(DESK), &incident(&solved, "03-12T12:00")));
    let before = incident(&json!([]), "03-11T11:59");
    assert_eq!(answer(&late, &before), answer(&written(DESK), &before));
    // Due on Tuesday at 10:00 and fired; on Wednesday the Monday turns out to have been closed: 4 h Wednesday + 9 h Tuesday.
    let shown = answer(&late, &incident(&json!([]), "03-11T12:00"));
    let resolution = clock(&shown, "resolution");
    assert_eq!((&resolution["goals"][0]["breachedAt"], &resolution["elapsedSeconds"]), (&json!("2026-03-10T09:00:00Z"), &json!(13 * 3600)));
    assert_eq!(resolution["voided"], json!([]));
}

/// § 2.16: a breach that an amendment leaves unreached is void, and the clock is breached anew where its bound then lies.
#[test]
fn a_breach_whose_bound_is_not_passed_any_more_is_void_by_the_calendar() {
    let late = amended(DESK, &[(at("03-10T15:00"), "2026-03-09", Change::Closed)]);
    let before = answer(&late, &incident(&json!([]), "03-10T14:59"));
    assert_eq!(clock(&before, "resolution")["goals"][0]["breachedAt"], "2026-03-10T09:00:00Z");
    let shown = answer(&late, &incident(&json!([]), "03-10T15:00"));
    let resolution = clock(&shown, "resolution");
    assert_eq!((&resolution["goals"][0]["breachedAt"], due(&shown)), (&Value::Null, "2026-03-10T16:00:00Z"));
    assert_eq!(resolution["voided"], json!([{ "at": "2026-03-10T09:00:00Z", "target": "9h", "why": "calendar" }]));
    let anew = answer(&late, &incident(&json!([]), "03-10T17:00"));
    assert_eq!(clock(&anew, "resolution")["goals"][0]["breachedAt"], "2026-03-10T16:00:00Z");
}

/// § 2.16: an opening in the past that passes a bound breaches it at its own instant.
#[test]
fn an_opening_declared_afterwards_breaches_where_the_bound_then_lies() {
    let saturday = Change::Hours(vec!["08:00-17:00".parse().expect("hours")]);
    let late = amended(DESK, &[(at("03-09T09:00"), "2026-03-07", saturday)]);
    let friday = json!({ "id": "1", "ticketType": "incident", "priority": "high", "reportedAt": at("03-06T16:00").to_string(), "asOf": at("03-09T12:00").to_string() });
    let shown = answer(&late, &friday);
    assert_eq!(clock(&shown, "resolution")["goals"][0]["breachedAt"], "2026-03-07T15:00:00Z");
}

/// § 2.16 beside § 2.9: what was stopped runs again under the calendar as it is by then.
#[test]
fn a_clock_that_runs_again_sees_from_then_on_what_was_amended_while_it_stood_still() {
    let history = json!([
        { "at": at("03-09T12:00").to_string(), "kind": "resolved" }, { "at": at("03-10T08:00").to_string(), "kind": "solution_refused" },
    ]);
    let closed = amended(DESK, &[(at("03-09T15:00"), "2026-03-11", Change::Closed), (at("03-09T15:00"), "2026-03-09", Change::Closed)]);
    // The refused interval counts as it was: 7 h on Monday, so 2 h are left on Tuesday.
    assert_eq!(due(&answer(&closed, &incident(&history, "03-10T08:00"))), "2026-03-10T09:00:00Z");
    let shown = answer(&closed, &incident(&history, "03-12T09:00"));
    assert_eq!(clock(&shown, "resolution")["elapsedSeconds"], json!((7 + 9 + 1) * 3600));
}

/// An amendment known before the report is the contract's own closure.
#[test]
fn an_amendment_recorded_before_the_report_is_as_if_it_were_agreed() {
    let agreed =
        DESK.replacen("hours = { mon-fri = [\"08:00-17:00\"] }", "hours = { mon-fri = [\"08:00-17:00\"] }\nalso_closed = [2026-03-10]", 1);
    let early = amended(DESK, &[(at("03-01T12:00"), "2026-03-10", Change::Closed)]);
    let line = incident(&json!([{ "at": at("03-12T09:00").to_string(), "kind": "resolved" }]), "03-13T12:00");
    assert_eq!(answer(&early, &line), answer(&written(&agreed), &line));
}

#[test]
fn an_amendment_that_runs_into_its_neighbours_is_refused() {
    let tail = Change::Hours(vec!["22:00-09:00".parse().expect("hours")]);
    let amendment = Amendment {
        id: uuid::Uuid::from_u128(7),
        calendar: "support".to_owned(),
        date: "2026-03-10".parse().expect("a date"),
        change: tail,
        reason: String::new(),
        in_force_at: at("03-09T11:00"),
    };
    assert!(written(DESK).amended_by([amendment]).is_err());
}

fn facts(kinds: impl IntoIterator<Item = (Instant, FactKind)>) -> Vec<Fact> {
    kinds.into_iter().map(|(at, kind)| Fact { at, kind }).collect()
}

/// The resolution clock of a ticket of Monday 9 March 2026, 10:00.
fn shown(
    contract: &Contract,
    kind: TicketType,
    tier: Option<&str>,
    priority: Option<&str>,
    facts: &[Fact],
    as_of: Instant,
) -> Option<clock::Clock> {
    let ticket = clock::Ticket { kind, tier, item: None, priority, reported_at: at("03-09T10:00") };
    clock::replay(contract, Kind::Resolution, ticket, facts, as_of).view(as_of)
}

/// § 2.9: the time counted stays as it was counted, the goals and from then on the calendar are the new type's.
#[test]
fn a_change_of_type_keeps_the_start_and_what_was_counted() {
    let contract = written(DESK);
    let retyped = facts([(at("03-09T12:00"), FactKind::Retyped(TicketType::Problem, Some("deep".to_owned())))]);
    let clock = shown(&contract, TicketType::Incident, None, Some("high"), &retyped, at("03-09T20:00")).expect("a clock");
    // 2 h in the window, then day and night: 10 h more until the 12 h are used up.
    assert_eq!((clock.started_at, clock.elapsed_seconds), (Some(at("03-09T10:00")), 10 * 3600));
    assert_eq!((clock.goals[0].target.as_str(), clock.goals[0].due_at), ("12h", Some(at("03-09T22:00"))));
}

/// § 2.8 and § 2.9: a type whose clocks need a priority runs without goals until it has one; what was breached is void.
#[test]
fn a_change_of_type_that_loses_the_priority_runs_on_without_goals() {
    let contract = written(DESK);
    let kept = (at("03-10T11:00"), FactKind::Retyped(TicketType::Problem, None));
    let lost = facts([kept.clone()]);
    let clock = shown(&contract, TicketType::Incident, None, Some("high"), &lost, at("03-10T12:00")).expect("a clock");
    assert_eq!((clock.goals.len(), clock.elapsed_seconds), (0, 11 * 3600));
    assert_eq!(clock.voided.iter().map(|voided| (voided.at, voided.why)).collect::<Vec<_>>(), [(at("03-10T10:00"), "retyped")]);
    let set = facts([
        kept,
        (at("03-10T12:00"), FactKind::Reprioritised("deep".to_owned())),
        (at("03-10T12:00"), FactKind::Responded(Answer::Classification)),
    ]);
    let clock = shown(&contract, TicketType::Incident, None, Some("high"), &set, at("03-10T12:30")).expect("a clock");
    assert_eq!((clock.goals[0].due_at, clock.goals[0].breached_at), (Some(at("03-10T13:00")), None));
}

/// § 2.9: a type without such a clock does not show it; another change of type shows it again, all time counted.
#[test]
fn a_clock_the_new_type_lacks_is_not_shown_and_counts_on() {
    let contract = written(DESK);
    let away = (at("03-09T12:00"), FactKind::Retyped(TicketType::ChangeRequest, None));
    assert_eq!(shown(&contract, TicketType::Incident, None, Some("high"), &facts([away.clone()]), at("03-09T13:00")), None);
    let back = facts([away, (at("03-09T14:00"), FactKind::Retyped(TicketType::Incident, Some("high".to_owned())))]);
    let clock = shown(&contract, TicketType::Incident, None, Some("high"), &back, at("03-09T15:00")).expect("a clock");
    assert_eq!((clock.elapsed_seconds, clock.goals[0].due_at), (5 * 3600, Some(at("03-10T10:00"))));
}

/// § 2.9 for a tier: another bound from the same start.
#[test]
fn a_change_of_tier_gives_the_goals_of_the_new_tier() {
    let contract = written(DESK);
    let changed = facts([(at("03-10T12:00"), FactKind::Retiered("silver".to_owned()))]);
    let bound = |facts: &[Fact]| {
        let clock = shown(&contract, TicketType::ServiceRequest, Some("gold"), None, facts, at("03-10T12:00")).expect("a clock");
        (clock.goals[0].target.clone(), clock.goals[0].due_at)
    };
    assert_eq!(bound(&[]), ("18h".to_owned(), Some(at("03-11T10:00"))));
    assert_eq!(bound(&changed), ("27h".to_owned(), Some(at("03-12T10:00"))));
}
