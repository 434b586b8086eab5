//! Amendments to a contract's calendars, and their approvals.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::{AmendCalendars, ApproveAmendments, ReadAgreements};
use crate::http::answer::{Created, Json};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::path::{AmendmentId, ContractId, Path};
use crate::http::shapes::{AmendmentApprovalInput, CalendarAmendment, CalendarAmendmentInput, CalendarAmendmentList};
use crate::usecases::actors::Named;
use crate::usecases::amendments::{self, Consent, NewAmendment};
use crate::usecases::signatures::Signature;

pub async fn create(
    app: Data<App>,
    caller: May<AmendCalendars>,
    Path(ContractId(contract)): Path<ContractId>,
    key: IdempotencyKey,
    body: Body<CalendarAmendmentInput>,
) -> Result<Created<CalendarAmendment>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let body = body.value;
    let draft = NewAmendment {
        calendar: body.calendar.unwrap_or_default(),
        date: body.date.unwrap_or_default(),
        change: body.change.unwrap_or_default(),
        hours: body.hours.unwrap_or_default(),
        reason: body.reason.unwrap_or_default(),
        approvals: body.approvals.into_iter().flatten().map(consent).collect(),
    };
    let recorded = amendments::amend(&app, &stamp, &contract, &draft).await?;
    let Named { shown, actors } = amendments::read::after(&app, &caller, recorded).await?;
    Ok(Created(CalendarAmendment::new(shown, &actors)))
}

pub async fn approve(
    app: Data<App>,
    caller: May<ApproveAmendments>,
    Path(ContractId(contract)): Path<ContractId>,
    Path(AmendmentId(amendment)): Path<AmendmentId>,
    key: IdempotencyKey,
    body: Body<AmendmentApprovalInput>,
) -> Result<Created<CalendarAmendment>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let recorded = amendments::approve(&app, &stamp, &contract, amendment, &consent(body.value)).await?;
    let Named { shown, actors } = amendments::read::after(&app, &caller, recorded).await?;
    Ok(Created(CalendarAmendment::new(shown, &actors)))
}

fn consent(approval: AmendmentApprovalInput) -> Consent {
    let signature = Signature { approved_by: approval.approved_by, evidence: approval.evidence };
    Consent { side: approval.side.unwrap_or_default(), organisation: approval.organisation, signature }
}

pub async fn list(
    app: Data<App>,
    caller: May<ReadAgreements>,
    Path(ContractId(contract)): Path<ContractId>,
) -> Result<Json<CalendarAmendmentList>, Failure> {
    let Named { shown, actors } = amendments::read::of_contract(&app, &caller, &contract).await?;
    let items = shown.into_iter().map(|one| CalendarAmendment::new(one, &actors)).collect();
    Ok(Json(CalendarAmendmentList { items }))
}
