//! Creating and showing a ticket.

use actix_web::web::Data;

use super::{Made, Shown, made, shown};
use crate::app::App;
use crate::domain::permission::{ReadTickets, RegisterTickets};
use crate::domain::ticket::TicketRef;
use crate::http::answer::Conditional;
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::path::Path;
use crate::http::shapes::TicketInput;
use crate::http::version::IfNoneMatch;
use crate::usecases::tickets::{self, read};

pub async fn create(app: Data<App>, caller: May<RegisterTickets>, key: IdempotencyKey, body: Body<TicketInput>) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let draft = body.value.draft(body.problems);
    Ok(made(read::made(&caller, tickets::register(&app, &stamp, &draft).await?)))
}

pub async fn get(
    app: Data<App>,
    caller: May<ReadTickets>,
    Path(ticket): Path<TicketRef>,
    known: IfNoneMatch,
) -> Result<Conditional<Shown>, Failure> {
    let shown = shown(read::get(&app, &caller, ticket).await?);
    Ok(if known.includes(&shown.tag) { Conditional::NotModified(shown.tag) } else { Conditional::Full(shown) })
}
