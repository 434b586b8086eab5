//! An agreement as a page for a terminal: what a contract manager checks before it is applied.

use super::section;
use super::table::Side::{Left, Right};
use super::table::{Table, clean};
use super::words::{clock, dash, due, norm, term};
use crate::domain::calendar::{Calendar, HolidayRule};
use crate::domain::clock::{Entry, Share, Starts};
use crate::domain::contract::{Condition, Contract, Level, Mode, Opens, Side, TicketType};
use crate::domain::obligation::{Cycle, Occasion};

const DAYS: [&str; 7] = ["ma", "di", "wo", "do", "vr", "za", "zo"];

/// The whole page, ended by a newline.
pub fn render(contract: &Contract) -> String {
    let title = format!("{} ({}, versie {})", contract.title, contract.id, contract.version);
    let phone = contract.phone.as_ref().map(|phone| format!("Telefoon {}\n", phone.as_str())).unwrap_or_default();
    let head = format!(
        "{}\n{}\nVoor wat wordt gemeld vanaf {}, op de klok van {}\n{phone}",
        clean(&title),
        "═".repeat(title.chars().count()),
        contract.effective_from.format("%d-%m-%Y"),
        contract.zone.name()
    );
    let mut sections = vec![
        head,
        section("Klanten", &clients(contract)),
        section("Openingstijden", &calendars(contract)),
        section("Prioriteiten", &priorities(contract)),
        section("Klokken en normen", &clocks(contract)),
        section("Rollen", &roles(contract)),
        section("Escalatieladders", &ladders(contract)),
        section("Verplichtingen met een datum", &duties(contract)),
        section("Aangenomen: waarden die niet in de overeenkomst staan", &assumed(contract)),
    ];
    if !contract.type_labels.is_empty() {
        sections.insert(3, section("Soorten meldingen", &own_types(contract)));
    }
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
        let holidays = match rules.holidays {
            HolidayRule::None => "open",
            HolidayRule::NlTermijnenwet => "gesloten (Algemene termijnenwet)",
        };
        table.row([name.clone(), week(calendar), holidays.to_owned(), count(closed), count(special)]);
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

fn own_types(contract: &Contract) -> String {
    let mut table = Table::new(&[("Naam", Left), ("Is een", Left)]);
    for (kind, label) in &contract.type_labels {
        table.row([label.nl.clone(), kind.dutch().to_owned()]);
    }
    table.render()
}

/// `incident, gebruikersvraag`.
fn types(contract: &Contract, kinds: &[TicketType]) -> String {
    kinds.iter().map(|kind| contract.dutch(*kind)).collect::<Vec<_>>().join(", ")
}

fn roles(contract: &Contract) -> String {
    let mut table = Table::new(&[("Rol", Left), ("Naam", Left), ("Van", Left), ("Bereikbaar op", Left)]);
    for role in &contract.roles {
        let side = if role.side == Side::Client { "opdrachtgever" } else { "opdrachtnemer" };
        let per_client = contract.clients.iter().any(|client| client.roles.contains_key(&role.code)).then(|| "per klant".to_owned());
        let reached = if role.mail.is_empty() { per_client.unwrap_or_else(|| "geen adres".to_owned()) } else { role.mail.join(", ") };
        table.row([role.code.clone(), role.label.nl.clone(), side.to_owned(), reached]);
    }
    table.render()
}

fn priorities(contract: &Contract) -> String {
    let mut table = Table::new(&[("Prioriteit", Left), ("Naam", Left), ("Voor", Left), ("Betekenis", Left)]);
    for priority in &contract.priorities {
        let meaning = priority.definition.as_ref().map(|definition| definition.nl.clone()).unwrap_or_default();
        table.row([priority.code.clone(), priority.label.nl.clone(), types(contract, &priority.types), meaning]);
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
        let types = types(contract, &entry.types);
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
    let heads = [
        ("Niveau", Right),
        ("Naam", Left),
        ("Opdrachtgever", Left),
        ("Opdrachtnemer", Left),
        ("Besluit van", Left),
        ("Verder bij", Left),
        ("Hoe", Left),
    ];
    let mut table = Table::new(&heads);
    for ladder in &contract.ladders {
        let opens = match &ladder.opens {
            Opens::Registration => "vanaf de melding".to_owned(),
            Opens::When(conditions) => format!("bij {}", all(conditions)),
        };
        table.group(&format!("{}: {}, {opens}", ladder.id, types(contract, &ladder.types)));
        for level in &ladder.levels {
            table.row(level_cells(level));
        }
    }
    table.render()
}

fn level_cells(level: &Level) -> [String; 7] {
    let side = |side: &Side| if *side == Side::Client { "opdrachtgever" } else { "opdrachtnemer" };
    let raised_by = level.raised_by.iter().map(side).collect::<Vec<_>>().join(", ");
    // A decision is a person's, whatever the mode.
    let decided = level.climb.iter().filter(|condition| matches!(condition, Condition::Decided { .. })).count();
    let how = match (level.climb.len() - decided, decided, level.mode) {
        (0, 0, _) => "",
        (0, _, _) => "door een besluit",
        (_, 0, Mode::Automatic) => "vanzelf",
        (_, _, Mode::Automatic) => "vanzelf of door een besluit",
        (_, _, Mode::Proposed) => "op voorstel",
    };
    let skipped: Vec<_> = level.skipped_by.iter().map(|code| format!("\"{code}\"")).collect();
    let title =
        if skipped.is_empty() { level.title.nl.clone() } else { format!("{} (overgeslagen bij {})", level.title.nl, skipped.join(", ")) };
    let (client, supplier) = (level.client.join(", "), level.supplier.join(", "));
    [level.level.to_string(), title, client, supplier, raised_by, all(&level.climb), how.to_owned()]
}

fn all(conditions: &[Condition]) -> String {
    let word = |condition: &Condition| match condition {
        Condition::Breached { clock: kind, goal } => format!("{} te laat (norm {})", clock(*kind), goal + 1),
        Condition::Elapsed { clock: kind, percent } => format!("{percent} % van de {}", clock(*kind)),
        Condition::LevelOpen { seconds, calendar } => {
            let (number, unit) = if seconds % 3600 == 0 { (seconds / 3600, "h") } else { (seconds / 60, "m") };
            format!("{} op dit niveau ({calendar})", term(&format!("{number}{unit}")))
        }
        Condition::Decided { code } => format!("besluit \"{code}\""),
    };
    conditions.iter().map(word).collect::<Vec<_>>().join(" of ")
}

fn duties(contract: &Contract) -> String {
    let mut table = Table::new(&[("Verplichting", Left), ("Bron", Left), ("Wie", Left), ("Wanneer", Left), ("Termijn", Left)]);
    for duty in &contract.duties {
        let cycle = if let Occasion::Every(cycle) = duty.occasion { Some(cycle) } else { None };
        let when = match &duty.occasion {
            Occasion::Facts(names) => {
                let names: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
                format!("{} {}", if duty.precedes_its_fact() { "vóór" } else { "na" }, names.join(" of "))
            }
            Occasion::Every(period) => every(*period).to_owned(),
        };
        table.row([duty.title.nl.clone(), duty.clause.clone(), duty.owner.clone(), when, due(duty.due, cycle)]);
    }
    table.render()
}

/// The keys by what they are of, with the names people know that by.
fn assumed(contract: &Contract) -> String {
    let mut rows: Vec<(&str, Vec<&str>)> = Vec::new();
    for key in &contract.assumed {
        let steps = if key.starts_with("ladders.") && key.contains(".levels.") { 4 } else { 2 };
        let end = key.match_indices('.').nth(steps - 1).map(|(at, _)| at);
        let (of, what) = end.map_or((key.as_str(), "alles"), |at| (&key[..at], &key[at + 1..]));
        match rows.last_mut().filter(|(last, _)| *last == of) {
            Some((_, keys)) => keys.push(what),
            None => rows.push((of, vec![what])),
        }
    }
    let mut table = Table::new(&[("Sleutel", Left), ("Aangenomen", Left), ("Naam", Left)]);
    for (of, keys) in rows {
        table.row([of.to_owned(), keys.join(", "), named(contract, of)]);
    }
    table.render()
}

/// What people call that which a key such as `obligations.3` leads to; nothing where the key says it.
fn named(contract: &Contract, key: &str) -> String {
    let steps: Vec<_> = key.split('.').collect();
    let place = |at: usize| steps.get(at).and_then(|step| step.parse::<usize>().ok()).unwrap_or(usize::MAX);
    let name = match steps[0] {
        "clients" => contract.clients.get(place(1)).map(|client| client.name.clone()),
        "clocks" => contract.clocks.get(place(1)).map(|entry| {
            let narrowed = [Some(clock(entry.kind)), entry.priority.as_deref(), entry.tier.as_deref()];
            let of = if entry.priority.is_none() && entry.tier.is_none() { Some(types(contract, &entry.types)) } else { None };
            narrowed.into_iter().flatten().chain(of.as_deref()).collect::<Vec<_>>().join(" ")
        }),
        "roles" => contract.role(steps.get(1).unwrap_or(&"")).map(|role| role.label.nl.clone()),
        "ladders" => contract.ladders.get(place(1)).map(|ladder| match ladder.levels.get(place(3)) {
            Some(level) => format!("{}, niveau {}", ladder.id, level.level),
            None => ladder.id.clone(),
        }),
        "obligations" => contract.duties.get(place(1)).map(|duty| duty.title.nl.clone()),
        _ => None,
    };
    name.unwrap_or_default()
}

const fn every(cycle: Cycle) -> &'static str {
    match cycle {
        Cycle::Week => "elke week",
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
