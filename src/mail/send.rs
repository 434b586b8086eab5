//! Mail out: to a server, or to a folder. Mail about a contract leaves from one of the contract's own mailboxes, where its answers come back.

use std::collections::BTreeMap;
mod folder;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use uuid::Uuid;

use super::messages::Outgoing;
use super::parse::LOOP_MARKER;
use crate::domain::Instant;
use crate::domain::mail::Outbound;
use crate::settings::{self, Mail, MailTransport, Settings, Tls};
use folder::Folder;

/// What `Outbound::auto` says of a person's own words, which carry no `Auto-Submitted`.
pub const PERSONAL: &str = "personal";

/// Who sends mail, built once: connections to the server are kept and used again.
pub struct Mailer {
    from: Mailbox,
    mailboxes: BTreeMap<String, Mailbox>,
    way: Way,
    /// Whether the last mail could not leave for want of a server.
    is_away: AtomicBool,
}

/// Why a mail did not leave, in words without an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// No mail can leave now, whoever it is for: no server, a server that is closing, a folder that cannot be written.
    #[error("{0}")]
    Away(String),
    /// This mail was refused, and may be taken later.
    #[error("{0}")]
    Refused(String),
    /// This mail will not be taken, however often it is tried.
    #[error("{0}")]
    Never(String),
}

/// What a mail is about, which says where it leaves from.
#[derive(Debug, Clone, Copy)]
pub struct Leaving<'a> {
    /// The contract.
    pub contract: &'a str,
    /// The client.
    pub organisation: &'a str,
    /// The mailboxes to which mails about its ticket came, the first one first.
    pub came_to: &'a [String],
}

impl Leaving<'_> {
    /// The mailbox it leaves from, one of its contract's: the first that mail about the ticket came to, else that of the client, else the first
    /// by name that is of no client. None is `mail.from`: what is about one client never leaves from another's mailbox.
    pub fn mailbox(self, mailboxes: &BTreeMap<String, settings::Mailbox>) -> Option<String> {
        let own = || mailboxes.iter().filter(|(_, mailbox)| mailbox.contract == self.contract);
        let came_to = self.came_to.iter().find(|name| own().any(|(own, _)| own == *name));
        let of = |organisation| own().find(move |(_, mailbox)| mailbox.organisation.as_deref() == organisation).map(|(name, _)| name);
        came_to.or_else(|| of(Some(self.organisation))).or_else(|| of(None)).cloned()
    }
}

enum Way {
    Folder(Arc<Folder>),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl Mailer {
    /// As the settings say; what is wrong with them, in words.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let mail = &settings.mail;
        let from: Mailbox = mail.from.parse().map_err(|error| format!("mail.from is no address: {error}"))?;
        let own = |(name, mailbox): (&String, &settings::Mailbox)| {
            let address: Mailbox = mailbox.address.parse().map_err(|error| format!("mailboxes.{name}.address is no address: {error}"))?;
            Ok((name.clone(), Mailbox { name: address.name.or_else(|| from.name.clone()), email: address.email }))
        };
        let mailboxes = settings.mailboxes.iter().map(own).collect::<Result<_, String>>()?;
        let way = match mail.transport {
            MailTransport::Folder => Way::Folder(Arc::new(Folder::at(mail.folder.clone()))),
            MailTransport::Smtp => Way::Smtp(smtp(mail)?),
        };
        Ok(Self { from, mailboxes, way, is_away: AtomicBool::new(false) })
    }

    /// Sends one mail.
    pub async fn send(&self, mail: &Outbound) -> Result<(), Unsent> {
        let sent = self.try_to_send(mail).await;
        if let Err(Unsent::Away(_)) = sent {
            self.is_away.store(true, Ordering::Relaxed);
        }
        sent
    }

    /// Whether mail leaves again after it could not; says so once.
    pub fn is_back(&self) -> bool {
        self.is_away.swap(false, Ordering::Relaxed)
    }

    async fn try_to_send(&self, mail: &Outbound) -> Result<(), Unsent> {
        let own = mail.mailbox.as_ref().and_then(|name| self.mailboxes.get(name));
        let message = message(&self.from, own, mail).map_err(Unsent::Never)?;
        match &self.way {
            Way::Folder(folder) => {
                let (folder, mail, bytes) = (folder.clone(), mail.clone(), message.formatted());
                let written = tokio::task::spawn_blocking(move || folder.write(&mail, &bytes)).await;
                let wrong = |error: std::io::Error| Unsent::Away(format!("the mail folder cannot be written: {error}"));
                written.map_err(std::io::Error::other).flatten().map_err(wrong)
            }
            Way::Smtp(server) => server.send(message).await.map(drop).map_err(|error| refused(error.status().map(u16::from))),
        }
    }
}

/// A message as a mail file that any mail program opens: to nobody in particular, from an address of its own.
pub fn preview(outgoing: &Outgoing) -> Result<Vec<u8>, String> {
    // One date for all, so that a file changes only with its message.
    let at = "2026-01-05T09:15:00Z".parse().unwrap_or(Instant::MIN);
    let mail = Outbound {
        id: Uuid::nil(),
        ticket_id: None,
        organisation: String::new(),
        event_id: Uuid::nil(),
        template: outgoing.kind.to_string(),
        recipient: "ontvanger@klant.example".to_owned(),
        subject: outgoing.subject.clone(),
        body: outgoing.body.clone(),
        auto: outgoing.auto.submitted().unwrap_or(PERSONAL).to_owned(),
        message_id: format!("{}@desk.example", outgoing.kind),
        in_reply_to: None,
        attempts: 0,
        created_at: at,
        queued_at: at,
        mailbox: None,
    };
    let desk = "Servicedesk Voorbeeld <servicedesk@desk.example>".parse().map_err(|error| format!("{error}"))?;
    Ok(message(&desk, None, &mail)?.formatted())
}

