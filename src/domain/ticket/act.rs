//! What someone wants done to a ticket. Each wish is decided in the file of its capability, and what that records is applied as a replay
//! would apply it: so a ticket cannot get into a state that its history does not explain.

use uuid::Uuid;

use super::Ticket;
use super::along::GoAlong;
use super::assign::{self, Assign};
use super::attach::Attach;
use super::attention::{self, AskAttention, SettleAttention};
use super::classify::Classify;
use super::decide::{self, Decide};
use super::edit::Edit;
use super::escalate::{self, Escalate};
use super::flag::{self, LiftFlag, SetFlag};
use super::follow::{self, Follow, Unfollow};
use super::infect::Infect;
use super::line::{self, ChangeLine};
use super::link::{self, LinkTo, Unlink};
use super::major::{self, DeclareMajor};
use super::merge::{self, Merge, TakeIn, TakeOut, UndoMerge};
use super::part::{self, WritePart};
use super::prioritise::{self, Prioritise};
use super::reference::{self, AddReference, RemoveReference};
use super::repair::{self, AgreeRepair};
use super::response_team::{self, CallTeam, TakeTeamBack};
use super::retier::{self, Retier};
use super::retype::{self, Retype};
use super::scope::{self, ChangeScope};
use super::situation::{Recorded, Situation};
use super::specify::{self, Specify};
use super::tag::{self, AddTags, RemoveTags};
use super::transition::{self, Move};
use super::work::{self, CorrectWork, LogWork};
use super::write::Write;
use crate::domain::permission::Forbidden;

/// What someone wants done to a ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Move(Move),
    GoAlong(GoAlong),
    Prioritise(Prioritise),
    Retype(Retype),
    Retier(Retier),
    AgreeRepair(AgreeRepair),
    Assign(Assign),
    Edit(Edit),
    Specify(Specify),
    ChangeScope(ChangeScope),
    ChangeLine(ChangeLine),
    DeclareMajor(DeclareMajor),
    Link(LinkTo),
    Unlink(Unlink),
    Decide(Decide),
    AskAttention(AskAttention),
    SettleAttention(SettleAttention),
    Write(Write),
    Attach(Attach),
    Classify(Classify),
    Infect(Infect),
    WritePart(WritePart),
    Escalate(Escalate),
    SetFlag(SetFlag),
    LiftFlag(LiftFlag),
    AddTags(AddTags),
    RemoveTags(RemoveTags),
    AddReference(AddReference),
    RemoveReference(RemoveReference),
    Follow(Follow),
    Unfollow(Unfollow),
    LogWork(LogWork),
    CorrectWork(CorrectWork),
    Merge(Merge),
    UndoMerge(UndoMerge),
    TakeIn(TakeIn),
    TakeOut(TakeOut),
    CallTeam(CallTeam),
    TakeTeamBack(TakeTeamBack),
}

