//! Which part of a contract a dotted key belongs to, in the words people use: `clocks.3.goals.0.within` belongs to *P2, oplossing*.

use crate::domain::contract::Contract;

/// `None` where the key says it itself, as `calendars.support.hours` does.
pub fn belongs_to(contract: &Contract, key: &str) -> Option<String> {
    let mut words = key.split('.');
    let list = words.next()?;
    let at: usize = words.next()?.parse().ok()?;
    match list {
        "clocks" => {
            let entry = contract.clocks.get(at)?;
            let label = |code: &String| {
                let priority = contract.priorities.iter().find(|one| one.code == *code);
                priority.map_or_else(|| code.clone(), |one| one.label.nl.clone())
            };
            let mut parts: Vec<_> = entry.priority.iter().map(label).chain(entry.tier.clone()).collect();
            parts.extend(entry.item.as_deref().and_then(|code| contract.item(code)).map(|item| item.label.nl.clone()));
            if parts.is_empty() {
                parts.extend(entry.types.iter().map(|kind| kind.dutch().to_owned()));
            }
            parts.push(entry.kind.dutch().to_owned());
            Some(parts.join(", "))
        }
        "ladders" => {
            let ladder = contract.ladders.get(at)?;
            let level = words.next().filter(|word| *word == "levels").and(words.next()).and_then(|word| word.parse::<usize>().ok());
            let level = level.and_then(|level| ladder.levels.get(level)).map(|level| format!(", niveau {}", level.level));
            Some(format!("ladder {}{}", ladder.id, level.unwrap_or_default()))
        }
        "obligations" => contract.duties.get(at).map(|duty| duty.title.nl.clone()),
        "catalogue" => contract.tickets.catalogue.get(at).map(|item| item.label.nl.clone()),
        "response_teams" => contract.tickets.response_teams.get(at).map(|team| team.label.nl.clone()),
        "clients" => contract.clients.get(at).map(|client| client.name.clone()),
        _ => None,
    }
}
