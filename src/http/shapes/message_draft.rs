//! Messages that were begun and not sent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Instant;
use crate::domain::ticket::{Visibility, message_draft};
use crate::usecases::message_drafts::NewDraft;

/// What somebody has begun to write on a ticket.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageDraftInput {
    /// `public`, or `internal` for the desk alone.
    #[schema(value_type = String, pattern = "^(public|internal)$", max_length = 20)]
    pub visibility: Option<String>,
    /// The text so far, plain.
    #[schema(value_type = String, max_length = 100_000)]
    pub body: Option<String>,
}

impl MessageDraftInput {
    pub fn new_draft(self) -> NewDraft {
        NewDraft { public: self.visibility.as_deref() == Some("public"), body: self.body.unwrap_or_default() }
    }
}

/// A message that the caller has begun and not sent.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageDraft {
    /// `public` or `internal`.
    visibility: String,
    /// The text so far.
    body: String,
    /// When it was saved last.
    #[schema(value_type = String, format = DateTime)]
    saved_at: Instant,
    /// Counts how often it was saved; it is the draft's `ETag`, too.
    version: i32,
}

/// What the caller has begun to write on a ticket.
#[derive(ToSchema, Serialize)]
pub struct MessageDraftList {
    /// One at most.
    #[schema(max_items = 1)]
    items: Vec<MessageDraft>,
}

impl From<message_draft::MessageDraft> for MessageDraft {
    fn from(draft: message_draft::MessageDraft) -> Self {
        Self { visibility: Visibility::of(draft.public).to_string(), body: draft.body, saved_at: draft.saved_at, version: draft.version }
    }
}

impl From<Option<message_draft::MessageDraft>> for MessageDraftList {
    fn from(draft: Option<message_draft::MessageDraft>) -> Self {
        Self { items: draft.into_iter().map(Into::into).collect() }
    }
}
