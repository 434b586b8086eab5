//! Who follows a ticket, and so is told of what its requester is told.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::{FollowTickets, ReadTickets};
use crate::domain::ticket::TicketRef;
use crate::http::answer::{Created, Json};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::path::Path;
use crate::http::shapes::{FollowerInput, FollowerList};
use crate::http::version::IfMatch;
use crate::usecases::followers;

pub fn operations() -> [Operation; 3] {
    [
        get("/tickets/{ref}/followers", list)
            .id("listTicketFollowers")
            .describe("Shows who follows a ticket.", "A client sees those of its own side."),
        post("/tickets/{ref}/followers", follow).id("createTicketFollower").refuses(409).describe(
            "Has somebody follow a ticket: the caller, or whom the desk names.",
            "They are mailed what its requester is mailed: answers, another status, the solution. Somebody of its organisation or of the desk, and at\n\
             most 50; it shows nobody a ticket that they could not see before. One that few may see is followed by those of whom the desk knows that\n\
             they may: they have a part in it, or hold a right here that opens it. The answer is who follows it then.",
        ),
        post("/tickets/{ref}/follower-removals", unfollow).id("createTicketFollowerRemoval").refuses(409).describe(
            "Has somebody follow a ticket no longer: the caller, or whom the desk names.",
            "Whoever does not follow it is left at that. The answer is who follows it then.",
        ),
    ]
}

async fn list(app: Data<App>, caller: May<ReadTickets>, Path(ticket): Path<TicketRef>) -> Result<Json<FollowerList>, Failure> {
    Ok(Json(followers::list(&app, &caller, ticket).await?.into()))
}

async fn follow(
    app: Data<App>,
    caller: May<FollowTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<FollowerInput>,
) -> Result<Created<FollowerList>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ticket = followers::follow(&app, &stamp, ticket, body.value.person, expected.as_deref()).await?;
    Ok(Created(followers::list(&app, &caller, TicketRef::Id(ticket)).await?.into()))
}

async fn unfollow(
    app: Data<App>,
    caller: May<FollowTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<FollowerInput>,
) -> Result<Created<FollowerList>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ticket = followers::unfollow(&app, &stamp, ticket, body.value.person, expected.as_deref()).await?;
    Ok(Created(followers::list(&app, &caller, TicketRef::Id(ticket)).await?.into()))
}
