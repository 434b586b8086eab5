//! `/v1/contract-simulations`: what a changed contract would have made of real tickets.

use std::path::Path;

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::fields;
use crate::http::incoming::Incoming;
use crate::reports::what_if::ContractSimulation;
use crate::usecases::{Problem, contracts, what_if};

/// Replays a period's tickets under another text of their contract; nothing is changed.
///
/// The answer sets the goals as they were beside those the other text would have set, and counts both.
#[utoipa::path(post, path = "/contract-simulations", tag = "contracts", operation_id = "createContractSimulation",
    request_body = crate::http::shapes::ContractSimulationInput,
    responses((status = 201, body = ContractSimulation)))]
pub async fn create(app: web::Data<App>, caller: Caller, incoming: Incoming) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let bytes = incoming.take(fields::JSON).await?;
    let mut body = fields::read(&bytes, "ContractSimulationInput")?;
    let (from, to) = (body.instant("from"), body.instant("to"));
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        body.problems.push(Problem::field("to", "before_from", "is not after from"));
    }
    let contract = body.text("contract").map(|text| contracts::read(Path::new("contract"), &text));
    if let Some(Err(problems)) = &contract {
        body.problems.extend(problems.iter().cloned());
    }
    let contract = contract.and_then(Result::ok);
    let period = from.zip(to);
    body.checked()?;
    let (Some(contract), Some(period)) = (contract, period) else { return Err(Failure::invalid(Vec::new())) };
    Ok(HttpResponse::Created().json(what_if::simulate(&app, contract, period, |_, _| ()).await?))
}
