//! What a changed contract would have made of real tickets: the same histories, counted under both.
//!
//! `WhatIf` is fed one ticket at a time, so its memory grows with the number of goals, not of tickets. A goal counts where its fate is
//! known within the period, under each contract separately (AMB-18); verdicts are integer arithmetic (CLK-09). A goal is compared with the
//! goal in the same place of the same clock.
//!
//! Absent on purpose: anything that writes.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::service_management::{ClockFigures, GoalFigures, TicketFigures, Verdict, priority_label};
use crate::domain::Instant;
use crate::domain::clock::{AGREED, Comparison, Kind, Share};
use crate::domain::contract::{Contract, TicketType};

/// How many tickets a list names; further ones are only counted.
const NAMED: usize = 100;

/// A changed contract against what happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContractSimulation {
    /// The contract.
    #[schema(max_length = 100)]
    pub contract_id: String,
    /// The version tried.
    #[schema(max_length = 100)]
    pub contract_version: String,
    /// The period's first instant.
    #[schema(value_type = String, format = DateTime)]
    pub from_at: Instant,
    /// The instant after its last.
    #[schema(value_type = String, format = DateTime)]
    pub to_at: Instant,
    /// Tickets replayed: those open at some moment of the period.
    #[schema(minimum = 0)]
    pub tickets: u64,
    /// Of those, tickets that have no clock at all under the version tried, though they had one.
    #[schema(minimum = 0)]
    pub without_clocks: u64,
    /// One row for each goal, under either.
    #[schema(max_items = 10_000)]
    pub goals: Vec<SimulatedGoal>,
}

/// A goal under both contracts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedGoal {
    /// The type of ticket.
    #[schema(value_type = String, max_length = 50)]
    pub ticket_type: TicketType,
    /// Which clock.
    #[schema(value_type = String, max_length = 50)]
    pub clock: Kind,
    /// The tickets' priority; `null` for those without one.
    #[schema(max_length = 50)]
    pub priority: Option<String>,
    /// Its Dutch name.
    #[schema(max_length = 300)]
    pub priority_label: Option<String>,
    /// Its place among the clock's goals, the first is 1.
    #[schema(minimum = 1)]
    pub goal: u32,
    /// What was agreed, and what came of it; `null` when no such goal was.
    pub before: Option<GoalOutcome>,
    /// The same under the version tried.
    pub after: Option<GoalOutcome>,
    /// Breaches there are only under the version tried.
    #[schema(minimum = 0)]
    pub breaches_gained: u64,
    /// Breaches there are no longer under it.
    #[schema(minimum = 0)]
    pub breaches_lost: u64,
    /// The tickets of the first of those gained.
    #[schema(max_items = 100)]
    pub gained: Vec<String>,
    /// The tickets of the first of those lost.
    #[schema(max_items = 100)]
    pub lost: Vec<String>,
}

/// What came of a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GoalOutcome {
    /// under, within or by.
    #[schema(value_type = String, max_length = 50)]
    pub comparison: Comparison,
    /// The contract's own text.
    #[schema(max_length = 50)]
    pub target: String,
    /// The share required, in per cent; `null` for a moment agreed with the client, for which none is.
    #[schema(value_type = Option<f64>)]
    pub share_required: Option<Share>,
    /// Tickets whose fate is known.
    #[schema(minimum = 0)]
    pub n: u64,
    /// Of those, met.
    #[schema(minimum = 0)]
    pub met: u64,
    /// Of those, missed.
    #[schema(minimum = 0)]
    pub missed: u64,
    /// Whether the share was reached; `null` where none is required.
    #[schema(value_type = Option<String>, max_length = 50)]
    pub verdict: Option<Verdict>,
}

/// What makes a goal the same goal, its text under both contracts included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    ticket: TicketType,
    clock: Kind,
    priority: Option<String>,
    place: u32,
    before: Option<GoalText>,
    after: Option<GoalText>,
}

/// A goal as agreed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct GoalText {
    comparison: Comparison,
    target: String,
    /// `None` for a moment agreed with the client.
    share: Option<Share>,
}

#[derive(Debug, Default)]
struct Tally {
    before: Outcomes,
    after: Outcomes,
    gained: Numbers,
    lost: Numbers,
}

#[derive(Debug, Default)]
struct Outcomes {
    met: u64,
    missed: u64,
}

