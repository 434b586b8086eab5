//! The refusals of the domain as errors: each with a stable code, and with the field it is about if there is one.

use super::{Code, Error, FieldCode, Problem};
use crate::domain::ticket::kinds::Need;
use crate::domain::ticket::{
    Refusal, assign, escalate, flag, follow, part, prioritise, repair, retier, retype, tag,
    transition::{self, Refused as Move},
    work,
};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Move(refused) => of_a_move(refused, detail),
            Refusal::Prioritise(refused) | Refusal::Retype(retype::Refused::Priority(refused)) => of_a_priority(&refused, detail),
            Refusal::Retype(retype::Refused::TierMissing) => field("type", FieldCode::TierMissing, detail),
            Refusal::Retier(retier::Refused::UnknownTier { .. }) => field("tier", FieldCode::UnknownTier, detail),
            Refusal::AgreeRepair(repair::Refused::InPast) => field("dueAt", FieldCode::InPast, detail),
            Refusal::AgreeRepair(repair::Refused::NotAgreeable) => conflict(Code::RepairNotAgreeable, detail),
            Refusal::AgreeRepair(repair::Refused::PriorityMissing) => conflict(Code::PriorityRequired, detail),
            Refusal::Escalate(refused) => of_a_step(&refused, detail),
            Refusal::Flag(refused) => of_a_flag(&refused, detail),
            Refusal::Tag(tag::Refused::TooMany(_)) => conflict(Code::TooManyTags, detail),
            Refusal::Work(refused) => of_work(&refused, detail),
            Refusal::Follow(follow::Refused::TooMany) => conflict(Code::TooManyFollowers, detail),
            Refusal::Part(part::Refused::NotOfType { .. }) => conflict(Code::PartNotOfType, detail),
            Refusal::Retier(retier::Refused::Cancelled)
            | Refusal::Assign(assign::Refused::Cancelled)
            | Refusal::Part(part::Refused::Cancelled) => conflict(Code::TicketCancelled, detail),
            Refusal::Retype(retype::Refused::NotOpen) | Refusal::AgreeRepair(repair::Refused::NotOpen) => {
                conflict(Code::TicketNotOpen, detail)
            }
            Refusal::Forbidden(refused)
            | Refusal::Retype(retype::Refused::Forbidden(refused))
            | Refusal::Retier(retier::Refused::Forbidden(refused))
            | Refusal::AgreeRepair(repair::Refused::Forbidden(refused))
            | Refusal::Assign(assign::Refused::Forbidden(refused))
            | Refusal::Tag(tag::Refused::Forbidden(refused))
            | Refusal::Follow(follow::Refused::Forbidden(refused))
            | Refusal::Part(part::Refused::Forbidden(refused)) => refused.into(),
        }
    }
}

fn of_a_move(refused: transition::Refused, detail: String) -> Error {
    match refused {
        Move::NoSuchMove { .. } => conflict(Code::MoveNotAllowed, detail),
        // One code, though the detail names every need.
        Move::NeedsMissing(needs) if needs.contains(&Need::Priority) => conflict(Code::PriorityRequired, detail),
        Move::NeedsMissing(_) => conflict(Code::PartRequired, detail),
        Move::Forbidden(refused) => refused.into(),
        Move::CauseMissing => field("cause", FieldCode::Required, detail),
        Move::UnknownCause { .. } => field("cause", FieldCode::UnknownValue, detail),
        Move::CauseUnexpected => field("cause", FieldCode::NotAllowed, detail),
        Move::TextsMissing(texts) => {
            Error::Invalid(texts.iter().map(|text| Problem::field(text.as_str(), FieldCode::Required, detail.clone())).collect())
        }
        Move::TextsUnexpected(texts) => {
            Error::Invalid(texts.iter().map(|text| Problem::field(text.as_str(), FieldCode::NotAllowed, detail.clone())).collect())
        }
    }
}

fn of_a_priority(refused: &prioritise::Refused, detail: String) -> Error {
    match refused {
        prioritise::Refused::Forbidden(refused) => (*refused).into(),
        prioritise::Refused::Cancelled => conflict(Code::TicketCancelled, detail),
        prioritise::Refused::NotOpen => conflict(Code::TicketNotOpen, detail),
        prioritise::Refused::Decided => conflict(Code::PriorityDecided, detail),
        prioritise::Refused::UnknownPriority { .. } => field("priority", FieldCode::UnknownPriority, detail),
        prioritise::Refused::PhoneContactMissing => field("priority", FieldCode::PhoneContactRequired, detail),
    }
}

fn of_a_flag(refused: &flag::Refused, detail: String) -> Error {
    match refused {
        flag::Refused::Forbidden(refused) => (*refused).into(),
        flag::Refused::Aspects(wrong) => Error::Invalid(vec![wrong_aspects(*wrong)]),
        flag::Refused::Set => conflict(Code::FlagSet, detail),
        flag::Refused::NotSet => conflict(Code::FlagNotSet, detail),
    }
}

fn of_work(refused: &work::Refused, detail: String) -> Error {
    match refused {
        work::Refused::Forbidden(refused) => (*refused).into(),
        work::Refused::InFuture(_) => field("workDate", FieldCode::InFuture, detail),
        work::Refused::NoEntry => Error::NotFound("work log"),
        work::Refused::IsCorrection | work::Refused::Corrected => conflict(Code::WorkCorrected, detail),
    }
}

/// INC-10.
pub(super) fn wrong_aspects(wrong: flag::WrongAspects) -> Problem {
    let code = match wrong {
        flag::WrongAspects::Missing => FieldCode::Required,
        flag::WrongAspects::Unexpected => FieldCode::NotAllowed,
    };
    Problem::field("securityAspects", code, wrong.to_string())
}

fn of_a_step(refused: &escalate::Refused, detail: String) -> Error {
    match refused {
        escalate::Refused::Forbidden(refused) => (*refused).into(),
        escalate::Refused::NoLadder => conflict(Code::NoLadder, detail),
        escalate::Refused::NotOpen => conflict(Code::TicketNotOpen, detail),
        escalate::Refused::TopOfLadder => conflict(Code::TopOfLadder, detail),
        escalate::Refused::UnknownCode { .. } => field("code", FieldCode::UnknownTrigger, detail),
        escalate::Refused::RaisedByOthers { .. } => forbidden(Code::RaisedByOthers, detail),
    }
}

fn conflict(code: Code, detail: String) -> Error {
    Error::Conflict { code, detail }
}

fn forbidden(code: Code, detail: String) -> Error {
    Error::Forbidden { code, detail }
}

fn field(name: &str, code: FieldCode, detail: String) -> Error {
    Error::Invalid(vec![Problem::field(name, code, detail)])
}
