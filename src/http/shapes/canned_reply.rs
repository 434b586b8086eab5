//! Texts that the desk keeps to answer with.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::Actor;
use crate::domain::Instant;
use crate::domain::canned_reply;
use crate::domain::ticket::assign::Field;
use crate::usecases::actors::Actors;
use crate::usecases::canned_replies::{NewReply, ReplyChange};

/// A text to be kept.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CannedReplyInput {
    /// What it is called.
    #[schema(value_type = String, min_length = 1, max_length = 100, pattern = "\\S", example = "Welke printer?")]
    pub title: Option<String>,
    /// The text, plain. Of the list `placeholder` in `/v1/labels` each can stand in it, such as `{{ticket.number}}`.
    #[schema(value_type = String, min_length = 1, max_length = 20_000, pattern = "\\S", example = "Dag {{requester.name}}, welke printer bedoelt u?")]
    pub body: Option<String>,
    /// The team that uses it; absent for the whole desk.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub team: Option<String>,
}

impl From<CannedReplyInput> for NewReply {
    fn from(input: CannedReplyInput) -> Self {
        Self { title: input.title.unwrap_or_default(), body: input.body.unwrap_or_default(), team: input.team }
    }
}

/// Changes to a text; what is absent stays.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CannedReplyPatch {
    /// Another title.
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    pub title: Option<String>,
    /// Another text.
    #[schema(min_length = 1, max_length = 20_000, pattern = "\\S")]
    pub body: Option<String>,
    /// Another team; `null` for the whole desk.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = "\\S")]
    #[serde(default, deserialize_with = "field")]
    pub team: Field,
}

/// Tells `null`, which empties the field, from an absent field, which keeps it.
fn field<'de, D: Deserializer<'de>>(given: D) -> Result<Field, D::Error> {
    Ok(Option::deserialize(given)?.map_or(Field::Emptied, Field::Set))
}

impl From<CannedReplyPatch> for ReplyChange {
    fn from(CannedReplyPatch { title, body, team }: CannedReplyPatch) -> Self {
        Self { title, body, team }
    }
}

/// A text that the desk keeps to answer with.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CannedReply {
    /// Its id.
    id: uuid::Uuid,
    /// What it is called.
    title: String,
    /// The text, with its placeholders.
    body: String,
    /// The team that uses it; `null` for the whole desk.
    team: Option<String>,
    /// Who wrote it last.
    author: Actor,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Instant,
    /// Counts its changes; it is the text's `ETag`, too.
    version: i32,
}

/// A page of texts.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CannedReplyPage {
    /// By title.
    pub items: Vec<CannedReply>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// A text with the values of a ticket.
#[derive(ToSchema, Serialize)]
pub struct RenderedReply {
    /// The text, to be edited and sent.
    body: String,
    /// The placeholders for which the ticket has no value; nothing stands in their place.
    #[schema(max_items = 100)]
    missing: Vec<String>,
}

impl CannedReply {
    pub fn new(reply: canned_reply::CannedReply, actors: &Actors) -> Self {
        Self {
            id: reply.id,
            title: reply.title,
            body: reply.body,
            team: reply.team,
            author: actors.show(&reply.author).into(),
            created_at: reply.created_at,
            updated_at: reply.updated_at,
            version: reply.version,
        }
    }
}

impl From<canned_reply::Rendered> for RenderedReply {
    fn from(rendered: canned_reply::Rendered) -> Self {
        Self { body: rendered.text, missing: rendered.missing.into_iter().map(|one| one.as_str().to_owned()).collect() }
    }
}
