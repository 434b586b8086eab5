//! A small agreement and tickets under it, for tests. Their clocks are replayed by the domain, as those of real tickets are.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{ClockFigures, GoalFigures, Month, ServiceManagementReport, TicketFigures, report};
use crate::domain::Instant;
use crate::domain::calendar::{Calendar, Interval, Rules, Zone};
use crate::domain::clock::{Answer, Comparison, Entry, Fact, FactKind, Goal, Interlude, Kind, Share, Starts, Ticket, replay};
use crate::domain::contract::{Contract, Label, Motivation, Priority, TicketType, Workaround};

pub(crate) use crate::domain::contract::TicketType::{Incident, InformationRequest, Problem};

/// COVIDE 7.1 and 9.1 in small: urgent and high incidents, an answer within 4 hours for premium, and questions.
pub(crate) fn contract() -> Contract {
    let zone = Zone::from(chrono_tz::Europe::Amsterdam);
    let mut rules = Rules::in_zone(zone.clone());
    let hours: Interval = "08:00-17:00".parse().expect("an interval");
    rules.weekly.iter_mut().take(5).for_each(|day| day.push(hours));
    let calendar = Arc::new(Calendar::new(rules).expect("it opens"));
    let entry = |kind, types: &[TicketType], tier: Option<&str>, priority: Option<&str>, goals| Entry {
        kind,
        types: types.to_vec(),
        tier: tier.map(str::to_owned),
        priority: priority.map(str::to_owned),
        item: None,
        calendar_id: "support".to_owned(),
        calendar: calendar.clone(),
        starts: Starts::Report,
        goals,
        warn_at: Vec::new(),
        holds: Vec::new(),
        answered_by: Answer::ALL.to_vec(),
        after_refusal: Interlude::Counts,
        after_reopen: Interlude::Held,
        can_be_agreed: false,
    };
    let under = |share, target| goal(Comparison::Under, target, Some(share));
    let clocks = vec![
        entry(Kind::Response, &[Incident], Some("premium"), None, vec![goal(Comparison::Within, "4h", None)]),
        entry(Kind::Resolution, &[Incident], None, Some("urgent"), vec![under("90", "4h"), under("99.9", "6h")]),
        entry(Kind::Resolution, &[Incident], None, Some("high"), vec![under("90", "1wd"), under("99.9", "2wd")]),
        entry(
            Kind::Response,
            &[InformationRequest],
            None,
            None,
            vec![goal(Comparison::By, "3wd", Some("90")), goal(Comparison::By, "5wd", None)],
        ),
    ];
    Contract {
        id: "covide".to_owned(),
        version: "1.0".to_owned(),
        title: "Service Level Overeenkomst Covide CRM".to_owned(),
        effective_from: NaiveDate::default(),
        zone,
        type_labels: [].into(),
        assumed: vec!["calendars.support.holidays".to_owned(), "clocks.1.warn_at".to_owned()],
        default_priority: None,
        phone: None,
        phone_hours: None,
        points_of_contact: Vec::new(),
        portals_on_request: false,
        clients: Vec::new(),
        calendars: [("support".to_owned(), calendar.clone())].into(),
        amendments: Vec::new(),
        priorities: vec![priority("urgent", 1, "Urgent"), priority("high", 2, "Hoog")],
        clocks,
        roles: Vec::new(),
        subjects: Vec::new(),
        reserved: Vec::new(),
        contacts: None,
        contacts_role: None,
        functional_administration: None,
        supplier_levels: Vec::new(),
        always_told: [].into(),
        ladders: Vec::new(),
        duties: Vec::new(),
        signs_role_changes: false,
        second_factor: false,
        retention: std::collections::BTreeMap::new(),
        tickets: crate::domain::contract::TicketTerms::default(),
    }
}

fn goal(comparison: Comparison, target: &str, share: Option<&str>) -> Goal {
    let share = share.map(|share| Share::percent(share).expect("a share"));
    Goal::new(comparison, target, share).expect("a goal")
}

fn priority(code: &str, rank: u32, label: &str) -> Priority {
    Priority {
        code: code.to_owned(),
        rank,
        label: Label { nl: label.to_owned(), en: label.to_owned() },
        definition: None,
        motivation: Motivation::default(),
        workaround: Workaround::default(),
        types: vec![Incident],
    }
}

/// A local time in Amsterdam, such as `2026-03-02 08:00:00`.
pub(crate) fn at(wall: &str) -> Instant {
    let wall = wall.replacen(' ', "T", 1).parse().expect("a wall time");
    Zone::from(chrono_tz::Europe::Amsterdam).first_reading(wall).expect("an instant")
}

/// A ticket to which these things happened, its clocks as known on 1 January 2027.
pub(crate) fn ticket(number: &str, kind: TicketType, priority: Option<&str>, opened: &str, story: &[(&str, FactKind)]) -> TicketFigures {
    let contract = contract();
    let facts: Vec<_> = story.iter().map(|(when, kind)| Fact { at: at(when), kind: kind.clone() }).collect();
    let last = |wanted: &[FactKind]| facts.iter().rfind(|fact| wanted.contains(&fact.kind)).map(|fact| fact.at);
    let opened_at = at(opened);
    let subject = Ticket { kind, tier: Some("premium"), item: None, priority, reported_at: opened_at };
    TicketFigures {
        number: number.to_owned(),
        kind,
        priority: priority.map(str::to_owned),
        opened_at,
        reopened_at: None,
        closed_at: last(&[FactKind::Accepted]),
        resolved_at: last(&[FactKind::Resolved]),
        cancelled_at: last(&[FactKind::Cancelled]),
        merged_at: None,
        out_of_scope: false,
        is_long_open: false,
        handling: None,
        clocks: Kind::ALL.into_iter().filter_map(|kind| clock(&contract, kind, subject, &facts)).collect(),
        judged: None,
        escalations: Vec::new(),
        corrections: Vec::new(),
        corrected_at: None,
        late: Vec::new(),
    }
}

fn clock(contract: &Contract, kind: Kind, ticket: Ticket<'_>, facts: &[Fact]) -> Option<ClockFigures> {
    let as_of = at("2027-01-01 00:00:00");
    let clock = replay(contract, kind, ticket, facts, as_of).view(as_of)?;
    let mut entries = contract.entries(kind, ticket.kind, ticket.tier, ticket.item);
    let entry = entries.find(|entry| entry.priority.is_none() || entry.priority.as_deref() == ticket.priority);
    let goals = clock.goals.into_iter().map(|goal| GoalFigures {
        share: goal.share,
        comparison: goal.comparison,
        target: goal.target,
        due_at: goal.due_at,
        met_at: goal.met_at,
        breached_at: goal.breached_at,
        missed_at: goal.missed_at,
    });
    Some(ClockFigures {
        kind,
        priority: entry.and_then(|entry| entry.priority.clone()),
        tier: entry.and_then(|entry| entry.tier.clone()),
        item: None,
        started_at: clock.started_at,
        stopped_at: clock.stopped_at,
        cancelled: clock.state.as_str() == "cancelled",
        elapsed_seconds: clock.stopped_at.map(|_| clock.elapsed_seconds),
        goals: goals.collect(),
    })
}

/// The report of a month, nothing long open.
pub(crate) fn of(month: &str, tickets: &[TicketFigures]) -> ServiceManagementReport {
    report(&contract(), month.parse::<Month>().expect("a month"), tickets)
}
