//! Sends mail, to an SMTP server or to a folder. Mail about a contract is sent from one of that contract's own mailboxes, so that replies
//! come back there.

mod folder;
mod signatures;
mod smtp;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};

use uuid::Uuid;

use super::messages::Outgoing;
use super::parse::LOOP_MARKER;
use crate::domain::Instant;
use crate::domain::address::is_made_up;
use crate::domain::mail::{Outbound, PERSONAL};
use crate::settings::{self, MailTransport, Settings};
use folder::Folder;
use signatures::Signatures;

/// Built once: it pools its connections to the server.
pub struct Mailer {
    from: Mailbox,
    mailboxes: BTreeMap<String, Mailbox>,
    signatures: Signatures,
    transport: Transport,
    /// Whether a send failed because no mail can be sent, and nobody has asked since.
    is_unavailable: AtomicBool,
}

/// Why a mail was not sent. The text goes into logs, so it contains no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No mail can be sent now, to anybody: the server cannot be reached or is shutting down, or the folder cannot be written.
    #[error("{0}")]
    Unavailable(String),
    /// This mail was refused, and may be accepted later.
    #[error("{0}")]
    Temporary(String),
    /// This mail will never be accepted.
    #[error("{0}")]
    Permanent(String),
}

/// What a mail is about, which decides the mailbox it is sent from.
#[derive(Debug, Clone, Copy)]
pub struct Correspondence<'a> {
    pub contract: &'a str,
    pub organisation: &'a str,
    /// The mailboxes that received mail about its ticket, in the order of their first mail.
    pub received_in: &'a [String],
}

impl Correspondence<'_> {
    /// The name of the mailbox to send from, always one of the contract's: the first that received mail about the ticket, else the client's
    /// own, else the first by name that belongs to no client. None means `mail.from`: mail about one client never goes out from the mailbox
    /// of another.
    pub fn mailbox(self, mailboxes: &BTreeMap<String, settings::Mailbox>) -> Option<String> {
        let of_contract = || mailboxes.iter().filter(|(_, mailbox)| mailbox.contract == self.contract);
        let received_in = self.received_in.iter().find(|name| of_contract().any(|(own, _)| own == *name));
        let of =
            |organisation| of_contract().find(move |(_, mailbox)| mailbox.organisation.as_deref() == organisation).map(|(name, _)| name);
        received_in.or_else(|| of(Some(self.organisation))).or_else(|| of(None)).cloned()
    }
}

enum Transport {
    Folder(Arc<Folder>),
    Smtp(smtp::Server),
}

impl Mailer {
    /// The error names the setting that is wrong.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let mail = &settings.mail;
        let from: Mailbox = mail.from.parse().map_err(|error| format!("mail.from is not an address: {error}"))?;
        let own = |(name, mailbox): (&String, &settings::Mailbox)| {
            let address: Mailbox =
                mailbox.address.parse().map_err(|error| format!("mailboxes.{name}.address is not an address: {error}"))?;
            // A mailbox without a display name gets the desk's.
            Ok((name.clone(), Mailbox { name: address.name.or_else(|| from.name.clone()), email: address.email }))
        };
        let mailboxes = settings.mailboxes.iter().map(own).collect::<Result<_, String>>()?;
        let transport = match mail.transport {
            MailTransport::Folder => Transport::Folder(Arc::new(Folder::at(mail.folder.clone()))),
            MailTransport::Smtp => Transport::Smtp(smtp::Server::new(&mail.smtp)?),
        };
        let signatures = Signatures::new(&mail.dkim)?;
        Ok(Self { from, mailboxes, signatures, transport, is_unavailable: AtomicBool::new(false) })
    }

    pub async fn send(&self, mail: &Outbound) -> Result<(), SendError> {
        let sent = self.try_to_send(mail).await;
        if let Err(SendError::Unavailable(_)) = sent {
            self.is_unavailable.store(true, Ordering::Relaxed);
        }
        sent
    }

    /// Whether sending failed before for want of a server. Call it after a successful send: it answers true once, and resets.
    pub fn has_recovered(&self) -> bool {
        self.is_unavailable.swap(false, Ordering::Relaxed)
    }

    async fn try_to_send(&self, mail: &Outbound) -> Result<(), SendError> {
        let own = mail.mailbox.as_ref().and_then(|name| self.mailboxes.get(name));
        let message = message(&self.from, own, mail).map_err(SendError::Permanent)?;
        let bytes = self.signatures.put_on(&own.unwrap_or(&self.from).email, message.formatted()).map_err(SendError::Temporary)?;
        match &self.transport {
            Transport::Folder(folder) => {
                let (folder, mail) = (folder.clone(), mail.clone());
                let written = tokio::task::spawn_blocking(move || folder.write(&mail, &bytes)).await;
                let wrong = |error: std::io::Error| SendError::Unavailable(format!("the mail folder cannot be written: {error}"));
                written.map_err(std::io::Error::other).flatten().map_err(wrong)
            }
            Transport::Smtp(server) => server.send(message.envelope(), &bytes).await,
        }
    }
}

