//! An agreement as a page for a terminal: what a contract manager checks before it is applied.

use super::table::Side::{Left, Right};
use super::table::{Table, clean, paragraph};
use super::words::{clock, dash, norm};
use super::{WIDTH, section};
use crate::domain::calendar::Calendar;
use crate::domain::clock::{Entry, Share, Starts};
use crate::domain::contract::{Condition, Contract, Level, Opens};
use crate::domain::obligation::{Cycle, Occasion};

const DAYS: [&str; 7] = ["ma", "di", "wo", "do", "vr", "za", "zo"];

/// The whole page, ended by a newline.
pub fn render(contract: &Contract) -> String {
    let title = format!("{} ({}, versie {})", contract.title, contract.id, contract.version);
    let head = format!(
        "{}\n{}\nVoor wat wordt gemeld vanaf {}, op de klok van {}\n",
        clean(&title),
        "═".repeat(title.chars().count()),
        contract.effective_from.format("%d-%m-%Y"),
        contract.zone.name()
    );
    let assumed = match contract.assumed.as_slice() {
        [] => "  Geen.\n".to_owned(),
        keys => paragraph(&keys.join(", "), WIDTH),
    };
    let sections = [
        head,
        section("Klanten", &clients(contract)),
        section("Openingstijden", &calendars(contract)),
        section("Prioriteiten", &priorities(contract)),
        section("Klokken en normen", &clocks(contract)),
        section("Escalatieladders", &ladders(contract)),
        section("Verplichtingen met een datum", &duties(contract)),
        section("Aangenomen: waarden die niet in de overeenkomst staan", &assumed),
    ];
    sections.join("\n")
}

fn clients(contract: &Contract) -> String {
    let mut table = Table::new(&[("Klant", Left), ("Naam", Left), ("Abonnement", Left)]);
    for client in &contract.clients {
        table.row([client.organisation.clone(), client.name.clone(), client.tier.clone().unwrap_or_default()]);
    }
    table.render()
}

fn calendars(contract: &Contract) -> String {
    let mut table =
        Table::new(&[("Kalender", Left), ("Open", Left), ("Feestdagen", Left), ("Ook gesloten", Right), ("Andere uren", Right)]);
    for (name, calendar) in &contract.calendars {
        let rules = calendar.rules();
        let (closed, special) = (rules.closed.len() + rules.closed_yearly.len(), rules.special.len());
        let count = |number: usize| if number == 0 { String::new() } else { number.to_string() };
        table.row([name.clone(), week(calendar), rules.holidays.as_str().to_owned(), count(closed), count(special)]);
    }
    table.render()
}

/// `ma–vr 08:00-17:00, za 09:00-13:00`.
fn week(calendar: &Calendar) -> String {
    let hours: Vec<String> =
        calendar.rules().weekly.iter().map(|day| day.iter().map(ToString::to_string).collect::<Vec<_>>().join(" en ")).collect();
    let mut stretches = Vec::new();
    let mut from = 0;
    for day in 1..=hours.len() {
        if hours.get(day) != Some(&hours[from]) {
            let days = if day - from == 1 { DAYS[from].to_owned() } else { format!("{}–{}", DAYS[from], DAYS[day - 1]) };
            if !hours[from].is_empty() {
                stretches.push(format!("{days} {}", hours[from]));
            }
            from = day;
        }
    }
    stretches.join(", ")
}

fn priorities(contract: &Contract) -> String {
    let mut table = Table::new(&[("Prioriteit", Left), ("Naam", Left), ("Voor", Left), ("Betekenis", Left)]);
    for priority in &contract.priorities {
        let types: Vec<_> = priority.types.iter().map(|kind| kind.dutch()).collect();
        let meaning = priority.definition.as_ref().map(|definition| definition.nl.clone()).unwrap_or_default();
        table.row([priority.code.clone(), priority.label.nl.clone(), types.join(", "), meaning]);
    }
    table.render()
}

fn clocks(contract: &Contract) -> String {
    let mut table = Table::new(&[
        ("Klok", Left),
        ("Prioriteit", Left),
        ("Abonnement", Left),
        ("Kalender", Left),
        ("Begint bij", Left),
        ("Normen", Left),
        ("Staat stil bij", Left),
        ("Waarschuwt bij %", Left),
    ]);
    let mut group = None;
    for entry in &contract.clocks {
        let types: Vec<_> = entry.types.iter().map(|kind| kind.dutch()).collect();
        let types = types.join(", ");
        if group.as_ref() != Some(&types) {
            table.group(&types);
            group = Some(types);
        }
        table.row(entry_cells(entry));
    }
    table.render()
}

