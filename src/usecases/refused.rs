//! What each refusal of the domain is called for whoever asked: a stable code, and the field it is about where there is one.

use super::{Error, Problem};
use crate::domain::ticket::{
    Refusal, assign, escalate, prioritise, repair, retier, retype,
    transition::{self, Refused as Move},
};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Move(refused) => of_a_move(refused, detail),
            Refusal::Prioritise(refused) | Refusal::Retype(retype::Refused::Priority(refused)) => of_a_priority(&refused, detail),
            Refusal::Retype(retype::Refused::TierMissing) => field("type", "tier_missing", detail),
            Refusal::Retier(retier::Refused::UnknownTier { .. }) => field("tier", "unknown_tier", detail),
            Refusal::AgreeRepair(repair::Refused::InPast) => field("dueAt", "in_past", detail),
            Refusal::AgreeRepair(repair::Refused::NotAgreeable) => conflict("repair_not_agreeable", detail),
            Refusal::AgreeRepair(repair::Refused::PriorityMissing) => conflict("priority_required", detail),
            Refusal::Escalate(refused) => of_a_step(&refused, detail),
            Refusal::Retier(retier::Refused::Cancelled) | Refusal::Assign(assign::Refused::Cancelled) => {
                conflict("ticket_cancelled", detail)
            }
            Refusal::Retype(retype::Refused::NotOpen) | Refusal::AgreeRepair(repair::Refused::NotOpen) => {
                conflict("ticket_not_open", detail)
            }
            Refusal::Forbidden(refused)
            | Refusal::Retype(retype::Refused::Forbidden(refused))
            | Refusal::Retier(retier::Refused::Forbidden(refused))
            | Refusal::AgreeRepair(repair::Refused::Forbidden(refused))
            | Refusal::Assign(assign::Refused::Forbidden(refused)) => refused.into(),
        }
    }
}

fn of_a_move(refused: transition::Refused, detail: String) -> Error {
    match refused {
        Move::NoSuchMove { .. } => conflict("move_not_allowed", detail),
        Move::PriorityMissing => conflict("priority_required", detail),
        Move::Forbidden(refused) => refused.into(),
        Move::CauseMissing => field("cause", "required", detail),
        Move::UnknownCause { .. } => field("cause", "unknown_value", detail),
        Move::CauseUnexpected => field("cause", "not_allowed", detail),
        Move::TextsMissing(texts) => {
            Error::Invalid(texts.iter().map(|text| Problem::field(text.as_str(), "required", detail.clone())).collect())
        }
        Move::TextsUnexpected(texts) => {
            Error::Invalid(texts.iter().map(|text| Problem::field(text.as_str(), "not_allowed", detail.clone())).collect())
        }
    }
}

fn of_a_priority(refused: &prioritise::Refused, detail: String) -> Error {
    match refused {
        prioritise::Refused::Cancelled => conflict("ticket_cancelled", detail),
        prioritise::Refused::NotOpen => conflict("ticket_not_open", detail),
        prioritise::Refused::Decided => conflict("priority_decided", detail),
        prioritise::Refused::UnknownPriority { .. } => field("priority", "unknown_priority", detail),
        prioritise::Refused::PhoneContactMissing => field("priority", "phone_contact_required", detail),
    }
}

fn of_a_step(refused: &escalate::Refused, detail: String) -> Error {
    match refused {
        escalate::Refused::NoLadder => conflict("no_ladder", detail),
        escalate::Refused::NotOpen => conflict("ticket_not_open", detail),
        escalate::Refused::TopOfLadder => conflict("top_of_ladder", detail),
        escalate::Refused::UnknownCode { .. } => field("code", "unknown_trigger", detail),
        escalate::Refused::RaisedByOthers { .. } => forbidden("raised_by_others", detail),
    }
}

fn conflict(code: &'static str, detail: String) -> Error {
    Error::Conflict { code, detail }
}

fn forbidden(code: &'static str, detail: String) -> Error {
    Error::Forbidden { code, detail }
}

fn field(name: &str, code: &'static str, detail: String) -> Error {
    Error::Invalid(vec![Problem::field(name, code, detail)])
}
