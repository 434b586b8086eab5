//! Planning and applying a new version of an agreement. Versions are only ever added, and a new one never takes the place of one under
//! which tickets were registered.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{Code, Error, Stamp, contracts};
use crate::app::App;
pub use crate::contracts::Source;
use crate::contracts::plan;
pub use crate::contracts::plan::Change;
use crate::contracts::{self as files, Refused};
use crate::domain::Instant;
use crate::domain::agreements::Version;
use crate::domain::contract::{Client, Contract, Role};
use crate::domain::role_assignment::RoleAssignment;
use crate::reports::layout::keys;
use crate::store::contracts::Applied;
use crate::store::{self, Reads};

#[derive(Debug, Clone)]
pub struct Plan {
    pub contract: String,
    pub version: String,
    /// It holds for tickets reported from this date on.
    pub effective_from: chrono::NaiveDate,
    /// Whether no version of the contract was applied before.
    pub is_new: bool,
    /// The version in force before it takes effect; `None` when there is none.
    pub follows: Option<String>,
    /// The version that takes over from it, and the date of that.
    pub until: Option<(String, chrono::NaiveDate)>,
    /// Whether this same text was applied before.
    pub is_applied: bool,
    /// Why it cannot be applied.
    pub obstacle: Option<String>,
    /// The keys that differ from what was applied as the same version, or else from the version it follows.
    pub changes: Vec<Change>,
    /// How many open tickets stay under each earlier version.
    pub open: Vec<(String, u64)>,
    /// The roles of the matrix that somebody holds and it no longer has, each with how many hold it.
    pub dropped: Vec<(String, u64)>,
    /// Its roles that nobody holds and for which it gives no address, each with the client about whose affairs nobody is told.
    pub unreached: Vec<(String, String)>,
}

impl fmt::Display for Plan {
    /// As a contract manager reads it: what it follows, each key before and after, and for which tickets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let follows = match &self.follows {
            Some(version) => format!(" (follows version {version})"),
            None if self.is_new => " (a new contract)".to_owned(),
            None => String::new(),
        };
        writeln!(out, "{} {}{follows}", self.contract, self.version)?;
        match (&self.obstacle, self.is_applied) {
            (Some(obstacle), _) => writeln!(out, "  cannot be applied: {obstacle}")?,
            (None, true) => return writeln!(out, "  was applied before; nothing changes"),
            (None, false) => writeln!(out, "  {}", self.tickets())?,
        }
        for (version, open) in &self.open {
            writeln!(out, "  open tickets that stay under version {version}: {open}")?;
        }
        for (role, holders) in &self.dropped {
            let hold = if *holders == 1 { "1 person holds".to_owned() } else { format!("{holders} people hold") };
            writeln!(out, "  {hold} the role {role}, which it does not have: they are told nothing any more; end the role, or keep it")?;
        }
        for (role, client) in &self.unreached {
            writeln!(out, "  nobody can be reached as {role} for {client}: nobody holds it, and it gives no address")?;
        }
        for Change { key, belongs_to, before, after } in self.changes.iter().filter(|_| !self.is_new) {
            let of = belongs_to.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            match (before, after) {
                (Some(before), Some(after)) => writeln!(out, "  ~ {key}{of}: {before} → {after}")?,
                (None, Some(after)) => writeln!(out, "  + {key}{of}: {after}")?,
                (Some(before), None) => writeln!(out, "  - {key}{of}: {before}")?,
                (None, None) => {}
            }
        }
        Ok(())
    }
}

impl Plan {
    /// Which tickets fall under the version: `for tickets reported from 2026-01-01 on`.
    pub fn tickets(&self) -> String {
        let from = format!("for tickets reported from {}", self.effective_from);
        match &self.until {
            Some((version, date)) => format!("{from} until {date}, when version {version} takes over"),
            None => format!("{from} on"),
        }
    }
}

#[derive(Debug, Default)]
pub struct Outcome {
    /// The versions that were applied now.
    pub applied: Vec<String>,
    /// Files that are drafts, with what each leaves open.
    pub drafts: Vec<Refused>,
}

