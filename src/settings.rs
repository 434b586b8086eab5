//! Settings: `config/default.toml`, a file of one's own, then the environment. Unknown keys are refused.
//!
//! A secret may stand in a file: `UURWERK_ADMIN_TOKEN_FILE` names the file that holds what `UURWERK_ADMIN_TOKEN` would.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use figment::value::Value;
use serde::{Deserialize, Serialize};

use crate::domain::contract::TicketType;

/// What comes with the program.
const DEFAULTS: &str = include_str!("../config/default.toml");
const PREFIX: &str = "UURWERK_";

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The value itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
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

/// Everything one can set.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whose time.
    pub time: TimeMode,
    /// Where everything is kept.
    pub database: Database,
    /// Where it listens.
    pub http: Http,
    /// Where the agreements are.
    pub contracts: Contracts,
    /// Who may do everything.
    #[serde(default)]
    pub admin: Admin,
    /// Sandbox time.
    #[serde(default)]
    pub sandbox: Sandbox,
    /// What is logged.
    pub log: Log,
    /// Outgoing mail.
    pub mail: Mail,
    /// Files on tickets.
    pub attachments: Attachments,
    /// Where mail comes in.
    #[serde(default)]
    pub mailboxes: BTreeMap<String, Mailbox>,
    /// Who works at the desk.
    #[serde(default)]
    pub teams: BTreeMap<String, Team>,
}

/// Whose time the program lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeMode {
    /// The machine's, or the database's.
    Machine,
    /// Its own, for rehearsals.
    Sandbox,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://…`.
    #[serde(serialize_with = "without_password")]
    pub url: String,
}

/// `[http]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port.
    pub listen: String,
    /// What a token may ask in a minute, in the long run; 0 is no limit.
    pub requests_per_minute: u32,
    /// What it may ask at once.
    pub burst: u32,
    /// How often an address may come with a wrong token in a minute; 0 is no limit.
    pub failures_per_minute: u32,
    /// How many seconds a body may take, and one more for every 16 KiB of it.
    pub slow_body_seconds: u16,
    /// The folder where long bodies wait while they come in.
    pub spool: PathBuf,
}

/// `[attachments]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attachments {
    /// A folder, or `s3://BUCKET`.
    pub store: String,
    /// The most bytes of one file.
    pub max_bytes: u64,
    /// The most bytes of a ticket's files together.
    pub max_bytes_per_ticket: u64,
    /// How a bucket is reached.
    #[serde(default)]
    pub s3: S3,
}

/// `[attachments.s3]`: what is absent is taken from the surroundings, as programs for this service do.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    /// Its address, where it is not Amazon's.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// The name of the access key.
    pub key: Option<String>,
    /// The access key itself.
    pub secret: Option<Secret>,
}

/// `[contracts]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Contracts {
    /// The folder of `*.toml`.
    pub dir: PathBuf,
}

/// `[admin]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// The token for everything.
    pub token: Option<Secret>,
}

/// `[sandbox]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sandbox {
    /// Where an empty database begins.
    pub start: Option<crate::domain::Instant>,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// As tracing's filters.
    pub filter: String,
    /// Lines for people or for machines.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// `[mail]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Whom outgoing mail comes from.
    pub from: String,
    /// How it leaves.
    pub transport: MailTransport,
    /// Where it is written with `folder`.
    pub folder: PathBuf,
    /// How many days a mail that does not leave is tried before it is given up.
    pub give_up_after_days: u16,
    /// Where it is sent with `smtp`.
    pub smtp: Smtp,
}

/// How outgoing mail leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTransport {
    /// As files in a folder.
    Folder,
    /// To a mail server.
    Smtp,
}

/// `[mail.smtp]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub tls: Tls,
    /// Whom to log in as.
    pub username: Option<String>,
    /// With which password.
    pub password: Option<Secret>,
}

/// How a connection is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Not at all: for a server on this machine.
    None,
    /// From the first command that can.
    Starttls,
    /// From the first byte.
    Tls,
}

/// `[mailboxes.NAME]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// Its address (MAIL-01).
    pub address: String,
    /// The contract its tickets fall under.
    pub contract: String,
    /// Whose the mail of strangers is, where it accepts them; whose the mail of others is, their address tells.
    pub organisation: Option<String>,
    /// The type a mail becomes (MAIL-07).
    #[serde(default = "incident")]
    pub default_type: TicketType,
    /// What happens to mail of people nobody knows (AMB-95).
    #[serde(default)]
    pub unknown_senders: UnknownSenders,
}

/// `[teams.NAME]`: where any is named, tickets are put in the hands of these only.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// What people call it.
    pub label: TeamLabel,
}

/// What people call a team.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TeamLabel {
    /// In Dutch.
    pub nl: String,
    /// In English; the Dutch name when absent.
    pub en: Option<String>,
}

/// What a mailbox does with people it does not know (AMB-95).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownSenders {
    /// Their message waits, visible to the desk, until somebody makes a ticket of it.
    #[default]
    Quarantine,
    /// Their message becomes a ticket, of the mailbox's organisation or of the contract's only client; otherwise it waits too.
    Accept,
}

const fn incident() -> TicketType {
    TicketType::Incident
}

fn without_password<S: serde::Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let masked = match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => url.to_owned(),
    };
    serializer.serialize_str(&masked)
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    /// Files or variables that say what cannot be.
    #[error("settings: {0}")]
    Wrong(String),
    /// A file that is named cannot be read.
    #[error("settings: {0} cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
}

