//! Messages that somebody of the desk has begun and not sent: saved while they type, seen by themselves alone, and gone once the message is sent.
//! No history tells of them.

use super::held::{remember, repeated};
use super::tickets::locked;
use super::{Code, Error, Stamp};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::permission::Verb;
use crate::domain::ticket::TicketRef;
use crate::domain::ticket::message_draft::MessageDraft;
use crate::store::{self, Tx};

/// What is to be saved.
#[derive(Debug, Clone)]
pub struct NewDraft {
    /// Whether the client is to see it.
    pub public: bool,
    pub body: String,
}

/// What the caller has begun on a ticket.
pub async fn own(app: &App, caller: &Caller, ticket: TicketRef) -> Result<Option<MessageDraft>, Error> {
    let view = app.db.view(caller.scope.clone());
    let ticket = store::tickets::find(&view, ticket).await?.ok_or(Error::NotFound("ticket"))?;
    Ok(store::message_drafts::find(&view, ticket.id, &caller.who.actor.as_text()).await?)
}

/// Saves what the caller has begun, in place of what they saved before, if that still has one of the expected versions (`If-Match`).
pub async fn save(app: &App, stamp: &Stamp, ticket: TicketRef, new: &NewDraft, expected: Option<&[i32]>) -> Result<MessageDraft, Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::WriteNotes)?;
            let (again, ticket) = (repeated(tx, stamp).await?.is_some(), locked(tx, ticket).await?);
            let author = stamp.who.actor.as_text();
            let before = found(tx, ticket.id, &author, expected.filter(|_| !again)).await?;
            if again {
                return before.ok_or(Error::NotFound("draft"));
            }
            let draft = MessageDraft {
                id: before.as_ref().map_or_else(|| app.time.id(), |before| before.id),
                ticket_id: ticket.id,
                organisation: ticket.organisation,
                author,
                public: new.public,
                body: new.body.clone(),
                version: before.map_or(0, |before| before.version) + 1,
                saved_at: stamp.recorded_at,
            };
            store::message_drafts::put(tx, &draft).await?;
            tx.touch("message_draft", draft.id);
            remember(app, tx, stamp, draft.id).await?;
            Ok(draft)
        })
        .await
}

/// Discards what the caller has begun. When there is nothing, that is left at that.
pub async fn discard(app: &App, stamp: &Stamp, ticket: TicketRef, expected: Option<&[i32]>) -> Result<(), Error> {
    stamp
        .write(app, async |tx| {
            stamp.who.may(Verb::WriteNotes)?;
            let (again, ticket) = (repeated(tx, stamp).await?.is_some(), locked(tx, ticket).await?);
            let author = stamp.who.actor.as_text();
            if again {
                return Ok(());
            }
            if let Some(draft) = found(tx, ticket.id, &author, expected).await? {
                store::message_drafts::remove(tx, ticket.id, &author).await?;
                tx.touch("message_draft", draft.id);
            }
            remember(app, tx, stamp, ticket.id).await
        })
        .await
}

async fn found(tx: &Tx, ticket: uuid::Uuid, author: &str, expected: Option<&[i32]>) -> Result<Option<MessageDraft>, Error> {
    let before = store::message_drafts::find(tx, ticket, author).await?;
    let version = before.as_ref().map_or(0, |before| before.version);
    if expected.is_some_and(|versions| !versions.contains(&version)) {
        let detail = "the draft was saved elsewhere since it was read".to_owned();
        return Err(Error::Conflict { code: Code::VersionChanged, detail });
    }
    Ok(before)
}
