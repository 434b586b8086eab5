//! An agreement as a document: what a contract manager checks before it is applied.

use super::terms::{due, norm, term, types};
use super::{of_tickets, people};
use crate::documents::{Cell, CellKind, Column, Document, Section, TableBuilder, dutch};
use crate::domain::calendar::{Calendar, HolidayRule};
use crate::domain::clock::Entry;
use crate::domain::contract::{Condition, ConditionKind, Contract, Level, Mode, Opens, Workaround};
use crate::domain::obligation::{Cycle, Occasion};
use crate::domain::workflow::HoldCause;

const DAYS: [&str; 7] = ["ma", "di", "wo", "do", "vr", "za", "zo"];

pub fn document(contract: &Contract) -> Document {
    let effective_from = dutch::date(contract.effective_from);
    let mut lead = vec![format!("Voor wat wordt gemeld vanaf {effective_from}, op de klok van {}", contract.zone.name())];
    lead.extend(contract.phone.as_ref().map(|phone| format!("Telefoon {}", phone.as_str())));
    lead.extend(contract.phone_hours.as_ref().map(|hours| format!("De telefoon wordt beantwoord tijdens {hours}")));
    lead.extend(contract.second_factor.then(|| "Aanmelden met de eigen identiteitsprovider kan alleen met een tweede factor".to_owned()));
    let mut sections = vec![
        Section::table("Klanten", clients(contract)),
        Section::table("Openingstijden", calendars(contract)),
        Section::table("Prioriteiten", priorities(contract)),
        Section::table("Klokken en normen", clocks(contract)),
        Section::table("Rollen", roles(contract)),
        Section::table("Escalatieladders", ladders(contract)),
        Section::table("Verplichtingen met een datum", duties(contract)),
        Section::table("Aangenomen: waarden die niet in de overeenkomst staan", assumed(contract)),
    ];
    sections.splice(5..5, people::sections(contract));
    sections.splice(4..4, of_tickets::sections(contract));
    if !contract.tickets.catalogue.is_empty() {
        sections.insert(4, Section::table("Catalogus van serviceverzoeken", catalogue(contract)));
    }
    if !contract.type_labels.is_empty() {
        sections.insert(2, Section::table("Soorten meldingen", own_types(contract)));
    }
    Document {
        title: format!("{} ({}, versie {})", contract.title, contract.id, contract.version),
        time_zone: contract.zone.clone(),
        lead,
        sections,
    }
}

fn clients(contract: &Contract) -> TableBuilder<3> {
    let mut table = TableBuilder::new([
        Column::new("Klant", CellKind::Text),
        Column::new("Naam", CellKind::Text),
        Column::new("Abonnement", CellKind::Text),
    ]);
    for client in &contract.clients {
        table.row([client.organisation.as_str().into(), client.name.as_str().into(), Cell::or_blank(client.tier.clone())]);
    }
    table
}

