//! What is done to a ticket, and what happened to it: messages, moves, escalations, events.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::ticket::RequesterInput;
use super::{Actor, TokenUsed};
use crate::domain::Instant;
use crate::domain::history::{self, Event};
use crate::domain::ticket::{self, Visibility};
use crate::usecases::actors::Actors;
use crate::usecases::inbound::read::Whole;
use crate::usecases::tickets::read::{self, OnTicket};

/// A message to be written on a ticket.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessageInput {
    /// `public`, or `internal` for the desk alone.
    #[schema(value_type = String, pattern = "^(public|internal)$", max_length = 20)]
    pub visibility: Option<String>,
    /// The text, plain.
    #[schema(value_type = String, min_length = 1, max_length = 100_000, pattern = "\\S")]
    pub body: Option<String>,
    /// How the contact was made; `phone` records a phone contact, which the desk alone does.
    #[schema(pattern = "^(phone|email|portal|api)$", max_length = 20)]
    pub channel: Option<String>,
    /// Whether it was written from the draft that the caller saved, which is then taken away.
    pub from_draft: Option<bool>,
    /// When, if not now, with an offset; only the desk gives it, with a reason.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub occurred_at: Option<Instant>,
    /// Why it is recorded later than it happened; only with `occurredAt`.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    pub occurred_at_reason: Option<String>,
}

/// A move of a ticket to another phase.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TransitionInput {
    /// The phase to go to: one of those that `listTicketTransitions` shows.
    #[schema(value_type = String, min_length = 1, max_length = 50, example = "in_progress")]
    pub to: Option<String>,
    /// Why, for the one who reported it.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
    /// On whom it waits; needed when it goes on hold, and only then.
    #[schema(min_length = 1, max_length = 50, example = "requester")]
    pub cause: Option<String>,
    /// What was done: asked for before an escalated case is closed, where the agreement does. It is written on the ticket for both sides.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub measures: Option<String>,
    /// What came of it; asked for as `measures` is.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub results: Option<String>,
    /// What is to be learnt of it; asked for as `measures` is.
    #[schema(min_length = 1, max_length = 10_000, pattern = "\\S")]
    pub lessons: Option<String>,
    /// Who had a part in it besides the desk, when the desk resolves it: `alone`, `with_client`, `with_third_party` or `with_both`; needed
    /// where the agreement measures what the desk solves by itself.
    #[schema(pattern = "^(alone|with_client|with_third_party|with_both)$", max_length = 20)]
    pub handling: Option<String>,
    /// When, if not now, with an offset; only the desk gives it, with a reason.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub occurred_at: Option<Instant>,
    /// Why it is recorded later than it happened; only with `occurredAt`.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    pub occurred_at_reason: Option<String>,
}

/// A step up the ladder, decided by a person.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscalationInput {
    /// One of the reason codes of the level the ticket stands on, or that open its case: they are in the contract's ladder. Of a
    /// proposed step its `trigger`, too.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "afspraak-niet-nageleefd")]
    pub code: Option<String>,
    /// Why, in words.
    #[schema(value_type = String, min_length = 1, max_length = 2000, pattern = "\\S")]
    pub reason: Option<String>,
}

/// A repair time agreed with the client.
#[derive(ToSchema, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RepairAgreementInput {
    /// The agreed time: RFC 3339 with an offset.
    #[schema(value_type = String, max_length = 50, format = DateTime)]
    pub due_at: Option<Instant>,
    /// The person who agreed on the client's behalf.
    #[schema(value_type = RequesterInput)]
    pub agreed_by: Option<RequesterInput>,
    /// When it was agreed, if not now.
    #[schema(value_type = Option<String>, max_length = 50, format = DateTime)]
    pub occurred_at: Option<Instant>,
    /// Why that is recorded late.
    #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
    pub occurred_at_reason: Option<String>,
}

/// A message on a ticket.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its id.
    id: uuid::Uuid,
    /// The number of the ticket on which it was written: this one, or one that was merged into it.
    #[schema(example = "INC-1001")]
    ticket: String,
    /// `public` or `internal`.
    visibility: String,
    /// Who wrote it.
    author: Actor,
    /// The text. Of an answer by mail, without the quotation and the signature below it.
    body: String,
    /// Whether something was cut from it; the whole is its `whole-text`.
    is_cut: bool,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Instant,
    /// When that was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
}

