//! Settings: `config/default.toml`, then your own file, then the environment. Unknown keys are refused.
//!
//! A secret can come from a file: `UURWERK_ADMIN_TOKEN_FILE` names the file that holds what `UURWERK_ADMIN_TOKEN` would.

mod address;
mod checks;
mod identity;
mod load;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::IntoDeserializer as _;
use serde::{Deserialize, Deserializer, Serialize};

pub use address::Address;
pub use identity::{Identity, IdentityProvider, ProviderKind};
use load::Reading;

use crate::domain::contract::TicketType;

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
    #[serde(default)]
    pub identity: Identity,
    #[serde(default)]
    pub sandbox: Sandbox,
    pub log: Log,
    pub mail: Mail,
    pub attachments: Attachments,
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
}

/// `[http]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port.
    pub listen: String,
    /// Requests per minute allowed to one token, on average; 0 is no limit.
    pub requests_per_minute: u32,
    /// Requests it may make at once.
    pub burst: u32,
    /// Requests per minute with a wrong token allowed to one address; 0 is no limit.
    pub failures_per_minute: u32,
    /// Seconds a body may take to arrive, plus one for every 16 KiB of it.
    pub slow_body_seconds: u16,
    /// The folder that holds long bodies while they come in.
    pub spool: PathBuf,
}

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
    /// How to reach a bucket.
    #[serde(default)]
    pub s3: S3,
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

/// `[sandbox]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sandbox {
    /// The time at which an empty sandbox begins.
    #[serde(default, deserialize_with = "unless_empty")]
    pub start: Option<crate::domain::Instant>,
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

/// `[mail]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The sender of outgoing mail.
    pub from: String,
    pub transport: MailTransport,
    /// Used with `folder`.
    pub folder: PathBuf,
    /// Days an undeliverable mail is retried before it is given up.
    pub give_up_after_days: u16,
    /// Used with `smtp`.
    pub smtp: Smtp,
}

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
    pub host: Address,
    pub port: u16,
    pub tls: Tls,
    #[serde(default, deserialize_with = "unless_empty")]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "unless_empty")]
    pub password: Option<Secret>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Not at all: for a server on this machine.
    None,
    /// Upgraded with STARTTLS.
    Starttls,
    /// TLS from the first byte.
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
    /// The organisation that mail of strangers belongs to, where they are accepted. Other mail belongs to its sender's organisation.
    #[serde(default, deserialize_with = "unless_empty")]
    pub organisation: Option<String>,
    /// The type a mail becomes (MAIL-07).
    #[serde(default = "incident")]
    pub default_type: TicketType,
    /// What happens to mail of people nobody knows (AMB-95).
    #[serde(default)]
    pub unknown_senders: UnknownSenders,
}

