//! What can happen to a ticket that matters to its clocks, and in which order it can.

use uuid::Uuid;

use super::super::Instant;
use super::super::contract::TicketType;
use super::{Answer, Goal};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactKind {
    /// A person answered.
    Responded(Answer),
    Phoned {
        /// Whether a person of the desk recorded it: then it is a reply, unless the clock starts at it.
        answers: bool,
    },
    /// A hold began, or its cause was replaced.
    Held(String),
    /// The hold ended.
    Resumed,
    /// Another priority applies from now on.
    Reprioritised(String),
    /// It is of another type, with a priority of that type or none.
    Retyped(TicketType, Option<String>),
    Retiered(String),
    /// It asks for another item of the catalogue, or for none.
    ItemChanged(Option<String>),
    /// A moment of repair was agreed with the client: this goal, in place of the contract's (AMB-20).
    Agreed(Goal),
    /// This amendment to a calendar was known before the facts that follow in the same second.
    Amended(Uuid),
    Resolved,
    SolutionRefused,
    Accepted,
    Reopened,
    Cancelled,
}

impl FactKind {
    /// The name in histories and as the `why` of what it undid.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Responded(_) => "responded",
            Self::Phoned { .. } => "phoned",
            Self::Held(_) => "held",
            Self::Resumed => "resumed",
            Self::Reprioritised(_) => "reprioritised",
            Self::Retyped(..) => "retyped",
            Self::Retiered(_) => "retiered",
            Self::ItemChanged(_) => "item_changed",
            Self::Agreed(_) => "agreed",
            Self::Amended(_) => "amended",
            Self::Resolved => "resolved",
            Self::SolutionRefused => "solution_refused",
            Self::Accepted => "accepted",
            Self::Reopened => "reopened",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FactKind {
    /// The names of those by which another entry of the contract may apply from then on.
    pub const CHOOSING: [&'static str; 4] = ["reprioritised", "retyped", "retiered", "item_changed"];

    /// Whether another entry of the contract may apply from then on.
    pub const fn chooses_an_entry(&self) -> bool {
        matches!(self, Self::Reprioritised(_) | Self::Retyped(..) | Self::Retiered(_) | Self::ItemChanged(_))
    }

    /// Whether it makes a stopped clock run again.
    pub const fn undoes_a_stop(&self) -> bool {
        matches!(self, Self::SolutionRefused | Self::Reopened)
    }
}

/// Something that happened to a ticket, at the instant it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub at: Instant,
    pub kind: FactKind,
}

/// A fact that cannot follow those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutOfOrder {
    #[error("is before the report")]
    BeforeReport,
    #[error("is before the fact in front of it")]
    BeforePrevious,
    #[error("resumed, but nothing is held")]
    NotHeld,
    #[error("cannot be while the ticket is resolved")]
    WhileResolved,
    #[error("needs a solution that is neither accepted nor refused yet")]
    NothingToJudge,
    #[error("needs a resolved ticket")]
    NotResolved,
    #[error("cannot follow the cancelling")]
    AfterCancelling,
}

/// Checks a whole history: the index of each fact that cannot happen there, with why. Such a fact is ignored when judging later ones.
pub fn check_order(reported: Option<Instant>, facts: &[Fact]) -> Vec<(usize, OutOfOrder)> {
    let (mut latest, mut stage) = (reported, Stage::Open);
    let mut problems = Vec::new();
    for (at, fact) in facts.iter().enumerate() {
        if reported.is_some_and(|reported| fact.at < reported) {
            problems.push((at, OutOfOrder::BeforeReport));
        } else if latest.is_some_and(|latest| fact.at < latest) {
            problems.push((at, OutOfOrder::BeforePrevious));
        }
        latest = latest.max(Some(fact.at));
        match stage.after(&fact.kind) {
            Ok(next) => stage = next,
            Err(problem) => problems.push((at, problem)),
        }
    }
    problems
}

/// Where a ticket stands, as far as it decides which facts can follow.
#[derive(Clone, Copy)]
enum Stage {
    Open,
    Held,
    Resolved,
    Accepted,
    Cancelled,
}

impl Stage {
    fn after(self, fact: &FactKind) -> Result<Self, OutOfOrder> {
        match (self, fact) {
            (Self::Cancelled, _) => Err(OutOfOrder::AfterCancelling),
            (_, FactKind::Cancelled) => Ok(Self::Cancelled),
            (
                stage,
                FactKind::Responded(_)
                | FactKind::Phoned { .. }
                | FactKind::Reprioritised(_)
                | FactKind::Retyped(..)
                | FactKind::Retiered(_)
                | FactKind::ItemChanged(_)
                | FactKind::Agreed(_)
                | FactKind::Amended(_),
            ) => Ok(stage),
            (Self::Resolved | Self::Accepted, FactKind::Held(_) | FactKind::Resumed | FactKind::Resolved) => Err(OutOfOrder::WhileResolved),
            (_, FactKind::Held(_)) => Ok(Self::Held),
            (_, FactKind::Resolved) => Ok(Self::Resolved),
            (Self::Resolved, FactKind::Accepted) => Ok(Self::Accepted),
            (Self::Held, FactKind::Resumed)
            | (Self::Resolved, FactKind::SolutionRefused)
            | (Self::Resolved | Self::Accepted, FactKind::Reopened) => Ok(Self::Open),
            (_, FactKind::Resumed) => Err(OutOfOrder::NotHeld),
            (_, FactKind::Accepted | FactKind::SolutionRefused) => Err(OutOfOrder::NothingToJudge),
            (_, FactKind::Reopened) => Err(OutOfOrder::NotResolved),
        }
    }
}
