//! Incoming mail. Every message becomes a ticket, a reply or a clear refusal, and is itself always kept.
//!
//! `receive` takes a message in or notes one that is too large, `coming` is a message on its way, `intake` says what becomes of it, `matching` which
//! ticket it is about, and `sender` what is known of who wrote it. `release` makes a ticket of a quarantined one, `copy` keeps the message itself, and `reading` reads it.

mod answer;
mod coming;
mod copy;
mod intake;
mod mailboxes;
mod matching;
pub mod read;
mod reading;
mod receive;
mod release;
mod sender;

pub(super) use copy::opened;
pub use mailboxes::without_tickets;
pub use receive::{Received, SIZE_CAP, receive, refuse_oversized};
pub use release::{Destination, release};

use super::tickets::{Draft, FromMail};
use crate::domain::contract::TicketType;
use crate::domain::ticket::{Channel, Ticket};
use crate::mail::parse::{Address, Parsed};

/// What is decided about the ticket that a mail becomes.
#[derive(Debug, Clone)]
struct Becoming<'a> {
    /// The mailbox it came to.
    mailbox: &'a str,
    kind: TicketType,
    contract: &'a str,
    organisation: Option<String>,
    /// Whether its sender gets a confirmation.
    acknowledge: bool,
    /// Whether the sender is unknown, and the organisation follows from the mailbox only.
    is_stranger: bool,
    /// Whether a machine sent it that the mailbox names.
    is_alert: bool,
    /// The ticket it follows up on or refers to.
    related: Option<&'a Ticket>,
}

/// The ticket a mail becomes.
fn draft(mail: &Parsed, becoming: Becoming<'_>) -> Draft {
    let subject = mail.subject.as_deref().unwrap_or("(geen onderwerp)");
    let text = if mail.text.is_empty() { "(geen tekst)" } else { &mail.text };
    let related = becoming.related.map(|ticket| ticket.id);
    Draft {
        kind: Some(becoming.kind.as_str().to_owned()),
        contract: Some(becoming.contract.to_owned()),
        organisation: becoming.organisation,
        title: Some(subject.to_owned()),
        description: Some(text.to_owned()),
        channel: Some(if becoming.is_alert { Channel::Monitoring } else { Channel::Email }.as_str().to_owned()),
        requester: mail.from.as_ref().filter(|_| !becoming.is_alert).map(requester),
        mailbox: Some(becoming.mailbox.to_owned()),
        mail: Some(FromMail { acknowledge: becoming.acknowledge, is_stranger: becoming.is_stranger, is_alert: becoming.is_alert, related }),
        ..Draft::default()
    }
}

/// The name and address under which a sender is recorded.
fn requester(from: &Address) -> (String, String) {
    (from.name.clone().unwrap_or_else(|| from.email.clone()), from.email.clone())
}
