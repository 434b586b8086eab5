//! The refusals of the domain as errors: each with a stable code, and with the field it is about if there is one.

use super::{Code, Error, FieldCode, Problem};
use crate::domain::ticket::kinds::{Need, Part};
use crate::domain::ticket::{
    Refusal, answer, assign, attention, decide, escalate, flag, follow, line, link, major, merge, part, prioritise, reference, repair,
    response_team, retier, retype, scope, specify, tag,
    transition::{self, Refused as Move},
    work,
};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Move(refused) => of_a_move(refused, detail),
            Refusal::Prioritise(refused) | Refusal::Retype(retype::Refused::Priority(refused)) => of_a_priority(&refused, detail),
            Refusal::Retype(retype::Refused::UnknownType { .. }) => field("type", FieldCode::UnknownType, detail),
            Refusal::Retype(retype::Refused::TierMissing) => field("type", FieldCode::TierMissing, detail),
            Refusal::Retier(retier::Refused::UnknownTier { .. }) => field("tier", FieldCode::UnknownTier, detail),
            Refusal::AgreeRepair(repair::Refused::InPast) => field("dueAt", FieldCode::InPast, detail),
            Refusal::AgreeRepair(repair::Refused::NotAgreeable) => conflict(Code::RepairNotAgreeable, detail),
            Refusal::AgreeRepair(repair::Refused::PriorityMissing) => conflict(Code::PriorityRequired, detail),
            Refusal::Escalate(refused) => of_a_step(&refused, detail),
            Refusal::Flag(refused) => of_a_flag(&refused, detail),
            Refusal::Assign(assign::Refused::OwnerMissing) => field("thirdParty", FieldCode::NotAllowed, detail),
            Refusal::Specify(refused) => of_what_it_is_about(refused, detail),
            Refusal::Scope(scope::Refused::Same(_)) => conflict(Code::ScopeUnchanged, detail),
            Refusal::Line(line::Refused::Same) => conflict(Code::LineUnchanged, detail),
            Refusal::Line(line::Refused::FaultOfFirstLine) => field("systemFault", FieldCode::NotAllowed, detail),
            Refusal::Major(major::Refused::NotAnIncident) => conflict(Code::NotAnIncident, detail),
            Refusal::Major(major::Refused::Same(_)) => conflict(Code::MajorUnchanged, detail),
            Refusal::Link(refused) => of_a_link(&refused, detail),
            Refusal::Merge(refused) => of_a_merge(&refused, detail),
            Refusal::Merged(_) => conflict(Code::TicketMerged, detail),
            Refusal::Decide(refused) => of_a_decision(refused, detail),
            Refusal::Attention(attention::Refused::NotNeeded) => conflict(Code::AttentionNotNeeded, detail),
            Refusal::Tag(tag::Refused::TooMany(_)) => conflict(Code::TooManyTags, detail),
            Refusal::Work(refused) => of_work(&refused, detail),
            Refusal::Reference(refused) => of_a_reference(&refused, detail),
            Refusal::ResponseTeam(refused) => of_a_response_team(&refused, detail),
            Refusal::Follow(follow::Refused::TooMany) => conflict(Code::TooManyFollowers, detail),
            Refusal::Part(part::Refused::NotOfType { .. } | part::Refused::NotTheOffer { .. }) => conflict(Code::PartNotOfType, detail),
            Refusal::Part(part::Refused::IncidentMissing) => field("class", FieldCode::NotAllowed, detail),
            Refusal::Retier(retier::Refused::Cancelled)
            | Refusal::Assign(assign::Refused::Cancelled)
            | Refusal::Scope(scope::Refused::Cancelled)
            | Refusal::Part(part::Refused::Cancelled) => conflict(Code::TicketCancelled, detail),
            Refusal::Retype(retype::Refused::NotOpen)
            | Refusal::AgreeRepair(repair::Refused::NotOpen)
            | Refusal::Line(line::Refused::NotOpen)
            | Refusal::Part(part::Refused::Closed | part::Refused::Submitted)
            | Refusal::Major(major::Refused::NotOpen) => conflict(Code::TicketNotOpen, detail),
            Refusal::Forbidden(refused)
            | Refusal::Retype(retype::Refused::Forbidden(refused))
            | Refusal::Retier(retier::Refused::Forbidden(refused))
            | Refusal::AgreeRepair(repair::Refused::Forbidden(refused))
            | Refusal::Assign(assign::Refused::Forbidden(refused))
            | Refusal::Scope(scope::Refused::Forbidden(refused))
            | Refusal::Line(line::Refused::Forbidden(refused))
            | Refusal::Major(major::Refused::Forbidden(refused))
            | Refusal::Attention(attention::Refused::Forbidden(refused))
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
        Move::NeedsMissing(needs) => conflict(needs.first().map_or(Code::PartRequired, |need| code_of(*need)), detail),
        Move::HandlingMissing => field("handling", FieldCode::Required, detail),
        Move::HandlingUnexpected => field("handling", FieldCode::NotAllowed, detail),
        Move::Answer(refused) => of_an_answer(&refused, detail),
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

/// The code by which a refusal says what a phase needs.
pub fn code_of(need: Need) -> Code {
    match need {
        Need::Priority => Code::PriorityRequired,
        Need::Service => Code::ServiceRequired,
        Need::Item => Code::ItemRequired,
        Need::Saying(Part::TestReport) => Code::TestFailed,
        Need::Form | Need::Part(_) | Need::Saying(_) => Code::PartRequired,
        Need::Link(_) => Code::LinkRequired,
        Need::Answer(_) | Need::Yes(_) => Code::DecisionRequired,
    }
}

