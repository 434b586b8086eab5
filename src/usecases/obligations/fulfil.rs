//! Recording that an obligation was met.

use serde_json::json;
use uuid::Uuid;

use super::{duty, event, settled};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::contract::Side;
use crate::domain::obligation::{Cycle, Duty, EventKind, Obligation, Occasion, State};
use crate::store;
use crate::usecases::tickets::{remember, repeated};
use crate::usecases::{Error, Problem, Stamp};

/// That something was done.
#[derive(Debug, Clone)]
pub struct Fulfilment {
    /// When; the present when absent.
    pub met_at: Option<Instant>,
    /// What shows it.
    pub evidence: String,
}

/// Records that an obligation was met. What was done in time but recorded late takes the lateness back.
pub async fn fulfil(app: &App, stamp: &Stamp, id: Uuid, fulfilment: &Fulfilment) -> Result<Obligation, Error> {
    app.write(&stamp.scope, async |tx| {
        let obligation = store::obligations::lock(tx, id).await?.ok_or(Error::NotFound("obligation"))?;
        if repeated(tx, stamp).await?.is_some() {
            return Ok(obligation);
        }
        let agreements = store::agreements::read(tx).await?;
        let version = agreements.version(obligation.contract_version_id)?;
        let duty = duty(version, &obligation)?;
        permit(stamp, version, duty)?;
        if obligation.state == State::Met {
            return Err(Error::Conflict { code: "obligation_met", detail: "that it was met is recorded already".to_owned() });
        }
        check(stamp, version, duty, &obligation, fulfilment).map_err(Error::Invalid)?;
        let met_at = fulfilment.met_at.unwrap_or(stamp.recorded_at);
        let mut history = store::obligations::events(tx, &[id]).await?.into_iter().map(|(_, event)| event).collect::<Vec<_>>();
        let known = history.len();
        let evidence = Some(fulfilment.evidence.clone());
        let met = event(app, EventKind::Met, &stamp.actor, evidence, json!({}), met_at, stamp.recorded_at);
        history.push(met);
        let (after, added) = settled(app, version, &obligation, &history, stamp.recorded_at)?;
        history.extend(added);
        store::obligations::update(tx, &after).await?;
        store::obligations::append(tx, [(&after, known, &history[known..])]).await?;
        remember(app, tx, stamp, id).await?;
        Ok(after)
    })
    .await
}

/// The desk records any; a client what its own side must see to.
fn permit(stamp: &Stamp, version: &Version, duty: &Duty) -> Result<(), Error> {
    let of_the_client = version.contract.role(&duty.owner).is_some_and(|role| role.side == Side::Client);
    if stamp.actor.is_client() && !of_the_client {
        let detail = "the desk records what the supplier did; a client what its own side must see to".to_owned();
        return Err(Error::Forbidden { code: "desk_only", detail });
    }
    Ok(())
}

fn check(stamp: &Stamp, version: &Version, duty: &Duty, obligation: &Obligation, fulfilment: &Fulfilment) -> Result<(), Vec<Problem>> {
    let Some(met_at) = fulfilment.met_at else { return Ok(()) };
    let mut problems = Vec::new();
    if stamp.actor.is_client() {
        problems.push(Problem::field("metAt", "desk_only", "only the desk records something later than it happened"));
    }
    if met_at > stamp.recorded_at {
        problems.push(Problem::field("metAt", "in_future", format!("is after the present, {}", stamp.recorded_at)));
    }
    if let Some(earliest) = earliest(version, duty, obligation).filter(|earliest| met_at < *earliest) {
        problems.push(Problem::field("metAt", "too_early", format!("is before there was anything to meet, at {earliest}")));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// From when on it can have been met: the fact it follows, or the start of the period before its own.
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
