//! The service-management report as a page for a terminal, in Dutch.
//!
//! It adds nothing to the figures but words and totals of columns. What is left out for the reader's sake (types without
//! a resolved ticket, columns in which nothing stands) is zero or absent in the report.

pub mod agreement;
pub mod keys;
mod table;
#[cfg(test)]
mod tests;
pub mod what_if;
mod words;

use crate::domain::calendar::Zone;
use crate::domain::escalation;
use crate::reports::service_management::{
    AgreedRow, GoalRow, HandlingTime, LateFact, ReportedAmendment, ServiceManagementReport, Spread, TicketLine, TypeCounts,
};
use table::Side::{Left, Right};
use table::{Table, clean, paragraph};
use words::{bound, change, clock, dash, duration, happened, moment, norm, outcome, percentage, verdict};

/// The longest line of running text.
const WIDTH: usize = 100;

/// The whole page, ended by a newline.
pub fn render(report: &ServiceManagementReport) -> String {
    let zone = Zone::from(report.time_zone.parse().unwrap_or(chrono_tz::UTC));
    let sections = [
        head(report, &zone),
        population(report),
        corrections(report, &zone),
        late(&report.late_facts, &zone),
        amendments(&report.amendments, &zone),
        section("Tickets per type", &types(&report.types)),
        section("Afhandeltijden van wat in de maand is opgelost (naar beneden afgerond op minuten)", &handling(report)),
        section("Normen (marge: zoveel van het aantal mogen te laat zijn)", &goals(&report.goals)),
        agreed(&report.agreed),
        section(&format!("Voorbij de norm en nog lopend op {}", moment(report.to_at, &zone)), &running(report, &zone)),
        section("Escalaties in de maand", &escalations(report, &zone)),
        section("Langdurig openstaand", &tickets(&report.long_open, &zone)),
        section("Niet geclassificeerd (zonder prioriteit, terwijl een norm daarvan afhangt)", &tickets(&report.not_classified, &zone)),
    ];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

fn section(title: &str, body: &str) -> String {
    format!("{title}\n{}\n{body}", "─".repeat(title.chars().count()))
}

fn head(report: &ServiceManagementReport, zone: &Zone) -> String {
    let title = format!("Servicemanagementrapportage {}", report.month.dutch());
    let agreement = format!("{} ({}, versie {})", report.title, report.contract_id, report.contract_version);
    let (from, to) = (moment(report.from_at, zone), moment(report.to_at, zone));
    let assumed = assumed(&report.assumed);
    let provisional = if report.provisional { "VOORLOPIG: de maand is nog niet voorbij.\n" } else { "" };
    let corrected = !report.corrections.is_empty() || !report.late_facts.is_empty();
    let corrected = corrected.then(|| format!("Bijgewerkt na afloop van de maand; zo sinds {}.\n", moment(report.version_at, zone)));
    let corrected = corrected.unwrap_or_default();
    format!(
        "{title}\n{}\n{}\nVan {from} tot {to}, {}\n{provisional}{corrected}{assumed}",
        "═".repeat(title.chars().count()),
        clean(&agreement),
        report.time_zone
    )
}

/// What of the agreement is assumed: by name what the figures rest on, and how much besides.
fn assumed(keys: &[String]) -> String {
    const FIGURES: [&str; 5] = ["calendars.", "clocks.", "priorities.", "effective_from", "time_zone"];
    let (figures, others): (Vec<_>, Vec<_>) =
        keys.iter().map(String::as_str).partition(|key| FIGURES.iter().any(|part| key.starts_with(part)));
    let mut sentences = Vec::new();
    if !figures.is_empty() {
        sentences.push(format!("Aangenomen waarden, niet uit de overeenkomst, waar deze cijfers op rusten: {}.", figures.join(", ")));
    }
    if !others.is_empty() {
        sentences.push(format!("Overige aangenomen waarden: {}.", others.len()));
    }
    if sentences.is_empty() { String::new() } else { paragraph(&sentences.join(" "), WIDTH) }
}

fn population(report: &ServiceManagementReport) -> String {
    let population = &report.population;
    let counts = format!(
        "Meegeteld: {}. Daarvan ingetrokken: {}; niet geclassificeerd: {}; voorbij een norm en nog lopend: {}.",
        population.considered, population.cancelled, population.not_classified, population.running_past_bound
    );
    format!("{}{}", paragraph(&population.sentence, WIDTH), paragraph(&counts, WIDTH))
}

/// Nothing when no verdict changed.
fn corrections(report: &ServiceManagementReport, zone: &Zone) -> String {
    if report.corrections.is_empty() {
        return String::new();
    }
    let heads =
        [("Ticket", Left), ("Klok", Left), ("Norm", Left), ("Was", Left), ("Is", Left), ("Sinds", Left), ("Door", Left), ("Reden", Left)];
    let mut table = Table::new(&heads);
    for one in &report.corrections {
        table.row([
            one.number.clone(),
            clock(one.clock).to_owned(),
            bound(one.comparison, &one.target),
            outcome(one.before).to_owned(),
            outcome(one.after).to_owned(),
            moment(one.corrected_at, zone),
            happened(&one.cause).to_owned(),
            one.reason.clone().unwrap_or_default(),
        ]);
    }
    section("Gecorrigeerde uitkomsten (sinds het einde van de maand)", &table.render())
}

/// Nothing when all was recorded in time.
fn late(facts: &[LateFact], zone: &Zone) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[("Ticket", Left), ("Wat", Left), ("Gebeurd op", Left), ("Vastgelegd op", Left), ("Reden", Left)]);
    for fact in facts {
        table.row([
            fact.number.clone(),
            happened(&fact.event_type).to_owned(),
            moment(fact.occurred_at, zone),
            moment(fact.recorded_at, zone),
            fact.reason.clone().unwrap_or_default(),
        ]);
    }
    section("Na afloop van de maand vastgelegd, en meegeteld", &table.render())
}

