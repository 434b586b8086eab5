//! Mail out: to a server, or to a folder.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::parse::LOOP_MARKER;
use crate::settings::{Mail, MailTransport, Tls};
use crate::store::mail::Outbound;

/// What `Outbound::auto` says of a person's own words, which carry no `Auto-Submitted`.
pub const PERSONAL: &str = "personal";

/// Who sends mail, built once: connections to the server are kept and used again.
pub struct Mailer {
    from: Mailbox,
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

enum Way {
    Folder(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl Mailer {
    /// As the settings say; what is wrong with them, in words.
    pub fn new(settings: &Mail) -> Result<Self, String> {
        let from = settings.from.parse().map_err(|error| format!("mail.from is no address: {error}"))?;
        let way = match settings.transport {
            MailTransport::Folder => Way::Folder(settings.folder.clone()),
            MailTransport::Smtp => Way::Smtp(smtp(settings)?),
        };
        Ok(Self { from, way, is_away: AtomicBool::new(false) })
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
        let message = message(&self.from, mail).map_err(Unsent::Never)?;
        match &self.way {
            Way::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| Unsent::Away(format!("the mail folder cannot be made: {error}")))?;
                let folder = AsyncFileTransport::<Tokio1Executor>::new(folder);
                folder.send(message).await.map(drop).map_err(|error| Unsent::Away(format!("the mail folder cannot be written: {error}")))
            }
            Way::Smtp(server) => server.send(message).await.map(drop).map_err(|error| refused(error.status().map(u16::from))),
        }
    }
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
        Tls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host),
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

fn message(from: &Mailbox, mail: &Outbound) -> Result<Message, String> {
    let to: Mailbox = mail.recipient.parse().map_err(|error| format!("the recipient's address cannot be used: {error}"))?;
    let mut builder =
        Message::builder().from(from.clone()).to(to).subject(&mail.subject).message_id(Some(format!("<{}>", mail.message_id)));
    builder = builder.date(mail.created_at.to_utc().into());
    if let Some(answered) = &mail.in_reply_to {
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
