//! What a ticket is called in other systems.

use actix_web::web::Data;

use super::{Made, done};
use crate::app::App;
use crate::domain::permission::EditTickets;
use crate::domain::ticket::{ExternalReference, TicketRef};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, post};
use crate::http::path::Path;
use crate::http::shapes::ExternalReferenceInput;
use crate::http::version::IfMatch;
use crate::usecases::tickets;

pub fn operations() -> [Operation; 2] {
    [
        post("/tickets/{ref}/external-references", add).id("createTicketExternalReference").refuses(409).describe(
            "Says what a ticket is called in another system.",
            "One that it has already is left at that; a ticket has at most 20, and no two tickets of an organisation have the same.",
        ),
        post("/tickets/{ref}/external-reference-removals", remove).id("createTicketExternalReferenceRemoval").refuses(409).describe(
            "Takes back what a ticket is called in another system.",
            "The name is then kept nowhere; the history has the system alone.",
        ),
    ]
}

async fn add(
    app: Data<App>,
    caller: May<EditTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<ExternalReferenceInput>,
) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ticket = tickets::add_reference(&app, &stamp, ticket, &named(body.value), expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}

async fn remove(
    app: Data<App>,
    caller: May<EditTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<ExternalReferenceInput>,
) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ticket = tickets::remove_reference(&app, &stamp, ticket, &named(body.value), expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}

fn named(input: ExternalReferenceInput) -> ExternalReference {
    ExternalReference { system: input.system.unwrap_or_default(), reference: input.reference.unwrap_or_default() }
}
