//! A step up the ladder: by a person's decision here, by itself in `settle`.

use serde::{Deserialize, Serialize};

use super::EventData;
use super::situation::{Recorded, Situation};
use crate::domain::contract::{Ladder, Side};
use crate::domain::permission::{Forbidden, Verb};
use crate::domain::text::named;
use crate::domain::ticket::escalation;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalate {
    /// A reason code of the ladder, or the trigger of the proposed step.
    pub code: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("the contract has no ladder for this type")]
    NoLadder,
    #[error("only an open ticket escalates")]
    NotOpen,
    #[error("the ticket stands on the highest level")]
    TopOfLadder,
    /// ESC-06.
    #[error("{}", no_such_code(*level, codes))]
    UnknownCode { level: u32, codes: Vec<String> },
    #[error("level {level} is raised by the {} alone", sides.iter().map(|side| side.as_str()).collect::<Vec<_>>().join(" and the "))]
    RaisedByOthers { level: u32, sides: Vec<Side> },
}

fn no_such_code(level: u32, codes: &[String]) -> String {
    let from = if level == 0 { "a case is opened".to_owned() } else { format!("level {level} is left") };
    match named(codes.iter().map(String::as_str)) {
        Some(named) => format!("{from} with one of these codes: {named}"),
        None => format!("{from} by nobody's decision"),
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Climbed {
    pub ladder: String,
    /// The level it left; 0 when the case opened.
    pub from: u32,
    pub to: u32,
    /// As `escalation::Step::trigger`.
    pub trigger: String,
}

/// A step that a person has to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposed {
    #[serde(flatten)]
    pub step: Climbed,
    /// The sides that may decide it.
    pub raised_by: Vec<Side>,
}

impl Climbed {
    pub fn of(ladder: &Ladder, step: &escalation::Step) -> Self {
        Self { ladder: ladder.id.clone(), from: step.from, to: step.to, trigger: step.trigger.clone() }
    }
}

impl Escalate {
    /// Opens the ticket's case, or moves it to the next level (ESC-04…08).
    pub(super) fn decide(&self, situation: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        let Situation { contract, ticket, history, who, at } = situation;
        who.may(Verb::DecideSteps)?;
        let ladder = contract.ladder(ticket.kind).ok_or(Refused::NoLadder)?;
        if !ticket.state().is_open() {
            return Err(Refused::NotOpen);
        }
        let position = escalation::position(ladder, history).ok_or(Refused::NoLadder)?;
        let next = escalation::next_level(ladder, position.level).ok_or(Refused::TopOfLadder)?;
        // A proposal within the supplier's desk is not the client's to know of, not even from a refusal.
        let is_told = ladder.raised_by(next.level).contains(&who.actor.side());
        let position = if is_told { position } else { position.without_proposal() };
        let level = position.level;
        let step = escalation::decided_step(ladder, &position, &self.code, at).map_err(|codes| Refused::UnknownCode { level, codes })?;
        let sides = ladder.raised_by(step.to);
        if !sides.contains(&who.actor.side()) {
            return Err(Refused::RaisedByOthers { level: step.to, sides: sides.to_vec() });
        }
        Ok(vec![(EventData::Climbed(Climbed::of(ladder, &step)), Some(self.reason.clone()))])
    }
}