/// Nothing when no calendar was amended.
fn amendments(amendments: &[ReportedAmendment], zone: &Zone) -> String {
    if amendments.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[("Kalender", Left), ("Datum", Left), ("Wordt", Left), ("Van kracht sinds", Left), ("Reden", Left)]);
    for one in amendments {
        table.row([
            one.calendar.clone(),
            one.date.format("%d-%m-%Y").to_string(),
            change(&one.change, &one.hours),
            moment(one.in_force_at, zone),
            one.reason.clone(),
        ]);
    }
    section("Gewijzigde openingstijden", &table.render())
}

fn types(types: &[TypeCounts]) -> String {
    let mut table = Table::new(&[
        ("Type", Left),
        ("Gemeld", Right),
        ("Heropend", Right),
        ("Gesloten", Right),
        ("Ingetrokken", Right),
        ("Open", Right),
        ("w.v. opgelost", Right),
        ("w.v. langdurig", Right),
    ]);
    let figures =
        |row: &TypeCounts| [row.reported, row.reopened, row.closed, row.cancelled, row.open_at_end, row.resolved_at_end, row.long_open];
    let mut totals = [0; 7];
    for row in types {
        let figures = figures(row);
        totals.iter_mut().zip(figures).for_each(|(total, figure)| *total += figure);
        type_row(&mut table, &row.label, figures);
    }
    type_row(&mut table, "totaal", totals);
    table.render()
}

fn type_row(table: &mut Table, label: &str, figures: [u64; 7]) {
    let [reported, reopened, closed, cancelled, open, resolved, long] = figures.map(|figure| figure.to_string());
    table.row([label.to_owned(), reported, reopened, closed, cancelled, open, resolved, long]);
}

fn handling(report: &ServiceManagementReport) -> String {
    let mut table =
        Table::new(&[("Prioriteit", Left), ("Tijd", Left), ("Aantal", Right), ("Gemiddeld", Right), ("Mediaan", Right), ("Langst", Right)]);
    for of_type in report.handling_times.iter().filter(|of_type| of_type.all.n > 0) {
        table.group(&of_type.label);
        handling_rows(&mut table, "alle", &of_type.all);
        for priority in of_type.priorities.iter().filter(|priority| priority.time.n > 0) {
            handling_rows(&mut table, &priority.label, &priority.time);
        }
    }
    table.render()
}

