//! Contracts applied: what is in force, and for whom.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::{Code, Error, FieldCode, Problem};
use crate::app::App;
use crate::contracts::{self, Source};
use crate::domain::Instant;
use crate::domain::agreements::{Agreements, Version};
use crate::domain::contract::Contract;
use crate::store::amendments::Recorded;
use crate::store::{self, Scope};

/// A contract as the amendments of it in force leave it.
pub fn amended(contract: Contract, recorded: &[Recorded]) -> Result<Contract, Error> {
    let own = store::amendments::in_force(recorded, &contract.id);
    contract.amended_by(own).map_err(|wrong| Error::Conflict {
        code: Code::AmendmentsClash,
        detail: wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    })
}

/// Reads the text of a contract file; everything wrong with it, as problems of the field `contract`.
pub fn read(file: &Path, text: &str) -> Result<Contract, Vec<Problem>> {
    contracts::parse(file, text).map_err(|refused| {
        let problem = |one: &contracts::Problem| Problem::field("contract", FieldCode::BadContract, one.to_string());
        refused.problems.iter().map(problem).collect()
    })
}

/// The same with its text, to be applied.
pub fn source(text: &str) -> Result<Source, Vec<Problem>> {
    let file = Path::new("contract");
    Ok(Source { file: file.to_owned(), text: text.to_owned(), contract: read(file, text)? })
}

/// The contracts in force that serve somebody a scope shows, by id.
pub async fn served(app: &App, scope: &Scope) -> Result<Vec<Arc<Version>>, Error> {
    let agreements = store::agreements::read(&app.db.view(scope.clone())).await?;
    Ok(agreements.all_in_force(app.time.now()).into_iter().filter(|version| serves(version, scope)).cloned().collect())
}

/// The version in force of one of them.
pub async fn in_force(app: &App, scope: &Scope, contract: &str) -> Result<Arc<Version>, Error> {
    Ok(with_versions(app, scope, contract).await?.0)
}

/// The same with every version of it, oldest first.
pub async fn with_versions(app: &App, scope: &Scope, contract: &str) -> Result<(Arc<Version>, Vec<Arc<Version>>), Error> {
    let agreements = store::agreements::read(&app.db.view(scope.clone())).await?;
    let version = agreements.in_force(contract, app.time.now()).filter(|version| serves(version, scope));
    Ok((version.ok_or(Error::NotFound("contract"))?.clone(), agreements.versions_of(contract).to_vec()))
}

/// The version of a contract that was in force at an instant; for a client, of one that then served it.
pub fn in_force_at(agreements: &Agreements, scope: &Scope, contract: &str, at: Instant) -> Option<Arc<Version>> {
    agreements.in_force(contract, at).filter(|version| *scope == Scope::All || serves(version, scope)).cloned()
}

/// The ids of those that could be named: in force at an instant, and for a client such as then served it.
pub fn ids_in_force_at<'a>(agreements: &'a Agreements, scope: &Scope, at: Instant) -> Vec<&'a str> {
    agreements.contracts().into_iter().filter(|id| in_force_at(agreements, scope, id, at).is_some()).collect()
}

/// What the contracts that a scope shows name, past versions included: all that its lists can be asked for.
#[derive(Debug, Default)]
pub struct Names {
    /// Their ids.
    pub contracts: BTreeSet<String>,
    /// The organisations they serve, as far as the scope shows them.
    pub organisations: BTreeSet<String>,
    /// The codes of their priorities.
    pub priorities: BTreeSet<String>,
    /// The ids of their obligations.
    pub obligations: BTreeSet<String>,
}

/// What a scope's lists can be asked for. What another's contract names is not there, as if it did not exist.
pub async fn names(app: &App, scope: &Scope) -> Result<Names, Error> {
    let agreements = store::agreements::read(&app.db.view(scope.clone())).await?;
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

/// Whether a version serves somebody a scope shows.
pub(super) fn serves(version: &Version, scope: &Scope) -> bool {
    version.contract.clients.iter().any(|client| scope.includes(&client.organisation))
}
