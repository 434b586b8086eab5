//! Recurring duties: the current period and the next one are opened ahead, each once.
//!
//! A contract's duties are opened when a version of it is applied, and whenever a period of one of them begins. A duty seen for the first
//! time starts with the first period that can still be met; from then on no period is left out, even if nothing ran for a while.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};

use super::{New, write_new};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::contract::Contract;
use crate::domain::obligation::{Cycle, Duty, Obligation, ObligationState, Occasion, Opened, Period};
use crate::domain::ticket::Actor;
use crate::store;
use crate::usecases::{Error, Stamp};

/// How many periods a new duty looks back for one that can still be met: a term may be longer than a period.
const LOOK_BACK: usize = 24;

/// Opens the due periods of one contract. Returns how many contracts were handled: 0 or 1.
pub(super) async fn open_due(app: &App) -> Result<usize, Error> {
    let stamp = Stamp::program("openObligations", app.time.now());
    let now = stamp.recorded_at;
    let opened = stamp.write_quietly(app, async |tx| {
        let Some(contract) = store::obligations::claim_opening(tx, now).await? else { return Ok(0) };
        let agreements = store::agreements::read(tx).await?;
        let versions = agreements.versions_of(&contract);
        let last = store::obligations::last_opened(tx, &contract).await?;
        let last = last.into_iter().map(|(duty, organisation, last)| ((duty, organisation), last)).collect();
        write_new(app, tx, &stamp, to_open(app, versions, &last, now), None).await?;
        store::obligations::schedule_opening(tx, &contract, next_opening(versions, now)).await?;
        Ok(1)
    });
    opened.await
}

/// What is to be opened, for every recurring duty and client.
fn to_open(app: &App, versions: &[Arc<Version>], last: &HashMap<(String, String), NaiveDate>, now: Instant) -> Vec<New> {
    let mut opened = Vec::new();
    for (at, version) in versions.iter().enumerate() {
        let contract = &version.contract;
        let until = versions.get(at + 1).map(|next| next.contract.effective_from);
        for (duty, cycle) in contract.duties.iter().filter_map(|duty| Some((duty, cycle_of(duty)?))) {
            for client in &contract.clients {
                let last = last.get(&(duty.id.clone(), client.organisation.clone())).copied();
                let periods = periods(contract, duty, cycle, last, now).into_iter();
                let agreed = periods.filter(|period| until.is_none_or(|until| period.last() < until));
                opened.extend(agreed.map(|period| one(app, version, duty, &client.organisation, period, last.is_some(), now)));
            }
        }
    }
    opened
}

fn cycle_of(duty: &Duty) -> Option<Cycle> {
    if let Occasion::Every(cycle) = duty.occasion { Some(cycle) } else { None }
}

/// The periods of a version that are not opened yet, through the one after the current period.
fn periods(contract: &Contract, duty: &Duty, cycle: Cycle, last: Option<NaiveDate>, now: Instant) -> Vec<Period> {
    let present = cycle.containing(contract.zone.date(now));
    let can_be_met = |period: Period| due_at(contract, duty, period.last()).is_some_and(|due| due > now);
    let mut period = last.map_or_else(|| first_that_can_be_met(present, can_be_met), |last| cycle.containing(last).next());
    let mut periods = Vec::new();
    while period.first() <= present.next().first() {
        let wanted = period.last() >= contract.effective_from && last.is_none_or(|last| period.last() > last);
        if wanted && due_at(contract, duty, period.last()).is_some_and(|due| last.is_some() || due > now) {
            periods.push(period);
        }
        period = period.next();
    }
    periods
}

fn first_that_can_be_met(present: Period, can_be_met: impl Fn(Period) -> bool) -> Period {
    let mut first = present;
    for _ in 0..LOOK_BACK {
        if !can_be_met(first.previous()) {
            break;
        }
        first = first.previous();
    }
    first
}

fn due_at(contract: &Contract, duty: &Duty, day_zero: NaiveDate) -> Option<Instant> {
    let calendar = contract.calendar_after(&duty.calendar, contract.amendments.len())?;
    contract.zone.end_of_date(calendar.count(day_zero, duty.due)?.date)
}

fn one(app: &App, version: &Arc<Version>, duty: &Duty, organisation: &str, period: Period, follows: bool, now: Instant) -> New {
    // Opened when the period before it began, even if nothing ran then; the first one of a duty opens now.
    let opened_at = midnight(&version.contract, period.previous().first()).filter(|_| follows).map_or(now, |at| at.min(now));
    let obligation = Obligation {
        id: app.time.id(),
        organisation: organisation.to_owned(),
        contract: version.contract.id.clone(),
        contract_version_id: version.id,
        duty: duty.id.clone(),
        period: Some(period.name()),
        day_zero: period.last(),
        fact_at: None,
        opened_at,
        state: ObligationState::Open,
        due_at: now,
        late_at: None,
        met_at: None,
        next_fire_at: None,
    };
    let opened = Opened::ByPeriod { period: period.name() };
    New { version: version.clone(), obligation, actor: Actor::System, opened, evidence: None, at: opened_at }
}

/// When a contract's duties are to be opened again: at the next period of one of them, or when a version takes effect.
fn next_opening(versions: &[Arc<Version>], now: Instant) -> Option<Instant> {
    let mut openings = BTreeSet::new();
    for contract in versions.iter().map(|version| &version.contract) {
        for cycle in contract.duties.iter().filter_map(cycle_of) {
            let next = cycle.containing(contract.zone.date(now)).next();
            openings.extend([next.first(), contract.effective_from].into_iter().filter_map(|date| midnight(contract, date)));
        }
    }
    openings.into_iter().find(|at| *at > now)
}

fn midnight(contract: &Contract, date: NaiveDate) -> Option<Instant> {
    contract.zone.first_reading(date.and_time(NaiveTime::MIN))
}
