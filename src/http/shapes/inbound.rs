//! Mail that came.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Instant;
use crate::domain::mail::SignatureVerdict;
use crate::domain::ticket::Ticket;
use crate::usecases::inbound::Received;

/// A mail that came, with what became of it.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundMessage {
    /// Its id.
    id: uuid::Uuid,
    /// `verified`, `failed` or `unverified`: whether the mail server that took it in could tell that it is of its sender. What failed is quarantined.
    authentication: &'static str,
    /// What was made of a person's signature on it (S/MIME, PGP): `valid`, `other_signer`, `untrusted`, `invalid` or `unchecked`; `null` where it has
    /// none.
    signature: Option<&'static str>,
    /// `ticket`, `reply`, `duplicate`, `automatic`, `bounce`, `quarantined` or `refused`.
    outcome: String,
    /// The number of the ticket it became, or was added to.
    #[schema(example = "INC-1001")]
    ticket: Option<String>,
    /// Its Message-ID, or one made up for it.
    message_id: String,
    /// Why, in words, when it did not simply become a ticket or a reply.
    reason: Option<String>,
    /// The mailbox it came to.
    mailbox: String,
    /// The contract of that mailbox.
    contract: String,
    /// The sender's address, as the mail gives it.
    sender: Option<String>,
    /// Its subject.
    subject: Option<String>,
    /// `unscanned` while it waits for the virus scanner, and is not given; then `clean`, `infected`, which nobody is given, or `unscannable`. `null` where
    /// the desk had no scanner when it came.
    scan: Option<String>,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    received_at: Instant,
}

impl From<Received> for InboundMessage {
    fn from(Received { mail, ticket }: Received) -> Self {
        Self {
            id: mail.id,
            authentication: mail.authentication.as_str(),
            signature: mail.signature.map(SignatureVerdict::as_str),
            outcome: mail.outcome,
            ticket: ticket.as_ref().map(Ticket::reference),
            message_id: mail.message_id,
            reason: mail.reason,
            mailbox: mail.mailbox,
            contract: mail.contract,
            sender: mail.sender,
            subject: mail.subject,
            scan: mail.scan.map(|scan| scan.to_string()),
            received_at: mail.received_at,
        }
    }
}

/// A page of mails that came.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundMessagePage {
    /// The mails.
    pub items: Vec<InboundMessage>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// What a mail that was kept aside, or taken for a duplicate, needs to become a ticket.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedTicketInput {
    /// The client; needed where the contract serves several, and the sender's address does not tell.
    #[schema(min_length = 1, max_length = 100, example = "ipo")]
    pub organisation: Option<String>,
    /// The contract the mail belongs to; that of the mailbox unless said.
    #[schema(min_length = 1, max_length = 100, example = "dap-example")]
    pub contract: Option<String>,
    /// The ticket's type; the mailbox's unless said.
    #[schema(min_length = 1, max_length = 50, example = "incident")]
    pub r#type: Option<String>,
}
