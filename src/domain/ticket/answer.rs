//! The questions that a ticket asks the client, or both sides, and what was answered to them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::edit::Text;
use super::kinds::proposal_request::offer;
use super::kinds::{self, Asked, Part};
use super::part::{PartWritten, says, versions};
use super::situation::Situation;
use super::{Event, EventData, Ticket};
use crate::domain::Instant;
use crate::domain::actor::Actor;
use crate::domain::contract::{Contract, Side, TicketType};
use crate::domain::workflow::{Question, Step, Verdict};

/// Whose decision it is, and the message on the ticket that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WrittenDown {
    pub decided_by: Uuid,
    pub evidence: Uuid,
}

/// A version of a part, about which something was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    pub part: Part,
    pub version: u32,
}

/// An answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    pub question: Question,
    pub verdict: Verdict,
    /// Whose answer it is.
    pub side: Side,
    /// What was there to decide about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Judged>,
    #[serde(flatten)]
    pub written_down: Option<WrittenDown>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("this question is not asked of a ticket of this type")]
    NeverAsked,
    #[error("that is not asked now: it is in {}", during.iter().map(|step| step.as_str()).collect::<Vec<_>>().join(", "))]
    NotOpen { during: &'static [Step] },
    #[error("that side is not asked: {} decides", by.iter().map(|side| side.english()).collect::<Vec<_>>().join(" and "))]
    OtherSideDecides { by: Vec<Side> },
    #[error("the ticket has no {} yet, about which to decide", .0.english())]
    PartMissing(Part),
    #[error("the offer was valid until {until}")]
    OfferExpired { until: String },
    #[error("that is not asked: the last {} does not say {}", .part.english(), .asked_where)]
    SaysOtherwise { part: Part, asked_where: &'static str },
}

/// Whether a question can be answered like this now.
pub(super) fn check(situation: Situation<'_>, asked: &'static Asked, verdict: Verdict) -> Result<(), Refused> {
    let Situation { contract, ticket, history, at, .. } = situation;
    if !asked.during.contains(&ticket.phase.step) {
        return Err(Refused::NotOpen { during: asked.during });
    }
    if let Some(part) = asked.about {
        is_asked_about(history, part, asked.says)?;
    }
    if (asked.question, verdict) != (Question::Offer, Verdict::Yes) {
        return Ok(());
    }
    let until = says(history, offer(contract, ticket.about.variant.as_deref()));
    let today = contract.zone.date(at).to_string();
    until.filter(|until| **until < *today).map_or(Ok(()), |until| Err(Refused::OfferExpired { until: until.to_owned() }))
}

/// Whether a part is written, and its last version says what makes it a question.
fn is_asked_about(history: &[Event], part: Part, asked_where: Option<&'static str>) -> Result<(), Refused> {
    if versions(history, part) == 0 {
        return Err(Refused::PartMissing(part));
    }
    let otherwise = asked_where.filter(|asked_where| says(history, part) != Some(*asked_where));
    otherwise.map_or(Ok(()), |asked_where| Err(Refused::SaysOtherwise { part, asked_where }))
}

/// The parts that a question is about, as they are now.
pub(super) fn judged(contract: &Contract, ticket: &Ticket, history: &[Event], asked: &Asked) -> Vec<Judged> {
    let offered = (asked.question == Question::Offer).then(|| offer(contract, ticket.about.variant.as_deref()));
    let parts = asked.about.into_iter().chain(asked.beside.iter().map(|(part, _)| *part)).chain(offered);
    parts.map(|part| Judged { part, version: versions(history, part) }).filter(|judged| judged.version > 0).collect()
}

/// The sides that have to agree.
pub fn deciders(contract: &Contract, question: Question) -> Vec<Side> {
    contract.asked_decision(question).map_or_else(|| vec![Side::Client], |asked| asked.by.clone())
}

/// A question as a history has it.
#[derive(Debug, Default)]
struct Put {
    /// When it was last put: its phase was entered, or what it is about changed.
    at: Option<Instant>,
    /// The last answer of each side that still counts.
    answers: Vec<(Side, Verdict)>,
}

/// The events of a history, each with whether it changes what a question is about, and whether its phase is entered by it.
fn turns<'a>(history: &'a [Event], asked: &'a Asked) -> impl Iterator<Item = (&'a Event, bool, bool)> {
    let mut wanted = None;
    history.iter().map(move |event| {
        let is_entered = event.data.as_move().is_some_and(|moved| is_entered(asked, moved.from, moved.to));
        (event, is_changed(asked, &mut wanted, &event.data), is_entered)
    })
}

