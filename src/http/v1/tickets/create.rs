//! Making a ticket, and showing one.

use actix_web::web::Data;

use super::{Made, Shown, location, shown};
use crate::app::App;
use crate::http::answer::{CreatedAt, Current, Tagged};
use crate::http::body::Partial;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::path::Path;
use crate::http::shapes::{Ticket, TicketInput};
use crate::http::version::{self, IfNoneMatch};
use crate::store;
use crate::store::tickets::TicketRef;
use crate::usecases::Error;
use crate::usecases::tickets::{self, Registered};

pub async fn create(app: Data<App>, caller: Caller, key: IdempotencyKey, body: Partial<TicketInput>) -> Result<Made, Failure> {
    let stamp = caller.stamp_once(&app, &key, &body.sent);
    let draft = body.value.draft(body.problems);
    Ok(made(&seen(&caller, tickets::register(&app, &stamp, &draft).await?)))
}

/// A ticket that was made, as the caller sees it.
pub fn seen(caller: &Caller, made: Registered) -> Registered {
    Registered { ticket: caller.reader().ticket(made.ticket), ..made }
}

pub fn made(made: &Registered) -> Made {
    let answer = CreatedAt { location: location(&made.ticket), shown: Ticket::from(made) };
    Tagged { tag: version::tag(&made.ticket), answer }
}

pub async fn get(app: Data<App>, caller: Caller, Path(ticket): Path<TicketRef>, known: IfNoneMatch) -> Result<Current<Shown>, Failure> {
    let view = app.db.view(caller.scope.clone());
    let ticket = store::tickets::find(&view, ticket).await.map_err(Error::from)?.ok_or(Error::NotFound("ticket"))?;
    let tag = version::tag(&caller.reader().ticket(ticket.clone()));
    if known.includes(&tag) {
        return Ok(Current::Known(tag));
    }
    Ok(Current::Shown(shown(&app, &caller, &ticket).await?))
}
