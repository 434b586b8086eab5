//! Escalation: facts and an instant go in, the steps that are due come out. It plans, and changes nothing (ESC-01…08, ESC-25).
//!
//! A ladder has a time of its own: it is paused while the ticket is resolved or closed, while its resolution clock is
//! held, and while the ticket is of a type the ladder is not for. No step is dated inside a pause (design § 3).

use super::{Event, EventData};
use crate::domain::Instant;
use crate::domain::clock::{Fact, FactKind, Kind, Replay};
use crate::domain::contract::{Condition, Contract, Ladder, Level, Mode, Opens, Side};
use crate::domain::pauses::{Pause, Pauses};

/// A step up a ladder, due at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When its trigger happened; inside a pause, the end of that.
    pub at: Instant,
    /// The level it leaves; 0 when the case opens.
    pub from: u32,
    pub to: u32,
    /// As histories and mails name it.
    pub trigger: String,
    /// Whether it is taken at once, or put before a person.
    pub mode: Mode,
}

/// Where a ticket stands on its ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The level; 0 when the case is not opened.
    pub level: u32,
    /// Since when.
    pub since: Instant,
    /// The trigger of the next step, once that was put before a person.
    proposed: Option<String>,
    /// The last step that each goal triggered.
    goals: Vec<ByGoal>,
}

/// A step that a goal triggered, by its warning or its breach.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ByGoal {
    goal: Goal,
    at: Instant,
    from: u32,
    trigger: String,
}

/// A clock's goal by its place, the first is 0. Warnings are of the first goal.
type Goal = (Kind, usize);

/// Where a history leaves a ticket on a ladder.
pub fn position(ladder: &Ladder, history: &[Event]) -> Option<Position> {
    let opened_at = history.first()?.occurred_at;
    let first = ladder.levels.first()?.level;
    // Registered as a type the ladder is not for, it arrived on the ladder when it first got one of its types.
    let came_later = away(ladder, history).into_iter().find(|pause| pause.from == opened_at).and_then(|pause| pause.to);
    let level = if ladder.opens == Opens::Registration { first } else { 0 };
    let start = Position { level, since: came_later.unwrap_or(opened_at), proposed: None, goals: Vec::new() };
    Some(history.iter().fold(start, |position, event| position.after(ladder, &event.data, event.occurred_at)))
}

/// The level a decision with a reason code leads to: the first above that the code does not skip (ESC-11).
fn level_decided<'a>(ladder: &'a Ladder, level: u32, code: &str) -> Option<&'a Level> {
    ladder.levels.iter().find(|candidate| candidate.level > level && !candidate.skipped_by.iter().any(|skips| skips == code))
}

impl Position {
    /// The same for whoever does not see what is proposed inside the desk.
    #[must_use]
    pub fn without_proposal(self) -> Self {
        Self { proposed: None, ..self }
    }

    /// Where the next event of a history leaves it.
    #[must_use]
    pub fn after(mut self, ladder: &Ladder, data: &EventData, at: Instant) -> Self {
        let (step, is_proposed) = match data {
            EventData::Climbed(climbed) => (climbed, false),
            EventData::Proposed(proposed) => (&proposed.step, true),
            _ => return self,
        };
        if step.ladder != ladder.id {
            return self;
        }
        if let Some(goal) = goal_of(&step.trigger) {
            self.goals.retain(|step| step.goal != goal);
            self.goals.push(ByGoal { goal, at, from: self.level, trigger: step.trigger.clone() });
        }
        if is_proposed {
            return Self { proposed: Some(step.trigger.clone()), ..self };
        }
        Self { level: step.to, since: at, proposed: None, ..self }
    }
}

pub fn next_level(ladder: &Ladder, level: u32) -> Option<&Level> {
    ladder.levels.iter().find(|candidate| candidate.level > level)
}

/// What moves a case on from a level, or opens it; and whether it does so by itself.
fn ways(ladder: &Ladder, level: u32) -> (&[Condition], Mode) {
    match (ladder.levels.iter().find(|candidate| candidate.level == level), &ladder.opens) {
        (Some(level), _) => (&level.climb, level.mode),
        (None, Opens::When(conditions)) => (conditions, Mode::Automatic),
        (None, Opens::Registration) => (&[], Mode::Automatic),
    }
}

/// What a ticket's steps depend on beside its position: its clocks, and when the ladder was paused.
pub struct Climb<'a> {
    contract: &'a Contract,
    ladder: &'a Ladder,
    clocks: &'a [Replay<'a>],
    pauses: Pauses,
    /// When somebody last did something. What was due before that was taken then, so a step found now came about with that act.
    last_act: Instant,
    now: Instant,
}

