//! Contracts applied: immutable versions, pinned by tickets.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::{Error, Problem, agreements};
use crate::app::{App, Version};
use crate::contracts::{self, Refused, Source};
use crate::domain::Instant;
use crate::domain::contract::Contract;
use crate::store::amendments::Recorded;
use crate::store::{self, Reads, Scope};

/// What came of a folder of contract files.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Versions that are new.
    pub applied: Vec<String>,
    /// Files that are drafts: what each leaves open.
    pub drafts: Vec<Refused>,
}

/// Loads every version applied before, then applies what is new in a folder. A file that is wrong is an error, all of
/// them at once; a draft is passed over.
pub async fn apply_folder(app: &App, folder: &Path) -> Result<Outcome, Error> {
    load_applied(app).await?;
    let (sources, refused) = contracts::load_folder(folder)
        .map_err(|error| Error::Internal(format!("contracts: {} cannot be read: {error}", folder.display())))?;
    let (drafts, wrong): (Vec<_>, Vec<_>) = refused.into_iter().partition(Refused::is_draft);
    if !wrong.is_empty() {
        let lines: Vec<_> = wrong.iter().map(ToString::to_string).collect();
        return Err(Error::Internal(lines.join("\n")));
    }
    let mut outcome = Outcome { drafts, ..Outcome::default() };
    for source in &sources {
        if agreements::apply(app, source).await? {
            outcome.applied.push(format!("{} {}", source.contract.id, source.contract.version));
        }
    }
    load_applied(app).await?;
    Ok(outcome)
}

/// Makes every applied version known to this process, with what was amended in its calendars.
pub async fn load_applied(app: &App) -> Result<(), Error> {
    let view = app.all();
    let changes = store::contracts::changes(&view).await?;
    let amendments = store::amendments::all(&view).await?;
    let mut versions = Vec::new();
    for applied in store::contracts::all(&view).await? {
        let name = format!("{} {}", applied.contract, applied.version);
        let contract = contracts::parse(Path::new(&name), &applied.source).map_err(|refused| Error::Internal(refused.to_string()))?;
        let contract = amended(contract, &amendments)?;
        versions.push(Version { id: applied.id, digest: applied.digest, contract });
    }
    app.know(versions, changes);
    Ok(())
}

/// A contract as the amendments of it in force leave it.
pub fn amended(contract: Contract, recorded: &[Recorded]) -> Result<Contract, Error> {
    let own = store::amendments::in_force(recorded, &contract.id);
    contract.amended_by(own).map_err(|wrong| Error::Conflict {
        code: "amendments_clash",
        detail: wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    })
}

/// Reads the text of a contract file; everything wrong with it, as problems of the field `contract`.
pub fn read(file: &Path, text: &str) -> Result<Contract, Vec<Problem>> {
    contracts::parse(file, text).map_err(|refused| {
        let problem = |one: &contracts::Problem| Problem::field("contract", "bad_contract", one.to_string());
        refused.problems.iter().map(problem).collect()
    })
}

/// The same with its text, to be applied.
pub fn source(text: &str) -> Result<Source, Vec<Problem>> {
    let file = Path::new("contract");
    Ok(Source { file: file.to_owned(), text: text.to_owned(), contract: read(file, text)? })
}

/// Learns what another process applied or amended: asked in every transaction that looks at a contract.
pub async fn refresh(app: &App, reads: &impl Reads) -> Result<(), Error> {
    if store::contracts::changes(reads).await? == app.known_changes() {
        return Ok(());
    }
    load_applied(app).await
}

/// The contracts in force that serve somebody a scope shows, by id.
pub async fn served(app: &App, scope: &Scope) -> Result<Vec<Arc<Version>>, Error> {
    refresh(app, &app.db.view(scope.clone())).await?;
    let mut served = app.contracts();
    served.retain(|version| serves(version, scope));
    Ok(served)
}

/// The version in force of one of them.
pub async fn in_force(app: &App, scope: &Scope, contract: &str) -> Result<Arc<Version>, Error> {
    refresh(app, &app.db.view(scope.clone())).await?;
    let version = app.version_at(contract, app.time.now()).filter(|version| serves(version, scope));
    version.ok_or(Error::NotFound("contract"))
}

/// The version of a contract that was in force at an instant; for a client, of one that then served it.
pub fn in_force_at(app: &App, scope: &Scope, contract: &str, at: Instant) -> Option<Arc<Version>> {
    app.version_at(contract, at).filter(|version| *scope == Scope::All || serves(version, scope))
}

/// The ids of those that could be named: in force at an instant, and for a client such as then served it.
pub fn ids_in_force_at(app: &App, scope: &Scope, at: Instant) -> BTreeSet<String> {
    let ids: BTreeSet<_> = app.versions().iter().map(|version| version.contract.id.clone()).collect();
    ids.into_iter().filter(|id| in_force_at(app, scope, id, at).is_some()).collect()
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
    refresh(app, &app.db.view(scope.clone())).await?;
    let mut names = Names::default();
    for version in app.versions().iter().filter(|version| serves(version, scope)) {
        let contract = &version.contract;
        let seen = contract.clients.iter().map(|client| &client.organisation).filter(|organisation| scope.includes(organisation));
        names.contracts.insert(contract.id.clone());
        names.organisations.extend(seen.cloned());
        names.priorities.extend(contract.priorities.iter().map(|priority| priority.code.clone()));
        names.obligations.extend(contract.duties.iter().map(|duty| duty.id.clone()));
    }
    Ok(names)
}

fn serves(version: &Version, scope: &Scope) -> bool {
    version.contract.clients.iter().any(|client| scope.includes(&client.organisation))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
