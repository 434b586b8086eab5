//! What a changed contract would have made of real tickets, as a page for a terminal.

use super::table::Side::{Left, Right};
use super::table::{Table, paragraph};
use super::words::{clock, dash, moment, norm, verdict};
use super::{WIDTH, section};
use crate::domain::calendar::Zone;
use crate::reports::what_if::{ContractSimulation, GoalOutcome, SimulatedGoal};

/// The whole page, ended by a newline.
pub fn render(simulation: &ContractSimulation, zone: &Zone) -> String {
    let title = format!("Wat als: {} versie {}", simulation.contract_id, simulation.contract_version);
    let (from, to) = (moment(simulation.from_at, zone), moment(simulation.to_at, zone));
    let counts = format!(
        "Tickets nagespeeld: {}. Daarvan zonder klok onder deze versie: {}. Er is niets gewijzigd.",
        simulation.tickets, simulation.without_clocks
    );
    let head = format!("{title}\n{}\nVan {from} tot {to}\n{}", "═".repeat(title.chars().count()), paragraph(&counts, WIDTH));
    [head, section("Normen, voor → na", &goals(&simulation.goals)), section("Tickets met een ander lot", &fates(&simulation.goals))]
        .join("\n")
}

fn goals(goals: &[SimulatedGoal]) -> String {
    let mut table = Table::new(&[
        ("Klok", Left),
        ("Prioriteit", Left),
        ("Norm was", Left),
        ("Gehaald", Right),
        ("Uitkomst", Left),
        ("Norm wordt", Left),
        ("Gehaald", Right),
        ("Uitkomst", Left),
        ("Erbij", Right),
        ("Eraf", Right),
    ]);
    let mut group = None;
    for goal in goals {
        if group.replace(goal.ticket_type) != Some(goal.ticket_type) {
            table.group(goal.ticket_type.dutch());
        }
        let [was, met, came] = outcome(goal.before.as_ref());
        let [will, would, comes] = outcome(goal.after.as_ref());
        table.row([
            clock(goal.clock).to_owned(),
            goal.priority.clone().unwrap_or_else(dash),
            was,
            met,
            came,
            will,
            would,
            comes,
            goal.breaches_gained.to_string(),
            goal.breaches_lost.to_string(),
        ]);
    }
    table.render()
}

fn outcome(outcome: Option<&GoalOutcome>) -> [String; 3] {
    outcome.map_or_else(
        || [dash(), dash(), dash()],
        |it| {
            let text = norm(it.share_required, it.comparison, &it.target);
            [text, format!("{} van {}", it.met, it.n), verdict(it.verdict).to_owned()]
        },
    )
}

fn fates(goals: &[SimulatedGoal]) -> String {
    let mut table = Table::new(&[("Klok", Left), ("Norm", Right), ("Erbij of eraf", Left), ("Tickets", Left)]);
    for goal in goals {
        for (word, numbers) in [("overschreden, was op tijd", &goal.gained), ("op tijd, was overschreden", &goal.lost)] {
            if !numbers.is_empty() {
                let place = format!("{}e", goal.goal);
                table.row([clock(goal.clock).to_owned(), place, word.to_owned(), numbers.join(" ")]);
            }
        }
    }
    table.render()
}
