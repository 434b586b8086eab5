//! Settings: `config/default.toml`, then your own file, then the environment. Unknown keys are refused.
//!
//! A secret can come from a file: `UURWERK_ADMIN_TOKEN_FILE` names the file that holds what `UURWERK_ADMIN_TOKEN` would.

mod address;
mod checks;
mod files;
mod http;
mod identity;
mod imap;
mod lmtp;
mod load;
mod mail;
mod networks;
mod paths;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::IntoDeserializer as _;
use serde::{Deserialize, Deserializer, Serialize};

pub use address::Address;
pub use files::{Attachments, Files, S3, ScannerPlace};
pub use http::{Http, TlsFiles};
pub use identity::{Identity, IdentityProvider, ProviderKind};
pub use imap::{Imap, OAuth};
pub use lmtp::{Lmtp, LmtpPlace};
use load::Reading;
pub use mail::{Dkim, Mail, MailTransport, Mailbox, Signatures, Smtp, Tls, UnknownSenders, place_of_resolver};
pub use networks::Networks;

use crate::domain::address::can_be_mailed;
use crate::domain::language::Language;
use crate::domain::password::{LONGEST, SHORTEST};

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// An optional setting that is empty is not set: a variable without a value is how many a deployment leaves one out.
fn unless_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(given: D) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(given)?.filter(|text| !text.trim().is_empty());
    text.map(|text| T::deserialize(text.into_deserializer())).transpose()
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("…")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("…")
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub time: TimeMode,
    pub database: Database,
    pub http: Http,
    pub contracts: Contracts,
    #[serde(default)]
    pub admin: Admin,
    pub access: Access,
    #[serde(default)]
    pub identity: Identity,
    #[serde(default)]
    pub sandbox: Sandbox,
    pub audit: Audit,
    pub roles: Roles,
    pub log: Log,
    pub mail: Mail,
    pub attachments: Attachments,
    #[serde(default)]
    pub files: Files,
    #[serde(default)]
    pub lmtp: Lmtp,
    #[serde(default)]
    pub mailboxes: BTreeMap<String, Mailbox>,
    #[serde(default)]
    pub teams: BTreeMap<String, Team>,
}

/// Which time the program runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeMode {
    /// The machine's or, on PostgreSQL, the database's.
    Machine,
    /// Its own, which only moves when told to: for rehearsals.
    Sandbox,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: Address,
    /// The same database on PostgreSQL as the role that owns its tables, by which it is migrated.
    #[serde(default, deserialize_with = "unless_empty")]
    pub owner_url: Option<Address>,
}

/// `[contracts]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Contracts {
    /// The folder with the `*.toml` files.
    pub dir: PathBuf,
}

/// `[admin]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// The token that may do everything.
    #[serde(default, deserialize_with = "unless_empty")]
    pub token: Option<Secret>,
}

/// `[access]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Days that a token issued over the API is good for at most.
    pub longest_token_days: u16,
    /// Whether people sign in to local accounts.
    pub local_accounts: bool,
    /// Characters that a password of a local account has at least: 14 or more.
    pub shortest_password: u16,
    /// A file with the SHA-1 hashes of breached passwords, sorted.
    #[serde(default, deserialize_with = "unless_empty")]
    pub breached_passwords: Option<PathBuf>,
}

/// `[sandbox]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sandbox {
    /// The time at which an empty sandbox begins.
    #[serde(default, deserialize_with = "unless_empty")]
    pub start: Option<crate::domain::Instant>,
}

/// `[audit]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// For how many days its lines are kept.
    pub keep_days: u32,
}

/// `[roles]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// Days after which somebody is to look again at whether the holder of a role still needs it (IAM-06).
    pub review_after_days: u16,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A `tracing` filter.
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// `[teams.NAME]`: where any team is named, tickets can only be assigned to these.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    pub label: TeamLabel,
    /// Where it is told of its tickets.
    #[serde(default)]
    pub mail: Option<String>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TeamLabel {
    /// In Dutch.
    pub nl: String,
    /// In English; the Dutch name when absent.
    pub en: Option<String>,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    /// One line for each problem.
    #[error("settings: {}", .0.join("\nsettings: "))]
    Wrong(Vec<String>),
    /// The settings file cannot be read.
    #[error("settings: {0} cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
}

impl Log {
    /// What is logged.
    pub fn env_filter(&self) -> Result<tracing_subscriber::EnvFilter, String> {
        checks::log_filter(&self.filter)
    }
}

