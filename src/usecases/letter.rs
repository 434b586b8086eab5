//! A letter of the desk as it goes into the queue.

use uuid::Uuid;

use crate::app::App;
use crate::domain::mail::Outbound;
use crate::mail::messages::Outgoing;
use crate::mail::send::{self, Correspondence};

/// What a mail is about.
pub struct About<'a> {
    pub event_id: Uuid,
    pub ticket_id: Option<Uuid>,
    pub organisation: &'a str,
    /// Decides which mailbox it leaves from.
    pub correspondence: Correspondence<'a>,
    pub in_reply_to: Option<String>,
}

pub fn outbound(app: &App, about: &About<'_>, recipient: &str, outgoing: Outgoing) -> Outbound {
    // Derived from the event and the recipient, so that a handler that runs twice makes the same mail.
    let id = Uuid::new_v5(&about.event_id, format!("{} {recipient}", outgoing.kind).as_bytes());
    Outbound {
        id,
        ticket_id: about.ticket_id,
        organisation: about.organisation.to_owned(),
        event_id: about.event_id,
        template: outgoing.kind.to_string(),
        recipient: recipient.to_owned(),
        subject: outgoing.subject,
        body: outgoing.body,
        auto: outgoing.auto.header().unwrap_or(send::PERSONAL).to_owned(),
        message_id: format!("{id}@{}", send::domain_of(&app.settings.mail.from)),
        in_reply_to: about.in_reply_to.clone(),
        attempts: 0,
        created_at: app.time.now(),
        queued_at: app.time.now(),
        mailbox: about.correspondence.mailbox(&app.settings.mailboxes),
    }
}
