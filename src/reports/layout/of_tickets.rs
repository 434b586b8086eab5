//! What an agreement says of its tickets beyond their clocks, as a contract manager checks it. What it says nothing about has no section.

use super::people::labels;
use super::terms::types;
use crate::documents::{CellKind, Column, Section, TableBuilder};
use crate::domain::contract::{Contract, Label, Side};
use crate::domain::workflow::Step;

pub(super) fn sections(contract: &Contract) -> Vec<Section> {
    let of = &contract.tickets;
    let mut sections = Vec::new();
    let services = of.services.iter().map(|one| ("dienst", one.code.as_str(), &one.label, String::new()));
    let categories = of.categories.iter().map(|one| ("categorie", one.code.as_str(), &one.label, types(contract, &one.types)));
    let kinds = of.kinds.iter().map(|one| ("soort", one.code.as_str(), &one.label, types(contract, &[one.kind])));
    let named: Vec<(&str, &str, &Label, String)> = services.chain(kinds).chain(categories).collect();
    if !named.is_empty() {
        let mut table = TableBuilder::new([
            Column::new("Wat", CellKind::Text),
            Column::new("Code", CellKind::Text),
            Column::new("Naam", CellKind::Text),
            Column::new("Voor", CellKind::Text),
        ]);
        for (what, code, label, kinds) in named {
            table.row([what.into(), code.into(), label.nl.as_str().into(), kinds.into()]);
        }
        sections.push(Section::table("Diensten, soorten en categorieën", table));
    }
    let asked = asked(contract);
    if !asked.is_empty() {
        let mut table = TableBuilder::new([
            Column::new("Afspraak", CellKind::Text),
            Column::new("Bij", CellKind::Text),
            Column::new("Inhoud", CellKind::Text),
        ]);
        for [what, at, text] in asked {
            table.row([what.into(), at.into(), text.into()]);
        }
        sections.push(Section::table("Behandeling van meldingen", table));
    }
    sections
}

/// What is asked, of what, and how.
fn asked(contract: &Contract) -> Vec<[String; 3]> {
    let of = &contract.tickets;
    let row = |what: &str, at: String, text: String| [what.to_owned(), at, text];
    let part = of
        .parts
        .iter()
        .map(|asked| row("onderdeel", types(contract, &[asked.kind]), format!("{} vóór {}", asked.part.dutch(), steps(&asked.before))));
    let decision = of.decisions.iter().map(|asked| {
        let by = asked.by.iter().map(|side| Side::dutch(*side)).collect::<Vec<_>>().join(" en ");
        let before = if asked.before.is_empty() { String::new() } else { format!(", vóór {}", steps(&asked.before)) };
        row("besluit", asked.question.dutch().to_owned(), format!("door {by}{before}"))
    });
    let link = of.links.iter().map(|link| {
        let (from, to) = (types(contract, &[link.from]), types(contract, &[link.to]));
        row("koppeling", link.relation.dutch().to_owned(), format!("van {from} naar {to}"))
    });
    let told =
        (!of.told_of_progress.is_empty()).then(|| row("voortgang", "iedere melding".to_owned(), labels(contract, &of.told_of_progress)));
    let handled = of.records_handling.then(|| row("afhandeling", "oplossen".to_owned(), "vastgelegd wordt wie eraan meewerkte".to_owned()));
    let alone =
        of.handled_alone.map(|share| row("afhandeling", "gesloten meldingen".to_owned(), format!("ten minste {share} % zelfstandig")));
    let long = of.long_open.iter().map(|one| {
        let text = format!("na meer dan {} werkdagen ({})", one.after_days, one.calendar);
        row("langdurig openstaand", types(contract, &one.types), text)
    });
    let reminded = of.reminders.as_ref().map(|terms| {
        let text = format!("na {} werkdagen ({}), hoogstens {} keer", terms.after_days, terms.calendar, terms.at_most);
        row("herinnering", "oplossing".to_owned(), text)
    });
    let flags = contract.always_told.iter().map(|(flag, roles)| row("altijd ingelicht", flag.dutch().to_owned(), labels(contract, roles)));
    let only = (!of.only_types.is_empty()).then(|| row("soorten", "iedere melding".to_owned(), types(contract, &of.only_types)));
    only.into_iter()
        .chain(part)
        .chain(decision)
        .chain(link)
        .chain(told)
        .chain(handled)
        .chain(alone)
        .chain(long)
        .chain(reminded)
        .chain(flags)
        .collect()
}

fn steps(steps: &[Step]) -> String {
    steps.iter().map(|step| step.dutch()).collect::<Vec<_>>().join(", ")
}
