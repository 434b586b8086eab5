//! `/canned-replies`: texts that the desk keeps to answer with, and one of them with the values of a ticket.

use actix_web::http::header::EntityTag;
use actix_web::web::Data;
use uuid::Uuid;

use crate::app::App;
use crate::domain::canned_reply::CannedReply as Kept;
use crate::domain::permission::{UseCannedReplies, WriteCannedReplies};
use crate::domain::ticket::TicketRef;
use crate::http::answer::{Created, CreatedAt, Json, Paged, Tagged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, patch, post};
use crate::http::paging::{self, Page};
use crate::http::path::{CannedReplyId, Path};
use crate::http::query::{FromQuery, Keys, Query};
use crate::http::shapes::{CannedReply, CannedReplyInput, CannedReplyPage, CannedReplyPatch, Removed, RenderedReply};
use crate::http::version::IfMatch;
use crate::usecases::actors::{Actors, Named};
use crate::usecases::{Stamp, canned_replies};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/canned-replies", list).id("listCannedReplies").describe(
            "Shows a page of the texts that the desk keeps to answer with, by title.",
            "With `team` those of that team and of the whole desk.",
        ),
        post("/canned-replies", create).id("createCannedReply").describe(
            "Keeps a text to answer with.",
            "In it placeholders such as `{{ticket.number}}` stand for values of a ticket; one that is not in the list `placeholder` of `/v1/labels` is\n\
             refused. Nothing else in a text means anything.",
        ),
        get("/canned-replies/{reply}", show).id("getCannedReply").describe("Shows one text.", "With its placeholders as they are."),
        patch("/canned-replies/{reply}", change).id("updateCannedReply").describe(
            "Changes a text.",
            "What is absent stays; `null` gives it to the whole desk. With `If-Match` it is refused when another changed it in between.",
        ),
        post("/canned-replies/{reply}/removals", remove)
            .id("createCannedReplyRemoval")
            .describe("Removes a text.", "What was sent with it stays as it was sent."),
        get("/tickets/{ref}/canned-replies/{reply}", render).id("getTicketCannedReply").describe(
            "Shows a text with the values of a ticket, to be edited and sent.",
            "In Dutch, as the client is written to. What the ticket has no value for is named in `missing`. Nothing is sent or kept.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Tickets)).collect()
}

struct RepliesQuery {
    teams: Vec<String>,
    size: u64,
    after: Option<(String, Uuid)>,
}

impl FromQuery for RepliesQuery {
    fn read(keys: &mut Keys) -> Self {
        Self {
            teams: keys.list("team", "A comma list of teams"),
            size: keys.page_size("How many texts a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before, with the same teams", read_position),
        }
    }
}

fn read_position(text: &str) -> Option<(String, Uuid)> {
    let (id, title) = text.split_once('/')?;
    Some((title.to_owned(), id.parse().ok()?))
}

async fn list(app: Data<App>, caller: May<UseCannedReplies>, query: Query<RepliesQuery>) -> Result<Paged<CannedReplyPage>, Failure> {
    let RepliesQuery { teams, size, after } = query.checked()?;
    let after = after.as_ref().map(|(title, id)| (title.as_str(), *id));
    let Named { shown, actors } = canned_replies::list(&app, &caller, &teams, after, size + 1).await?;
    let page = Page::of(shown, size, |reply| format!("{}/{}", reply.id, reply.title));
    let items = page.items.into_iter().map(|reply| CannedReply::new(reply, &actors)).collect();
    Ok(Paged(CannedReplyPage { items, next_cursor: page.next_cursor }))
}

async fn create(
    app: Data<App>,
    caller: May<WriteCannedReplies>,
    key: IdempotencyKey,
    body: Body<CannedReplyInput>,
) -> Result<Tagged<CreatedAt<CannedReply>>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let reply = canned_replies::create(&app, &stamp, &body.value.into()).await?;
    let location = format!("/v1/canned-replies/{}", reply.id);
    let Tagged { tag, answer: Json(shown) } = shown(&app, &caller, reply).await?;
    Ok(Tagged { tag, answer: CreatedAt { location, shown } })
}

async fn show(
    app: Data<App>,
    caller: May<UseCannedReplies>,
    Path(CannedReplyId(id)): Path<CannedReplyId>,
) -> Result<Tagged<Json<CannedReply>>, Failure> {
    let reply = canned_replies::get(&app, &caller, id).await?;
    shown(&app, &caller, reply).await
}

async fn change(
    app: Data<App>,
    caller: May<WriteCannedReplies>,
    Path(CannedReplyId(id)): Path<CannedReplyId>,
    IfMatch(expected): IfMatch,
    body: Body<CannedReplyPatch>,
) -> Result<Tagged<Json<CannedReply>>, Failure> {
    let stamp = Stamp { unreadable: body.problems, ..caller.stamp(&app) };
    let reply = canned_replies::change(&app, &stamp, id, &body.value.into(), expected.as_deref()).await?;
    shown(&app, &caller, reply).await
}

async fn remove(
    app: Data<App>,
    caller: May<WriteCannedReplies>,
    Path(CannedReplyId(id)): Path<CannedReplyId>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
) -> Result<Created<Removed>, Failure> {
    canned_replies::remove(&app, &caller.stamp_once(&app, &key, &[]), id, expected.as_deref()).await?;
    Ok(Created(Removed { id }))
}

async fn render(
    app: Data<App>,
    caller: May<UseCannedReplies>,
    Path(ticket): Path<TicketRef>,
    Path(CannedReplyId(id)): Path<CannedReplyId>,
) -> Result<Json<RenderedReply>, Failure> {
    Ok(Json(canned_replies::render(&app, &caller, ticket, id).await?.into()))
}

async fn shown(app: &App, caller: &Caller, reply: Kept) -> Result<Tagged<Json<CannedReply>>, Failure> {
    let actors = Actors::seen_by(app, caller, [&reply.author]).await?;
    Ok(Tagged { tag: EntityTag::new_strong(reply.version.to_string()), answer: Json(CannedReply::new(reply, &actors)) })
}