fn entry_cells(entry: &Entry) -> [String; 8] {
    let goals = entry.goals.iter().map(|goal| norm(goal.share.unwrap_or(Share::ALL), goal.comparison, &goal.target));
    let starts = if entry.starts == Starts::PhoneContact { "telefonisch contact" } else { "melding" };
    [
        clock(entry.kind).to_owned(),
        entry.priority.clone().unwrap_or_else(dash),
        entry.tier.clone().unwrap_or_default(),
        entry.calendar_id.clone(),
        starts.to_owned(),
        goals.collect::<Vec<_>>().join("; "),
        entry.holds.join(", "),
        entry.warn_at.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    ]
}

fn ladders(contract: &Contract) -> String {
    let heads = [("Niveau", Right), ("Naam", Left), ("Opdrachtgever", Left), ("Opdrachtnemer", Left), ("Verder bij", Left), ("Hoe", Left)];
    let mut table = Table::new(&heads);
    for ladder in &contract.ladders {
        let types: Vec<_> = ladder.types.iter().map(|kind| kind.dutch()).collect();
        let opens = match &ladder.opens {
            Opens::Registration => "vanaf de melding".to_owned(),
            Opens::When(conditions) => format!("bij {}", all(conditions)),
        };
        table.group(&format!("{}: {}, {opens}", ladder.id, types.join(", ")));
        for level in &ladder.levels {
            table.row(level_cells(level));
        }
    }
    table.render()
}

fn level_cells(level: &Level) -> [String; 6] {
    let how = match level.mode {
        _ if level.climb.is_empty() => "",
        crate::domain::contract::Mode::Automatic => "vanzelf",
        crate::domain::contract::Mode::Proposed => "op voorstel",
    };
    [level.level.to_string(), level.title.nl.clone(), level.client.join(", "), level.supplier.join(", "), all(&level.climb), how.to_owned()]
}

fn all(conditions: &[Condition]) -> String {
    let word = |condition: &Condition| match condition {
        Condition::Breached { clock: kind, goal } => format!("{} te laat (norm {})", clock(*kind), goal + 1),
        Condition::Elapsed { clock: kind, percent } => format!("{percent} % van de {}", clock(*kind)),
        Condition::LevelOpen { seconds, calendar } => format!("{} u op dit niveau ({calendar})", seconds / 3600),
        Condition::Decided { code } => format!("besluit \"{code}\""),
    };
    conditions.iter().map(word).collect::<Vec<_>>().join(" of ")
}

fn duties(contract: &Contract) -> String {
    let mut table = Table::new(&[("Verplichting", Left), ("Bron", Left), ("Wie", Left), ("Wanneer", Left), ("Termijn", Left)]);
    for duty in &contract.duties {
        let when = match &duty.occasion {
            Occasion::Fact(name) => format!("na \"{name}\""),
            Occasion::Every(period) => every(*period).to_owned(),
        };
        table.row([duty.title.nl.clone(), duty.clause.clone(), duty.owner.clone(), when, duty.due.to_string()]);
    }
    table.render()
}

const fn every(cycle: Cycle) -> &'static str {
    match cycle {
        Cycle::Month => "elke maand",
        Cycle::Quarter => "elk kwartaal",
        Cycle::HalfYear => "elk halfjaar",
        Cycle::Year => "elk jaar",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{Rules, Zone};

    #[test]
    fn a_week_is_told_by_its_stretches() {
        let mut rules = Rules::in_zone(Zone::from(chrono_tz::Europe::Amsterdam));
        let day = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an interval")).collect::<Vec<_>>();
        for at in 0..4 {
            rules.weekly[at] = day(&["08:00-12:00", "13:00-17:00"]);
        }
        rules.weekly[4] = day(&["08:00-12:00"]);
        rules.weekly[6] = day(&["22:00-06:00"]);
        let calendar = Calendar::new(rules).expect("a calendar");
        assert_eq!(week(&calendar), "ma–do 08:00-12:00 en 13:00-17:00, vr 08:00-12:00, zo 22:00-06:00");
    }
}
