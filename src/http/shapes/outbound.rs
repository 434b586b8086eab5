//! Mail the desk wrote.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Instant;
use crate::domain::address::is_made_up;
use crate::usecases::outbound::Shown;

/// A mail the desk wrote, and whether it left.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboundMessage {
    /// Its id.
    id: uuid::Uuid,
    /// `pending`, `sent`, or `failed`: given up until it is sent again.
    state: &'static str,
    /// Which message it is, such as `confirmation` or `escalation`.
    template: String,
    /// The number of the ticket it is about; `null` when it is about a dated duty.
    #[schema(example = "INC-1001")]
    ticket: Option<String>,
    /// To which address; `null` once it was erased.
    recipient: Option<String>,
    /// Its subject.
    subject: String,
    /// Its Message-ID, the same at every try.
    message_id: String,
    /// How often it was tried since it was last queued.
    attempts: i32,
    /// Why the last try failed.
    last_error: Option<String>,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it is tried next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Instant>,
    /// When it left.
    #[schema(value_type = Option<String>, format = DateTime)]
    sent_at: Option<Instant>,
}

impl From<Shown> for OutboundMessage {
    fn from(Shown { tracked: one, ticket }: Shown) -> Self {
        Self {
            id: one.mail.id,
            state: one.state.as_str(),
            template: one.mail.template,
            ticket,
            recipient: Some(one.mail.recipient).filter(|address| !is_made_up(address)),
            subject: one.mail.subject,
            message_id: one.mail.message_id,
            attempts: one.mail.attempts,
            last_error: one.last_error,
            created_at: one.mail.created_at,
            next_attempt_at: one.next_attempt_at,
            sent_at: one.sent_at,
        }
    }
}

/// A page of mails the desk wrote.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboundMessagePage {
    /// The mails.
    pub items: Vec<OutboundMessage>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
