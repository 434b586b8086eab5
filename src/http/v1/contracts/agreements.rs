//! Planning and applying a new version of an agreement.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::{ApplyAgreements, PlanAgreements};
use crate::http::answer::Created;
use crate::http::body::Whole;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::shapes::{ContractInput, ContractPlan};
use crate::usecases::{agreements, contracts};

pub async fn plan(app: Data<App>, _caller: May<PlanAgreements>, body: Whole<ContractInput>) -> Result<Created<ContractPlan>, Failure> {
    let source = source(&body.value)?;
    Ok(Created(ContractPlan::from(agreements::plan(&app, &source).await?)))
}

pub async fn apply(app: Data<App>, caller: May<ApplyAgreements>, body: Whole<ContractInput>) -> Result<Created<ContractPlan>, Failure> {
    let source = source(&body.value)?;
    // It is done for everybody, beyond what the caller sees.
    caller.check(&app).await?;
    agreements::apply(&app, &caller.stamp(&app), &source).await?;
    Ok(Created(ContractPlan::from(agreements::plan(&app, &source).await?)))
}

fn source(body: &ContractInput) -> Result<agreements::Source, Failure> {
    contracts::source(&body.contract).map_err(Failure::invalid)
}
