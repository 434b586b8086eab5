//! `[http]`: where and how requests come in.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Networks, unless_empty};

/// `[http]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port.
    pub listen: String,
    /// Where people reach the desk, such as `https://servicedesk.example`: links in mails begin with it.
    #[serde(default, deserialize_with = "unless_empty")]
    pub public_url: Option<String>,
    /// Requests per minute allowed to one token, on average; 0 is no limit.
    pub requests_per_minute: u32,
    /// Requests it may make at once.
    pub burst: u32,
    /// Requests per minute with a wrong token allowed to one address; 0 is no limit.
    pub failures_per_minute: u32,
    /// Seconds a body may take to arrive, plus one for every 16 KiB of it.
    pub slow_body_seconds: u16,
    /// Proxies whose `X-Forwarded-For` says where a request came from.
    pub proxies: Networks,
    #[serde(default)]
    pub tls: TlsFiles,
    /// The folder that holds long bodies while they come in.
    pub spool: PathBuf,
}

/// `[http.tls]`: TLS by the program itself, when both are given.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// A file with the certificate, and those between it and its authority (PEM).
    #[serde(default, deserialize_with = "unless_empty")]
    pub certificate: Option<PathBuf>,
    /// A file with its private key (PEM).
    #[serde(default, deserialize_with = "unless_empty")]
    pub key: Option<PathBuf>,
}