/// What became of a question. Answers count until what it is about changes, or, where it is about no part, until its phase is entered anew.
fn put(history: &[Event], asked: &Asked) -> Put {
    let mut put = Put::default();
    for (event, is_changed, is_entered) in turns(history, asked) {
        if is_changed || is_entered {
            put.at = Some(event.occurred_at);
        }
        if is_changed || (is_entered && asked.about.is_none()) {
            put.answers.clear();
        }
        if let EventData::Decided(decided) = &event.data
            && decided.question == asked.question
        {
            put.answers.retain(|(side, _)| *side != decided.side);
            put.answers.push((decided.side, decided.verdict));
        }
    }
    put
}

/// The last answer of each side that still counts.
pub(super) fn answers(history: &[Event], asked: &Asked) -> Vec<(Side, Verdict)> {
    put(history, asked).answers
}

/// When a question was last put.
pub fn asked_at(kind: TicketType, history: &[Event], question: Question) -> Option<Instant> {
    put(history, kinds::rules(kind).asked(question)?).at
}

/// Whether a question is about something else from an event on: a part of it was rewritten, or the ticket asks for another kind, service or
/// item. `wanted` is what it asked for before.
fn is_changed<'a>(asked: &Asked, wanted: &mut Option<(Option<&'a str>, Option<&'a str>)>, data: &'a EventData) -> bool {
    let is_rewritten = matches!(data, EventData::PartWritten(written) if is_rewritten(asked, written));
    is_rewritten || (asked.is_of_the_request && is_for_something_else(wanted, data))
}

/// Whether a part that a question is about reads otherwise now.
fn is_rewritten(asked: &Asked, written: &PartWritten) -> bool {
    let is_it = |(part, from): &(Part, u32)| *part == written.part && written.version >= *from;
    asked.about == Some(written.part) || asked.beside.iter().any(is_it)
}

/// Whether a ticket asks for something else from this event on.
fn is_for_something_else<'a>(wanted: &mut Option<(Option<&'a str>, Option<&'a str>)>, data: &'a EventData) -> bool {
    let about = match data {
        EventData::Registered(registered) => &registered.about,
        EventData::Retyped(retyped) => &retyped.about,
        EventData::Specified(specified) => &specified.about,
        EventData::Edited(edited) => return edited.fields.contains(&Text::Item),
        _ => return false,
    };
    let now = (about.variant.as_deref(), about.service.as_deref());
    wanted.replace(now).is_some_and(|before| before != now)
}

/// Whether a question was ever put: whether the ticket was in a phase in which it is answered, whatever its type was in between.
pub(super) fn was_asked(kind: TicketType, history: &[Event], question: Question) -> bool {
    let Some(asked) = kinds::rules(kind).asked(question) else { return false };
    history.iter().any(|event| phase_entered(&event.data).is_some_and(|step| asked.during.contains(&step)))
}

fn phase_entered(data: &EventData) -> Option<Step> {
    match data {
        EventData::Retyped(retyped) => Some(retyped.to),
        data => data.as_move().map(|moved| moved.to),
    }
}

/// Whether a move leads into the phases of a question, from a place where it was not put. A hold in between does not count.
fn is_entered(asked: &Asked, from: Step, to: Step) -> bool {
    asked.during.contains(&to) && !asked.during.contains(&from) && from != Step::OnHold
}