fn calendars(contract: &Contract) -> TableBuilder<5> {
    let mut table = TableBuilder::new([
        Column::new("Kalender", CellKind::Text),
        Column::new("Open", CellKind::Text),
        Column::new("Feestdagen", CellKind::Text),
        Column::new("Ook gesloten", CellKind::Count),
        Column::new("Andere uren", CellKind::Count),
    ]);
    let count = |number: usize| if number == 0 { Cell::Blank } else { Cell::count(number) };
    for (name, calendar) in &contract.calendars {
        let rules = calendar.rules();
        let (closed, special) = (rules.closed.len() + rules.closed_yearly.len(), rules.special.len());
        let holidays = match rules.holidays {
            HolidayRule::None => "open".to_owned(),
            rule @ HolidayRule::NlTermijnenwet => format!("gesloten ({})", rule.dutch()),
        };
        table.row([name.as_str().into(), week(calendar).into(), holidays.into(), count(closed), count(special)]);
    }
    table
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

fn own_types(contract: &Contract) -> TableBuilder<2> {
    let mut table = TableBuilder::new([Column::new("Naam", CellKind::Text), Column::new("Is een", CellKind::Word)]);
    for (kind, label) in &contract.type_labels {
        table.row([label.nl.as_str().into(), kind.word().into()]);
    }
    table
}

fn roles(contract: &Contract) -> TableBuilder<5> {
    let mut table = TableBuilder::new([
        Column::new("Rol", CellKind::Text),
        Column::new("Naam", CellKind::Text),
        Column::new("Van", CellKind::Word),
        Column::new("Bereikbaar op", CellKind::Text),
        Column::new("Bijzonderheden", CellKind::Text),
    ]);
    for role in &contract.roles {
        let per_client = contract.clients.iter().any(|client| client.roles.contains_key(&role.code));
        let reached = match (&role.mail[..], per_client) {
            ([], true) => "per klant".to_owned(),
            ([], false) => "geen adres".to_owned(),
            (addresses, _) => addresses.join(", "),
        };
        let (code, label, side) = (role.code.as_str(), role.label.nl.as_str(), role.side.word());
        table.row([code.into(), label.into(), side.into(), reached.into(), Cell::or_blank(people::particulars(role))]);
    }
    table
}

fn priorities(contract: &Contract) -> TableBuilder<4> {
    let mut table = TableBuilder::new([
        Column::new("Prioriteit", CellKind::Text),
        Column::new("Naam", CellKind::Text),
        Column::new("Voor", CellKind::Text),
        Column::new("Betekenis", CellKind::Text),
    ]);
    for priority in &contract.priorities {
        let workaround = (priority.workaround == Workaround::Expected).then_some("Verwacht wordt een omweg.");
        let meaning = priority.definition.iter().map(|definition| definition.nl.as_str()).chain(workaround).collect::<Vec<_>>().join(" ");
        let meaning = Cell::or_blank((!meaning.is_empty()).then_some(meaning));
        table.row([priority.code.as_str().into(), priority.label.nl.as_str().into(), types(contract, &priority.types).into(), meaning]);
    }
    table
}

fn catalogue(contract: &Contract) -> TableBuilder<6> {
    let mut table = TableBuilder::new([
        Column::new("Dienst", CellKind::Text),
        Column::new("Naam", CellKind::Text),
        Column::new("Velden", CellKind::Text),
        Column::new("Aan te vragen door", CellKind::Text),
        Column::new("Autorisatie", CellKind::Text),
        Column::new("Werkinstructie", CellKind::Text),
    ]);
    for item in &contract.tickets.catalogue {
        let roles = item.asked_by.iter().map(|code| contract.role(code).map_or(code.as_str(), |role| &role.label.nl));
        table.row([
            item.code.as_str().into(),
            item.label.nl.as_str().into(),
            item.form.fields().join(", ").into(),
            roles.collect::<Vec<_>>().join(", ").into(),
            Cell::or_blank(item.needs_authorisation.then_some("nodig")),
            Cell::or_blank(item.instruction.as_ref().map(|instruction| format!("versie {}", instruction.version))),
        ]);
    }
    table
}

fn clocks(contract: &Contract) -> TableBuilder<8> {
    let mut table = TableBuilder::new([
        Column::new("Klok", CellKind::Word),
        Column::new("Prioriteit", CellKind::Text),
        Column::new("Abonnement", CellKind::Text),
        Column::new("Kalender", CellKind::Text),
        Column::new("Begint", CellKind::Word),
        Column::new("Normen", CellKind::Text),
        Column::new("Staat stil bij", CellKind::Text),
        Column::new("Waarschuwt bij %", CellKind::Text),
    ]);
    for entry in &contract.clocks {
        let item = entry.item.as_deref().map(|code| contract.item(code).map_or(code, |item| &item.label.nl));
        let of = types(contract, &entry.types);
        table.under(&item.map_or_else(|| of.clone(), |item| format!("{of}: {item}")));
        table.row(entry_cells(entry));
    }
    table
}

fn entry_cells(entry: &Entry) -> [Cell; 8] {
    let goals: Vec<_> = entry.goals.iter().map(|goal| norm(goal.required(), goal.comparison, &goal.target)).collect();
    let warn_at: Vec<_> = entry.warn_at.iter().map(ToString::to_string).collect();
    [
        entry.kind.word().into(),
        Cell::or_missing(entry.priority.clone()),
        Cell::or_blank(entry.tier.clone()),
        entry.calendar_id.as_str().into(),
        entry.starts.word().into(),
        goals.join("; ").into(),
        entry.holds.iter().map(|cause| hold_cause(cause)).collect::<Vec<_>>().join(", ").into(),
        warn_at.join(", ").into(),
    ]
}

/// A cause that no other contract knows is shown as such: it may be a slip of the pen.
fn hold_cause(cause: &str) -> String {
    if HoldCause::named(cause).is_some() { cause.to_owned() } else { format!("{cause} (eigen oorzaak van deze overeenkomst)") }
}

fn ladders(contract: &Contract) -> TableBuilder<7> {
    let mut table = TableBuilder::new([
        Column::new("Niveau", CellKind::Count),
        Column::new("Naam", CellKind::Text),
        Column::new("Opdrachtgever", CellKind::Text),
        Column::new("Opdrachtnemer", CellKind::Text),
        Column::new("Besluit van", CellKind::Text),
        Column::new("Verder bij", CellKind::Text),
        Column::new("Hoe", CellKind::Text),
    ]);
    for ladder in &contract.ladders {
        let opens = match &ladder.opens {
            Opens::Registration => "vanaf de melding".to_owned(),
            Opens::When(conditions) => format!("bij {}", all(conditions)),
        };
        table.under(&format!("{}: {}, {opens}", ladder.id, types(contract, &ladder.types)));
        for level in &ladder.levels {
            table.row(level_cells(level));
        }
    }
    table
}

fn level_cells(level: &Level) -> [Cell; 7] {
    let raised_by: Vec<_> = level.raised_by.iter().map(|side| side.dutch()).collect();
    let skipped: Vec<_> = level.skipped_by.iter().map(|code| format!("\"{code}\"")).collect();
    let title =
        if skipped.is_empty() { level.title.nl.clone() } else { format!("{} (overgeslagen bij {})", level.title.nl, skipped.join(", ")) };
    [
        Cell::count(level.level),
        title.into(),
        level.client.join(", ").into(),
        level.supplier.join(", ").into(),
        raised_by.join(", ").into(),
        all(&level.climb).into(),
        how(level).into(),
    ]
}

/// How a case leaves a level. A decision is always made by a person, whatever the mode.
fn how(level: &Level) -> &'static str {
    let decided = level.climb.iter().filter(|condition| condition.kind() == ConditionKind::Decided).count();
    match (level.climb.len() - decided, decided, level.mode) {
        (0, 0, _) => "",
        (0, _, _) => "door een besluit",
        (_, 0, Mode::Automatic) => Mode::Automatic.dutch(),
        (_, _, Mode::Automatic) => "vanzelf of door een besluit",
        (_, _, Mode::Proposed) => "op voorstel",
    }
}

