//! Recording a signal.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::history::Nothing;
use crate::domain::permission::Verb;
use crate::domain::security_signal::{EventData, Recorded, SecuritySignal, SignalNote, SignalSource};
use crate::store;
use crate::usecases::held::{Held, repeated, write_all};
use crate::usecases::tickets::client_of;
use crate::usecases::{Error, FieldCode, Problem, Stamp, contracts, one_of};

/// A signal as sent.
#[derive(Debug, Clone, Default)]
pub struct NewSignal {
    pub contract: Option<String>,
    /// The client; every client of the contract when absent.
    pub organisation: Option<String>,
    pub source: Option<SignalSource>,
    /// Now when absent.
    pub observed_at: Option<Instant>,
    pub title: String,
    pub description: String,
    /// What was done about it so far.
    pub response: Option<String>,
}

struct Checked {
    version: Arc<Version>,
    organisations: Vec<String>,
    source: SignalSource,
    observed_at: Instant,
}

/// Records a signal for one client, or for each client of a contract.
pub async fn record(app: &App, stamp: &Stamp, new: &NewSignal) -> Result<Vec<SecuritySignal>, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::RecordSecuritySignals)?;
            if let Some(known) = repeated(tx, stamp).await? {
                return Ok(store::security_signals::of_observation(tx, known).await?);
            }
            let checked = check(&*store::agreements::read(tx).await?, stamp, new).map_err(Error::Invalid)?;
            let (observation, at) = (app.time.id(), stamp.recorded_at);
            let (mut records, mut notes) = (Vec::new(), Vec::new());
            for organisation in &checked.organisations {
                let signal = SecuritySignal {
                    id: app.time.id(),
                    organisation: organisation.clone(),
                    contract: checked.version.contract.id.clone(),
                    contract_version_id: checked.version.id,
                    observation,
                    source: checked.source,
                    title: new.title.trim().to_owned(),
                    description: new.description.clone(),
                    observed_at: checked.observed_at,
                    recorded_at: at,
                    recorded_by: stamp.who.actor.as_text(),
                    incident: None,
                };
                let recorded = Recorded {
                    contract: signal.contract.clone(),
                    contract_version: checked.version.id,
                    observation,
                    source: checked.source,
                    observed_at: checked.observed_at,
                };
                let mut held = Held::of(app, stamp, checked.version.clone(), signal, Vec::new());
                held.happened(EventData::Recorded(recorded), None, at);
                if let Some(text) = &new.response {
                    held.happened(EventData::Responded(Nothing {}), None, at);
                    let event = held.history.last().map(|event| (event.id, event.actor.clone()));
                    let note = |(id, author)| SignalNote { id, signal: held.subject.id, author, text: text.clone() };
                    notes.extend(event.map(|event| (organisation.clone(), note(event))));
                }
                records.push(held.settle()?);
            }
            write_all(app, tx, stamp, &records, Some(observation)).await?;
            store::security_signals::insert_notes(tx, &notes).await?;
            Ok(records.into_iter().map(|record| record.subject).collect())
        })
        .await
}

/// The checked signal, or everything wrong with it as far as it could be read.
fn check(agreements: &Agreements, stamp: &Stamp, new: &NewSignal) -> Result<Checked, Vec<Problem>> {
    let mut problems = Vec::new();
    let now = stamp.recorded_at;
    if let Some(at) = new.observed_at.filter(|at| *at > now) {
        problems.push(Problem::field("observedAt", FieldCode::InFuture, format!("{at} is after the present, {now}")));
    }
    let version = new.contract.as_deref().and_then(|contract| {
        let version = contracts::in_force_at(agreements, stamp.scope.seen(), contract, now);
        if version.is_none() {
            let known = one_of(contracts::ids_in_force_at(agreements, stamp.scope.seen(), now));
            let detail = format!("there is no such contract in force; {known}");
            problems.push(Problem::field("contract", FieldCode::UnknownContract, detail));
        }
        version
    });
    let organisations = version.as_ref().map(|version| match &new.organisation {
        None => {
            let seen = version.contract.clients.iter().map(|client| &client.organisation).filter(|client| stamp.scope.includes(client));
            // As a repeat of the request finds them.
            seen.cloned().collect::<BTreeSet<_>>().into_iter().collect()
        }
        named => client_of(&version.contract, stamp, named.as_deref(), &mut problems).into_iter().map(|(client, _)| client).collect(),
    });
    match (version, organisations, new.source) {
        (Some(version), Some(organisations), Some(source)) if problems.is_empty() => {
            Ok(Checked { version, organisations, source, observed_at: new.observed_at.unwrap_or(now) })
        }
        _ => Err(problems),
    }
}
