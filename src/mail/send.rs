//! Mail out: to a server, or to a folder.

use std::path::PathBuf;

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
        Ok(Self { from, way })
    }

    /// Sends one mail; what went wrong, in words without an address.
    pub async fn send(&self, mail: &Outbound) -> Result<(), String> {
        let message = message(&self.from, mail)?;
        match &self.way {
            Way::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| format!("the mail folder cannot be made: {error}"))?;
                let folder = AsyncFileTransport::<Tokio1Executor>::new(folder);
                folder.send(message).await.map(drop).map_err(|error| format!("the mail folder cannot be written: {error}"))
            }
            Way::Smtp(server) => server.send(message).await.map(drop).map_err(|error| match error.status() {
                Some(code) => format!("the mail server answered {code}"),
                None => "the mail server could not be reached".to_owned(),
            }),
        }
    }
}

/// What stands after the @ of the sender's address.
pub fn domain_of(from: &str) -> String {
    from.parse::<Mailbox>().map_or_else(|_no_address| "uurwerk.invalid".to_owned(), |mailbox| mailbox.email.domain().to_owned())
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