/// What was answered to a question as a whole: a no of one side is a no, a yes needs every side that is asked.
pub fn verdict(contract: &Contract, kind: TicketType, history: &[Event], question: Question) -> Option<Verdict> {
    let asked = kinds::rules(kind).asked(question)?;
    let answers = answers(history, asked);
    if answers.iter().any(|(_, verdict)| *verdict == Verdict::No) {
        return Some(Verdict::No);
    }
    let said_yes = |side: &Side| answers.iter().any(|(by, _)| by == side);
    deciders(contract, question).iter().all(said_yes).then_some(Verdict::Yes)
}

/// The answer that a client gives by moving a ticket: an offer is taken by going to `accepted`.
pub(super) fn by_move(situation: Situation<'_>, to: Step) -> Result<Option<EventData>, Refused> {
    let Situation { ticket, who, .. } = situation;
    let Some((asked, verdict)) = kinds::rules(ticket.kind).answered_by(ticket.phase.step, to) else { return Ok(None) };
    // A solution is judged by the move itself, which says so.
    if asked.question == Question::Solution || !matches!(who.actor, Actor::Client(_)) {
        return Ok(None);
    }
    check(situation, asked, verdict)?;
    let about = judged(situation.contract, ticket, situation.history, asked);
    Ok(Some(EventData::Decided(Decided { question: asked.question, verdict, side: Side::Client, about, written_down: None })))
}

/// Whether a ticket waits for an answer of the client, and to what.
pub fn open_questions(contract: &Contract, ticket: &Ticket, history: &[Event]) -> Vec<Question> {
    let rules = kinds::rules(ticket.kind);
    let is_open = |asked: &&Asked| {
        asked.during.contains(&ticket.phase.step)
            && asked.about.is_none_or(|part| is_asked_about(history, part, asked.says).is_ok())
            && verdict(contract, ticket.kind, history, asked.question).is_none()
    };
    rules.questions.iter().filter(is_open).map(|asked| asked.question).collect()
}

/// Whether the last event of a history changes what a question is about.
pub(super) fn is_put_anew(history: &[Event], asked: &Asked) -> bool {
    turns(history, asked).last().is_some_and(|(_, is_changed, _)| is_changed)
}

/// What became of a question since it was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Open,
    Answered(Verdict),
    /// It was put anew, about something else than then.
    PutAnew,
    /// It is not asked any more.
    Gone,
}

/// What became of a question since this event of the history put it before the client, or reminded of it.
pub fn since(contract: &Contract, ticket: &Ticket, history: &[Event], event: Uuid, question: Question) -> Since {
    let (rules, place) = (kinds::rules(ticket.kind), history.iter().position(|one| one.id == event));
    let Some((asked, place)) = rules.asked(question).zip(place) else { return Since::Gone };
    let mut answered = None;
    for (event, is_changed, is_entered) in turns(history, asked).skip(place + 1) {
        if is_changed || is_entered {
            return Since::PutAnew;
        }
        if let EventData::Decided(decided) = &event.data
            && (decided.question, decided.side) == (question, Side::Client)
        {
            answered = Some(decided.verdict);
        }
    }
    match answered {
        Some(verdict) => Since::Answered(verdict),
        None if open_questions(contract, ticket, history).contains(&question) => Since::Open,
        None => Since::Gone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_asked_by_some_type_and_open_in_phases_of_it() {
        for question in Question::ALL {
            assert!(TicketType::ALL.iter().any(|kind| kinds::rules(*kind).asked(question).is_some()), "{question}");
        }
    }

    #[test]
    fn an_answer_counts_until_the_question_is_asked_anew() {
        let asked = kinds::rules(TicketType::ProposalRequest).asked(Question::Offer).expect("an offer");
        assert!(is_entered(asked, Step::Drafting, Step::Submitted) && !is_entered(asked, Step::OnHold, Step::Submitted));
    }
}
