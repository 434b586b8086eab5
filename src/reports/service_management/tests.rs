//! A month in the desk's words. What holds between months is in `laws`.

mod history;
mod laws;
mod merges;

use super::sample::{Incident, InformationRequest, Problem, at, contract, of, ticket};
use super::*;
use crate::domain::clock::{Answer, FactKind, Share};

const RESOLVED: FactKind = FactKind::Resolved;
const ACCEPTED: FactKind = FactKind::Accepted;

/// An urgent incident of Monday 2 March 08:00, resolved that day.
fn urgent(number: usize, resolved: &str) -> TicketFigures {
    let resolved = format!("2026-03-02 {resolved}");
    ticket(&format!("INC-{number}"), Incident, Some("urgent"), "2026-03-02 08:00:00", &[(&resolved, RESOLVED)])
}

/// A question of Monday 9 March, answered on a day of March at 10:00.
fn question(number: usize, answered_on: u32) -> TicketFigures {
    let answered = format!("2026-03-{answered_on:02} 10:00:00");
    let reply = FactKind::Responded(Answer::Reply);
    ticket(&format!("RFI-{number}"), InformationRequest, None, "2026-03-09 09:00:00", &[(&answered, reply)])
}

fn times<T>(n: usize, what: impl Fn(usize) -> T) -> Vec<T> {
    (1..=n).map(what).collect()
}

fn row<'a>(report: &'a ServiceManagementReport, target: &str) -> &'a GoalRow {
    let mut rows = report.goals.iter().filter(|row| row.target == target && (row.tier.is_none()));
    rows.next().expect("the contract has the goal")
}

fn judged(report: &ServiceManagementReport, target: &str) -> (u64, u64, String, Verdict) {
    let row = row(report, target);
    (row.met, row.n, row.percentage.clone().unwrap_or_default(), row.verdict)
}

fn numbers<'a>(lines: impl IntoIterator<Item = &'a TicketLine>) -> Vec<&'a str> {
    lines.into_iter().map(|line| line.number.as_str()).collect()
}

#[test]
fn a_6_percentile_verdicts() {
    use Verdict::{Met, Missed, NotApplicable};
    let set = |early, late, hour: &str| {
        let mut tickets = times(early, |number| urgent(number, "11:00:00"));
        tickets.extend(times(late, |number| urgent(early + number, hour)));
        tickets
    };
    let questions = |early, late, day| {
        let mut tickets = times(early, |number| question(number, 12));
        tickets.extend(times(late, |number| question(early + number, day)));
        tickets
    };
    let text = str::to_owned;
    let urgent_cases = [
        (set(9, 1, "13:00:00"), (9, 10, text("90.0"), Met), (10, 10, text("100.0"), Met)),
        (set(8, 2, "13:00:00"), (8, 10, text("80.0"), Missed), (10, 10, text("100.0"), Met)),
        (set(9, 1, "14:00:00"), (9, 10, text("90.0"), Met), (9, 10, text("90.0"), Missed)),
        (set(8, 1, "13:00:00"), (8, 9, text("88.9"), Missed), (9, 9, text("100.0"), Met)),
        (set(999, 1, "14:00:00"), (999, 1000, text("99.9"), Met), (999, 1000, text("99.9"), Met)),
        (set(998, 2, "14:00:00"), (998, 1000, text("99.8"), Met), (998, 1000, text("99.8"), Missed)),
        (Vec::new(), (0, 0, text(""), NotApplicable), (0, 0, text(""), NotApplicable)),
    ];
    for (tickets, first, second) in urgent_cases {
        let report = of("2026-03", &tickets);
        assert_eq!((judged(&report, "4h"), judged(&report, "6h")), (first, second));
    }
    let question_cases = [
        (questions(9, 1, 16), (9, 10, text("90.0"), Met), (10, 10, text("100.0"), Met)),
        (questions(17, 3, 16), (17, 20, text("85.0"), Missed), (20, 20, text("100.0"), Met)),
        (questions(9, 1, 17), (9, 10, text("90.0"), Met), (9, 10, text("90.0"), Missed)),
    ];
    for (tickets, first, second) in question_cases {
        let report = of("2026-03", &tickets);
        assert_eq!((judged(&report, "3wd"), judged(&report, "5wd")), (first, second));
    }
}

