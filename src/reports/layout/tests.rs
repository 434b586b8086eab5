//! A month as a service manager reads it, to the last space.

use super::service_management::document;
use crate::documents::text;
use crate::domain::clock::{Answer, FactKind};
use crate::reports::service_management::sample::{Incident, InformationRequest, Problem, at, contract, of, ticket};
use crate::reports::service_management::{EscalationStep, ServiceManagementReport, TicketFigures, report};

fn render(report: &ServiceManagementReport) -> String {
    text::render(&document(report))
}

/// Two urgent incidents solved in time, one that passed its bounds, one nobody gave a priority, an old problem and a question.
fn march() -> ServiceManagementReport {
    let reply = FactKind::Responded(Answer::Reply);
    let solved = |number, opened, resolved, accepted| {
        ticket(number, Incident, Some("urgent"), opened, &[(resolved, FactKind::Resolved), (accepted, FactKind::Accepted)])
    };
    let answered = [("2026-03-10 09:00:00", reply.clone()), ("2026-03-10 09:00:00", FactKind::Resolved)];
    let tickets = [
        solved("INC-1040", "2026-03-02 08:00:00", "2026-03-02 11:05:00", "2026-03-03 09:00:00"),
        solved("INC-1041", "2026-03-06 16:00:00", "2026-03-09 09:30:00", "2026-04-01 00:00:00"),
        ticket("INC-1042", Incident, None, "2026-03-30 14:00:00", &[("2026-03-30 14:10:00", reply)]),
        escalated(ticket("INC-1043", Incident, Some("urgent"), "2026-03-31 12:00:00", &[])),
        TicketFigures { is_long_open: true, ..ticket("PRB-7", Problem, None, "2026-01-12 10:00:00", &[]) },
        ticket("RFI-3", InformationRequest, None, "2026-03-09 09:00:00", &answered),
    ];
    report(&contract(), "2026-03".parse().expect("a month"), &tickets)
}

fn escalated(ticket: TicketFigures) -> TicketFigures {
    let (at, trigger) = (at("2026-03-31 16:00:00"), "breached:resolution".to_owned());
    TicketFigures { escalations: vec![EscalationStep { at, from_level: 1, to_level: 2, trigger }], ..ticket }
}

#[test]
fn a_month_is_one_page() {
    assert_eq!(render(&march()), include_str!("march.txt"));
}

#[test]
fn an_empty_month_says_so_everywhere() {
    let page = render(&of("2026-02", &[]));
    assert_eq!(page.matches("  Geen.\n").count(), 5);
    assert_eq!(page.matches("n.v.t.").count(), 7);
    assert!(page.contains(
        "\n  totaal                            0         0         0            0             0     0              0               0\n"
    ));
    assert!(page.contains("Meegeteld: 0."));
}

#[test]
fn without_assumed_keys_the_page_names_none() {
    let mut report = march();
    report.assumed.clear();
    assert!(!render(&report).contains("angenomen"));
}

#[test]
fn a_text_of_a_contract_cannot_break_the_page() {
    let mut report = march();
    report.title = "SLA\u{1b}[2J\nx".to_owned();
    report.escalations[0].trigger = "a\nb".to_owned();
    let page = render(&report);
    assert!(page.contains("SLA [2J x (covide, versie 1.0)") && page.contains(": a b\n"));
    assert!(page.chars().all(|letter| letter == '\n' || !letter.is_control()));
}