impl Message {
    pub fn new(OnTicket { message, number }: OnTicket, actors: &Actors) -> Self {
        Self {
            id: message.id,
            ticket: number,
            visibility: Visibility::of(message.public).to_string(),
            author: actors.show(&message.author).into(),
            body: message.body,
            is_cut: message.cut_from.is_some(),
            occurred_at: message.occurred_at,
            recorded_at: message.recorded_at,
        }
    }
}

/// A message with what was cut from it.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WholeText {
    /// All that can be read of the mail; of a message from which nothing was cut, its `body`.
    text: String,
    /// The mail, which `GET /v1/inbound-messages/{id}/content` gives as it came, for whoever may read mail; `null` otherwise.
    inbound_message: Option<uuid::Uuid>,
}

impl From<Whole> for WholeText {
    fn from(whole: Whole) -> Self {
        Self { text: whole.text, inbound_message: whole.mail }
    }
}

/// A ticket's messages.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessagePage {
    /// Oldest first.
    pub items: Vec<Message>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// Something that happened to a ticket, or to a role that is held.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schema(as = Event)]
pub struct EventOut {
    /// Its id.
    id: uuid::Uuid,
    /// What happened; more kinds may come.
    #[schema(example = "ticket.registered")]
    r#type: String,
    /// Who did it.
    actor: Actor,
    /// The access token with which they did, where they came with one that the desk made.
    token: Option<TokenUsed>,
    /// Why, or what shows it, in the words of whoever did it.
    reason: Option<String>,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Instant,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// What changed, as the event itself says it.
    #[schema(value_type = EventData)]
    data: Value,
    /// Of a ticket's event: the fields it changed, each with what it was and what it became. What a text said before is in
    /// `listTicketFormerTexts`.
    changes: Vec<FieldChange>,
}

/// A field that an event changed.
#[derive(ToSchema, Serialize)]
pub struct FieldChange {
    /// The field of the ticket.
    #[schema(example = "priority")]
    field: String,
    /// What it was, and of people their names; `null` for nothing.
    before: Option<String>,
    /// What it became, likewise.
    after: Option<String>,
}

/// What a text of a ticket said until it was changed.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FormerText {
    /// Which text: `title`, `description` or `item`.
    field: String,
    /// What it said.
    text: String,
    /// The event that changed it.
    event_id: uuid::Uuid,
    /// When it was changed.
    #[schema(value_type = String, format = DateTime)]
    replaced_at: Instant,
}

impl From<read::FormerText> for FormerText {
    fn from(former: read::FormerText) -> Self {
        Self { field: former.field, text: former.body, event_id: former.event, replaced_at: former.replaced_at }
    }
}

/// What the texts of a ticket said before.
#[derive(ToSchema, Serialize)]
pub struct FormerTextList {
    /// Oldest first.
    pub items: Vec<FormerText>,
}

/// What changed: the event's own fields, by its type.
#[derive(ToSchema)]
#[schema(value_type = Object)]
#[expect(dead_code, reason = "a shape for the document")]
pub struct EventData(Value);

impl EventOut {
    pub fn new(event: Event<impl history::EventData>, actors: &Actors) -> Self {
        Self {
            id: event.id,
            r#type: event.data.name().to_owned(),
            actor: actors.show(&event.actor).into(),
            token: TokenUsed::of(event.token, actors),
            reason: event.reason,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            data: event.data.to_json(),
            changes: Vec::new(),
        }
    }

    #[must_use]
    pub fn with_changes(self, changes: Vec<ticket::FieldChange>) -> Self {
        let shown =
            |change: ticket::FieldChange| FieldChange { field: change.field.to_owned(), before: change.before, after: change.after };
        Self { changes: changes.into_iter().map(shown).collect(), ..self }
    }
}

/// A ticket's history.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventPage {
    /// In the order recorded.
    pub items: Vec<EventOut>,
    /// Give this as `cursor` to get the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
