//! `[mailboxes.NAME.imap]`: where the mail of a mailbox is fetched.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::checks::is_read_in_secret;
use super::{Address, Secret, Tls, unless_empty};

/// `[mailboxes.NAME.imap]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Imap {
    pub host: Address,
    #[serde(default = "imaps")]
    pub port: u16,
    #[serde(default = "from_the_first_byte")]
    pub tls: Tls,
    /// A file with the certificate (PEM) of the authority that the server's is from, where that is not a public one.
    #[serde(default, deserialize_with = "unless_empty")]
    pub certificate: Option<PathBuf>,
    pub username: String,
    /// Either this or `oauth`.
    #[serde(default, deserialize_with = "unless_empty")]
    pub password: Option<Secret>,
    pub oauth: Option<OAuth>,
    /// Where mail comes in.
    #[serde(default = "inbox")]
    pub folder: String,
    /// Where a message goes once the desk has it.
    #[serde(default = "done")]
    pub done_folder: String,
    /// Seconds between two looks at a server that does not tell of new mail, and at most between two at one that does.
    #[serde(default = "a_minute")]
    pub poll_seconds: u16,
    /// Seconds that the server may take for an answer; a message may take longer, by its size.
    #[serde(default = "half_a_minute")]
    pub timeout_seconds: u16,
}

/// `[mailboxes.NAME.imap.oauth]` and `[mail.smtp.oauth]`: the client-credentials grant, as Microsoft 365 has it for programs.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    pub token_url: String,
    pub client_id: String,
    #[serde(default, deserialize_with = "unless_empty")]
    pub client_secret: Option<Secret>,
    pub scope: String,
}

impl Imap {
    /// What can be read but cannot work, each key with what is wrong with it.
    pub(super) fn wrong(&self) -> Vec<(&'static str, String)> {
        let is_blank = |text: &str| text.trim().is_empty();
        let is_odd = |name: &str| is_blank(name) || name.contains(char::is_control);
        let problem = |is_wrong: bool, key, matter: &str| is_wrong.then(|| (key, matter.to_owned()));
        let is_name = !is_blank(&self.host) && self.host.chars().all(|sign| sign.is_ascii_alphanumeric() || "-._".contains(sign));
        let is_host = is_name || self.host.parse::<IpAddr>().is_ok();
        let login = match (&self.password, &self.oauth) {
            (Some(_), Some(_)) => Some("is given beside oauth: the server is told one of them"),
            (None, None) => Some("must be given, or oauth"),
            _ => None,
        };
        let problems = [
            problem(!is_host, "host", "must be the name or the address of a server, without its port"),
            problem(self.port == 0, "port", "must be at least 1"),
            problem(
                self.tls == Tls::None && !is_loopback(&self.host),
                "tls",
                "is \"none\" for a server on this machine only: a password would be sent for all to read",
            ),
            problem(is_odd(&self.username), "username", "must not be blank"),
            login.map(|matter| ("password", matter.to_owned())),
            problem(is_odd(&self.folder), "folder", "must be the name of a folder"),
            // Asked for by LIST, to which these two stand for any name.
            problem(
                is_odd(&self.done_folder) || self.done_folder.contains(['*', '%']),
                "done_folder",
                "must be the name of a folder, without * and %",
            ),
            problem(
                self.done_folder.eq_ignore_ascii_case(&self.folder),
                "done_folder",
                "must be another than folder: what is in that is taken in",
            ),
            problem(self.poll_seconds == 0, "poll_seconds", "must be at least 1"),
            problem(self.timeout_seconds == 0, "timeout_seconds", "must be at least 1"),
        ];
        problems.into_iter().flatten().chain(self.oauth.iter().flat_map(OAuth::wrong)).collect()
    }

    /// Whether both would fetch the same messages.
    pub(super) fn is_same_folder(&self, other: &Self) -> bool {
        let place = |imap: &Self| (imap.host.to_lowercase(), imap.port, imap.username.to_lowercase(), imap.folder.to_lowercase());
        place(self) == place(other)
    }
}

impl OAuth {
    pub(super) fn wrong(&self) -> Vec<(&'static str, String)> {
        let problem = |is_wrong: bool, key, matter: &str| is_wrong.then(|| (key, matter.to_owned()));
        let problems = [
            problem(
                !is_read_in_secret(&self.token_url),
                "oauth.token_url",
                "must be an address that begins with https:// (http:// on loopback alone)",
            ),
            problem(self.client_id.trim().is_empty(), "oauth.client_id", "must not be blank"),
            problem(self.client_secret.is_none(), "oauth.client_secret", "must be given"),
            problem(self.scope.trim().is_empty(), "oauth.scope", "must not be blank"),
        ];
        problems.into_iter().flatten().collect()
    }
}

pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

const fn imaps() -> u16 {
    993
}

const fn from_the_first_byte() -> Tls {
    Tls::Tls
}

fn inbox() -> String {
    "INBOX".to_owned()
}

fn done() -> String {
    "Verwerkt".to_owned()
}

const fn a_minute() -> u16 {
    60
}

const fn half_a_minute() -> u16 {
    30
}