#[test]
fn clk_10_the_misses_still_allowed_stand_beside_the_figures_and_a_verdict_is_never_on_the_rounded_ones() {
    let mut tickets = times(1998, |number| urgent(number, "11:00:00"));
    tickets.extend([urgent(1999, "15:00:00"), urgent(2000, "15:00:00")]);
    let enough = of("2026-03", &tickets);
    assert_eq!((row(&enough, "6h").misses_allowed, row(&enough, "4h").misses_allowed), (2, 200));
    assert_eq!(judged(&enough, "6h"), (1998, 2000, "99.9".to_owned(), Verdict::Met));
    let too_few = of("2026-03", &tickets[1..]);
    assert_eq!(judged(&too_few, "6h"), (1997, 1999, "99.9".to_owned(), Verdict::Missed));
    assert_eq!(row(&too_few, "6h").misses_allowed, 1);
}

#[test]
fn rpt_27_a_second_before_and_at_midnight_are_two_months_in_summer_and_in_winter() {
    for (last, first, month, next) in [
        ("2026-01-31 23:59:59", "2026-02-01 00:00:00", "2026-01", "2026-02"),
        ("2026-03-31 23:59:59", "2026-04-01 00:00:00", "2026-03", "2026-04"),
        ("2026-10-31 23:59:59", "2026-11-01 00:00:00", "2026-10", "2026-11"),
    ] {
        let closed = |number, when| ticket(number, Problem, None, when, &[(when, RESOLVED), (when, ACCEPTED)]);
        let tickets = [closed("PRB-1", last), closed("PRB-2", first)];
        for month in [month, next] {
            let report = of(month, &tickets);
            let problems = &report.types[1];
            assert_eq!((problems.reported, problems.closed, report.handling_times[1].all.n), (1, 1, 1), "{month}");
            assert_eq!(report.population.considered, 1, "{month}");
        }
    }
}

#[test]
fn rpt_27_reported_in_march_and_closed_in_april_counts_in_each_as_such() {
    let story = [("2026-03-31 16:30:00", RESOLVED), ("2026-04-02 09:00:00", ACCEPTED)];
    let tickets = [ticket("INC-1", Incident, Some("urgent"), "2026-03-31 16:00:00", &story)];
    let counts = |month| {
        let incidents = of(month, &tickets).types.swap_remove(0);
        (incidents.reported, incidents.closed, incidents.open_at_end, incidents.resolved_at_end)
    };
    assert_eq!(
        (counts("2026-02"), counts("2026-03"), counts("2026-04"), counts("2026-05")),
        ((0, 0, 0, 0), (1, 0, 1, 1), (0, 1, 0, 0), (0, 0, 0, 0))
    );
}

#[test]
fn amb_18_a_ticket_open_past_its_bound_over_two_month_ends_counts_once() {
    let tickets = [ticket("INC-1", Incident, Some("urgent"), "2026-03-31 12:00:00", &[])];
    let figures = |month| {
        let report = of(month, &tickets);
        let running: Vec<_> = report.running_breaches.iter().map(|breach| (breach.clock, breach.target.clone())).collect();
        (row(&report, "4h").missed, row(&report, "6h").missed, running.len(), report.population.running_past_bound)
    };
    // 4 h pass on 31 March at 16:00, 6 h on 1 April at 09:00; the answer, within 4 h, is late a second after 16:00.
    assert_eq!((figures("2026-03"), figures("2026-04"), figures("2026-05")), ((1, 0, 2, 1), (0, 1, 3, 1), (0, 0, 3, 1)));
}

#[test]
fn a_term_that_ends_with_the_month_is_missed_in_the_next_one() {
    let tickets = [ticket("RFI-1", InformationRequest, None, "2026-03-26 12:00:00", &[])];
    assert_eq!(tickets[0].clocks[0].goals[0].breached_at, Some(at("2026-04-01 00:00:00")));
    assert_eq!((row(&of("2026-03", &tickets), "3wd").n, row(&of("2026-04", &tickets), "3wd").missed), (0, 1));
}

#[test]
fn rpt_01_an_empty_month_has_six_rows_of_zeros_and_nothing_to_judge() {
    let report = of("2026-03", &[]);
    assert_eq!(report.types.iter().map(|row| row.ticket_type).collect::<Vec<_>>(), TicketType::ALL);
    assert_eq!(report.handling_times.iter().map(|row| row.ticket_type).collect::<Vec<_>>(), TicketType::ALL);
    assert!(report.types.iter().all(|row| (row.reported, row.closed, row.open_at_end, row.long_open) == (0, 0, 0, 0)));
    assert!(report.handling_times.iter().all(|row| row.all.n == 0 && row.all.calendar.mean_seconds.is_none()));
    assert_eq!(report.goals.len(), 7);
    assert!(report.goals.iter().all(|row| row.verdict == Verdict::NotApplicable && row.percentage.is_none()));
    assert_eq!(report.population.considered, 0);
}

