//! `[attachments]` and `[files]`: where files are kept, how many, who scans them and how they are sealed.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
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
    /// Where a virus scanner (clamd) listens: `unix:PATH`, or a loopback or private address with a port. Nothing is scanned when absent.
    #[serde(default, deserialize_with = "unless_empty")]
    pub scanner: Option<String>,
    /// How long it may take for an answer.
    pub scanner_timeout_seconds: u16,
    /// How to reach a bucket.
    #[serde(default)]
    pub s3: S3,
}

/// Where a virus scanner listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerPlace {
    Socket(PathBuf),
    Network(SocketAddr),
}

impl Attachments {
    /// `None` without a scanner, or where it may not be: what is sent to it is not encrypted.
    pub fn scanner_place(&self) -> Option<ScannerPlace> {
        let scanner = self.scanner.as_deref()?;
        match scanner.strip_prefix("unix:") {
            Some(path) => (!path.is_empty()).then(|| ScannerPlace::Socket(PathBuf::from(path))),
            None => scanner.parse::<SocketAddr>().ok().filter(|address| is_near(address.ip())).map(ScannerPlace::Network),
        }
    }

    /// What can be read but cannot work.
    pub(super) fn wrong_scanner(&self) -> Option<(&'static str, &'static str)> {
        if self.scanner.is_some() && self.scanner_place().is_none() {
            return Some(("scanner", "must be unix:PATH, or a loopback or private address with a port, such as 127.0.0.1:3310"));
        }
        (self.scanner_timeout_seconds == 0).then_some(("scanner_timeout_seconds", "must be at least 1"))
    }

    /// How many bytes an organisation may keep; `None` where that has no limit.
    pub fn most_of(&self, organisation: &str) -> Option<u64> {
        let own = self.max_bytes_of.get(organisation).copied();
        Some(own.unwrap_or(self.max_bytes_per_organisation)).filter(|most| *most > 0)
    }
}

/// On this machine, or on a network that is not the internet.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
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