#[derive(Debug, Default)]
struct Numbers {
    count: u64,
    named: Vec<String>,
}

/// A comparison while tickets are being counted.
#[derive(Debug)]
pub struct WhatIf {
    from: Instant,
    to: Instant,
    tickets: u64,
    without_clocks: u64,
    tallies: BTreeMap<Key, Tally>,
}

impl WhatIf {
    /// Nothing counted yet, for the period `[from, to)`.
    pub fn new(from: Instant, to: Instant) -> Self {
        Self { from, to, tickets: 0, without_clocks: 0, tallies: BTreeMap::new() }
    }

    /// Counts a ticket as it was and as it would have been.
    pub fn count(&mut self, before: &TicketFigures, after: &TicketFigures) {
        self.tickets += 1;
        self.without_clocks += u64::from(after.clocks.is_empty() && !before.clocks.is_empty());
        for clock in Kind::ALL {
            let goals = |ticket: &TicketFigures| {
                let own = ticket.clocks.iter().find(|figures| figures.kind == clock);
                own.map(|figures: &ClockFigures| figures.goals.clone()).unwrap_or_default()
            };
            let (was, would) = (goals(before), goals(after));
            for place in 0..was.len().max(would.len()) {
                self.count_goal(before, clock, place, (was.get(place), would.get(place)));
            }
        }
    }

    fn count_goal(
        &mut self,
        ticket: &TicketFigures,
        clock: Kind,
        place: usize,
        (was, would): (Option<&GoalFigures>, Option<&GoalFigures>),
    ) {
        let place = u32::try_from(place + 1).unwrap_or(u32::MAX);
        let (before, after) = (was.map(text), would.map(text));
        let key = Key { ticket: ticket.kind, clock, priority: ticket.priority.clone(), place, before, after };
        let tally = self.tallies.entry(key).or_default();
        let within = |at: Option<Instant>| at.is_some_and(|at| self.from <= at && at < self.to);
        for (goal, counted) in [(was, &mut tally.before), (would, &mut tally.after)] {
            match goal {
                Some(goal) if within(goal.breached_at) => counted.missed += 1,
                Some(goal) if goal.breached_at.is_none() && within(goal.met_at) => counted.met += 1,
                _ => {}
            }
        }
        let breached = |goal: Option<&GoalFigures>| goal.and_then(|goal| goal.breached_at);
        match (breached(was), breached(would)) {
            (None, at @ Some(_)) if within(at) => tally.gained.add(&ticket.number),
            (at @ Some(_), None) if within(at) => tally.lost.add(&ticket.number),
            _ => {}
        }
    }

    /// What was counted, under that contract.
    pub fn finish(self, contract: &Contract) -> ContractSimulation {
        let outcome = |text: Option<GoalText>, counted: &Outcomes| {
            text.map(|GoalText { comparison, target, share }| GoalOutcome {
                comparison,
                target,
                share_required: share,
                n: counted.met + counted.missed,
                met: counted.met,
                missed: counted.missed,
                verdict: share.map(|share| Verdict::of(share, counted.met, counted.met + counted.missed)),
            })
        };
        let goal = |(key, tally): (Key, Tally)| SimulatedGoal {
            ticket_type: key.ticket,
            clock: key.clock,
            priority_label: key.priority.as_deref().map(|code| priority_label(contract, code)),
            priority: key.priority,
            goal: key.place,
            before: outcome(key.before, &tally.before),
            after: outcome(key.after, &tally.after),
            breaches_gained: tally.gained.count,
            breaches_lost: tally.lost.count,
            gained: tally.gained.named,
            lost: tally.lost.named,
        };
        ContractSimulation {
            contract_id: contract.id.clone(),
            contract_version: contract.version.clone(),
            from_at: self.from,
            to_at: self.to,
            tickets: self.tickets,
            without_clocks: self.without_clocks,
            goals: self.tallies.into_iter().map(goal).collect(),
        }
    }
}

impl Numbers {
    fn add(&mut self, number: &str) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(number.to_owned());
        }
    }
}

fn text(goal: &GoalFigures) -> GoalText {
    let share = (goal.target != AGREED).then_some(goal.share.unwrap_or(Share::ALL));
    GoalText { comparison: goal.comparison, target: goal.target.clone(), share }
}
