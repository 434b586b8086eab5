//! `/v1/contracts/{contract}/calendar-amendments`: closures and openings decided after the contract took effect, and who approved them.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::fields;
use crate::http::incoming::Incoming;
use crate::http::shapes::{AmendmentApprovalInput, CalendarAmendment, CalendarAmendmentInput, CalendarAmendmentList};
use crate::store::amendments::Recorded;
use crate::usecases::{Error, Problem, amendments};

type App_ = web::Data<App>;

/// Changes one date of a contract's calendar; every clock that runs is counted anew.
///
/// What was decided before stays on record; the newest amendment of a date holds. One of today or earlier rewrites what already counted:
/// it is `waiting` until both sides approved it, given here or later, and takes effect with the last approval.
#[utoipa::path(post, path = "/contracts/{contract}/calendar-amendments", tag = "contracts", operation_id = "createCalendarAmendment",
    request_body = CalendarAmendmentInput,
    params(("contract" = String, Path, description = "The contract's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice")),
    responses((status = 201, body = CalendarAmendment)))]
pub async fn create(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    contract: web::Path<String>,
    incoming: Incoming,
) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let bytes = incoming.take(fields::JSON).await?;
    let mut body = fields::read(&bytes, "CalendarAmendmentInput")?;
    let text = body.text("date").unwrap_or_default();
    let date = text.parse().ok();
    if date.is_none() && !text.is_empty() {
        body.problems.push(Problem::field("date", "bad_date", "must be a date such as 2026-12-24"));
    }
    let hours = body.fields["hours"].as_array().cloned().unwrap_or_default();
    let draft = amendments::Draft {
        calendar: body.text("calendar").unwrap_or_default(),
        date: date.unwrap_or_default(),
        change: body.text("change").unwrap_or_default(),
        hours: hours.iter().filter_map(|interval| interval.as_str().map(str::to_owned)).collect(),
        reason: body.text("reason").unwrap_or_default(),
        approvals: body.fields["approvals"].as_array().into_iter().flatten().map(consent).collect(),
    };
    body.checked()?;
    let recorded = amendments::amend(&app, &caller.stamp_for(&app, &request, &bytes), &contract, &draft).await?;
    let actors = caller.actors(&app, recorded.actors()).await?;
    Ok(HttpResponse::Created().json(CalendarAmendment::new(recorded, true, &actors)))
}

/// Records the approval of one side of an amendment that waits.
///
/// A client approves for the client's side; the desk records who of either side did. Different persons approve for the two sides. With
/// the last approval the amendment is in force, for the clocks that run then.
#[utoipa::path(post, path = "/contracts/{contract}/calendar-amendments/{amendment}/approvals", tag = "contracts",
    operation_id = "createCalendarAmendmentApproval", request_body = AmendmentApprovalInput,
    params(("contract" = String, Path, description = "The contract's id"), ("amendment" = String, Path, description = "The amendment's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice")),
    responses((status = 201, body = CalendarAmendment)))]
pub async fn approve(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    incoming: Incoming,
) -> Result<HttpResponse, Failure> {
    let bytes = incoming.take(fields::JSON).await?;
    let body = fields::read(&bytes, "AmendmentApprovalInput")?;
    let given = consent(&body.fields);
    body.checked()?;
    let (contract, amendment) = path.into_inner();
    let amendment = amendment.parse().map_err(|_no_id| Error::NotFound("amendment"))?;
    let recorded = amendments::approve(&app, &caller.stamp_for(&app, &request, &bytes), &contract, amendment, &given).await?;
    let with_names = amendments::is_alone(&app, &caller.scope, &contract).await?;
    let actors = caller.actors(&app, recorded.actors()).await?;
    Ok(HttpResponse::Created().json(CalendarAmendment::new(recorded, with_names, &actors)))
}

fn consent(approval: &serde_json::Value) -> amendments::Consent {
    let text = |key: &str| approval[key].as_str().map(str::to_owned);
    amendments::Consent {
        side: text("side").unwrap_or_default(),
        approved_by: text("approvedBy").unwrap_or_default(),
        evidence: text("evidence"),
    }
}

/// Shows what was amended in a contract's calendars.
///
/// In the order recorded, also what waits and what a later amendment replaced.
#[utoipa::path(get, path = "/contracts/{contract}/calendar-amendments", tag = "contracts", operation_id = "listCalendarAmendments",
    params(("contract" = String, Path, description = "The contract's id")),
    responses((status = 200, body = CalendarAmendmentList)))]
pub async fn list(app: App_, caller: Caller, contract: web::Path<String>) -> Result<HttpResponse, Failure> {
    let recorded = amendments::of_contract(&app, &caller.scope, &contract).await?;
    let with_names = amendments::is_alone(&app, &caller.scope, &contract).await?;
    let actors = caller.actors(&app, recorded.iter().flat_map(Recorded::actors)).await?;
    let items = recorded.into_iter().map(|one| CalendarAmendment::new(one, with_names, &actors)).collect();
    Ok(HttpResponse::Ok().json(CalendarAmendmentList { items }))
}
