//! The HTTP status of every problem code, and the page that lists them: `openapi/problems.md`.

use std::fmt::Write;

use actix_web::http::StatusCode;

use crate::usecases::{Code, FieldCode};

#[expect(clippy::too_many_lines, reason = "a line for each code")]
pub const fn status(code: Code) -> StatusCode {
    match code {
        Code::InvalidRequest | Code::BadRequest | Code::IncompleteBody => StatusCode::BAD_REQUEST,
        Code::Unauthorized | Code::SignInRefused => StatusCode::UNAUTHORIZED,
        Code::OtherSide
        | Code::ClientDecides
        | Code::DeskOnly
        | Code::RaisedByOthers
        | Code::RoleMissing
        | Code::TokenScope
        | Code::SecondFactorRequired
        | Code::LocalAccountsOff
        | Code::OwnAccount
        | Code::ReservedType
        | Code::ReservedItem
        | Code::NotAContact
        | Code::NotInPerson
        | Code::NoCasePortal
        | Code::OthersHolder
        | Code::FileInfected
        | Code::FileUnscannable
        | Code::CommandOnly => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Code::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
        Code::TicketDestroyed
        | Code::RedactionWaiting
        | Code::DestructionWaiting
        | Code::Settled
        | Code::AccountClosed
        | Code::AccountExists
        | Code::AlreadyApproved
        | Code::AlreadyAContact
        | Code::AlreadyReplaced
        | Code::ApprovalComplete
        | Code::AmendmentInForce
        | Code::AmendmentsClash
        | Code::ContactListFull
        | Code::ExternalReferenceExists
        | Code::FlagNotSet
        | Code::FlagSet
        | Code::IdempotencyKeyReused
        | Code::IncidentNotOpen
        | Code::IncidentOfAnother
        | Code::MayNotFollow
        | Code::MoveNotAllowed
        | Code::NoContactList
        | Code::NoDraft
        | Code::NoLadder
        | Code::HoldLifted
        | Code::LegalHold
        | Code::NotTried
        | Code::ReferenceNotFound
        | Code::TooManyReferences
        | Code::TooManyRules
        | Code::NothingDue
        | Code::PersonErased
        | Code::NotASandbox
        | Code::NotGivenUp
        | Code::NotRevocable
        | Code::NotQuarantined
        | Code::OwnRole
        | Code::PastRewritten
        | Code::ObligationMet
        | Code::AttentionNotNeeded
        | Code::ChangeNotWanted
        | Code::DecisionRequired
        | Code::LineUnchanged
        | Code::LinkExists
        | Code::LinkNotAllowed
        | Code::LinkNotFound
        | Code::LinkRequired
        | Code::ItemRequired
        | Code::MajorUnchanged
        | Code::MergeNotAllowed
        | Code::MergeTooOld
        | Code::NotMerged
        | Code::NotAnIncident
        | Code::NotASecurityIncident
        | Code::OfferExpired
        | Code::QuestionNotOpen
        | Code::ScopeUnchanged
        | Code::ServiceRequired
        | Code::TestFailed
        | Code::PartNotOfType
        | Code::PartRequired
        | Code::PersonExists
        | Code::PriorityDecided
        | Code::PriorityRequired
        | Code::RepairNotAgreeable
        | Code::RoleEnded
        | Code::RoleHeld
        | Code::SamePerson
        | Code::SignalLinked
        | Code::TeamCalled
        | Code::TeamNotCalled
        | Code::TicketCancelled
        | Code::TicketMerged
        | Code::TicketNotOpen
        | Code::TooManyAdministrators
        | Code::TooManyAttachments
        | Code::TooManyFollowers
        | Code::TooManyTags
        | Code::TopOfLadder
        | Code::FileUnscanned
        | Code::UploadExpired
        | Code::VersionExists
        | Code::WorkCorrected => StatusCode::CONFLICT,
        Code::Redacted => StatusCode::GONE,
        Code::VersionChanged => StatusCode::PRECONDITION_FAILED,
        Code::AttachmentTooLarge | Code::OrganisationFull | Code::TicketFull | Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedContentEncoding | Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        Code::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Code::AccessChanged | Code::Busy | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::FileDamaged | Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The page as Markdown.
pub fn page() -> String {
    let mut page = String::from(
        "# Problem codes\n\n\
         Every refusal is `application/problem+json` (RFC 9457) with a stable `code`; its `type` is `urn:uurwerk:problem:` and that\n\
         code. `errors` names everything that is wrong with what was sent, each with a `pointer`: a JSON pointer into the body, or\n\
         the name of a query key or a header. Codes are added and never change their meaning; a program that meets one it does not\n\
         know goes by the status.\n\n\
         ## Of a refusal\n\n| status | code | meaning |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let _ = writeln!(page, "| {} | `{}` | {} |", status(*code).as_u16(), code.as_str(), code.meaning());
    }
    page.push_str("\n## Of one field, query key or header\n\n| code | meaning |\n|---|---|\n");
    for code in FieldCode::ALL {
        let _ = writeln!(page, "| `{}` | {} |", code.as_str(), code.meaning());
    }
    page
}