fn all(conditions: &[Condition]) -> String {
    let word = |condition: &Condition| match condition {
        Condition::Breached { clock: kind, goal } => format!("{} te laat (norm {})", kind.dutch(), goal + 1),
        Condition::Elapsed { clock: kind, percent } => format!("{percent} % van de {}", kind.dutch()),
        Condition::LevelOpen { seconds, calendar } => {
            let (number, unit) = if seconds % 3600 == 0 { (seconds / 3600, "h") } else { (seconds / 60, "m") };
            format!("{} op dit niveau ({calendar})", term(&format!("{number}{unit}")))
        }
        Condition::Decided { code } => format!("besluit \"{code}\""),
    };
    conditions.iter().map(word).collect::<Vec<_>>().join(" of ")
}

fn duties(contract: &Contract) -> TableBuilder<5> {
    let mut table = TableBuilder::new([
        Column::new("Verplichting", CellKind::Text),
        Column::new("Bron", CellKind::Text),
        Column::new("Wie", CellKind::Text),
        Column::new("Wanneer", CellKind::Text),
        Column::new("Termijn", CellKind::Text),
    ]);
    for duty in &contract.duties {
        let (when, cycle) = match &duty.occasion {
            Occasion::Facts(names) => {
                let names: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
                (format!("{} {}", if duty.precedes_its_fact() { "vóór" } else { "na" }, names.join(" of ")), None)
            }
            Occasion::Every(cycle) => (every(*cycle), Some(*cycle)),
        };
        let (title, clause, owner) = (duty.title.nl.as_str(), duty.clause.as_str(), duty.owner.as_str());
        table.row([title.into(), clause.into(), owner.into(), when.into(), due(duty.due, cycle).into()]);
    }
    table
}