/// Applies what is new in a folder. Drafts are skipped. Wrong files are an error, which names them all; then nothing is applied.
pub async fn apply_folder(app: &App, stamp: &Stamp, folder: &Path) -> Result<Outcome, Error> {
    let (sources, refused) =
        files::load_folder(folder).map_err(|error| Error::Internal(format!("contracts: {} cannot be read: {error}", folder.display())))?;
    let (drafts, wrong): (Vec<_>, Vec<_>) = refused.into_iter().partition(Refused::is_draft);
    if !wrong.is_empty() {
        let lines: Vec<_> = wrong.iter().map(ToString::to_string).collect();
        return Err(Error::Internal(lines.join("\n")));
    }
    let mut outcome = Outcome { drafts, ..Outcome::default() };
    for source in &sources {
        if apply(app, stamp, source).await? {
            outcome.applied.push(format!("{} {}", source.contract.id, source.contract.version));
        }
    }
    Ok(outcome)
}

/// What a contract file would change. Reads only.
pub async fn plan(app: &App, source: &Source) -> Result<Plan, Error> {
    let view = app.all();
    let (contract, agreements) = (&source.contract, store::agreements::read(&view).await?);
    let versions = agreements.versions_of(&contract.id);
    let is_earlier =
        |one: &&Arc<Version>| one.contract.version != contract.version && one.contract.effective_from <= contract.effective_from;
    let follows = versions.iter().rfind(is_earlier);
    let same = versions.iter().find(|one| one.contract.version == contract.version);
    let compared = same.or(follows);
    let until = later(versions, contract).map(|one| (one.contract.version.clone(), one.contract.effective_from));
    let texts = store::contracts::all(&view).await?;
    let text = |id| texts.iter().find(|one| one.id == id).map_or("", |one| one.source.as_str());
    let counted = store::tickets::open_by_version(&view, &contract.id).await?;
    let mut changes = plan::changes(compared.map_or("", |one| text(one.id)), &source.text);
    for change in &mut changes {
        let read_by = if change.after.is_some() { Some(contract) } else { compared.map(|one| &one.contract) };
        change.belongs_to = read_by.and_then(|contract| keys::belongs_to(contract, &change.key));
    }
    let named = |id| agreements.version(id).map_or_else(|_| format!("{id}"), |one| one.contract.version.clone());
    let held = store::role_assignments::unended_in_matrix(&view, &contract.id, app.time.now()).await?;
    Ok(Plan {
        dropped: dropped(contract, &held),
        unreached: unreached(contract, &held),
        contract: contract.id.clone(),
        version: contract.version.clone(),
        effective_from: contract.effective_from,
        is_new: versions.is_empty(),
        follows: follows.map(|one| one.contract.version.clone()),
        until,
        is_applied: is_applied(source, versions),
        obstacle: obstacle(&view, source, versions).await?,
        changes,
        open: counted.into_iter().map(|(id, count)| (named(id), count)).collect(),
    })
}

/// The roles that are held, or will be, and that a contract no longer has.
fn dropped(contract: &Contract, held: &[RoleAssignment]) -> Vec<(String, u64)> {
    let mut dropped = BTreeMap::new();
    for one in held.iter().filter(|one| contract.role(&one.role).is_none()) {
        *dropped.entry(one.role.clone()).or_default() += 1;
    }
    dropped.into_iter().collect()
}

/// The roles in which a contract leaves nobody to be told, with the client each is about.
fn unreached(contract: &Contract, held: &[RoleAssignment]) -> Vec<(String, String)> {
    let is_held = |role: &Role, client: &Client| {
        held.iter().any(|one| one.role == role.code && one.organisation.as_ref() == Some(&client.organisation))
    };
    let of = |role: &Role| {
        let clients =
            contract.clients.iter().filter(|client| !is_held(role, client) && contract.addresses(role, &client.organisation).is_empty());
        clients.map(|client| (role.code.clone(), client.organisation.clone())).collect::<Vec<_>>()
    };
    contract.roles.iter().flat_map(of).collect()
}

