//! Merging a ticket into another one, and undoing that.

use actix_web::web::Data;

use super::{Made, done};
use crate::app::App;
use crate::domain::permission::MergeTickets;
use crate::domain::ticket::{NoTicketRef, TicketRef};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, post};
use crate::http::path::Path;
use crate::http::shapes::{TicketMergeInput, TicketMergeRemovalInput};
use crate::http::version::IfMatch;
use crate::usecases::{Error, FieldCode, Problem, Stamp, tickets};

pub fn operations() -> [Operation; 2] {
    [
        post("/tickets/{ref}/merges", merge).id("createTicketMerge").describe(
            "Merges a ticket into another one that is about the same.",
            "Both are open, of the same organisation, contract and type, and have the same flags. Its number keeps answering and points on (`mergedInto`);\n\
             it takes nothing any more, and its clocks end without a verdict. Its messages and files are shown at the other one, what it is linked to is\n\
             seen from there, and whoever reported or follows it follows that one. A ticket that others were merged into is merged into none itself.",
        ),
        post("/tickets/{ref}/merge-removals", unmerge).id("createTicketMergeRemoval").describe(
            "Undoes a merge, within 24 hours of it.",
            "Asked of the ticket that was merged. It is back where it was, and its clocks count as if it had never been merged: goals that were missed\n\
             meanwhile are recorded then. What was written on the other ticket meanwhile stays there.",
        ),
    ]
}

/// The ticket that goes on, or why it cannot be read.
fn addressed(stamp: &mut Stamp, text: Option<&String>) -> Result<TicketRef, Error> {
    let read = text.map(|text| text.parse());
    if let Some(Err(NoTicketRef)) = read {
        stamp.unreadable.push(Problem::field("into", FieldCode::UnknownTicket, NoTicketRef.to_string()));
    }
    read.and_then(Result::ok).ok_or_else(|| Error::Invalid(stamp.unreadable.clone()))
}

async fn merge(
    app: Data<App>,
    caller: May<MergeTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<TicketMergeInput>,
) -> Result<Made, Failure> {
    let mut stamp = caller.stamp_of(&app, &key, &body);
    let into = addressed(&mut stamp, body.value.into.as_ref())?;
    let reason = body.value.reason.unwrap_or_default();
    let ticket = tickets::merge(&app, &stamp, ticket, into, &reason, expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}

async fn unmerge(
    app: Data<App>,
    caller: May<MergeTickets>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    IfMatch(expected): IfMatch,
    body: Body<TicketMergeRemovalInput>,
) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ticket = tickets::undo_merge(&app, &stamp, ticket, &body.value.reason.unwrap_or_default(), expected.as_deref()).await?;
    done(&app, &caller, ticket).await
}
