//! The service-management report as a document.

use super::terms::{bound, norm};
use crate::documents::{Block, Cell, CellKind, Column, Document, Section, TableBuilder, dutch};
use crate::domain::calendar::Zone;
use crate::domain::contract::amendment::ChangeKind;
use crate::domain::restriction::Flag;
use crate::domain::security_signal::SignalSource;
use crate::domain::ticket::EventKind;
use crate::domain::ticket::escalation;
use crate::domain::workflow::Handling;
use crate::reports::service_management::{
    AgreedRow, Correction, GoalRow, HandlingTime, Involvement, LateFact, Outcome, ReportedAmendment, RunningBreach, SecurityMatters,
    ServiceManagementReport, Spread, TicketLine, TypeCounts, TypeHandling,
};

pub fn document(report: &ServiceManagementReport) -> Document {
    let zone = Zone::from(report.time_zone.parse().unwrap_or(chrono_tz::UTC));
    let to = dutch::moment(report.to_at, &zone);
    // Sections that most months do not have are left out when empty; the others say that there is nothing.
    let sections = [
        Some(population(report)),
        corrections(&report.corrections),
        late(&report.late_facts),
        amendments(&report.amendments),
        Some(types(&report.types)),
        Some(handling(&report.handling_times)),
        involvement(&report.involvement),
        Some(goals(&report.goals)),
        agreed(&report.agreed),
        Some(Section::table(format!("Voorbij de norm en nog lopend op {to}"), running(&report.running_breaches))),
        Some(escalations(report)),
        security(&report.security),
        Some(Section::table("Langdurig openstaand", tickets(&report.long_open))),
        Some(Section::table("Niet geclassificeerd (zonder prioriteit, terwijl een norm daarvan afhangt)", tickets(&report.not_classified))),
    ];
    Document {
        title: format!("Servicemanagementrapportage {}", report.month.dutch()),
        lead: lead(report, &zone),
        time_zone: zone,
        sections: sections.into_iter().flatten().collect(),
    }
}

fn lead(report: &ServiceManagementReport, zone: &Zone) -> Vec<String> {
    let moment = |at| dutch::moment(at, zone);
    let mut lead = vec![
        format!("{} ({}, versie {})", report.title, report.contract_id, report.contract_version),
        format!("Van {} tot {}, {}", moment(report.from_at), moment(report.to_at), report.time_zone),
    ];
    if report.provisional {
        lead.push("VOORLOPIG: de maand is nog niet voorbij.".to_owned());
    }
    if !report.corrections.is_empty() || !report.late_facts.is_empty() {
        lead.push(format!("Bijgewerkt na afloop van de maand; zo sinds {}.", moment(report.version_at)));
    }
    lead.extend(assumed(&report.assumed));
    lead
}