#[test]
fn what_has_no_priority_where_a_clock_needs_one_is_not_classified() {
    let cancelled = [("2026-03-03 09:00:00", FactKind::Cancelled)];
    let tickets = [
        ticket("INC-10", Incident, None, "2026-03-02 08:00:00", &[]),
        ticket("INC-9", Incident, None, "2026-03-02 08:00:00", &[]),
        ticket("INC-2", Incident, Some("high"), "2026-03-02 08:00:00", &[]),
        ticket("INC-3", Incident, None, "2026-03-02 08:00:00", &cancelled),
        ticket("PRB-4", Problem, None, "2026-03-02 08:00:00", &[]),
    ];
    let report = of("2026-03", &tickets);
    assert_eq!(numbers(&report.not_classified), ["INC-9", "INC-10"]);
    assert_eq!((report.population.not_classified, report.population.cancelled, report.population.considered), (2, 1, 5));
    assert_eq!((row(&report, "4h").n, row(&report, "1wd").missed), (0, 1));

    let mut with_default = contract();
    with_default.default_priority = Some("high".to_owned());
    let month = "2026-03".parse().expect("a month");
    assert!(super::report(&with_default, month, &tickets).not_classified.is_empty());
}

#[test]
fn a_cancelled_ticket_has_no_verdict_but_keeps_the_breach_before_it() {
    let cancelled = [("2026-03-02 13:00:00", FactKind::Cancelled)];
    let report = of("2026-03", &[ticket("INC-1", Incident, Some("urgent"), "2026-03-02 08:00:00", &cancelled)]);
    assert_eq!((row(&report, "4h").missed, row(&report, "6h").n), (1, 0));
    assert_eq!((report.types[0].cancelled, report.types[0].closed, report.types[0].open_at_end), (1, 0, 0));
    assert!(report.running_breaches.is_empty());
}

#[test]
fn a_clock_that_stopped_too_late_in_the_month_is_missed_and_runs_no_more() {
    let answered = |when| [(when, FactKind::Responded(Answer::Reply))];
    let on_time_for_march = ticket("INC-1", Incident, None, "2026-03-30 08:00:00", &answered("2026-03-31 23:59:59"));
    let in_april = ticket("INC-2", Incident, None, "2026-03-30 08:00:00", &answered("2026-04-01 00:00:00"));
    let report = of("2026-03", &[on_time_for_march, in_april]);
    let response = report.goals.first().expect("the contract has the goal");
    assert_eq!((response.clock.as_str(), response.missed, response.met), ("response", 2, 0));
    let running: Vec<_> = report.running_breaches.iter().map(|breach| breach.number.as_str()).collect();
    assert_eq!(running, ["INC-2"]);
}

#[test]
fn what_was_cancelled_after_its_solution_has_no_handling_time() {
    let story = [("2026-03-02 09:00:00", RESOLVED), ("2026-03-03 09:00:00", FactKind::Cancelled)];
    let report = of("2026-03", &[ticket("INC-1", Incident, Some("urgent"), "2026-03-02 08:00:00", &story)]);
    assert_eq!((report.handling_times[0].all.n, report.types[0].cancelled, row(&report, "4h").met), (0, 1, 1));
}

#[test]
fn rpt_02_handling_times_are_recomputed_from_the_tickets() {
    let weekend = ticket("INC-4", Incident, Some("high"), "2026-03-06 16:00:00", &[("2026-03-09 09:00:01", RESOLVED)]);
    let tickets = [urgent(1, "09:00:00"), urgent(2, "10:00:00"), urgent(3, "12:00:00"), weekend];
    let incidents = &of("2026-03", &tickets).handling_times[0];
    let figures = |spread: &Spread| (spread.n, spread.total_seconds, spread.mean_seconds, spread.median_seconds, spread.max_seconds);
    assert_eq!(figures(&incidents.all.window), (4, 32_401, Some(8100), Some(7200), Some(14_400)));
    assert_eq!(figures(&incidents.all.calendar), (4, 259_201, Some(64_800), Some(10_800), Some(234_001)));
    let by_priority: Vec<_> = incidents.priorities.iter().map(|row| (row.label.as_str(), row.time.n)).collect();
    assert_eq!(by_priority, [("Urgent", 3), ("Hoog", 1)]);
    assert_eq!(figures(&incidents.priorities[0].time.window), (3, 25_200, Some(8400), Some(7200), Some(14_400)));
}

