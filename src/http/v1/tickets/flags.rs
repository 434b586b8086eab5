//! Flags of tickets that few may see.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::{FlagTickets, LiftFlags};
use crate::domain::ticket::{Event, TicketRef};
use crate::http::answer::Created;
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, post};
use crate::http::path::Path;
use crate::http::shapes::{EventOut, FlagRemovalInput, TicketFlagInput};
use crate::http::version::IfMatch;
use crate::usecases::actors::Actors;
use crate::usecases::tickets;

pub fn operations() -> [Operation; 2] {
    [
        post("/tickets/{ref}/flags", set).id("createTicketFlag").describe(
            "Flags a ticket, so that few see it.",
            "`security` opens it to the security officers of both sides, `privacy` to their privacy officers, `confidential` to the service manager; its\n\
             requester, whoever has it in hand and whoever registered it see it, too. For everybody else it does not exist from then on, which\n\
             may include whoever set the flag. Where the agreement says so, the client's officers are told at once. The answer is the event.",
        ),
        post("/tickets/{ref}/flag-removals", lift).id("createTicketFlagRemoval").describe(
            "Takes a flag off a ticket, with a reason.",
            "By somebody whom that flag concerns. The answer is the event.",
        ),
    ]
}

async fn set(
    app: Data<App>,
    caller: May<FlagTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<TicketFlagInput>,
) -> Result<Created<EventOut>, Failure> {
    let mut stamp = caller.stamp_of(&app, &key, &body);
    let (wish, unknown) = body.value.wish();
    stamp.unreadable.extend(unknown);
    let event = tickets::flag(&app, &stamp, ticket, &wish, expected.as_deref()).await?;
    shown(&app, &caller, event).await
}

async fn lift(
    app: Data<App>,
    caller: May<LiftFlags>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<FlagRemovalInput>,
) -> Result<Created<EventOut>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let event = tickets::flag(&app, &stamp, ticket, &body.value.wish(), expected.as_deref()).await?;
    shown(&app, &caller, event).await
}

async fn shown(app: &App, caller: &Caller, event: Event) -> Result<Created<EventOut>, Failure> {
    let actors = Actors::in_events(&app.db.view(caller.scope.clone()), [&event]).await?;
    Ok(Created(EventOut::new(event, &actors)))
}
