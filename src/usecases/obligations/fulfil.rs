//! Recording that an obligation was met.

use uuid::Uuid;

use super::duty;
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::history::Nothing;
use crate::domain::obligation::{Cycle, Duty, EventData, Obligation, ObligationState, Occasion};
use crate::domain::permission::Verb;
use crate::store::record::Rows as _;
use crate::usecases::held::{Held, repeated};
use crate::usecases::{Code, Error, FieldCode, Problem, Stamp};

#[derive(Debug, Clone)]
pub struct Fulfilment {
    /// Now when absent.
    pub met_at: Option<Instant>,
    pub evidence: String,
}

/// Records that an obligation was met. If it was met in time and only recorded late, it is no longer late.
pub async fn fulfil(app: &App, stamp: &Stamp, id: Uuid, fulfilment: &Fulfilment) -> Result<Obligation, Error> {
    stamp
        .write(app, async |tx| {
            let obligation = Obligation::lock(tx, id).await?.ok_or(Error::NotFound("obligation"))?;
            if repeated(tx, stamp).await?.is_some() {
                return Ok(obligation);
            }
            let mut held = Held::open(app, tx, stamp, obligation).await?;
            let duty = duty(held.version(), &held.subject)?;
            stamp.who.may_fulfil(held.version().contract.role(&duty.owner).map(|role| role.side))?;
            if held.subject.state == ObligationState::Met {
                return Err(Error::Conflict { code: Code::ObligationMet, detail: "that it was met is recorded already".to_owned() });
            }
            check(stamp, held.version(), duty, &held.subject, fulfilment).map_err(Error::Invalid)?;
            let met_at = fulfilment.met_at.unwrap_or(stamp.recorded_at);
            held.happened(EventData::Met(Nothing {}), Some(fulfilment.evidence.clone()), met_at);
            Ok(held.write(tx, Some(id)).await?.subject)
        })
        .await
}

fn check(stamp: &Stamp, version: &Version, duty: &Duty, obligation: &Obligation, fulfilment: &Fulfilment) -> Result<(), Vec<Problem>> {
    let Some(met_at) = fulfilment.met_at else { return Ok(()) };
    let mut problems = Vec::new();
    if let Err(refused) = stamp.who.may(Verb::RecordLate) {
        problems.push(Problem::field("metAt", FieldCode::DeskOnly, refused.to_string()));
    }
    if met_at > stamp.recorded_at {
        problems.push(Problem::field("metAt", FieldCode::InFuture, format!("is after the present, {}", stamp.recorded_at)));
    }
    if let Some(earliest) = earliest(version, duty, obligation).filter(|earliest| met_at < *earliest) {
        problems.push(Problem::field("metAt", FieldCode::TooEarly, format!("is before there was anything to meet, at {earliest}")));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The earliest it can have been met: the fact it follows, or the start of the period before its own.
fn earliest(version: &Version, duty: &Duty, obligation: &Obligation) -> Option<Instant> {
    match duty.occasion {
        Occasion::Every(cycle) => start_of_the_period_before(version, cycle, obligation),
        Occasion::Facts(_) if duty.precedes_its_fact() => None,
        Occasion::Facts(_) => obligation.fact_at,
    }
}

fn start_of_the_period_before(version: &Version, cycle: Cycle, obligation: &Obligation) -> Option<Instant> {
    let before = cycle.containing(obligation.day_zero).previous();
    version.contract.zone.first_reading(before.first().and_time(chrono::NaiveTime::MIN))
}