/// `elke week`, `elk kwartaal`.
fn every(cycle: Cycle) -> String {
    let each = match cycle {
        Cycle::Week | Cycle::Month => "elke",
        Cycle::Quarter | Cycle::HalfYear | Cycle::Year => "elk",
    };
    format!("{each} {}", cycle.dutch())
}

/// The keys grouped by the part they belong to, with the name people know it by.
fn assumed(contract: &Contract) -> TableBuilder<3> {
    let mut rows: Vec<(&str, Vec<&str>)> = Vec::new();
    for key in &contract.assumed {
        // A level is a part of its own; other parts are known by the first two steps of the key.
        let steps = if key.starts_with("ladders.") && key.contains(".levels.") { 4 } else { 2 };
        let end = key.match_indices('.').nth(steps - 1).map(|(at, _)| at);
        let (of, what) = end.map_or((key.as_str(), "alles"), |at| (&key[..at], &key[at + 1..]));
        match rows.last_mut().filter(|(last, _)| *last == of) {
            Some((_, keys)) => keys.push(what),
            None => rows.push((of, vec![what])),
        }
    }
    let mut table = TableBuilder::new([
        Column::new("Sleutel", CellKind::Text),
        Column::new("Aangenomen", CellKind::Text),
        Column::new("Naam", CellKind::Text),
    ]);
    for (of, keys) in rows {
        table.row([of.into(), keys.join(", ").into(), Cell::or_blank(named(contract, of))]);
    }
    table
}

/// What people call the part that a key such as `obligations.3` leads to; `None` where the key says it itself.
fn named(contract: &Contract, key: &str) -> Option<String> {
    let steps: Vec<_> = key.split('.').collect();
    let place = |at: usize| steps.get(at).and_then(|step| step.parse::<usize>().ok()).unwrap_or(usize::MAX);
    match steps[0] {
        "clients" => contract.clients.get(place(1)).map(|client| client.name.clone()),
        "clocks" => contract.clocks.get(place(1)).map(|entry| {
            let narrowed = [Some(entry.kind.dutch()), entry.priority.as_deref(), entry.tier.as_deref(), entry.item.as_deref()];
            let of = if narrowed.iter().flatten().count() == 1 { Some(types(contract, &entry.types)) } else { None };
            narrowed.into_iter().flatten().chain(of.as_deref()).collect::<Vec<_>>().join(" ")
        }),
        "catalogue" => contract.tickets.catalogue.get(place(1)).map(|item| item.label.nl.clone()),
        "response_teams" => contract.tickets.response_teams.get(place(1)).map(|team| team.label.nl.clone()),
        "roles" => contract.role(steps.get(1).unwrap_or(&"")).map(|role| role.label.nl.clone()),
        "ladders" => contract.ladders.get(place(1)).map(|ladder| match ladder.levels.get(place(3)) {
            Some(level) => format!("{}, niveau {}", ladder.id, level.level),
            None => ladder.id.clone(),
        }),
        "obligations" => contract.duties.get(place(1)).map(|duty| duty.title.nl.clone()),
        "subjects" => contract.subjects.get(place(1)).map(|subject| subject.label.nl.clone()),
        _ => None,
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
