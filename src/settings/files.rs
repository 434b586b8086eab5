//! `[attachments]` and `[files]`: where files are kept, how many and how sealed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Address, Secret, unless_empty};

/// `[attachments]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attachments {
    /// A folder, or `s3://BUCKET`.
    pub store: Address,
    /// Per file.
    pub max_bytes: u64,
    /// Of all files of a ticket together.
    pub max_bytes_per_ticket: u64,
    /// Of all files and mails of an organisation together; 0 is no limit.
    pub max_bytes_per_organisation: u64,
    /// The same for one organisation.
    #[serde(default)]
    pub max_bytes_of: BTreeMap<String, u64>,
    /// How to reach a bucket.
    #[serde(default)]
    pub s3: S3,
}

impl Attachments {
    /// How many bytes an organisation may keep; `None` where that has no limit.
    pub fn most_of(&self, organisation: &str) -> Option<u64> {
        let own = self.max_bytes_of.get(organisation).copied();
        Some(own.unwrap_or(self.max_bytes_per_organisation)).filter(|most| *most > 0)
    }
}

/// `[files]`: how attachments and incoming mails are sealed.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// The desk's own keys, one a line: the first seals, all of them open. Without it nothing is sealed.
    #[serde(default, deserialize_with = "unless_empty")]
    pub key_file: Option<PathBuf>,
}

/// `[attachments.s3]`: what is absent comes from the usual AWS environment variables and roles.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    /// Where it is not Amazon's own.
    #[serde(default, deserialize_with = "unless_empty")]
    pub endpoint: Option<Address>,
    #[serde(default, deserialize_with = "unless_empty")]
    pub region: Option<String>,
    /// The access key id.
    #[serde(default, deserialize_with = "unless_empty")]
    pub key: Option<String>,
    /// The secret access key.
    #[serde(default, deserialize_with = "unless_empty")]
    pub secret: Option<Secret>,
}
