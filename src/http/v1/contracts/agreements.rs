//! `/v1/contract-plans` and `POST /v1/contracts`: a new version of an agreement, tried on and applied.

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::fields;
use crate::http::incoming::Incoming;
use crate::http::shapes::ContractPlan;
use crate::usecases::{agreements, contracts};

type App_ = web::Data<App>;

/// Says what a contract text would change.
///
/// Key by key, for which tickets and from when, and what stands in its way; nothing is changed.
#[utoipa::path(post, path = "/contract-plans", tag = "contracts", operation_id = "createContractPlan",
    request_body = crate::http::shapes::ContractInput, responses((status = 201, body = ContractPlan)))]
pub async fn plan(app: App_, caller: Caller, incoming: Incoming) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let source = source(&incoming.take(fields::JSON).await?)?;
    Ok(HttpResponse::Created().json(ContractPlan::from(agreements::plan(&app, &source).await?)))
}

/// Applies a contract text as a new version.
///
/// It is for tickets reported from its effective date on, and never changes again. Refused when it would rewrite the past;
/// the same text once more changes nothing.
#[utoipa::path(post, path = "/contracts", tag = "contracts", operation_id = "createContractVersion",
    request_body = crate::http::shapes::ContractInput, responses((status = 201, body = ContractPlan)))]
pub async fn apply(app: App_, caller: Caller, incoming: Incoming) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let source = source(&incoming.take(fields::JSON).await?)?;
    agreements::apply(&app, &source).await?;
    Ok(HttpResponse::Created().json(ContractPlan::from(agreements::plan(&app, &source).await?)))
}

fn source(bytes: &[u8]) -> Result<agreements::Source, Failure> {
    let mut body = fields::read(bytes, "ContractInput")?;
    let text = body.text("contract").unwrap_or_default();
    let read = (!text.is_empty()).then(|| contracts::source(&text));
    if let Some(Err(problems)) = &read {
        body.problems.extend(problems.iter().cloned());
    }
    body.checked()?;
    read.and_then(Result::ok).ok_or_else(|| Failure::invalid(Vec::new()))
}