fn handling_rows(table: &mut Table, label: &str, time: &HandlingTime) {
    let mut row = |label: &str, measure: &str, spread: &Spread| {
        let [mean, median, max] = [spread.mean_seconds, spread.median_seconds, spread.max_seconds].map(duration);
        table.row([label.to_owned(), measure.to_owned(), spread.n.to_string(), mean, median, max]);
    };
    row(label, "binnen openingstijden", &time.window);
    row("", "doorlooptijd", &time.calendar);
}

fn goals(goals: &[GoalRow]) -> String {
    let mut table = Table::new(&[
        ("Klok", Left),
        ("Prioriteit", Left),
        ("Abonnement", Left),
        ("Norm", Left),
        ("Aantal", Right),
        ("Gehaald", Right),
        ("Te laat", Right),
        ("Marge", Right),
        ("Score", Right),
        ("Uitkomst", Left),
    ]);
    let mut group = None;
    for row in goals {
        if group.replace(row.ticket_type) != Some(row.ticket_type) {
            table.group(row.ticket_type.dutch());
        }
        table.row([
            clock(row.clock).to_owned(),
            row.priority_label.clone().unwrap_or_default(),
            row.tier.clone().unwrap_or_default(),
            norm(row.share_required, row.comparison, &row.target),
            row.n.to_string(),
            row.met.to_string(),
            row.missed.to_string(),
            row.misses_allowed.to_string(),
            percentage(row.percentage.as_deref()),
            verdict(row.verdict).to_owned(),
        ]);
    }
    table.render()
}

fn running(report: &ServiceManagementReport, zone: &Zone) -> String {
    let heads = [("Ticket", Left), ("Type", Left), ("Prioriteit", Left), ("Klok", Left), ("Norm", Left), ("Verstreken op", Left)];
    let mut table = Table::new(&heads);
    for breach in &report.running_breaches {
        table.row([
            breach.number.clone(),
            breach.ticket_type.dutch().to_owned(),
            breach.priority_label.clone().unwrap_or_else(dash),
            clock(breach.clock).to_owned(),
            bound(breach.comparison, &breach.target),
            moment(breach.breached_at, zone),
        ]);
    }
    table.render()
}

/// Nothing when nothing was agreed: most agreements leave nothing to be.
fn agreed(rows: &[AgreedRow]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[("Type", Left), ("Prioriteit", Left), ("Aantal", Right), ("Gehaald", Right), ("Te laat", Right)]);
    for row in rows {
        let priority = row.priority_label.clone().unwrap_or_else(dash);
        let [n, met, missed] = [row.n, row.met, row.missed].map(|figure| figure.to_string());
        table.row([row.ticket_type.dutch().to_owned(), priority, n, met, missed]);
    }
    section("Afgesproken hersteltijdstippen (in de plaats van een norm)", &table.render())
}

fn escalations(report: &ServiceManagementReport, zone: &Zone) -> String {
    let heads = [("Niveau", Left), ("Ticket", Left), ("Op", Left), ("Aanleiding", Left)];
    let mut table = Table::new(&heads);
    let totals = report.escalation_counts.iter();
    let totals: Vec<_> =
        totals.map(|step| format!("  Van niveau {} naar {}: {} keer.\n", step.from_level, step.to_level, step.count)).collect();
    for step in &report.escalations {
        let levels = format!("{} → {}", step.from_level, step.to_level);
        table.row([levels, step.number.clone(), moment(step.at, zone), escalation::trigger_in_dutch(&step.trigger)]);
    }
    totals.concat() + &table.render()
}

fn tickets(tickets: &[TicketLine], zone: &Zone) -> String {
    let heads = [("Ticket", Left), ("Type", Left), ("Prioriteit", Left), ("Gemeld op", Left)];
    let mut table = Table::new(&heads);
    for ticket in tickets {
        let priority = ticket.priority_label.clone().unwrap_or_else(dash);
        table.row([ticket.number.clone(), ticket.ticket_type.dutch().to_owned(), priority, moment(ticket.opened_at, zone)]);
    }
    table.render()
}