impl Settings {
    /// The defaults, then a file of one's own, then the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, BadSettings> {
        Self::from_parts(file, std::env::vars())
    }

    /// The same from given variables.
    pub fn from_parts(file: Option<&Path>, variables: impl Iterator<Item = (String, String)>) -> Result<Self, BadSettings> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = file {
            let text = std::fs::read_to_string(file).map_err(|error| BadSettings::Unreadable(file.to_owned(), error))?;
            figment = figment.merge(Toml::string(&text));
        }
        for (name, value) in variables {
            let Some(name) = name.strip_prefix(PREFIX).filter(|name| *name != "CONFIG") else { continue };
            let (name, value) = match name.strip_suffix("_FILE") {
                Some(name) => {
                    let path = PathBuf::from(&value);
                    let text = std::fs::read_to_string(&path).map_err(|error| BadSettings::Unreadable(path, error))?;
                    (name, text.trim_end().to_owned())
                }
                None => (name, value),
            };
            let key = key_of(name, &figment);
            figment = match (figment.find_value(&key), value.parse::<u64>()) {
                (Ok(Value::Num(..)), Ok(number)) => figment.merge(Serialized::global(&key, number)),
                _ => figment.merge(Serialized::global(&key, value)),
            };
        }
        let wrong = |error: figment::Error| BadSettings::Wrong(error.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join("; "));
        figment.extract::<Self>().map_err(wrong)?.checked()
    }

    /// Refuses what reads well and cannot be: an address that is none, or one that leads to two contracts (MAIL-01).
    fn checked(self) -> Result<Self, BadSettings> {
        let mut problems = Vec::new();
        if let Err(error) = self.mail.from.parse::<lettre::message::Mailbox>() {
            problems.push(format!("mail.from: \"{}\" is no address: {error}", self.mail.from));
        }
        if self.mail.give_up_after_days == 0 {
            problems.push("mail.give_up_after_days: must be at least 1".to_owned());
        }
        for (at, (name, mailbox)) in self.mailboxes.iter().enumerate() {
            if let Err(error) = mailbox.address.parse::<lettre::message::Mailbox>() {
                problems.push(format!("mailboxes.{name}.address: \"{}\" is no address: {error}", mailbox.address));
            }
            let other = self
                .mailboxes
                .iter()
                .take(at)
                .find(|(_, other)| other.address.eq_ignore_ascii_case(&mailbox.address) && other.contract != mailbox.contract);
            if let Some((other, _)) = other {
                problems.push(format!("mailboxes.{other} and mailboxes.{name} have one address and two contracts: {}", mailbox.address));
            }
        }
        if problems.is_empty() { Ok(self) } else { Err(BadSettings::Wrong(problems.join("; "))) }
    }
}

/// The key a variable sets: `_` parts tables from keys, and stands in keys of several words that have a default.
fn key_of(name: &str, known: &Figment) -> String {
    let name = name.to_lowercase();
    let (mut key, mut rest) = (String::new(), name.as_str());
    while !rest.is_empty() {
        let ends = rest.match_indices('_').map(|(at, _)| at).chain([rest.len()]);
        let there = |end: &usize| known.contains(&format!("{key}{}", &rest[..*end]));
        let word = ends.filter(there).max().or_else(|| rest.find('_')).unwrap_or(rest.len());
        key.push_str(&rest[..word]);
        rest = rest[word..].trim_start_matches('_');
        if !rest.is_empty() {
            key.push('.');
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<Settings, BadSettings> {
        Settings::from_parts(None, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn the_environment_comes_on_top_of_the_defaults() {
        let settings =
            with(&[("UURWERK_DATABASE_URL", "postgres://u:geheim@db/x"), ("UURWERK_MAIL_SMTP_PORT", "2525"), ("UURWERK_TIME", "sandbox")]);
        let settings = settings.expect("they are settings");
        assert_eq!((settings.mail.smtp.port, settings.time), (2525, TimeMode::Sandbox));
        assert_eq!(settings.database.url, "postgres://u:geheim@db/x");
    }

    #[test]
    fn a_variable_sets_a_key_of_several_words_and_a_number_where_one_belongs() {
        let settings = with(&[
            ("UURWERK_ATTACHMENTS_MAX_BYTES", "17"),
            ("UURWERK_ATTACHMENTS_MAX_BYTES_PER_TICKET", "99"),
            ("UURWERK_ATTACHMENTS_S3_SECRET", "17"),
            ("UURWERK_MAILBOXES_SUPPORT_UNKNOWN_SENDERS", "accept"),
        ]);
        let settings = settings.expect("they are settings");
        assert_eq!((settings.attachments.max_bytes, settings.attachments.max_bytes_per_ticket), (17, 99));
        assert_eq!(settings.attachments.s3.secret.as_ref().map(Secret::reveal), Some("17"));
        assert_eq!(settings.mailboxes["support"].unknown_senders, UnknownSenders::Accept);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let refused = with(&[("UURWERK_HTTP_LISSEN", "x")]).expect_err("it is no key").to_string();
        assert!(refused.contains("lissen"), "{refused}");
    }

    /// MAIL-01.
    #[test]
    fn an_address_that_is_none_and_one_that_leads_to_two_contracts_are_refused_together() {
        let refused = with(&[("UURWERK_MAIL_FROM", "niemand"), ("UURWERK_MAILBOXES_SUPPORT_ADDRESS", "Servicedesk@uurwerk.example")]);
        let refused = refused.expect_err("they cannot be").to_string();
        assert!(refused.contains("mail.from") && refused.contains("mailboxes.servicedesk and mailboxes.support"), "{refused}");
    }

    #[test]
    fn secrets_are_masked_when_printed() {
        let settings = with(&[("UURWERK_ADMIN_TOKEN", "geheim"), ("UURWERK_DATABASE_URL", "postgres://u:geheim@db/x")]).expect("settings");
        let printed = format!("{} {:?}", toml::to_string(&settings).expect("they print"), settings.admin);
        assert!(!printed.contains("geheim"), "{printed}");
    }
}
