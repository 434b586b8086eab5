//! `/v1/contracts`: what is agreed, as a screen needs it. A contract is there for whom it serves.

pub mod agreements;
pub mod amendments;
pub mod simulations;

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::shapes::{Calendar, CalendarList, Contract, ContractList, ContractSummary};
use crate::usecases::contracts;

type App_ = web::Data<App>;

/// Shows the contracts in force.
///
/// Those that serve an organisation the caller sees, in the version in force.
#[utoipa::path(get, path = "/contracts", tag = "contracts", operation_id = "listContracts",
    responses((status = 200, body = ContractList), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn list(app: App_, caller: Caller) -> Result<HttpResponse, Failure> {
    let served = contracts::served(&app, &caller.scope).await?;
    let items = served.iter().filter_map(|version| ContractSummary::new(&version.contract, &caller.scope)).collect();
    Ok(HttpResponse::Ok().json(ContractList { items }))
}

/// Shows the version of a contract that is in force.
///
/// What a screen needs of it: its clients, types, priorities with their meaning, clocks with their goals, and its ladder.
#[utoipa::path(get, path = "/contracts/{contract}", tag = "contracts", operation_id = "getContract",
    params(("contract" = String, Path, description = "The contract's id")),
    responses((status = 200, body = Contract), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn get(app: App_, caller: Caller, contract: web::Path<String>) -> Result<HttpResponse, Failure> {
    let (version, all) = contracts::with_versions(&app, &caller.scope, &contract).await?;
    Ok(HttpResponse::Ok().json(Contract::new(&version, &all, &caller.scope)))
}

/// Shows a contract's calendars as they now stand, amendments included, with the days off that are coming.
///
/// With what was amended, and the dates of the coming twelve months that are closed or open in other hours.
#[utoipa::path(get, path = "/contracts/{contract}/calendars", tag = "contracts", operation_id = "listContractCalendars",
    params(("contract" = String, Path, description = "The contract's id")),
    responses((status = 200, body = CalendarList), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn calendars(app: App_, caller: Caller, contract: web::Path<String>) -> Result<HttpResponse, Failure> {
    let version = contracts::in_force(&app, &caller.scope, &contract).await?;
    let (contract, now) = (&version.contract, app.time.now());
    let known = contract.amendments_by(now);
    let shown = |id: &String| Some(Calendar::new(id, contract.calendar_after(id, known)?, contract.zone.date(now)));
    Ok(HttpResponse::Ok().json(CalendarList { items: contract.calendars.keys().filter_map(shown).collect() }))
}
