//! Which contracts are in force, and for whom.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use super::reach::{reach, reach_as_of};
use super::{Code, Error, FieldCode, Problem};
use crate::app::App;
use crate::auth::Caller;
use crate::contracts::{self, Source};
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::calendar;
use crate::domain::contract::amendment::{self, RecordedAmendment};
use crate::domain::contract::{Client, Contract, Role, Side, Subject};
use crate::domain::permission::Rows;
use crate::store::{self, CheckedScope, Scope};

/// A contract with its amendments that are in force.
pub fn amended(contract: Contract, recorded: &[RecordedAmendment]) -> Result<Contract, Error> {
    let own = amendment::in_force(recorded, &contract.id);
    contract.amended_by(own).map_err(|wrong| Error::Conflict {
        code: Code::AmendmentsClash,
        detail: wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    })
}

/// Parses a contract file; everything wrong with it becomes a problem of the field `contract`.
pub fn read(file: &Path, text: &str) -> Result<Contract, Vec<Problem>> {
    contracts::parse(file, text).map_err(|refused| {
        let problem = |one: &contracts::Finding| Problem::field("contract", FieldCode::BadContract, one.to_string());
        refused.findings.iter().map(problem).collect()
    })
}

/// The same, with the text, for applying it.
pub fn source(text: &str) -> Result<Source, Vec<Problem>> {
    let file = Path::new("contract");
    Ok(Source { file: file.to_owned(), text: text.to_owned(), contract: read(file, text)? })
}

/// A version in force, with those of its clients that the caller sees.
#[derive(Debug)]
pub struct Served {
    pub version: Arc<Version>,
    pub clients: Vec<Client>,
}

/// The contracts in force with a client that the caller sees, by id.
pub async fn served(app: &App, caller: &Caller) -> Result<Vec<Served>, Error> {
    let agreements = known(app, &caller.scope).await?;
    Ok(agreements.all_in_force(app.time.now()).into_iter().filter_map(|version| as_served(version, caller.scope.seen())).collect())
}

/// One of them, and all its versions, oldest first.
pub async fn get(app: &App, caller: &Caller, contract: &str) -> Result<(Served, Vec<Arc<Version>>), Error> {
    let agreements = known(app, &caller.scope).await?;
    let version = agreements.in_force(contract, app.time.now()).and_then(|version| as_served(version, caller.scope.seen()));
    Ok((version.ok_or(Error::NotFound("contract"))?, agreements.versions_of(contract).to_vec()))
}

#[derive(Debug)]
pub struct Calendar {
    pub name: String,
    pub calendar: Arc<calendar::Calendar>,
    /// In the contract's time zone.
    pub today: NaiveDate,
}

/// The calendars of a contract, with the amendments in force now.
pub async fn calendars(app: &App, caller: &Caller, contract: &str) -> Result<Vec<Calendar>, Error> {
    let (version, now) = (in_force(app, &caller.scope, contract).await?, app.time.now());
    let contract = &version.contract;
    let (amended, today) = (contract.amendments_by(now), contract.zone.date(now));
    let shown = |name: &String| Some(Calendar { name: name.clone(), calendar: contract.calendar_after(name, amended)?.clone(), today });
    Ok(contract.calendars.keys().filter_map(shown).collect())
}

/// Who is told about a subject, as far as an organisation is concerned.
#[derive(Debug)]
pub struct ToldAbout {
    pub subject: Subject,
    pub organisation: String,
    /// Each with where it is reached.
    pub roles: Vec<(Role, Vec<String>)>,
}

/// Who is told about what, by subject and then by client that the caller sees (ROLE-02); now, or at an instant, under the version that was
/// in force then.
pub async fn told(app: &App, caller: &Caller, contract: &str, at: Option<Instant>) -> Result<Vec<ToldAbout>, Error> {
    let (now, view) = (app.time.now(), app.db.view(caller.scope.clone()));
    let version =
        known(app, &caller.scope).await?.in_force(contract, at.unwrap_or(now)).and_then(|version| as_served(version, caller.scope.seen()));
    let Served { version, clients } = version.ok_or(Error::NotFound("contract"))?;
    let reach = match at {
        Some(at) => reach_as_of(&view, &app.all(), &[contract], at).await?,
        None => reach(&view, &[contract], now).await?,
    };
    let contract = &version.contract;
    let told = |(subject, organisation): (&Subject, &str)| {
        let reached = |role: &Role| (role.clone(), reach.addresses(contract, role, organisation).to_vec());
        let roles = contract.told_about(subject).map(reached).collect();
        ToldAbout { subject: subject.clone(), organisation: organisation.to_owned(), roles }
    };
    let pairs = contract.subjects.iter().flat_map(|subject| clients.iter().map(move |client| (subject, &*client.organisation)));
    Ok(pairs.map(told).collect())
}