/// Applies one version; `false` when it was applied before.
pub async fn apply(app: &App, stamp: &Stamp, source: &Source) -> Result<bool, Error> {
    let contract = &source.contract;
    // Without a lock first: every start of the desk comes here, and nearly always there is nothing to apply.
    if is_applied(source, store::agreements::read(&app.all()).await?.versions_of(&contract.id)) {
        return Ok(false);
    }
    let (act, everything) = (stamp.act(), stamp.scope.widened());
    let applied = app.write(&act, &everything, async |tx| {
        store::agreements::lock(tx).await?;
        let agreements = store::agreements::read(tx).await?;
        let versions = agreements.versions_of(&contract.id);
        if is_applied(source, versions) {
            return Ok(false);
        }
        if let Some(detail) = obstacle(tx, source, versions).await? {
            let code =
                if versions.iter().any(|one| one.contract.version == contract.version) { Code::VersionExists } else { Code::PastRewritten };
            return Err(Error::Conflict { code, detail: format!("{}: {detail}", source.file.display()) });
        }
        contracts::amended(contract.clone(), &store::amendments::all(tx).await?)?;
        let version = Applied {
            id: app.time.id(),
            contract: contract.id.clone(),
            version: contract.version.clone(),
            digest: digest(&source.text),
            source: source.text.clone(),
            applied_at: app.time.now(),
        };
        tx.touch("contract_version", version.id);
        store::contracts::insert(tx, &version, contract.effective_from).await?;
        // It may ask people for a second factor who were not asked before.
        store::access::changed(tx).await?;
        store::obligations::schedule_opening(tx, &version.contract, Some(version.applied_at)).await?;
        Ok(true)
    });
    applied.await
}

/// Whether this same text was applied.
fn is_applied(source: &Source, versions: &[Arc<Version>]) -> bool {
    versions.iter().any(|one| one.contract.version == source.contract.version && one.digest == digest(&source.text))
}

/// The first other version that takes effect after a contract does.
fn later<'a>(versions: &'a [Arc<Version>], contract: &Contract) -> Option<&'a Arc<Version>> {
    let is_later = |one: &&Arc<Version>| one.contract.version != contract.version && one.contract.effective_from > contract.effective_from;
    versions.iter().filter(is_later).min_by_key(|one| one.contract.effective_from)
}

/// Why a text cannot be applied: its version was applied with another text, or tickets were reported in the time that it claims.
async fn obstacle(reads: &impl Reads, source: &Source, versions: &[Arc<Version>]) -> Result<Option<String>, Error> {
    let contract = &source.contract;
    if let Some(same) = versions.iter().find(|one| one.contract.version == contract.version) {
        let detail = || format!("version {} was applied with another text; give the change a version of its own", contract.version);
        return Ok((same.digest != digest(&source.text)).then(detail));
    }
    let until = later(versions, contract).map_or(Instant::MAX, |one| one.contract.begins_at());
    let registered = store::tickets::opened_between(reads, &contract.id, contract.begins_at(), until).await?;
    Ok((registered > 0).then(|| {
        format!(
            "version {} would rewrite the past (tickets reported on or after {}: {registered}); let it take effect later",
            contract.version, contract.effective_from
        )
    }))
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_applied_before_is_not_called_new() {
        let plan = Plan {
            contract: "dap-example".to_owned(),
            version: "1.0".to_owned(),
            effective_from: chrono::NaiveDate::default(),
            is_new: false,
            follows: None,
            until: None,
            is_applied: true,
            obstacle: None,
            changes: Vec::new(),
            open: Vec::new(),
            dropped: vec![("oud".to_owned(), 1)],
            unreached: vec![("nieuw".to_owned(), "ipo".to_owned())],
        };
        assert_eq!(plan.to_string(), "dap-example 1.0\n  was applied before; nothing changes\n");
        assert!(Plan { is_applied: false, is_new: true, ..plan.clone() }.to_string().starts_with("dap-example 1.0 (a new contract)\n"));
        let older = Plan { is_applied: false, until: Some(("2.0".to_owned(), chrono::NaiveDate::MAX)), ..plan };
        assert!(older.to_string().starts_with("dap-example 1.0\n"), "{older}");
        assert!(older.to_string().contains("1 person holds the role oud, which it does not have"), "{older}");
        assert!(older.to_string().contains("nobody can be reached as nieuw for ipo"), "{older}");
        assert!(older.tickets().ends_with(", when version 2.0 takes over"), "{older}");
    }
}
