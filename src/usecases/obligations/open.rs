//! Opening an obligation by recording a fact.

use std::sync::Arc;

use super::{New, write_new};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::obligation::{Duty, Obligation, ObligationState, Occasion, Opened};
use crate::domain::permission::Verb;
use crate::store;
use crate::usecases::held::repeated;
use crate::usecases::tickets::client_of;
use crate::usecases::{Error, FieldCode, Problem, Stamp, contracts, one_of};

/// A fact that opens an obligation, as sent.
#[derive(Debug, Clone, Default)]
pub struct NewObligation {
    pub contract: Option<String>,
    pub duty: Option<String>,
    /// Needed when several facts start the duty.
    pub fact: Option<String>,
    /// The client; needed when the contract serves several that the caller sees.
    pub organisation: Option<String>,
    /// When the fact happened, or is planned; now when absent.
    pub fact_at: Option<Instant>,
    pub evidence: String,
}

struct Checked {
    version: Arc<Version>,
    duty: Duty,
    fact: String,
    organisation: String,
    fact_at: Instant,
}

/// Opens an obligation, whose term starts at the fact.
pub async fn open(app: &App, stamp: &Stamp, draft: &NewObligation) -> Result<Obligation, Error> {
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                return store::obligations::find(tx, known).await?.ok_or(Error::NotFound("obligation"));
            }
            let checked = check(&*store::agreements::read(tx).await?, stamp, draft).map_err(Error::Invalid)?;
            let obligation = Obligation {
                id: app.time.id(),
                organisation: checked.organisation.clone(),
                contract: checked.version.contract.id.clone(),
                contract_version_id: checked.version.id,
                duty: checked.duty.id.clone(),
                period: None,
                day_zero: checked.version.contract.zone.date(checked.fact_at),
                fact_at: Some(checked.fact_at),
                opened_at: stamp.recorded_at,
                state: ObligationState::Open,
                due_at: checked.fact_at,
                late_at: None,
                met_at: None,
                next_fire_at: None,
            };
            let opened = Opened::ByFact { fact: checked.fact, fact_at: checked.fact_at };
            let (actor, evidence, id, at) = (stamp.who.actor.clone(), Some(draft.evidence.clone()), obligation.id, stamp.recorded_at);
            let new = New { version: checked.version, obligation, actor, opened, evidence, at };
            let written = write_new(app, tx, stamp, vec![new], Some(id)).await?.pop();
            written.ok_or_else(|| Error::Internal("an obligation that was written is not there".to_owned()))
        })
        .await
}

/// The checked request, or everything wrong with it as far as it could be read.
fn check(agreements: &Agreements, stamp: &Stamp, draft: &NewObligation) -> Result<Checked, Vec<Problem>> {
    let mut problems = Vec::new();
    let fact_at = draft.fact_at.unwrap_or(stamp.recorded_at);
    let version = draft.contract.as_deref().and_then(|contract| {
        let version = contracts::in_force_at(agreements, stamp.scope.seen(), contract, fact_at.min(stamp.recorded_at));
        if version.is_none() {
            let known = contracts::ids_in_force_at(agreements, stamp.scope.seen(), fact_at.min(stamp.recorded_at));
            problems.push(Problem::field(
                "contract",
                FieldCode::UnknownContract,
                format!("there is no such contract in force then; {}", one_of(known)),
            ));
        }
        version
    });
    let client = version.as_ref().and_then(|version| client_of(&version.contract, stamp, draft.organisation.as_deref(), &mut problems));
    let duty = version.as_ref().zip(draft.duty.as_deref()).and_then(|(version, id)| started(version, id, &mut problems));
    let fact = duty.as_ref().and_then(|(_, facts)| which(facts, draft.fact.as_deref(), &mut problems));
    if let (Some(version), Some((duty, _))) = (&version, &duty) {
        check_fact(stamp, version, duty, draft.fact_at, fact_at, &mut problems);
    }
    match (version, duty, fact, client) {
        (Some(version), Some((duty, _)), Some(fact), Some((organisation, _))) if problems.is_empty() => {
            Ok(Checked { version, duty, fact, organisation, fact_at })
        }
        _ => Err(problems),
    }
}

/// Which of the facts that start the duty was recorded; it need not be named when there is only one.
fn which(facts: &[String], given: Option<&str>, problems: &mut Vec<Problem>) -> Option<String> {
    let known = || one_of(facts.iter().map(String::as_str));
    let (code, detail) = match (given, facts) {
        (None, [only]) => return Some(only.clone()),
        (Some(given), _) if facts.iter().any(|fact| fact == given) => return Some(given.to_owned()),
        (None, _) => (FieldCode::Required, format!("say which fact it was: {}", known())),
        (Some(given), _) => (FieldCode::UnknownFact, format!("\"{given}\" does not start it; {}", known())),
    };
    problems.push(Problem::field("fact", code, detail));
    None
}

/// The duty with that code, and the facts that start it.
fn started(version: &Version, id: &str, problems: &mut Vec<Problem>) -> Option<(Duty, Vec<String>)> {
    match version.contract.duty(id).map(|duty| (duty, &duty.occasion)) {
        Some((duty, Occasion::Facts(facts))) => return Some((duty.clone(), facts.clone())),
        Some(_) => problems.push(Problem::field("obligation", FieldCode::Recurring, "opens by itself, every period")),
        None => {
            let by_facts = version.contract.duties.iter().filter(|duty| matches!(duty.occasion, Occasion::Facts(_)));
            let detail = format!("the contract has no such obligation; {}", one_of(by_facts.map(|duty| duty.id.as_str())));
            problems.push(Problem::field("obligation", FieldCode::UnknownObligation, detail));
        }
    }
    None
}

/// A fact lies in the past, unless its duty must be met before it; and the due date must be within the years that calendars count.
fn check_fact(stamp: &Stamp, version: &Version, duty: &Duty, given: Option<Instant>, fact_at: Instant, problems: &mut Vec<Problem>) {
    if given.is_some() && fact_at > stamp.recorded_at && !duty.precedes_its_fact() {
        problems.push(Problem::field("factAt", FieldCode::InFuture, format!("is after the present, {}", stamp.recorded_at)));
    }
    if given.is_some()
        && fact_at < stamp.recorded_at
        && let Err(refused) = stamp.who.may(Verb::RecordLate)
    {
        problems.push(Problem::field("factAt", FieldCode::DeskOnly, refused.to_string()));
    }
    let (contract, day_zero) = (&version.contract, version.contract.zone.date(fact_at));
    let counted =
        contract.calendar_after(&duty.calendar, contract.amendments.len()).and_then(|calendar| calendar.count(day_zero, duty.due));
    if counted.and_then(|counted| contract.zone.end_of_date(counted.date)).is_none() {
        problems.push(Problem::field("factAt", FieldCode::OutOfRange, "leads to a date outside the years 1900 to 2200"));
    }
}
