//! Escalation: facts and an instant in, the steps that are due out. A plan, not an action (ESC-01…08, ESC-25).

use super::Instant;
use super::clock::{Kind, Replay};
use super::contract::{Condition, Contract, Ladder, Level, Mode, Opens};
use super::ticket::{Event, EventKind};

/// A step up a ladder, due at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When what triggers it happened.
    pub at: Instant,
    /// The level it leaves; 0 when the case opens.
    pub from: u32,
    /// The level it reaches.
    pub to: u32,
    /// What triggers it, as histories and mails name it.
    pub trigger: String,
    /// Whether it is taken, or put before a person.
    pub mode: Mode,
}

/// Where a ticket stands on its ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The level; 0 when the case is not opened.
    pub level: u32,
    /// Since when.
    pub since: Instant,
    /// Whether the next step was already put before a person.
    proposed: bool,
}

/// Where a history leaves a ticket on a ladder.
pub fn position(ladder: &Ladder, history: &[Event]) -> Option<Position> {
    let opened_at = history.first()?.occurred_at;
    let first = ladder.levels.first()?.level;
    let start = Position { level: if ladder.opens == Opens::Registration { first } else { 0 }, since: opened_at, proposed: false };
    let own = history.iter().filter(|event| event.text("ladder") == Some(&ladder.id));
    Some(own.fold(start, |position, event| match event.kind {
        EventKind::Climbed => Position { level: event.figure("to").unwrap_or(position.level), since: event.occurred_at, proposed: false },
        EventKind::Proposed => Position { proposed: true, ..position },
        _ => position,
    }))
}

/// The level a decision with a reason code leads to: the first above that the code does not skip (ESC-11).
fn level_decided<'a>(ladder: &'a Ladder, level: u32, code: &str) -> Option<&'a Level> {
    ladder.levels.iter().find(|candidate| candidate.level > level && !candidate.skipped_by.iter().any(|skips| skips == code))
}

/// The ladder a ticket stands on, with the level above the one it is on.
pub fn next_level(ladder: &Ladder, level: u32) -> Option<&Level> {
    ladder.levels.iter().find(|candidate| candidate.level > level)
}

/// The next step of a ticket as known at `now`, and when it is due if nothing else happens; `None` when no condition will
/// come true.
pub fn next_step(contract: &Contract, ladder: &Ladder, position: Position, clocks: &[Replay<'_>], now: Instant) -> Option<Step> {
    if position.proposed {
        return None;
    }
    let to = next_level(ladder, position.level)?.level;
    let (conditions, mode) = match ladder.levels.iter().find(|level| level.level == position.level) {
        Some(level) => (level.climb.as_slice(), level.mode),
        None => match &ladder.opens {
            Opens::When(conditions) => (conditions.as_slice(), Mode::Automatic),
            Opens::Registration => (&[][..], Mode::Automatic),
        },
    };
    let clock = |kind: Kind| clocks.iter().find(|replay| replay.kind() == kind);
    let at = |condition: &Condition| match condition {
        Condition::Breached { clock: kind, goal } => clock(*kind)?.breach_at(*goal),
        Condition::Elapsed { clock: kind, percent } => clock(*kind)?.warning_at(*percent),
        Condition::LevelOpen { seconds, calendar } => {
            contract.calendar_after(calendar, contract.amendments_by(now))?.reach(position.since, *seconds)
        }
        Condition::Decided { .. } => None,
    };
    let due = conditions.iter().filter_map(|condition| Some((at(condition)?, condition)));
    let (at, condition) = due.min_by_key(|(at, _)| *at)?;
    Some(Step { at: at.max(position.since), from: position.level, to, trigger: trigger(condition), mode })
}

/// The step a person decides with a reason code; refused when the level has no such trigger (ESC-06).
pub fn decided_step(ladder: &Ladder, position: Position, code: &str, at: Instant) -> Result<Step, Vec<String>> {
    let codes = codes(ladder, position.level);
    match level_decided(ladder, position.level, code) {
        Some(next) if codes.iter().any(|known| known == code) => {
            Ok(Step { at, from: position.level, to: next.level, trigger: code.to_owned(), mode: Mode::Automatic })
        }
        _ => Err(codes),
    }
}

/// The reason codes with which a person may move a case on from a level.
pub fn codes(ladder: &Ladder, level: u32) -> Vec<String> {
    let decided = |condition: &Condition| match condition {
        Condition::Decided { code } => Some(code.clone()),
        _ => None,
    };
    let climb = ladder.levels.iter().find(|candidate| candidate.level == level).map_or(&[][..], |level| &level.climb);
    climb.iter().filter_map(decided).collect()
}

fn trigger(condition: &Condition) -> String {
    match condition {
        Condition::Breached { clock, .. } => format!("breached:{clock}"),
        Condition::Elapsed { clock, percent } => format!("elapsed:{clock}:{percent}"),
        Condition::LevelOpen { .. } => "level-open".to_owned(),
        Condition::Decided { code } => code.clone(),
    }
}

/// Why a step was taken, for people; `trigger` is as histories name it.
pub fn trigger_in_dutch(trigger: &str) -> String {
    let clock = |name: &str| if name == "response" { "reactietijd" } else { "oplostijd" };
    match trigger.split(':').collect::<Vec<_>>()[..] {
        ["breached", name] => format!("de {} is overschreden", clock(name)),
        ["elapsed", name, percent] => format!("{percent} % van de {} is verstreken", clock(name)),
        ["level-open"] => "de tijd op het vorige niveau is verstreken".to_owned(),
        _ => format!("besluit van een medewerker: {}", trigger.replace('-', " ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contract::{Label, TicketType};

    fn level(level: u32, codes: &[&str], skipped_by: &[&str]) -> Level {
        let named = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let climb = named(codes).into_iter().map(|code| Condition::Decided { code }).collect();
        let (title, skipped_by) = (Label::default(), named(skipped_by));
        Level { level, title, client: vec![], supplier: vec![], climb, mode: Mode::Automatic, skipped_by, closing_needs: vec![] }
    }

    /// ESC-11: a decision passes over the levels that name it, and only those.
    #[test]
    fn esc_11_a_decision_leads_past_the_levels_it_skips() {
        let levels = vec![level(1, &["deep", "wide"], &[]), level(2, &["deep"], &["wide"]), level(3, &[], &[])];
        let ladder = Ladder { id: "up".to_owned(), types: vec![TicketType::Incident], opens: Opens::Registration, levels };
        let at: Instant = "2026-03-02T08:00:00Z".parse().expect("an instant");
        let to = |code| decided_step(&ladder, Position { level: 1, since: at, proposed: false }, code, at).map(|step| step.to);
        let codes = vec!["deep".to_owned(), "wide".to_owned()];
        assert_eq!((to("deep"), to("wide"), to("far")), (Ok(2), Ok(3), Err(codes)));
    }
}