/// A message as an `.eml` file, with made-up addresses.
pub fn preview(outgoing: &Outgoing) -> Result<Vec<u8>, String> {
    // A fixed date, so that a file changes only when its message does.
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
        auto: outgoing.auto.header().unwrap_or(PERSONAL).to_owned(),
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

/// The part after the `@`. The settings were checked at the start, so the fallback is never seen.
pub fn domain_of(from: &str) -> String {
    from.parse::<Mailbox>().map_or_else(|_no_address| "uurwerk.invalid".to_owned(), |mailbox| mailbox.email.domain().to_owned())
}

/// The address in a sender such as `Servicedesk <servicedesk@desk.example>`.
pub fn address_of(from: &str) -> Option<String> {
    from.parse::<Mailbox>().ok().map(|mailbox| mailbox.email.to_string())
}

/// Longer Message-IDs get no `In-Reply-To`: a header line holds 998 bytes (RFC 5322), and an id cannot be folded.
const IN_REPLY_TO_CAP: usize = 900;

/// Composes a mail, from the contract's mailbox `own` or else from the desk's address.
fn message(desk: &Mailbox, own: Option<&Mailbox>, mail: &Outbound) -> Result<Message, String> {
    if is_made_up(&mail.recipient) {
        return Err("no address is known to send it to".to_owned());
    }
    let to = mail.recipient.parse().map_err(|error| format!("the recipient's address cannot be used: {error}"))?;
    let mut builder =
        Message::builder().from(own.unwrap_or(desk).clone()).to(Mailbox::new(None, to)).message_id(Some(format!("<{}>", mail.message_id)));
    builder = if mail.subject.contains("=?") { builder.raw_header(encoded_subject(&mail.subject)) } else { builder.subject(&mail.subject) };
    builder = builder.date(mail.created_at.to_utc().into());
    if let Some(own) = own {
        builder = builder.reply_to(own.clone());
    }
    if let Some(answered) = mail.in_reply_to.as_ref().filter(|id| id.is_ascii() && id.len() <= IN_REPLY_TO_CAP) {
        builder = builder.in_reply_to(format!("<{answered}>")).references(format!("<{answered}>"));
    }
    if !mail.is_personal() {
        builder = raw(builder, "Auto-Submitted", &mail.auto);
        // Exchange goes by this one.
        builder = raw(builder, "X-Auto-Response-Suppress", "All");
    }
    builder = raw(builder, LOOP_MARKER, &mail.id.to_string());
    let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.body.clone());
    builder.singlepart(part).map_err(|error| format!("the mail cannot be composed: {error}"))
}

/// Bytes of a text in one encoded word, which holds 75 signs (RFC 2047).
const IN_A_WORD: usize = 42;

/// A subject in which something reads like an encoded word, all of it encoded: as it stands, the reader's program would decode that part, and
/// show what nobody wrote.
fn encoded_subject(subject: &str) -> HeaderValue {
    let mut words = vec![String::new()];
    for sign in subject.chars() {
        if words.last().is_some_and(|word| word.len() + sign.len_utf8() > IN_A_WORD) {
            words.push(String::new());
        }
        words.last_mut().into_iter().for_each(|word| word.push(sign));
    }
    let encoded = words.iter().map(|word| format!("=?utf-8?b?{}?=", BASE64.encode(word))).collect::<Vec<_>>().join("\r\n ");
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str("Subject"), subject.to_owned(), encoded)
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
    use crate::domain::language::Language;
    use crate::settings::UnknownSenders;

    fn mailbox(contract: &str, organisation: Option<&str>) -> settings::Mailbox {
        settings::Mailbox {
            address: "hulp@desk.example".to_owned(),
            contract: contract.to_owned(),
            organisation: organisation.map(str::to_owned),
            default_type: TicketType::Incident,
            language: Language::Dutch,
            unknown_senders: UnknownSenders::Quarantine,
            require_authenticated: false,
            alert_senders: BTreeMap::new(),
            imap: None,
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
        for (case, contract, organisation, received_in, leaves_from) in [
            ("where the ticket came in", "duo", "acme", &["hulp"][..], Some("hulp")),
            ("where mail first came to a mailbox of the contract", "duo", "beta", &["support", "weg", "hulp", "extra"], Some("hulp")),
            ("where the client itself wrote", "duo", "beta", &["acme"], Some("acme")),
            ("the client's own", "duo", "acme", &[], Some("acme")),
            ("the first that is of no client", "duo", "beta", &[], Some("extra")),
            ("none but another client's", "solo", "beta", &[], None),
            ("a contract without a mailbox", "fiets", "acme", &["support"], None),
        ] {
            let received_in: Vec<_> = received_in.iter().map(|name| (*name).to_owned()).collect();
            let found = Correspondence { contract, organisation, received_in: &received_in }.mailbox(&mailboxes);
            assert_eq!(found.as_deref(), leaves_from, "{case}");
        }
    }
}