/// What is assumed: named where these figures rest on it, otherwise only counted.
fn assumed(keys: &[String]) -> Option<String> {
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
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn population(report: &ServiceManagementReport) -> Section {
    let population = &report.population;
    let counts = format!(
        "Meegeteld: {}. Daarvan ingetrokken: {}; samengevoegd: {}; buiten de afspraken: {}; niet geclassificeerd: {}; voorbij een norm en nog lopend: {}.",
        population.considered,
        population.cancelled,
        population.merged,
        population.out_of_scope,
        population.not_classified,
        population.running_past_bound
    );
    let paragraphs = [population.sentence.clone(), counts].map(|text| Block::Paragraph { text });
    Section { title: None, blocks: paragraphs.into() }
}

fn corrections(corrections: &[Correction]) -> Option<Section> {
    let mut table = TableBuilder::new([
        Column::new("Ticket", CellKind::Ticket),
        Column::new("Klok", CellKind::Word),
        Column::new("Norm", CellKind::Text),
        Column::new("Was", CellKind::Word),
        Column::new("Is", CellKind::Word),
        Column::new("Sinds", CellKind::Moment),
        Column::new("Door", CellKind::Word),
        Column::new("Reden", CellKind::Text),
    ]);
    let outcome = |outcome: Option<Outcome>| outcome.map_or_else(|| "telt niet mee".into(), |outcome| outcome.word().into());
    for one in corrections {
        table.row([
            Cell::ticket(&one.number),
            one.clock.word().into(),
            bound(one.comparison, &one.target).into(),
            outcome(one.before),
            outcome(one.after),
            one.corrected_at.into(),
            happened(&one.cause),
            Cell::or_blank(one.reason.clone()),
        ]);
    }
    (!corrections.is_empty()).then(|| Section::table("Gecorrigeerde uitkomsten (sinds het einde van de maand)", table))
}

/// What happened, from the name of an event's kind.
fn happened(event: &str) -> Cell {
    EventKind::named(event).map_or_else(|| event.into(), |kind| kind.word().into())
}

fn late(facts: &[LateFact]) -> Option<Section> {
    let mut table = TableBuilder::new([
        Column::new("Ticket", CellKind::Ticket),
        Column::new("Wat", CellKind::Word),
        Column::new("Gebeurd op", CellKind::Moment),
        Column::new("Vastgelegd op", CellKind::Moment),
        Column::new("Reden", CellKind::Text),
    ]);
    for fact in facts {
        table.row([
            Cell::ticket(&fact.number),
            happened(&fact.event_type),
            fact.occurred_at.into(),
            fact.recorded_at.into(),
            Cell::or_blank(fact.reason.clone()),
        ]);
    }
    (!facts.is_empty()).then(|| Section::table("Na afloop van de maand vastgelegd, en meegeteld", table))
}

fn amendments(amendments: &[ReportedAmendment]) -> Option<Section> {
    let mut table = TableBuilder::new([
        Column::new("Kalender", CellKind::Text),
        Column::new("Datum", CellKind::Date),
        Column::new("Wordt", CellKind::Word),
        Column::new("Van kracht sinds", CellKind::Moment),
        Column::new("Reden", CellKind::Text),
    ]);
    for one in amendments {
        let becomes = match ChangeKind::named(&one.change) {
            Some(ChangeKind::Hours) => format!("open {}", one.hours.join(", ")).into(),
            Some(change) => change.word().into(),
            None => one.change.as_str().into(),
        };
        table.row([one.calendar.as_str().into(), one.date.into(), becomes, one.in_force_at.into(), one.reason.as_str().into()]);
    }
    (!amendments.is_empty()).then(|| Section::table("Gewijzigde openingstijden", table))
}

/// Where it was said of none, there is nothing to show.
fn involvement(of: &Involvement) -> Option<Section> {
    let mut table = TableBuilder::new([
        Column::new("Afgehandeld", CellKind::Word),
        Column::new("Gesloten", CellKind::Count),
        Column::new("Aandeel", CellKind::Percentage),
    ]);
    let counts = [of.alone, of.with_client, of.with_third_party, of.with_both];
    for (handling, count) in Handling::ALL.into_iter().zip(counts) {
        table.row([handling.word().into(), Cell::Count { count }, Cell::Percentage { part: count, whole: of.closed }]);
    }
    table.row(["niet vastgelegd".into(), Cell::Count { count: of.not_said }, Cell::Percentage { part: of.not_said, whole: of.closed }]);
    let judged = of.norm.zip(of.verdict).map(|(norm, verdict)| {
        let (alone, said) = (of.alone, of.closed - of.not_said);
        let verdict = verdict.dutch();
        let text =
            format!("Norm: ten minste {norm} % zelfstandig, van de tickets waarvan dit is vastgelegd ({alone} van {said}): {verdict}.");
        Block::Note { text }
    });
    let blocks: Vec<_> = [Block::Table(table.into())].into_iter().chain(judged).collect();
    (of.closed > of.not_said || of.norm.is_some()).then(|| Section::new("Wie aan de gesloten tickets meewerkte", blocks))
}

fn types(types: &[TypeCounts]) -> Section {
    let mut table = TableBuilder::new([
        Column::new("Type", CellKind::Word),
        Column::new("Gemeld", CellKind::Count),
        Column::new("Heropend", CellKind::Count),
        Column::new("Gesloten", CellKind::Count),
        Column::new("Ingetrokken", CellKind::Count),
        Column::new("Samengevoegd", CellKind::Count),
        Column::new("Open", CellKind::Count),
        Column::new("w.v. opgelost", CellKind::Count),
        Column::new("w.v. langdurig", CellKind::Count),
    ]);
    let mut totals = [0; 8];
    let cells = |label: Cell, figures: [u64; 8]| {
        let [reported, reopened, closed, cancelled, merged, open, resolved, long] = figures.map(|count| Cell::Count { count });
        [label, reported, reopened, closed, cancelled, merged, open, resolved, long]
    };
    for row in types {
        let figures =
            [row.reported, row.reopened, row.closed, row.cancelled, row.merged, row.open_at_end, row.resolved_at_end, row.long_open];
        totals.iter_mut().zip(figures).for_each(|(total, figure)| *total += figure);
        table.row(cells(row.ticket_type.word().into(), figures));
    }
    table.total(cells("totaal".into(), totals));
    Section::table("Tickets per type", table)
}

fn handling(types: &[TypeHandling]) -> Section {
    let mut table = TableBuilder::new([
        Column::new("Prioriteit", CellKind::Text),
        Column::new("Tijd", CellKind::Text),
        Column::new("Aantal", CellKind::Count),
        Column::new("Gemiddeld", CellKind::Duration),
        Column::new("Mediaan", CellKind::Duration),
        Column::new("Langst", CellKind::Duration),
    ]);
    for of_type in types.iter().filter(|of_type| of_type.all.n > 0) {
        table.under(of_type.ticket_type.dutch());
        handling_rows(&mut table, "alle", &of_type.all);
        for priority in of_type.priorities.iter().filter(|priority| priority.time.n > 0) {
            handling_rows(&mut table, &priority.label, &priority.time);
        }
    }
    Section::table("Afhandeltijden van wat in de maand is opgelost (naar beneden afgerond op minuten)", table)
}

fn handling_rows(table: &mut TableBuilder<6>, label: &str, time: &HandlingTime) {
    let mut row = |label: Cell, measure: &str, spread: &Spread| {
        let (mean, (middle, of)) = (Cell::mean(spread.total_seconds, spread.n), spread.middle);
        table.row([label, measure.into(), Cell::count(spread.n), mean, Cell::mean(middle, of), Cell::duration(spread.max_seconds)]);
    };
    row(label.into(), "binnen openingstijden", &time.window);
    row(Cell::Blank, "doorlooptijd", &time.calendar);
}

fn goals(goals: &[GoalRow]) -> Section {
    let mut table = TableBuilder::new([
        Column::new("Klok", CellKind::Word),
        Column::new("Prioriteit", CellKind::Text),
        Column::new("Abonnement", CellKind::Text),
        Column::new("Norm", CellKind::Text),
        Column::new("Aantal", CellKind::Count),
        Column::new("Gehaald", CellKind::Count),
        Column::new("Te laat", CellKind::Count),
        Column::new("Marge", CellKind::Count),
        Column::new("Score", CellKind::Percentage),
        Column::new("Uitkomst", CellKind::Word),
    ]);
    for row in goals {
        let kind = row.ticket_type.dutch();
        table.under(&row.item_label.as_ref().map_or_else(|| kind.to_owned(), |item| format!("{kind}: {item}")));
        table.row([
            row.clock.word().into(),
            Cell::or_blank(row.priority_label.clone()),
            Cell::or_blank(row.tier.clone()),
            norm(row.share_required, row.comparison, &row.target).into(),
            Cell::count(row.n),
            Cell::count(row.met),
            Cell::count(row.missed),
            Cell::count(row.misses_allowed),
            Cell::Percentage { part: row.met, whole: row.n },
            row.verdict.word().into(),
        ]);
    }
    Section::table("Normen (marge: zoveel van het aantal mogen te laat zijn)", table)
}

/// A section of its own, since most agreements do not let goals be agreed for a single ticket.
fn agreed(rows: &[AgreedRow]) -> Option<Section> {
    let mut table = TableBuilder::new([
        Column::new("Type", CellKind::Word),
        Column::new("Prioriteit", CellKind::Text),
        Column::new("Aantal", CellKind::Count),
        Column::new("Gehaald", CellKind::Count),
        Column::new("Te laat", CellKind::Count),
    ]);
    for row in rows {
        let [n, met, missed] = [row.n, row.met, row.missed].map(|count| Cell::Count { count });
        table.row([row.ticket_type.word().into(), Cell::or_missing(row.priority_label.clone()), n, met, missed]);
    }
    (!rows.is_empty()).then(|| Section::table("Afgesproken hersteltijdstippen (in de plaats van een norm)", table))
}

fn running(breaches: &[RunningBreach]) -> TableBuilder<6> {
    let mut table = TableBuilder::new([
        Column::new("Ticket", CellKind::Ticket),
        Column::new("Type", CellKind::Word),
        Column::new("Prioriteit", CellKind::Text),
        Column::new("Klok", CellKind::Word),
        Column::new("Norm", CellKind::Text),
        Column::new("Verstreken op", CellKind::Moment),
    ]);
    for breach in breaches {
        table.row([
            Cell::ticket(&breach.number),
            breach.ticket_type.word().into(),
            Cell::or_missing(breach.priority_label.clone()),
            breach.clock.word().into(),
            bound(breach.comparison, &breach.target).into(),
            breach.breached_at.into(),
        ]);
    }
    table
}

fn escalations(report: &ServiceManagementReport) -> Section {
    let mut table = TableBuilder::new([
        Column::new("Niveau", CellKind::Text),
        Column::new("Ticket", CellKind::Ticket),
        Column::new("Op", CellKind::Moment),
        Column::new("Aanleiding", CellKind::Text),
    ]);
    for step in &report.escalations {
        let levels = format!("{} → {}", step.from_level, step.to_level);
        table.row([levels.into(), Cell::ticket(&step.number), step.at.into(), escalation::trigger_in_dutch(&step.trigger, None).into()]);
    }
    let counts = report.escalation_counts.iter();
    let notes = counts.map(|step| format!("Van niveau {} naar {}: {} keer.", step.from_level, step.to_level, step.count));
    let blocks: Vec<_> = notes.map(|text| Block::Note { text }).chain([Block::Table(table.into())]).collect();
    Section::new("Escalaties in de maand", blocks)
}

/// What happened that touches security (RPT-06).
fn security(matters: &SecurityMatters) -> Option<Section> {
    let mut incidents = TableBuilder::new([
        Column::new("Ticket", CellKind::Ticket),
        Column::new("Onderwerp", CellKind::Text),
        Column::new("Prioriteit", CellKind::Text),
        Column::new("Gemeld op", CellKind::Moment),
        Column::new("Gemarkeerd op", CellKind::Moment),
    ]);
    for one in &matters.incidents {
        incidents.row([
            Cell::ticket(&one.number),
            Cell::or_blank(one.title.clone()),
            Cell::or_missing(one.priority_label.clone()),
            one.opened_at.into(),
            one.flagged_at.into(),
        ]);
    }
    let mut signals = TableBuilder::new([
        Column::new("Opgemerkt op", CellKind::Moment),
        Column::new("Door", CellKind::Word),
        Column::new("Onderwerp", CellKind::Text),
    ]);
    for one in &matters.signals {
        let source = SignalSource::named(&one.source).map_or_else(|| one.source.as_str().into(), |source| source.word().into());
        signals.row([one.observed_at.into(), source, Cell::from(one.title.as_deref().unwrap_or(Flag::Confidential.dutch()))]);
    }
    let note = |text: &str| Block::Note { text: text.to_owned() };
    let blocks = vec![note("Incidenten:"), Block::Table(incidents.into()), note("Signalen:"), Block::Table(signals.into())];
    (!matters.incidents.is_empty() || !matters.signals.is_empty()).then(|| Section::new("Beveiliging", blocks))
}

fn tickets(tickets: &[TicketLine]) -> TableBuilder<4> {
    let mut table = TableBuilder::new([
        Column::new("Ticket", CellKind::Ticket),
        Column::new("Type", CellKind::Word),
        Column::new("Prioriteit", CellKind::Text),
        Column::new("Gemeld op", CellKind::Moment),
    ]);
    for ticket in tickets {
        table.row([
            Cell::ticket(&ticket.number),
            ticket.ticket_type.word().into(),
            Cell::or_missing(ticket.priority_label.clone()),
            ticket.opened_at.into(),
        ]);
    }
    table
}