impl<'a> Climb<'a> {
    /// The steps of a ticket with this history, as known at `now`.
    pub fn new(
        contract: &'a Contract,
        ladder: &'a Ladder,
        clocks: &'a [Replay<'a>],
        (history, facts): (&[Event], &[Fact]),
        now: Instant,
    ) -> Self {
        let held = clocks.iter().filter(|replay| replay.kind() == Kind::Resolution).flat_map(Replay::holds);
        let pauses = Pauses::of(held.chain(resolved(facts)).chain(away(ladder, history)).collect());
        let acts = history.iter().rev().find(|event| !event.is_derived());
        Self { contract, ladder, clocks, pauses, last_act: acts.map_or(Instant::MIN, |event| event.occurred_at), now }
    }

    /// The next step from a position, and when it is due if nothing else happens; `None` when no condition will come true.
    pub fn next(&self, position: &Position) -> Option<Step> {
        if position.proposed.is_some() {
            return None;
        }
        let to = next_level(self.ladder, position.level)?.level;
        let (conditions, mode) = ways(self.ladder, position.level);
        let due = conditions.iter().filter_map(|condition| Some((self.due(condition, position)?, condition)));
        let (at, condition) = due.min_by_key(|(at, _)| *at)?;
        Some(Step { at, from: position.level, to, trigger: trigger(condition), mode })
    }

    fn due(&self, condition: &Condition, position: &Position) -> Option<Instant> {
        let clock = |kind: Kind| self.clocks.iter().find(|replay| replay.kind() == kind);
        let at = match condition {
            Condition::Breached { clock: kind, goal } => clock(*kind)?.breach_at(*goal)?,
            Condition::Elapsed { clock: kind, percent } => clock(*kind)?.warning_at(*percent)?,
            Condition::LevelOpen { seconds, calendar } => {
                let calendar = self.contract.calendar_after(calendar, self.contract.amendments_by(self.now))?;
                self.pauses.reach(calendar, position.since, *seconds)?
            }
            Condition::Decided { .. } => return None,
        };
        if self.has_climbed(condition, self.pauses.out_of(at)?, position) {
            return None;
        }
        self.pauses.out_of(at.max(position.since).max(self.last_act))
    }

    /// Whether a step was already taken for a condition that holds from `at` on: the warning and the breach of one goal climb only once.
    /// They do when both held by the time of the first step, and when both are reasons for that same step.
    fn has_climbed(&self, condition: &Condition, at: Instant, position: &Position) -> bool {
        let Some(goal) = goal(condition) else { return false };
        let Some(step) = position.goals.iter().find(|step| step.goal == goal) else { return false };
        at <= step.at || (step.trigger != trigger(condition) && ways(self.ladder, step.from).0.contains(condition))
    }
}

/// From each stop to what undid it; a cancelling is never undone.
fn resolved(facts: &[Fact]) -> Vec<Pause> {
    let (mut stretches, mut since) = (Vec::new(), None);
    for fact in facts {
        match &fact.kind {
            FactKind::Resolved | FactKind::Cancelled => since = since.or(Some(fact.at)),
            kind if kind.undoes_a_stop() => stretches.extend(since.take().map(|from| Pause { from, to: Some(fact.at) })),
            _ => {}
        }
    }
    stretches.extend(since.map(|from| Pause { from, to: None }));
    stretches
}

/// While the ticket was of a type the ladder is not for.
fn away(ladder: &Ladder, history: &[Event]) -> Vec<Pause> {
    let (mut stretches, mut since) = (Vec::new(), None);
    for event in history {
        let kind = match &event.data {
            EventData::Registered(registered) => registered.kind,
            EventData::Retyped(retyped) => retyped.kind,
            _ => continue,
        };
        if !ladder.types.contains(&kind) {
            since = since.or(Some(event.occurred_at));
        } else if let Some(from) = since.take() {
            stretches.push(Pause { from, to: Some(event.occurred_at) });
        }
    }
    stretches.extend(since.map(|from| Pause { from, to: None }));
    stretches
}

/// The step a person decides with a reason code; refused with the codes there are when it is none of them (ESC-06).
pub fn decided_step(ladder: &Ladder, position: &Position, code: &str, at: Instant) -> Result<Step, Vec<String>> {
    let codes = codes(ladder, position.level, position.proposed.as_deref());
    match level_decided(ladder, position.level, code) {
        Some(next) if codes.iter().any(|known| known == code) => {
            Ok(Step { at, from: position.level, to: next.level, trigger: code.to_owned(), mode: Mode::Automatic })
        }
        _ => Err(codes),
    }
}

