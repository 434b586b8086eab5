//! What a changed contract would have made of real tickets, as a document.

use super::terms::{bound, norm};
use crate::documents::{Cell, CellKind, Column, Document, Section, TableBuilder, dutch};
use crate::domain::calendar::Zone;
use crate::reports::what_if::{ContractSimulation, GoalOutcome, SimulatedGoal};

pub fn document(simulation: &ContractSimulation, zone: &Zone) -> Document {
    let (from, to) = (dutch::moment(simulation.from_at, zone), dutch::moment(simulation.to_at, zone));
    let counts = format!(
        "Tickets nagespeeld: {}. Daarvan zonder klok onder deze versie: {}. Er is niets gewijzigd.",
        simulation.tickets, simulation.without_clocks
    );
    Document {
        title: format!("Wat als: {} versie {}", simulation.contract_id, simulation.contract_version),
        time_zone: zone.clone(),
        lead: vec![format!("Van {from} tot {to}"), counts],
        sections: vec![
            Section::table("Normen, voor → na", goals(&simulation.goals)),
            Section::table("Tickets met een ander lot", fates(&simulation.goals)),
        ],
    }
}

fn goals(goals: &[SimulatedGoal]) -> TableBuilder<10> {
    let mut table = TableBuilder::new([
        Column::new("Klok", CellKind::Word),
        Column::new("Prioriteit", CellKind::Text),
        Column::new("Norm was", CellKind::Text),
        Column::new("Gehaald", CellKind::PartOf),
        Column::new("Uitkomst", CellKind::Word),
        Column::new("Norm wordt", CellKind::Text),
        Column::new("Gehaald", CellKind::PartOf),
        Column::new("Uitkomst", CellKind::Word),
        Column::new("Erbij", CellKind::Count),
        Column::new("Eraf", CellKind::Count),
    ]);
    for goal in goals {
        table.under(goal.ticket_type.dutch());
        let [was, met, came] = outcome(goal.before.as_ref());
        let [will, would, comes] = outcome(goal.after.as_ref());
        table.row([
            goal.clock.word().into(),
            Cell::or_missing(goal.priority_label.clone()),
            was,
            met,
            came,
            will,
            would,
            comes,
            Cell::count(goal.breaches_gained),
            Cell::count(goal.breaches_lost),
        ]);
    }
    table
}

fn outcome(outcome: Option<&GoalOutcome>) -> [Cell; 3] {
    outcome.map_or([Cell::Missing, Cell::Missing, Cell::Missing], |it| {
        let text = it.share_required.map_or_else(|| bound(it.comparison, &it.target), |share| norm(share, it.comparison, &it.target));
        let verdict = it.verdict.map_or(Cell::Missing, |verdict| verdict.word().into());
        [text.into(), Cell::PartOf { part: it.met, whole: it.n }, verdict]
    })
}

fn fates(goals: &[SimulatedGoal]) -> TableBuilder<4> {
    let mut table = TableBuilder::new([
        Column::new("Klok", CellKind::Word),
        Column::new("Norm", CellKind::Ordinal),
        Column::new("Erbij of eraf", CellKind::Text),
        Column::new("Tickets", CellKind::Text),
    ]);
    for goal in goals {
        for (fate, numbers) in [("overschreden, was op tijd", &goal.gained), ("op tijd, was overschreden", &goal.lost)] {
            if !numbers.is_empty() {
                table.row([goal.clock.word().into(), Cell::ordinal(goal.goal), fate.into(), numbers.join(" ").into()]);
            }
        }
    }
    table
}
