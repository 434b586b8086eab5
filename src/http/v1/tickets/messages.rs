//! Messages on a ticket.

use actix_web::web::Data;
use uuid::Uuid;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::permission::{ReadTickets, WriteMessages};
use crate::domain::ticket::TicketRef;
use crate::http::answer::{Created, Json, Paged};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::limits::Limits;
use crate::http::operation::{Operation, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::{MessageId, Path};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{Message, MessageInput, MessagePage, WholeText};
use crate::http::version::IfMatch;
use crate::usecases::actors::{Actors, Named};
use crate::usecases::inbound;
use crate::usecases::tickets::{self, NewMessage, When, read};

/// In bytes, of a mail.
const MAIL_CAP: usize = 25 * 1024 * 1024;

/// The default page size, which fits the whole conversation of most tickets.
const WHOLE: u64 = 100;

pub fn operations() -> [Operation; 3] {
    [
        get("/tickets/{ref}/messages", list).id("listTicketMessages").describe(
            "Shows what was written on a ticket.",
            "A page of them, oldest first; a client sees the public messages. Those on tickets that were merged into it stand among them.",
        ),
        post("/tickets/{ref}/messages", write)
            .id("createTicketMessage")
            .describe("Writes on a ticket.", "`public` for the one who reported it, `internal` for the desk alone."),
        get("/tickets/{ref}/messages/{id}/whole-text", whole_text).id("getTicketMessageWholeText").describe(
            "Gives the whole text of a message, with what was cut from it.",
            "An answer by mail is shown without the quotation and the signature below it (`isCut`). Whoever sees the message sees its whole text; what was\n\
             redacted or erased is not in it.",
        ),
    ]
}

struct MessagesQuery {
    size: u64,
    after: Option<(Instant, Uuid)>,
}

impl FromQuery for MessagesQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            size: keys.page_size("How many, 100 unless said", WHOLE),
            after: paging::after(keys, "Where the last page ended", paging::read_position),
        }
    }
}

async fn list(
    app: Data<App>,
    caller: May<ReadTickets>,
    Path(ticket): Path<TicketRef>,
    query: Query<MessagesQuery>,
) -> Result<Paged<MessagePage>, Failure> {
    let MessagesQuery { size, after } = query.checked()?;
    let Named { shown, actors } = read::messages(&app, &caller, ticket, after, size + 1).await?;
    let page = Page::of(shown, size, |one| paging::position(one.message.occurred_at, one.message.id));
    let items = page.items.into_iter().map(|message| Message::new(message, &actors)).collect();
    Ok(Paged(MessagePage { items, next_cursor: page.next_cursor }))
}

async fn whole_text(
    app: Data<App>,
    caller: May<ReadTickets>,
    limits: Data<Limits>,
    Path(ticket): Path<TicketRef>,
    Path(MessageId(id)): Path<MessageId>,
) -> Result<Json<WholeText>, Failure> {
    // The mail is read anew.
    let _room = limits.memory(MAIL_CAP).await;
    Ok(Json(inbound::read::whole_text(&app, &caller, ticket, id).await?.into()))
}

async fn write(
    app: Data<App>,
    caller: May<WriteMessages>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<MessageInput>,
) -> Result<Created<Message>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let body = body.value;
    let when = When { occurred_at: body.occurred_at, reason: body.occurred_at_reason, arrived: None };
    let message = NewMessage {
        // What cannot be read is judged as what everybody may write.
        public: body.visibility.as_deref() != Some("internal"),
        by_phone: body.channel.as_deref() == Some("phone"),
        body: body.body.unwrap_or_default(),
        ..NewMessage::public()
    };
    let from_draft = body.from_draft.unwrap_or_default();
    let written = tickets::write(&app, &stamp, ticket, &message, &when, from_draft, expected.as_deref()).await?;
    let actors = Actors::seen_by(&app, &caller, [&written.message.author]).await?;
    Ok(Created(Message::new(written, &actors)))
}