/// What stands after the @ of the sender's address.
pub fn domain_of(from: &str) -> String {
    from.parse::<Mailbox>().map_or_else(|_no_address| "uurwerk.invalid".to_owned(), |mailbox| mailbox.email.domain().to_owned())
}

/// What a server's answer means for a mail; `None` when there was no answer.
fn refused(code: Option<u16>) -> Unsent {
    let Some(code) = code else { return Unsent::Away("the mail server could not be reached".to_owned()) };
    let error = format!("the mail server answered {code}");
    match code {
        421 => Unsent::Away(error),
        // These three speak of the recipient's address. Every other 5xx may as well be about us (a login that expired, relaying that
        // is not allowed yet), which an administrator mends while the mail waits.
        550 | 551 | 553 => Unsent::Never(error),
        _ => Unsent::Refused(error),
    }
}

fn smtp(settings: &Mail) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let server = &settings.smtp;
    let builder = match server.tls {
        Tls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&*server.host),
        Tls::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&server.host)
            .map_err(|error| format!("no TLS to the mail server: {error}"))?,
        Tls::Tls => {
            AsyncSmtpTransport::<Tokio1Executor>::relay(&server.host).map_err(|error| format!("no TLS to the mail server: {error}"))?
        }
    };
    let builder = builder.port(server.port).timeout(Some(std::time::Duration::from_secs(20)));
    Ok(match (&server.username, &server.password) {
        (Some(user), Some(password)) => builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned())).build(),
        _ => builder.build(),
    })
}

/// The longest Message-ID that is answered by name: a header line holds 998 bytes, and an id cannot be folded.
const ANSWERED_CAP: usize = 900;

/// A mail as it is sent, from a mailbox of its own or from the desk's.
fn message(desk: &Mailbox, own: Option<&Mailbox>, mail: &Outbound) -> Result<Message, String> {
    let to: Mailbox = mail.recipient.parse().map_err(|error| format!("the recipient's address cannot be used: {error}"))?;
    let mut builder = Message::builder()
        .from(own.unwrap_or(desk).clone())
        .to(to)
        .subject(&mail.subject)
        .message_id(Some(format!("<{}>", mail.message_id)));
    builder = builder.date(mail.created_at.to_utc().into());
    if let Some(own) = own {
        builder = builder.reply_to(own.clone());
    }
    if let Some(answered) = mail.in_reply_to.as_ref().filter(|id| id.is_ascii() && id.len() <= ANSWERED_CAP) {
        builder = builder.in_reply_to(format!("<{answered}>")).references(format!("<{answered}>"));
    }
    if mail.auto != PERSONAL {
        builder = raw(builder, "Auto-Submitted", &mail.auto);
        builder = raw(builder, "X-Auto-Response-Suppress", "All");
    }
    builder = raw(builder, LOOP_MARKER, &mail.id.to_string());
    let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.body.clone());
    builder.singlepart(part).map_err(|error| format!("the mail cannot be composed: {error}"))
}

fn raw(builder: lettre::message::MessageBuilder, name: &str, value: &str) -> lettre::message::MessageBuilder {
    match HeaderName::new_from_ascii(name.to_owned()) {
        Ok(name) => builder.raw_header(HeaderValue::new(name, value.to_owned())),
        Err(_) => builder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contract::TicketType;
    use crate::settings::UnknownSenders;

    fn mailbox(contract: &str, organisation: Option<&str>) -> settings::Mailbox {
        settings::Mailbox {
            address: "hulp@desk.example".to_owned(),
            contract: contract.to_owned(),
            organisation: organisation.map(str::to_owned),
            default_type: TicketType::Incident,
            unknown_senders: UnknownSenders::Quarantine,
        }
    }

    #[test]
    fn mail_leaves_from_a_mailbox_of_its_contract_and_never_from_another_clients() {
        let named = |name: &str, contract, organisation| (name.to_owned(), mailbox(contract, organisation));
        let mailboxes: BTreeMap<_, _> = [
            named("acme", "duo", Some("acme")),
            named("extra", "duo", None),
            named("hulp", "duo", None),
            named("solo", "solo", Some("acme")),
            named("support", "covide", None),
        ]
        .into();
        for (case, contract, organisation, came_to, leaves_from) in [
            ("where the ticket came in", "duo", "acme", &["hulp"][..], Some("hulp")),
            ("where mail first came to a mailbox of the contract", "duo", "beta", &["support", "weg", "hulp", "extra"], Some("hulp")),
            ("where the client itself wrote", "duo", "beta", &["acme"], Some("acme")),
            ("the client's own", "duo", "acme", &[], Some("acme")),
            ("the first that is of no client", "duo", "beta", &[], Some("extra")),
            ("none but another client's", "solo", "beta", &[], None),
            ("a contract without a mailbox", "fiets", "acme", &["support"], None),
        ] {
            let came_to: Vec<_> = came_to.iter().map(|name| (*name).to_owned()).collect();
            let found = Leaving { contract, organisation, came_to: &came_to }.mailbox(&mailboxes);
            assert_eq!(found.as_deref(), leaves_from, "{case}");
        }
    }
}
