//! What real tickets would have looked like under a changed contract.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::SimulateContracts;
use crate::http::answer::Created;
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::shapes::ContractSimulationInput;
use crate::reports::what_if::ContractSimulation;
use crate::usecases::{FieldCode, contracts, what_if};

pub async fn create(
    app: Data<App>,
    _caller: May<SimulateContracts>,
    mut body: Body<ContractSimulationInput>,
) -> Result<Created<ContractSimulation>, Failure> {
    let period = body.value.from.zip(body.value.to);
    if period.is_some_and(|(from, to)| from >= to) {
        body.refuse("to", FieldCode::BeforeFrom, "is not after from");
    }
    let contract = body.value.contract.take().map(|text| contracts::read(std::path::Path::new("contract"), &text));
    if let Some(Err(problems)) = &contract {
        body.problems.extend(problems.iter().cloned());
    }
    body.checked()?;
    let (Some(Ok(contract)), Some(period)) = (contract, period) else { return Err(Failure::invalid(Vec::new())) };
    Ok(Created(what_if::simulate(&app, contract, period, |_, _| ()).await?))
}