#[derive(Debug)]
pub struct Organisation {
    pub id: String,
    pub name: String,
    /// Contract ids, each with the organisation's tier if it has one.
    pub contracts: Vec<(String, Option<String>)>,
    /// How many bytes it keeps, and how many it may; for the desk alone.
    pub storage: Option<(u64, Option<u64>)>,
}

/// The clients of contracts in force that the caller sees, by id.
pub async fn organisations(app: &App, caller: &Caller) -> Result<Vec<Organisation>, Error> {
    let mut found: BTreeMap<String, Organisation> = BTreeMap::new();
    let is_desk = caller.who.actor.side() == Side::Supplier;
    let used = if is_desk { store::storage::all(&app.db.view(caller.scope.clone())).await? } else { HashMap::new() };
    let storage = |organisation: &str| {
        is_desk.then(|| (used.get(organisation).copied().unwrap_or_default(), app.settings.attachments.most_of(organisation)))
    };
    for Served { version, clients } in served(app, caller).await? {
        for client in clients {
            let storage = storage(&client.organisation);
            let new = || Organisation { id: client.organisation.clone(), name: client.name, contracts: Vec::new(), storage };
            let organisation = found.entry(client.organisation.clone()).or_insert_with(new);
            organisation.contracts.push((version.contract.id.clone(), client.tier));
        }
    }
    Ok(found.into_values().collect())
}

/// The version in force of a contract with a client within the scope.
pub(super) async fn in_force(app: &App, scope: &CheckedScope, contract: &str) -> Result<Arc<Version>, Error> {
    let agreements = known(app, scope).await?;
    let version = agreements.in_force(contract, app.time.now()).filter(|version| serves(version, scope.seen()));
    version.cloned().ok_or(Error::NotFound("contract"))
}

/// The version of a contract in force at an instant. For a client, only if that version serves it.
pub(super) fn in_force_at(agreements: &Agreements, scope: &Scope, contract: &str, at: Instant) -> Option<Arc<Version>> {
    agreements.in_force(contract, at).filter(|version| scope.rows == Rows::All || serves(version, scope)).cloned()
}

/// The ids of the contracts that a caller could name for that instant.
pub(super) fn ids_in_force_at<'a>(agreements: &'a Agreements, scope: &Scope, at: Instant) -> Vec<&'a str> {
    agreements.contracts().into_iter().filter(|id| in_force_at(agreements, scope, id, at).is_some()).collect()
}

/// The values by which a caller's lists can be filtered: what the contracts they see name, including past versions.
#[derive(Debug, Default)]
pub struct Names {
    pub contracts: BTreeSet<String>,
    /// Within the scope.
    pub organisations: BTreeSet<String>,
    pub priorities: BTreeSet<String>,
    pub obligations: BTreeSet<String>,
}

/// What only another client's contract names is left out, as if it did not exist.
pub async fn names(app: &App, caller: &Caller) -> Result<Names, Error> {
    let (agreements, scope) = (known(app, &caller.scope).await?, caller.scope.seen());
    let mut names = Names::default();
    for version in agreements.versions().iter().filter(|version| serves(version, scope)) {
        let contract = &version.contract;
        let seen = contract.clients.iter().map(|client| &client.organisation).filter(|organisation| scope.includes(organisation));
        names.contracts.insert(contract.id.clone());
        names.organisations.extend(seen.cloned());
        names.priorities.extend(contract.priorities.iter().map(|priority| priority.code.clone()));
        names.obligations.extend(contract.duties.iter().map(|duty| duty.id.clone()));
    }
    Ok(names)
}

async fn known(app: &App, scope: &CheckedScope) -> Result<Arc<Agreements>, Error> {
    Ok(store::agreements::read(&app.db.view(scope.clone())).await?)
}

fn as_served(version: &Arc<Version>, scope: &Scope) -> Option<Served> {
    let clients: Vec<_> = version.contract.clients.iter().filter(|client| scope.includes(&client.organisation)).cloned().collect();
    (!clients.is_empty()).then(|| Served { version: version.clone(), clients })
}

/// Whether a version has a client within the scope.
pub(super) fn serves(version: &Version, scope: &Scope) -> bool {
    version.contract.clients.iter().any(|client| scope.includes(&client.organisation))
}