/// The reason codes with which a person may open a case, or move it on from a level: those of the ladder, and what a
/// proposal was made for.
pub fn codes(ladder: &Ladder, level: u32, proposed: Option<&str>) -> Vec<String> {
    let decided = |condition: &Condition| match condition {
        Condition::Decided { code } => Some(code.clone()),
        _ => None,
    };
    ways(ladder, level).0.iter().filter_map(decided).chain(proposed.map(str::to_owned)).collect()
}

fn goal(condition: &Condition) -> Option<Goal> {
    match condition {
        Condition::Breached { clock, goal } => Some((*clock, *goal)),
        Condition::Elapsed { clock, .. } => Some((*clock, 0)),
        Condition::LevelOpen { .. } | Condition::Decided { .. } => None,
    }
}

/// The goal a trigger is of, as `trigger` writes it.
fn goal_of(trigger: &str) -> Option<Goal> {
    match trigger.split(':').collect::<Vec<_>>()[..] {
        ["breached", clock] | ["elapsed", clock, _] => Some((Kind::named(clock)?, 0)),
        ["breached", clock, goal] => Some((Kind::named(clock)?, goal.parse::<usize>().ok()?.checked_sub(1)?)),
        _ => None,
    }
}

fn trigger(condition: &Condition) -> String {
    match condition {
        Condition::Breached { clock, goal: 0 } => format!("breached:{clock}"),
        Condition::Breached { clock, goal } => format!("breached:{clock}:{}", goal + 1),
        Condition::Elapsed { clock, percent } => format!("elapsed:{clock}:{percent}"),
        Condition::LevelOpen { .. } => "level-open".to_owned(),
        Condition::Decided { code } => code.clone(),
    }
}

/// Why a step was taken, for people; `trigger` is as histories name it. Of a decision it says whose it was, where that is known.
pub fn trigger_in_dutch(trigger: &str, decided_by: Option<Side>) -> String {
    let clock = |name: &str| if name == "response" { "reactietijd" } else { "oplostijd" };
    match trigger.split(':').collect::<Vec<_>>()[..] {
        ["breached", name] => format!("de {} is overschreden", clock(name)),
        ["breached", name, goal] => format!("norm {goal} van de {} is overschreden", clock(name)),
        ["elapsed", name, percent] => format!("{percent} % van de {} is verstreken", clock(name)),
        ["level-open"] => "de tijd op het vorige niveau is verstreken".to_owned(),
        _ => {
            let of = decided_by.map_or_else(String::new, |side| format!(" van de {}", side.dutch()));
            format!("besluit{of}: {}", trigger.replace('-', " "))
        }
    }
}

/// The same in English.
pub fn trigger_in_english(trigger: &str, decided_by: Option<Side>) -> String {
    let clock = |name: &str| if name == "response" { "response time" } else { "resolution time" };
    match trigger.split(':').collect::<Vec<_>>()[..] {
        ["breached", name] => format!("the {} has been exceeded", clock(name)),
        ["breached", name, goal] => format!("goal {goal} of the {} has been exceeded", clock(name)),
        ["elapsed", name, percent] => format!("{percent}% of the {} has passed", clock(name)),
        ["level-open"] => "the time on the previous level has passed".to_owned(),
        _ => {
            let of = decided_by.map_or_else(String::new, |side| format!(" of the {}", side.english()));
            format!("decision{of}: {}", trigger.replace('-', " "))
        }
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
        Level {
            level,
            title,
            client: vec![],
            supplier: vec![],
            raised_by: vec![Side::Supplier],
            climb,
            mode: Mode::Automatic,
            skipped_by,
            closing_needs: vec![],
        }
    }

    /// ESC-11: a decision passes over the levels that name it, and only those.
    #[test]
    fn esc_11_a_decision_leads_past_the_levels_it_skips() {
        let levels = vec![level(1, &["deep", "wide"], &[]), level(2, &["deep"], &["wide"]), level(3, &[], &[])];
        let ladder = Ladder { id: "up".to_owned(), types: vec![TicketType::Incident], opens: Opens::Registration, levels };
        let at: Instant = "2026-03-02T08:00:00Z".parse().expect("an instant");
        let to =
            |code| decided_step(&ladder, &Position { level: 1, since: at, proposed: None, goals: vec![] }, code, at).map(|step| step.to);
        let codes = vec!["deep".to_owned(), "wide".to_owned()];
        assert_eq!((to("deep"), to("wide"), to("far")), (Ok(2), Ok(3), Err(codes)));
    }
}
