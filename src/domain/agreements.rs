//! The agreements of the desk: every version that was applied, as read at one moment.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::Instant;
use super::contract::Contract;

/// A contract version, which tickets and obligations are pinned to, with its calendars as amended so far.
#[derive(Debug)]
pub struct Version {
    pub id: Uuid,
    /// SHA-256 of its file, in hexadecimal.
    pub digest: String,
    pub contract: Contract,
}

/// Every version of every contract.
#[derive(Debug, Default)]
pub struct Agreements(Vec<Arc<Version>>);

/// A version that was not applied when these agreements were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("contract version {0} is not known")]
pub struct UnknownVersion(pub Uuid);

impl Agreements {
    pub fn new(mut versions: Vec<Arc<Version>>) -> Self {
        versions.sort_by(|one, other| {
            let key = |version: &Version| (version.contract.effective_from, version.id);
            one.contract.id.cmp(&other.contract.id).then_with(|| key(one).cmp(&key(other)))
        });
        Self(versions)
    }

    /// Every version there is: by contract, oldest first.
    pub fn versions(&self) -> &[Arc<Version>] {
        &self.0
    }

    pub fn version(&self, id: Uuid) -> Result<&Arc<Version>, UnknownVersion> {
        self.0.iter().find(|version| version.id == id).ok_or(UnknownVersion(id))
    }

    /// The versions of one contract, oldest first.
    pub fn versions_of(&self, contract: &str) -> &[Arc<Version>] {
        // Versions are sorted by contract, so those of one contract are adjacent.
        let from = self.0.partition_point(|version| version.contract.id.as_str() < contract);
        let to = self.0.partition_point(|version| version.contract.id.as_str() <= contract);
        &self.0[from..to]
    }

    /// The version of a contract that was in force at an instant.
    pub fn in_force(&self, contract: &str, at: Instant) -> Option<&Arc<Version>> {
        self.versions_of(contract).iter().rfind(|version| version.contract.effective_from <= version.contract.zone.date(at))
    }

    /// The version of a contract that holds on a date; for a date before all of them, the first.
    pub fn on_date(&self, contract: &str, date: NaiveDate) -> Option<&Arc<Version>> {
        let versions = self.versions_of(contract);
        versions.iter().rfind(|version| version.contract.effective_from <= date).or(versions.first())
    }

    /// The version of every contract that was in force at an instant, by contract.
    pub fn all_in_force(&self, at: Instant) -> Vec<&Arc<Version>> {
        self.contracts().into_iter().filter_map(|contract| self.in_force(contract, at)).collect()
    }

    /// When people who sign in are asked for a second factor (IAM-07): those of an organisation by each contract that serves it, the desk's
    /// own (`None`) by any contract, since they work for every client.
    pub fn ask_second_factor(&self, organisation: Option<&str>) -> Vec<Range<Instant>> {
        let is_theirs = |contract: &Contract| organisation.is_none_or(|organisation| contract.client(organisation).is_some());
        let mut asked = Vec::new();
        for (at, Version { contract, .. }) in self.0.iter().map(Arc::as_ref).enumerate() {
            if contract.second_factor && is_theirs(contract) {
                let next = self.0.get(at + 1).filter(|next| next.contract.id == contract.id);
                asked.push(contract.begins_at()..next.map_or(Instant::MAX, |next| next.contract.begins_at()));
            }
        }
        asked
    }

    /// Whether any version of any contract names an organisation as a client.
    pub fn have_named(&self, organisation: &str) -> bool {
        self.0.iter().any(|version| version.contract.client(organisation).is_some())
    }

    pub fn contracts(&self) -> BTreeSet<&str> {
        self.0.iter().map(|version| version.contract.id.as_str()).collect()
    }
}