/// `[teams.NAME]`: where any team is named, tickets can only be assigned to these.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    pub label: TeamLabel,
}

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

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    /// One line for each problem.
    #[error("settings: {}", .0.join("\nsettings: "))]
    Wrong(Vec<String>),
    /// A file that is named cannot be read.
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
            reading = reading.variable(&name, value)?;
        }
        reading.finish()
    }

    /// The same settings with another database.
    pub fn on(mut self, database: String) -> Result<Self, BadSettings> {
        self.database.url = database.into();
        let wrong: Vec<_> = self.wrong().into_iter().map(|(key, matter)| format!("{key}: {matter}")).collect();
        if wrong.is_empty() { Ok(self) } else { Err(BadSettings::Wrong(wrong)) }
    }

    /// What can be read but cannot work, each key with what is wrong with it: a bad address, or one that leads to two contracts (MAIL-01).
    fn wrong(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut refuse = |key: &str, matter: String| problems.push((key.to_owned(), matter));
        if !checks::is_database(&self.database.url) {
            refuse("database.url", "must be sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned());
        }
        if !checks::is_listened_on(&self.http.listen) {
            refuse("http.listen", "must be an address and a port, such as 127.0.0.1:8080".to_owned());
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
        if let Err(error) = self.mail.from.parse::<lettre::message::Mailbox>() {
            refuse("mail.from", format!("\"{}\" is not an address: {error}", self.mail.from));
        }
        if self.mail.give_up_after_days == 0 {
            refuse("mail.give_up_after_days", "must be at least 1".to_owned());
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
        }
        problems
    }
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
        assert_eq!(&*settings.database.url, "postgres://u:geheim@db/x");
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
    fn what_is_set_but_empty_is_not_set() {
        let optional = [
            "UURWERK_ADMIN_TOKEN",
            "UURWERK_ADMIN_TOKEN_FILE",
            "UURWERK_ATTACHMENTS_S3_ENDPOINT",
            "UURWERK_ATTACHMENTS_S3_KEY",
            "UURWERK_ATTACHMENTS_S3_SECRET",
            "UURWERK_MAIL_SMTP_USERNAME",
            "UURWERK_MAIL_SMTP_PASSWORD",
            "UURWERK_MAILBOXES_SUPPORT_ORGANISATION",
            "UURWERK_SANDBOX_START",
        ];
        let settings = with(&optional.map(|name| (name, ""))).expect("they are settings");
        assert_eq!((settings.admin.token, settings.mail.smtp.username, settings.mail.smtp.password), (None, None, None));
        let s3 = settings.attachments.s3;
        assert_eq!((s3.endpoint, s3.key, s3.secret, settings.sandbox.start), (None, None, None, None));
        assert_eq!(settings.mailboxes["support"].organisation, None);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once_a_line_each_without_values_and_without_the_programs_insides() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("desk.toml");
        std::fs::write(&file, "[http]\nburst = \"veel\"\n[mailboxes.extra]\naddress = \"x@uurwerk.example\"\n[mail]\ncolour = 1\n")
            .expect("a file");
        let variables = [
            ("UURWERK_BIN", "target/debug/uurwerk"),
            ("UURWERK_HTTP_LISSEN", "x"),
            ("UURWERK_MAIL_SMTP_TLS", "maybe"),
            ("UURWERK_MAIL_SMTP_PORT", "geheim"),
            ("UURWERK_ATTACHMENTS", "s3://key:geheim@bucket"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let refused = Settings::from_parts(Some(&file), variables.into_iter()).expect_err("they cannot be").to_string();
        let mut lines: Vec<_> = refused.lines().collect();
        lines.sort_unstable();
        let file = file.display();
        for (line, start) in lines.iter().zip([
            "settings: attachments (UURWERK_ATTACHMENTS): must be a table".to_owned(),
            "settings: bin (UURWERK_BIN): there is no such setting; the tables are time, database, http,".to_owned(),
            format!("settings: http.burst ({file}): must be a whole number"),
            "settings: http.lissen (UURWERK_HTTP_LISSEN): there is no such setting; [http] has listen, requests_per_minute,".to_owned(),
            format!("settings: mail.colour ({file}): there is no such setting; [mail] has from,"),
            "settings: mail.smtp.port (UURWERK_MAIL_SMTP_PORT): must be a whole number from 0 to 65535".to_owned(),
            "settings: mail.smtp.tls (UURWERK_MAIL_SMTP_TLS): must be one of \"none\", \"starttls\", \"tls\"".to_owned(),
            format!("settings: mailboxes.extra.contract ({file}): must be given"),
        ]) {
            assert!(line.starts_with(&start), "{line}\nis not\n{start}\nin\n{refused}");
        }
        assert_eq!(lines.len(), 8, "{refused}");
        assert!(!refused.contains("geheim") && !refused.contains(".rs"), "{refused}");
    }

    #[test]
    fn a_value_that_cannot_be_read_does_not_hide_one_that_cannot_work() {
        let refused = with(&[
            ("UURWERK_HTTP_BURST", "abc"),
            ("UURWERK_TIME", "x"),
            ("UURWERK_HTTP_LISTEN", "nergens"),
            ("UURWERK_LOG_FILTER", "uurwerk=zz=1,,["),
            ("UURWERK_ATTACHMENTS_STORE", "ftp://u:geheim@x"),
            ("UURWERK_DATABASE_URL", "postgres://u:geheim@[::bad/x"),
            ("UURWERK_ATTACHMENTS_S3_ENDPOINT", "minio:9000"),
        ]);
        let refused = refused.expect_err("they cannot be").to_string();
        for key in [
            "http.burst (UURWERK_HTTP_BURST)",
            "time (UURWERK_TIME)",
            "http.listen (UURWERK_HTTP_LISTEN)",
            "log.filter (UURWERK_LOG_FILTER)",
            "attachments.store (UURWERK_ATTACHMENTS_STORE)",
            "database.url (UURWERK_DATABASE_URL)",
            "attachments.s3.endpoint (UURWERK_ATTACHMENTS_S3_ENDPOINT)",
        ] {
            assert!(refused.contains(&format!("settings: {key}: ")), "{key} in\n{refused}");
        }
        assert_eq!((refused.lines().count(), refused.contains("geheim")), (7, false), "{refused}");
        for (name, value) in [
            ("UURWERK_HTTP_LISTEN", "[::1]:0"),
            ("UURWERK_HTTP_LISTEN", "localhost:8080"),
            ("UURWERK_LOG_FILTER", "warn,uurwerk::mail=debug"),
            ("UURWERK_ATTACHMENTS_STORE", "s3://bucket"),
            ("UURWERK_ATTACHMENTS_STORE", "/srv/attachments"),
            ("UURWERK_DATABASE_URL", "postgres:///x?host=/run/postgresql"),
            ("UURWERK_DATABASE_URL", "postgres://u:geheim@[::1]:5432/x"),
        ] {
            with(&[(name, value)]).unwrap_or_else(|refused| panic!("{value}: {refused}"));
        }
    }

    /// The last of these lines would only follow from the first.
    #[test]
    fn what_is_wrong_in_a_table_of_ones_own_is_told_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("desk.toml");
        std::fs::write(&file, "[teams.a]\nlabel = { de = \"x\" }\n[mailboxes.extra]\naddress = 3\ncontract = \"dap\"\n").expect("a file");
        let refused = Settings::from_parts(Some(&file), std::iter::empty()).expect_err("they cannot be").to_string();
        let mut keys: Vec<_> = refused.lines().filter_map(|line| line.strip_prefix("settings: ")?.split(' ').next()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["mailboxes.extra.address", "teams.a.label.de", "teams.a.label.nl"], "{refused}");
    }

    #[test]
    fn a_file_that_is_no_toml_and_a_database_of_no_known_kind_are_told_in_a_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("desk.toml");
        std::fs::write(&file, "[http]\nburst = = 1\n").expect("a file");
        let refused = Settings::from_parts(Some(&file), std::iter::empty()).expect_err("it cannot be read").to_string();
        assert!(refused.starts_with(&format!("settings: {}, line 2: ", file.display())) && refused.lines().count() == 1, "{refused}");
        for url in ["mysql://u:geheim@db/x", "POSTGRES://u:geheim@db/x", "host=db password=geheim", "sqlite::memory:", "sqlite://"] {
            let refused = with(&[("UURWERK_DATABASE_URL", url)]).expect_err("it cannot be").to_string();
            assert!(refused.contains("database.url") && !refused.contains("geheim"), "{refused}");
        }
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