impl Settings {
    /// The defaults, then your own file, then the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, BadSettings> {
        Self::from_parts(file, std::env::vars())
    }

    /// The same from given variables, for tests.
    pub fn from_parts(file: Option<&Path>, variables: impl Iterator<Item = (String, String)>) -> Result<Self, BadSettings> {
        let mut reading = Reading::of(file)?;
        for (name, value) in variables {
            reading = reading.variable(&name, value);
        }
        reading.finish()
    }

    /// The same settings with another database.
    pub fn on(mut self, database: String) -> Result<Self, BadSettings> {
        self.database.url = database.into();
        let wrong: Vec<_> = self.wrong().into_iter().map(|(key, matter)| format!("{key}: {matter}")).collect();
        if wrong.is_empty() { Ok(self) } else { Err(BadSettings::Wrong(wrong)) }
    }

    /// The language of mail that leaves from a mailbox; Dutch of the desk's own sender.
    pub fn language_of(&self, mailbox: Option<&str>) -> Language {
        mailbox.and_then(|name| self.mailboxes.get(name)).map(|mailbox| mailbox.language).unwrap_or_default()
    }

    /// What can be read but cannot work, each key with what is wrong with it: a bad address, or one that leads to two contracts (MAIL-01).
    fn wrong(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut refuse = |key: &str, matter: String| problems.push((key.to_owned(), matter));
        if !checks::is_database(&self.database.url) {
            refuse("database.url", "must be sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned());
        }
        if self.database.owner_url.as_ref().is_some_and(|url| !url.starts_with("postgres") || !checks::is_database(url)) {
            refuse("database.owner_url", "must be postgres://USER:PASSWORD@HOST/DATABASE".to_owned());
        }
        if !checks::is_listened_on(&self.http.listen) {
            refuse("http.listen", "must be an address and a port, such as 127.0.0.1:8080".to_owned());
        }
        if self.http.public_url.as_ref().is_some_and(|url| !checks::is_issuer(url)) {
            let matter = "must be an address that begins with https:// (http:// on loopback alone), without query, fragment or login";
            refuse("http.public_url", matter.to_owned());
        }
        for (key, given, other) in
            [("certificate", &self.http.tls.certificate, &self.http.tls.key), ("key", &self.http.tls.key, &self.http.tls.certificate)]
        {
            if given.is_none() && other.is_some() {
                refuse(&format!("http.tls.{key}"), "must be given too: a certificate and its key belong together".to_owned());
            }
        }
        if self.access.longest_token_days == 0 {
            refuse("access.longest_token_days", "must be at least 1".to_owned());
        }
        if !(SHORTEST..=LONGEST).contains(&usize::from(self.access.shortest_password)) {
            refuse("access.shortest_password", format!("must be from {SHORTEST} to {LONGEST}"));
        }
        if let Err(error) = self.log.env_filter() {
            refuse("log.filter", error);
        }
        if !checks::is_file_store(&self.attachments.store) {
            refuse("attachments.store", "must be a folder or s3://BUCKET".to_owned());
        }
        if self.attachments.s3.endpoint.as_ref().is_some_and(|url| !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme))) {
            refuse("attachments.s3.endpoint", "must be an address that begins with https:// or http://".to_owned());
        }
        if let Some((key, matter)) = self.attachments.wrong_scanner() {
            refuse(&format!("attachments.{key}"), matter.to_owned());
        }
        if let Err(error) = self.mail.from.parse::<lettre::message::Mailbox>() {
            refuse("mail.from", format!("\"{}\" is not an address: {error}", self.mail.from));
        }
        let teams = self.teams.iter().filter_map(|(name, team)| Some((format!("teams.{name}.mail"), team.mail.as_ref()?)));
        for (key, address) in teams.chain(self.mail.notices.iter().map(|address| ("mail.notices".to_owned(), address))) {
            let own = self.mailboxes.values().map(|mailbox| mailbox.address.as_str()).chain([self.mail.from.as_str()]);
            let mut own = own.filter_map(|own| own.parse::<lettre::message::Mailbox>().ok());
            if !can_be_mailed(address) {
                refuse(&key, format!("\"{address}\" is not a mail address"));
            } else if own.any(|own| own.email.to_string().eq_ignore_ascii_case(address)) {
                refuse(&key, "is an address of the desk itself: what it sends there comes back to it as mail".to_owned());
            }
        }
        if self.mail.resolver.as_ref().is_some_and(|named| named != "system" && place_of_resolver(named).is_none()) {
            refuse("mail.resolver", "must be \"system\", or the address of a resolver such as 192.0.2.53".to_owned());
        }
        if self.mail.give_up_after_days == 0 {
            refuse("mail.give_up_after_days", "must be at least 1".to_owned());
        }
        if self.roles.review_after_days == 0 {
            refuse("roles.review_after_days", "must be at least 1".to_owned());
        }
        for (key, matter) in self.mail.smtp.wrong() {
            refuse(&format!("mail.smtp.{key}"), matter);
        }
        for (domain, (key, matter)) in self.mail.dkim.iter().filter_map(|(domain, signing)| Some((domain, signing.wrong()?))) {
            refuse(&format!("mail.dkim.\"{domain}\".{key}"), matter);
        }
        for (key, matter) in self.identity.wrong().into_iter().chain(paths::wrong(self)).chain(self.lmtp.wrong()) {
            refuse(&key, matter);
        }
        for (at, (name, mailbox)) in self.mailboxes.iter().enumerate() {
            let key = format!("mailboxes.{name}.address");
            if let Err(error) = mailbox.address.parse::<lettre::message::Mailbox>() {
                refuse(&key, format!("\"{}\" is not an address: {error}", mailbox.address));
            }
            let is_same = |other: &Mailbox| other.address.eq_ignore_ascii_case(&mailbox.address) && other.contract != mailbox.contract;
            if let Some((other, _)) = self.mailboxes.iter().take(at).find(|(_, other)| is_same(other)) {
                refuse(&key, format!("mailboxes.{other} and mailboxes.{name} have one address and two contracts: {}", mailbox.address));
            }
            for address in mailbox.alert_senders.keys().filter(|address| !can_be_mailed(address)) {
                refuse(&format!("mailboxes.{name}.alert_senders"), format!("\"{address}\" is not a mail address"));
            }
            let Some(imap) = &mailbox.imap else { continue };
            for (key, matter) in imap.wrong() {
                refuse(&format!("mailboxes.{name}.imap.{key}"), matter);
            }
            let is_same = |other: &Mailbox| other.imap.as_ref().is_some_and(|other| other.is_same_folder(imap));
            if let Some((other, _)) = self.mailboxes.iter().take(at).find(|(_, other)| is_same(other)) {
                refuse(&format!("mailboxes.{name}.imap.folder"), format!("is fetched for mailboxes.{other} already"));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests;