#[test]
fn tkt_11_only_what_is_open_without_a_solution_can_be_open_for_long() {
    let solved = [("2026-04-01 00:00:00", RESOLVED)];
    let accepted_later = [("2026-03-31 16:00:00", RESOLVED), ("2026-05-01 09:00:00", ACCEPTED)];
    let tickets = [
        ticket("INC-1", Incident, Some("high"), "2026-03-02 08:00:00", &[]),
        ticket("INC-2", Incident, Some("high"), "2026-03-02 08:00:00", &solved),
        ticket("INC-3", Incident, Some("high"), "2026-03-02 08:00:00", &accepted_later),
        ticket("INC-4", Incident, Some("high"), "2026-04-01 00:00:00", &[]),
    ];
    let tickets = tickets.map(|ticket| TicketFigures { is_long_open: true, ..ticket });
    let report = report(&contract(), "2026-03".parse().expect("a month"), &tickets);
    assert_eq!(numbers(&report.long_open), ["INC-1", "INC-2"]);
    assert_eq!((report.types[0].long_open, report.types[0].open_at_end, report.types[0].resolved_at_end), (2, 3, 1));
}

#[test]
fn a_goal_of_another_version_has_a_row_of_its_own() {
    let mut old = urgent(1, "11:00:00");
    old.clocks[1].goals[0].target = "3h".to_owned();
    old.clocks[1].goals[0].share = None;
    let report = of("2026-03", &[old, urgent(2, "11:00:00")]);
    let of_urgent: Vec<_> = report.goals.iter().filter(|row| row.priority.as_deref() == Some("urgent")).collect();
    let figures: Vec<_> = of_urgent.iter().map(|row| (row.goal, row.target.as_str(), row.share_required, row.n)).collect();
    let share = |text| Share::percent(text).expect("a share");
    assert_eq!(figures, [(1, "4h", share("90"), 1), (2, "6h", share("99.9"), 2), (1, "3h", Share::ALL, 1)]);
    assert_eq!(report.goals.last().map(|row| row.ticket_type), Some(InformationRequest));
}

#[test]
fn escalations_are_counted_by_level_and_listed_in_their_order() {
    let step = |when, from_level, to_level| EscalationStep { at: at(when), from_level, to_level, trigger: "breached".to_owned() };
    let mut first = urgent(10, "16:00:00");
    first.escalations = vec![step("2026-03-02 12:00:00", 1, 2), step("2026-03-02 14:00:00", 2, 3), step("2026-04-01 00:00:00", 3, 4)];
    let mut second = urgent(9, "16:00:00");
    second.escalations = vec![step("2026-03-02 12:00:00", 1, 2)];
    let report = of("2026-03", &[first, second]);
    let listed: Vec<_> = report.escalations.iter().map(|step| (step.number.as_str(), step.to_level)).collect();
    assert_eq!(listed, [("INC-9", 2), ("INC-10", 2), ("INC-10", 3)]);
    let counts: Vec<_> = report.escalation_counts.iter().map(|step| (step.from_level, step.to_level, step.count)).collect();
    assert_eq!(counts, [(1, 2, 2), (2, 3, 1)]);
}

#[test]
fn a_row_in_json_names_everything() {
    let report = of("2026-03", &times(9, |number| urgent(number, if number == 9 { "13:00:00" } else { "11:00:00" })));
    let expected = serde_json::json!({
        "clock": "resolution", "ticketType": "incident", "priority": "urgent", "priorityLabel": "Urgent", "tier": null, "item": null,
        "itemLabel": null, "goal": 1,
        "shareRequired": 90, "comparison": "under", "target": "4h", "n": 9, "met": 8, "missed": 1, "percentage": "88.9",
        "missesAllowed": 0, "verdict": "missed"
    });
    assert_eq!(serde_json::to_value(row(&report, "4h")).ok(), Some(expected));
    let json = serde_json::to_value(&report).unwrap_or_default();
    assert_eq!(
        (&json["month"], &json["fromAt"], &json["toAt"]),
        (&"2026-03".into(), &"2026-02-28T23:00:00Z".into(), &"2026-03-31T22:00:00Z".into())
    );
}
