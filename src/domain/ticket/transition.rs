//! Moving a ticket to another phase.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::closing::{closing_needs, ends_in};
use super::kinds::{self, Need};
use super::needs::missing;
use super::situation::{Recorded, Situation};
use super::{EventData, EventKind, Ticket, answer, message};
use crate::domain::Instant;
use crate::domain::contract::{ClosingText, Contract, Side};
use crate::domain::permission::{Forbidden, Principal, Verb};
use crate::domain::text::{named, one_of};
use crate::domain::workflow::{Handling, Phase, Question, State, Step};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The phase's name.
    pub to: String,
    pub reason: String,
    /// What it waits for, when it goes on hold.
    pub cause: Option<String>,
    /// Which closing texts of an escalation are written with it; the words themselves are kept elsewhere (ESC-21).
    pub texts: Vec<ClosingText>,
    /// Who had a part in it, when it is resolved (KPI-30).
    pub handling: Option<Handling>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("a ticket in {from} cannot go to {to}; {}", named(allowed.iter().copied()).map_or_else(|| "it stays there".to_owned(), |named| format!("it can go to {named}")))]
    NoSuchMove { from: Step, to: String, allowed: Vec<&'static str> },
    #[error("a ticket that goes on hold needs a cause: on whom it waits")]
    CauseMissing,
    #[error("only a ticket that goes on hold has a cause")]
    CauseUnexpected,
    #[error("\"{cause}\" is not a cause for which this ticket can wait; {}", one_of(known.iter().map(String::as_str)))]
    UnknownCause { cause: String, known: Vec<String> },
    /// An escalated case is not closed without these texts (ESC-21).
    #[error("the escalation asks for this text before the case is closed")]
    TextsMissing(Vec<ClosingText>),
    #[error("only a ticket that is resolved or closed comes with this text")]
    TextsUnexpected(Vec<ClosingText>),
    /// INC-05, INC-06.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// KPI-30.
    #[error("say who had a part in it")]
    HandlingMissing,
    #[error("only a ticket that is resolved says who had a part in it")]
    HandlingUnexpected,
    /// What it answers cannot be answered like that.
    #[error(transparent)]
    Answer(#[from] answer::Refused),
    #[error("{}", .0.iter().copied().map(in_words).collect::<Vec<_>>().join("; "))]
    NeedsMissing(Vec<Need>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    /// Phases of the type it had then.
    pub from: Step,
    pub to: Step,
    /// The state of the phase it went to.
    pub state: State,
    /// What it waits for, when it went on hold.
    pub cause: Option<String>,
    /// Which texts were written with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closing_texts: Vec<ClosingText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
    /// The major incident that it went along with. Absent for whoever does not see that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub along_with: Option<Uuid>,
}

impl Move {
    pub(super) fn decide(&self, situation: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        let Situation { contract, ticket, history, who, .. } = situation;
        let next = self.next(&ticket.moves(contract, history), ticket)?;
        may_move(ticket, who, next)?;
        let answer = answer::by_move(situation, next.step)?;
        let answer = answer.map(|data| (data, Some(self.reason.clone())));
        Ok(answer.into_iter().chain(self.made(situation)?).collect())
    }

    /// What it records, whoever may make it.
    pub(super) fn made(&self, Situation { contract, ticket, history, who, .. }: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        let next = self.next(&ticket.moves(contract, history), ticket)?;
        let kind = moved_as(ticket.phase, next);
        self.check_cause(next, ticket, contract)?;
        let texts = closing_needs(contract, ticket, history, next);
        let texts: Vec<_> = texts.into_iter().filter(|text| !self.texts.contains(text)).collect();
        if !texts.is_empty() {
            return Err(Refused::TextsMissing(texts));
        }
        if !self.texts.is_empty() && !ends_in(next) {
            return Err(Refused::TextsUnexpected(self.texts.clone()));
        }
        let says_handling = kind == EventKind::Resolved && who.actor.side() == Side::Supplier;
        match &self.handling {
            Some(_) if !says_handling => return Err(Refused::HandlingUnexpected),
            None if says_handling && contract.tickets.records_handling && next.state == State::Resolved => {
                return Err(Refused::HandlingMissing);
            }
            _ => {}
        }
        let missing = missing(contract, ticket, history, next, kind);
        if !missing.is_empty() {
            return Err(Refused::NeedsMissing(missing));
        }
        let moved = Moved {
            from: ticket.phase.step,
            to: next.step,
            state: next.state,
            cause: self.cause.clone(),
            closing_texts: self.texts.clone(),
            handling: self.handling,
            along_with: None,
        };
        // The texts are a message for both sides.
        let message = (!self.texts.is_empty()).then(|| (message::said(&who.actor, true, false), None));
        Ok(message.into_iter().chain([(moved.into_event(kind), Some(self.reason.clone()))]).collect())
    }

    fn next(&self, allowed: &[&'static Phase], ticket: &Ticket) -> Result<&'static Phase, Refused> {
        let refused = || Refused::NoSuchMove {
            from: ticket.phase.step,
            to: self.to.clone(),
            allowed: allowed.iter().map(|phase| phase.step.as_str()).collect(),
        };
        allowed.iter().copied().find(|phase| phase.step.as_str() == self.to).ok_or_else(refused)
    }

    fn check_cause(&self, next: &Phase, ticket: &Ticket, contract: &Contract) -> Result<(), Refused> {
        match (&self.cause, next.step == Step::OnHold) {
            (None, true) => Err(Refused::CauseMissing),
            (Some(_), false) => Err(Refused::CauseUnexpected),
            (None, false) => Ok(()),
            (Some(cause), true) => {
                let known = ticket.hold_causes(contract);
                if known.contains(cause) { Ok(()) } else { Err(Refused::UnknownCause { cause: cause.clone(), known }) }
            }
        }
    }
}

impl Moved {
    pub(super) fn apply(&self, ticket: &mut Ticket, at: Instant) {
        let Some(phase) = kinds::phase_of(ticket.kind, self.to) else { return };
        ticket.phase = phase;
        ticket.waiting_cause.clone_from(&self.cause);
        ticket.resolved_at = match phase.state {
            // Closing keeps the time of the solution; closing without one (a rejection) counts as the solution.
            State::Resolved | State::Closed => ticket.resolved_at.or(Some(at)),
            _ => None,
        };
        ticket.handling = self.handling.or(ticket.handling).filter(|_| !phase.state.is_open());
        ticket.closed_at = matches!(phase.state, State::Closed | State::Cancelled).then_some(at);
    }

    fn into_event(self, kind: EventKind) -> EventData {
        match kind {
            EventKind::Held => EventData::Held(self),
            EventKind::Resumed => EventData::Resumed(self),
            EventKind::Resolved => EventData::Resolved(self),
            EventKind::SolutionRefused => EventData::SolutionRefused(self),
            EventKind::Accepted => EventData::Accepted(self),
            EventKind::Reopened => EventData::Reopened(self),
            EventKind::Cancelled => EventData::Cancelled(self),
            _ => EventData::Moved(self),
        }
    }
}

/// What a move means to the clocks.
pub(super) fn moved_as(from: &Phase, to: &Phase) -> EventKind {
    match (from.state, to.state) {
        (_, State::Cancelled) => EventKind::Cancelled,
        (State::Resolved, State::Closed) => EventKind::Accepted,
        // Also what closes without a solution first, such as a rejection: the clocks stop.
        (_, State::Resolved | State::Closed) => EventKind::Resolved,
        (State::Resolved, _) => EventKind::SolutionRefused,
        (State::Closed, _) => EventKind::Reopened,
        _ if to.step == Step::OnHold => EventKind::Held,
        _ if from.step == Step::OnHold => EventKind::Resumed,
        _ => EventKind::Moved,
    }
}

/// Whether someone may make a move. A client judges a solution, takes or declines an offer, reopens a ticket and withdraws it.
pub(super) fn may_move(ticket: &Ticket, who: &Principal, to: &Phase) -> Result<(), Forbidden> {
    let rules = kinds::rules(ticket.kind);
    match moved_as(ticket.phase, to) {
        EventKind::Accepted | EventKind::SolutionRefused => match rules.answered_by(ticket.phase.step, to.step) {
            Some((asked, _)) if asked.question != Question::Solution => who.may_answer(asked.by),
            _ => who.may_judge(rules.client_judges),
        },
        EventKind::Reopened | EventKind::Cancelled => who.may_decide(Verb::WithdrawTickets, ticket.restricted()),
        _ => who.may(Verb::MoveTickets),
    }
}

fn in_words(need: Need) -> String {
    match need {
        Need::Priority => "the ticket's clocks depend on its priority, and it has none yet".to_owned(),
        Need::Service => "the ticket does not say which product or service is affected".to_owned(),
        Need::Item => "the ticket does not say which item of the catalogue it asks for".to_owned(),
        Need::Form => "the form of what it asks for is not filled in yet".to_owned(),
        Need::Part(part) => format!("the ticket has no {} yet", part.english()),
        Need::Saying(part) => format!("the last {} does not let anybody decide about it: write another version", part.english()),
        Need::Link(relation) => format!("the ticket has no link \"{}\" to another one", relation.english()),
        Need::Answer(question) => format!("the client has not decided yet: {}", question.english()),
        Need::Yes(question) => format!("not everybody who decides has agreed: {}", question.english()),
    }
}
