//! `[mail]` and `[mailboxes.NAME]`: how mail goes out, and whose comes in where.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::imap::is_loopback;
use super::{Address, Imap, OAuth, Secret, unless_empty};
use crate::domain::contract::TicketType;
use crate::domain::language::Language;

/// `[mail]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The sender of outgoing mail.
    pub from: String,
    pub transport: MailTransport,
    /// Used with `folder`.
    pub folder: PathBuf,
    /// The mail server whose `Authentication-Results` are believed, as it names itself there; `-` for one that does not.
    #[serde(default, deserialize_with = "unless_empty")]
    pub authserv_id: Option<String>,
    /// Who is asked what sending domains say of themselves: `system`, or the address of a resolver. Nobody when absent.
    #[serde(default, deserialize_with = "unless_empty")]
    pub resolver: Option<String>,
    /// The mail servers in front of the desk, as they name themselves in `Received`.
    #[serde(default)]
    pub received_by: Vec<String>,
    /// Where the desk is told of what happens on tickets that nobody has in hand.
    #[serde(default, deserialize_with = "unless_empty")]
    pub notices: Option<String>,
    /// A folder with templates of the desk's own, in place of the built-in ones.
    #[serde(default, deserialize_with = "unless_empty")]
    pub templates: Option<PathBuf>,
    /// Days an undeliverable mail is retried before it is given up.
    pub give_up_after_days: u16,
    /// Used with `smtp`.
    pub smtp: Smtp,
    /// Whose signatures on mail hold.
    #[serde(default)]
    pub signatures: Signatures,
    /// With what the desk signs, by the domain of the sender.
    #[serde(default)]
    pub dkim: BTreeMap<String, Dkim>,
}

/// `[mail.signatures]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Signatures {
    /// The certificates of the authorities that vouch for signers (S/MIME), in PEM.
    #[serde(default, deserialize_with = "unless_empty")]
    pub smime_authorities: Option<PathBuf>,
    /// The public keys of signers (PGP), as `gpg --export` writes them.
    #[serde(default, deserialize_with = "unless_empty")]
    pub pgp_keys: Option<PathBuf>,
}

/// `[mail.dkim.DOMAIN]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// Under which name of the domain the public key is published: `SELECTOR._domainkey.DOMAIN`.
    pub selector: String,
    /// The private key, in PEM.
    pub key_file: PathBuf,
}

impl Dkim {
    /// What can be read but cannot work, each key with what is wrong with it.
    pub(super) fn wrong(&self) -> Option<(&'static str, String)> {
        let is_label = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_name = self.selector.len() <= 63 && self.selector.split('.').all(is_label);
        (!is_name).then(|| ("selector", "must be a name of letters, digits, hyphens and dots".to_owned()))
    }
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
    /// In place of a password.
    pub oauth: Option<OAuth>,
    /// How long the server may take for an answer. All other mail waits as long.
    pub timeout_seconds: u16,
}

impl Smtp {
    /// What can be read but cannot work, each key with what is wrong with it.
    pub(super) fn wrong(&self) -> Vec<(&'static str, String)> {
        let too_short = (self.timeout_seconds == 0).then(|| ("timeout_seconds", "must be at least 1".to_owned()));
        let Some(oauth) = &self.oauth else { return too_short.into_iter().collect() };
        let problem = |is_wrong: bool, key, matter: &str| is_wrong.then(|| (key, matter.to_owned()));
        let problems = [
            problem(self.username.is_none(), "username", "must be given: it is whose tokens these are"),
            problem(self.password.is_some(), "password", "is given beside oauth: the server is told one of them"),
            problem(
                self.tls == Tls::None && !is_loopback(&self.host),
                "tls",
                "is \"none\" for a server on this machine only: a token would be sent for all to read",
            ),
        ];
        problems.into_iter().flatten().chain(oauth.wrong()).chain(too_short).collect()
    }
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
    /// The language of the mail that leaves from it.
    #[serde(default)]
    pub language: Language,
    /// What happens to mail of people nobody knows (AMB-95).
    #[serde(default)]
    pub unknown_senders: UnknownSenders,
    /// Whether mail is quarantined unless its sender is verified.
    #[serde(default)]
    pub require_authenticated: bool,
    /// Machines whose mail becomes a ticket, each with the type of that: monitoring, by its address.
    #[serde(default)]
    pub alert_senders: BTreeMap<String, TicketType>,
    /// Where its mail is fetched; without it, mail is brought by the API or by a command.
    pub imap: Option<Imap>,
}

impl Mailbox {
    /// The type of the ticket that mail of a machine with this address becomes.
    pub fn alert_of(&self, address: &str) -> Option<TicketType> {
        self.alert_senders.iter().find(|(named, _)| named.eq_ignore_ascii_case(address)).map(|(_, kind)| *kind)
    }
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

/// Where a resolver is, on its usual port unless another is named.
pub fn place_of_resolver(named: &str) -> Option<SocketAddr> {
    const PORT: u16 = 53;
    named.parse().ok().or_else(|| Some(SocketAddr::new(named.parse().ok()?, PORT)))
}