impl Act {
    /// Whether it can be done to a ticket that was merged into another one: undoing that, flagging it as the other one is flagged, and taking off
    /// a link that came along.
    const fn suits_a_merged_ticket(&self) -> bool {
        matches!(self, Self::UndoMerge(_) | Self::SetFlag(_) | Self::LiftFlag(_) | Self::Unlink(_))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error(transparent)]
    Move(#[from] transition::Refused),
    #[error(transparent)]
    Prioritise(#[from] prioritise::Refused),
    #[error(transparent)]
    Retype(#[from] retype::Refused),
    #[error(transparent)]
    Retier(#[from] retier::Refused),
    #[error(transparent)]
    AgreeRepair(#[from] repair::Refused),
    #[error(transparent)]
    Assign(#[from] assign::Refused),
    #[error(transparent)]
    Escalate(#[from] escalate::Refused),
    #[error(transparent)]
    Part(#[from] part::Refused),
    #[error(transparent)]
    Specify(#[from] specify::Refused),
    #[error(transparent)]
    Scope(#[from] scope::Refused),
    #[error(transparent)]
    Line(#[from] line::Refused),
    #[error(transparent)]
    Major(#[from] major::Refused),
    #[error(transparent)]
    Link(#[from] link::Refused),
    #[error(transparent)]
    Decide(#[from] decide::Refused),
    #[error(transparent)]
    Attention(#[from] attention::Refused),
    #[error(transparent)]
    Flag(#[from] flag::Refused),
    #[error(transparent)]
    Tag(#[from] tag::Refused),
    #[error(transparent)]
    Reference(#[from] reference::Refused),
    #[error(transparent)]
    Follow(#[from] follow::Refused),
    #[error(transparent)]
    Work(#[from] work::Refused),
    #[error(transparent)]
    Merge(#[from] merge::Refused),
    #[error(transparent)]
    ResponseTeam(#[from] response_team::Refused),
    /// It goes on as this ticket.
    #[error("the ticket was merged into another one")]
    Merged(Uuid),
}

/// What an act changed: the ticket after it and what it records, in order.
pub type Acted = (Ticket, Vec<Recorded>);

pub fn act(situation: Situation<'_>, wish: &Act) -> Result<Acted, Refusal> {
    if let Some(into) = situation.ticket.merged_into.filter(|_| !wish.suits_a_merged_ticket()) {
        return Err(Refusal::Merged(into));
    }
    let records = match wish {
        Act::Move(wish) => wish.decide(situation)?,
        Act::GoAlong(wish) => wish.decide(situation)?,
        Act::Prioritise(wish) => wish.decide(situation)?,
        Act::Retype(wish) => wish.decide(situation)?,
        Act::Retier(wish) => wish.decide(situation)?,
        Act::AgreeRepair(wish) => wish.decide(situation)?,
        Act::Assign(wish) => wish.decide(situation)?,
        Act::Edit(wish) => wish.decide(situation)?,
        Act::Specify(wish) => wish.decide(situation)?,
        Act::ChangeScope(wish) => wish.decide(situation)?,
        Act::ChangeLine(wish) => wish.decide(situation)?,
        Act::DeclareMajor(wish) => wish.decide(situation)?,
        Act::Link(wish) => wish.decide(situation)?,
        Act::Unlink(wish) => wish.decide(situation)?,
        Act::Decide(wish) => wish.decide(situation)?,
        Act::AskAttention(wish) => wish.decide(situation)?,
        Act::SettleAttention(wish) => wish.decide(situation)?,
        Act::Write(wish) => wish.decide(situation)?,
        Act::Attach(wish) => wish.decide(situation)?,
        Act::Classify(wish) => wish.decide(situation)?,
        Act::Infect(wish) => wish.decide(),
        Act::WritePart(wish) => wish.decide(situation)?,
        Act::Escalate(wish) => wish.decide(situation)?,
        Act::SetFlag(wish) => wish.decide(situation)?,
        Act::LiftFlag(wish) => wish.decide(situation)?,
        Act::AddTags(wish) => wish.decide(situation)?,
        Act::RemoveTags(wish) => wish.decide(situation)?,
        Act::AddReference(wish) => wish.decide(situation)?,
        Act::RemoveReference(wish) => wish.decide(situation)?,
        Act::Follow(wish) => wish.decide(situation)?,
        Act::Unfollow(wish) => wish.decide(situation)?,
        Act::LogWork(wish) => wish.decide(situation)?,
        Act::CorrectWork(wish) => wish.decide(situation)?,
        Act::Merge(wish) => wish.decide(situation)?,
        Act::UndoMerge(wish) => wish.decide(situation)?,
        Act::TakeIn(wish) => wish.decide(situation)?,
        Act::TakeOut(wish) => wish.decide(situation)?,
        Act::CallTeam(wish) => wish.decide(situation)?,
        Act::TakeTeamBack(wish) => wish.decide(situation)?,
    };
    let mut after = situation.ticket.clone();
    for (data, _) in &records {
        after.apply(data, situation.at);
    }
    // Texts are not part of a history; they are kept beside it.
    match wish {
        Act::Prioritise(wish) => wish.keep_texts(&mut after),
        Act::Retype(wish) => wish.keep_texts(&mut after),
        Act::Edit(wish) => wish.keep_texts(&mut after),
        Act::Move(_)
        | Act::GoAlong(_)
        | Act::Retier(_)
        | Act::AgreeRepair(_)
        | Act::Assign(_)
        | Act::Specify(_)
        | Act::ChangeScope(_)
        | Act::ChangeLine(_)
        | Act::DeclareMajor(_)
        | Act::Link(_)
        | Act::Unlink(_)
        | Act::Decide(_)
        | Act::AskAttention(_)
        | Act::SettleAttention(_)
        | Act::Write(_)
        | Act::Attach(_)
        | Act::Classify(_)
        | Act::Infect(_)
        | Act::WritePart(_)
        | Act::Escalate(_)
        | Act::SetFlag(_)
        | Act::LiftFlag(_)
        | Act::AddTags(_)
        | Act::RemoveTags(_)
        | Act::AddReference(_)
        | Act::RemoveReference(_)
        | Act::Follow(_)
        | Act::Unfollow(_)
        | Act::LogWork(_)
        | Act::CorrectWork(_)
        | Act::Merge(_)
        | Act::UndoMerge(_)
        | Act::TakeIn(_)
        | Act::TakeOut(_)
        | Act::CallTeam(_)
        | Act::TakeTeamBack(_) => {}
    }
    Ok((after, records))
}
