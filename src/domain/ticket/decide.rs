//! Answering a question: accepting, approving, declining. These are acts of the client. The desk may write down what somebody of the client
//! decided, with their name and what shows it; the history names both (design § 4).

use uuid::Uuid;

use super::answer::{self, Decided, WrittenDown, answers, check, deciders, judged};
use super::kinds::{self, Asked};
use super::situation::{Recorded, Situation};
use super::transition::{self, Move};
use super::{Event, EventData, Ticket, write};
use crate::domain::contract::{Contract, Side};
use crate::domain::permission::{Forbidden, Principal, Verb};
use crate::domain::workflow::{Question, State, Step, Verdict};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decide {
    pub question: Question,
    pub verdict: Verdict,
    pub reason: String,
    /// The decision of somebody of the client that the desk writes down; the caller's own when absent.
    pub written_down: Option<WrittenDown>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error(transparent)]
    Answer(#[from] answer::Refused),
    #[error(transparent)]
    Move(#[from] transition::Refused),
}

impl Decide {
    pub(super) fn decide(&self, situation: Situation<'_>) -> Result<Vec<Recorded>, Refused> {
        let Situation { contract, ticket, who, .. } = situation;
        let asked = kinds::rules(ticket.kind).asked(self.question).ok_or(answer::Refused::NeverAsked)?;
        let side = self.side(contract, who, asked)?;
        check(situation, asked, self.verdict)?;
        let about = judged(contract, ticket, situation.history, asked);
        let decided = Decided { question: self.question, verdict: self.verdict, side, about, written_down: self.written_down };
        let answer = (EventData::Decided(decided.clone()), Some(self.reason.clone()));
        let to = match self.verdict {
            Verdict::Yes if is_agreed(contract, situation.history, asked, &decided) => asked.yes,
            Verdict::Yes => None,
            Verdict::No => asked.no,
        };
        // Whoever decides has answered: the ticket waits for them no longer.
        let resumed = (side == Side::Client).then(|| write::answered(contract, ticket, situation.history)).flatten();
        let stays = |answer| std::iter::once(answer).chain(resumed.map(|moved| (EventData::Resumed(moved), None))).collect();
        let Some(to) = to.filter(|to| ticket.phase.next.contains(to)) else { return Ok(stays(answer)) };
        let answered = [situation.history, &[as_event(situation, &answer.0)]].concat();
        let after = Situation { history: &answered, ..situation };
        let moves = Move { to: to.to_string(), reason: self.reason.clone(), cause: None, texts: Vec::new(), handling: None };
        match moves.made(after) {
            Ok(records) => Ok(std::iter::once(answer).chain(records).collect()),
            // It stays where it is until the desk has given what the next phase needs. At the end there is no later.
            Err(transition::Refused::NeedsMissing(_)) if !is_last(ticket, to) => Ok(stays(answer)),
            Err(refused) => Err(refused.into()),
        }
    }

    fn side(&self, contract: &Contract, who: &Principal, asked: &Asked) -> Result<Side, Refused> {
        let by = deciders(contract, asked.question);
        let side = match (who.actor.side(), self.written_down) {
            (Side::Client, _) => {
                who.may_answer(asked.by)?;
                Side::Client
            }
            (Side::Supplier, Some(_)) => {
                who.may(Verb::RecordDecisions)?;
                Side::Client
            }
            (Side::Supplier, None) if by.contains(&Side::Supplier) => {
                who.may(Verb::RecordDecisions)?;
                Side::Supplier
            }
            (Side::Supplier, None) => return Err(Forbidden::OtherSide(asked.by).into()),
        };
        if by.contains(&side) { Ok(side) } else { Err(answer::Refused::OtherSideDecides { by }.into()) }
    }
}

fn is_last(ticket: &Ticket, to: Step) -> bool {
    kinds::phase_of(ticket.kind, to).is_some_and(|phase| phase.state == State::Closed)
}

fn as_event(situation: Situation<'_>, data: &EventData) -> Event {
    let at = situation.at;
    let (id, actor) = (Uuid::nil(), situation.who.actor.as_text());
    Event { id, actor, token: None, reason: None, data: data.clone(), occurred_at: at, recorded_at: at }
}

fn is_agreed(contract: &Contract, history: &[Event], asked: &Asked, last: &Decided) -> bool {
    let said = answers(history, asked);
    let agrees = |side: &Side| *side == last.side || said.iter().any(|(by, verdict)| (by, verdict) == (side, &Verdict::Yes));
    deciders(contract, asked.question).iter().all(agrees)
}
