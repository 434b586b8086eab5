//! What an agent has begun to write on a ticket.

use actix_web::http::header::EntityTag;
use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::WriteNotes;
use crate::domain::ticket::TicketRef;
use crate::http::answer::{Created, Json, Tagged};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::path::Path;
use crate::http::shapes::{MessageDraft, MessageDraftInput, MessageDraftList};
use crate::http::version::IfMatch;
use crate::usecases::message_drafts;

pub fn operations() -> [Operation; 3] {
    [
        get("/tickets/{ref}/message-drafts", list).id("listTicketMessageDrafts").describe(
            "Shows what the caller has begun to write on a ticket.",
            "One draft at most, which nobody else sees.",
        ),
        post("/tickets/{ref}/message-drafts", save).id("createTicketMessageDraft").refuses(409).describe(
            "Saves what the caller has begun to write on a ticket.",
            "In place of what they saved before. `If-Match` takes the draft's own `ETag`, so that one window does not overwrite what was typed in\n\
             another. A message that is sent with `fromDraft` takes the draft away.",
        ),
        post("/tickets/{ref}/message-draft-removals", discard)
            .id("createTicketMessageDraftRemoval")
            .refuses(409)
            .describe("Discards what the caller has begun to write on a ticket.", "Where there is nothing, that is left at that."),
    ]
}

async fn list(app: Data<App>, caller: May<WriteNotes>, Path(ticket): Path<TicketRef>) -> Result<Json<MessageDraftList>, Failure> {
    Ok(Json(message_drafts::own(&app, &caller, ticket).await?.into()))
}

async fn save(
    app: Data<App>,
    caller: May<WriteNotes>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<MessageDraftInput>,
) -> Result<Tagged<Created<MessageDraft>>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let draft = message_drafts::save(&app, &stamp, ticket, &body.value.new_draft(), expected.as_deref()).await?;
    Ok(Tagged { tag: EntityTag::new_strong(draft.version.to_string()), answer: Created(draft.into()) })
}

async fn discard(
    app: Data<App>,
    caller: May<WriteNotes>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
) -> Result<Created<MessageDraftList>, Failure> {
    message_drafts::discard(&app, &caller.stamp_once(&app, &key, &[]), ticket, expected.as_deref()).await?;
    Ok(Created(None.into()))
}