fn of_what_it_is_about(refused: specify::Refused, detail: String) -> Error {
    match refused {
        specify::Refused::Forbidden(refused) => refused.into(),
        specify::Refused::Cancelled => conflict(Code::TicketCancelled, detail),
        specify::Refused::NotOpen => conflict(Code::TicketNotOpen, detail),
        specify::Refused::NotAuthorised => conflict(Code::DecisionRequired, detail),
        specify::Refused::Unknown(unknown) => {
            let problem = |one: &specify::UnknownName| Problem::field(one.field, FieldCode::UnknownValue, one.to_string());
            Error::Invalid(unknown.iter().map(problem).collect())
        }
    }
}

fn of_a_link(refused: &link::Refused, detail: String) -> Error {
    match refused {
        link::Refused::Forbidden(refused) => (*refused).into(),
        link::Refused::Itself => field("ticket", FieldCode::NotAllowed, detail),
        link::Refused::OfAnother => field("ticket", FieldCode::UnknownTicket, detail),
        link::Refused::NotAllowed { .. } => field("kind", FieldCode::LinkNotAllowed, detail),
        link::Refused::Linked => conflict(Code::LinkExists, detail),
        link::Refused::NotLinked => conflict(Code::LinkNotFound, detail),
        link::Refused::ChangeNotWanted => conflict(Code::ChangeNotWanted, detail),
        link::Refused::HasParent | link::Refused::NestedParent | link::Refused::TooMany => conflict(Code::LinkNotAllowed, detail),
    }
}

fn of_a_reference(refused: &reference::Refused, detail: String) -> Error {
    match refused {
        reference::Refused::Forbidden(refused) => (*refused).into(),
        reference::Refused::Cancelled => conflict(Code::TicketCancelled, detail),
        reference::Refused::TooMany => conflict(Code::TooManyReferences, detail),
        reference::Refused::Absent => conflict(Code::ReferenceNotFound, detail),
    }
}

fn of_a_merge(refused: &merge::Refused, detail: String) -> Error {
    match refused {
        merge::Refused::Forbidden(refused) | merge::Refused::Follower(follow::Refused::Forbidden(refused)) => (*refused).into(),
        merge::Refused::Itself => field("into", FieldCode::NotAllowed, detail),
        merge::Refused::OfAnother => field("into", FieldCode::UnknownTicket, detail),
        merge::Refused::NotOpen | merge::Refused::OtherNotOpen => conflict(Code::TicketNotOpen, detail),
        merge::Refused::OtherMerged => conflict(Code::TicketMerged, detail),
        merge::Refused::Follower(follow::Refused::TooMany) => conflict(Code::TooManyFollowers, detail),
        merge::Refused::Link(refused) => of_a_link(refused, detail),
        merge::Refused::OtherContract
        | merge::Refused::OtherType { .. }
        | merge::Refused::OtherFlags
        | merge::Refused::HasOthers
        | merge::Refused::Major => conflict(Code::MergeNotAllowed, detail),
        merge::Refused::NotMerged => conflict(Code::NotMerged, detail),
        merge::Refused::TooLate => conflict(Code::MergeTooOld, detail),
    }
}

fn of_a_decision(refused: decide::Refused, detail: String) -> Error {
    match refused {
        decide::Refused::Forbidden(refused) => refused.into(),
        decide::Refused::Move(refused) => of_a_move(refused, detail),
        decide::Refused::Answer(refused) => of_an_answer(&refused, detail),
    }
}

fn of_an_answer(refused: &answer::Refused, detail: String) -> Error {
    let code = match refused {
        answer::Refused::OfferExpired { .. } => Code::OfferExpired,
        answer::Refused::SaysOtherwise { part: Part::TestReport, .. } => Code::TestFailed,
        answer::Refused::PartMissing(_) => Code::PartRequired,
        answer::Refused::NeverAsked
        | answer::Refused::NotOpen { .. }
        | answer::Refused::SaysOtherwise { .. }
        | answer::Refused::OtherSideDecides { .. } => Code::QuestionNotOpen,
    };
    conflict(code, detail)
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
        work::Refused::TooEarly(_) => field("workDate", FieldCode::OutOfRange, detail),
        work::Refused::TooMuch(_) => field("minutes", FieldCode::OutOfRange, detail),
        work::Refused::NoEntry => Error::NotFound("work log"),
        work::Refused::IsCorrection | work::Refused::Corrected => conflict(Code::WorkCorrected, detail),
    }
}

fn of_a_response_team(refused: &response_team::Refused, detail: String) -> Error {
    match refused {
        response_team::Refused::Forbidden(refused) => (*refused).into(),
        response_team::Refused::UnknownTeam { .. } => field("team", FieldCode::UnknownValue, detail),
        response_team::Refused::NotAnIncident => conflict(Code::NotAnIncident, detail),
        response_team::Refused::NotASecurityIncident => conflict(Code::NotASecurityIncident, detail),
        response_team::Refused::NotOpen => conflict(Code::TicketNotOpen, detail),
        response_team::Refused::Called => conflict(Code::TeamCalled, detail),
        response_team::Refused::NotCalled => conflict(Code::TeamNotCalled, detail),
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
