//! Removing for good what somebody wrote or attached.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::{ApproveRedactions, AskRedactions, ReadRedactions};
use crate::domain::ticket::TicketRef;
use crate::http::answer::{Created, Json};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, get, post};
use crate::http::path::{Path, RedactionId};
use crate::http::shapes::{EndingInput, Redaction, RedactionInput, RedactionList};
use crate::usecases::actors::Named;
use crate::usecases::redactions::{self, Of};

pub fn operations() -> [Operation; 4] {
    [
        get("/tickets/{ref}/redactions", list)
            .id("listTicketRedactions")
            .describe("Shows what was removed from a ticket for good, and what is asked to be.", "Who, when and why; not what it was."),
        post("/tickets/{ref}/redactions", ask).id("createTicketRedaction").refuses(409).describe(
            "Asks for something of a ticket to be removed for good, such as a citizen's number in a mail.",
            "A message, a file, a version of a part, the reason of an event, the task of a response team, or the ticket's own texts or references.\n\
             Of the desk alone: its tags, and what was done on it. Another person has to approve it. The reason stays, so it does not repeat what is to be removed. The same is asked for once at a time, and not of what stands under a\n\
             legal hold.",
        ),
        post("/tickets/{ref}/redactions/{redaction}/approvals", approve).id("createTicketRedactionApproval").refuses(409).describe(
            "Approves a redaction, and carries it out.",
            "By another person than whoever asked. It is taken from the ticket and from every mail, in or out, that holds it; copies of mails are taken\n\
             away whole, and so are copies that come later. The history says that it was, and still verifies. What has left already is not\n\
             taken back.",
        ),
        post("/tickets/{ref}/redactions/{redaction}/endings", end).id("createTicketRedactionEnding").refuses(409).describe(
            "Withdraws a redaction that waits, or refuses it.",
            "Whoever asked for it withdraws it; whoever could approve it refuses it. It may be asked for again.",
        ),
    ]
}

async fn list(app: Data<App>, caller: May<ReadRedactions>, Path(ticket): Path<TicketRef>) -> Result<Json<RedactionList>, Failure> {
    let Named { shown, actors } = redactions::list(&app, &caller, Of::Ticket(ticket)).await?;
    Ok(Json(RedactionList { items: shown.into_iter().map(|one| Redaction::new(one, &actors)).collect() }))
}

async fn ask(
    app: Data<App>,
    caller: May<AskRedactions>,
    Path(ticket): Path<TicketRef>,
    key: IdempotencyKey,
    body: Body<RedactionInput>,
) -> Result<Created<Redaction>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let asked = redactions::ask(&app, &stamp, Of::Ticket(ticket), &body.value.wanted()).await?;
    let Named { shown, actors } = redactions::after(&app, &caller, asked).await?;
    Ok(Created(Redaction::new(shown, &actors)))
}

async fn approve(
    app: Data<App>,
    caller: May<ApproveRedactions>,
    Path(ticket): Path<TicketRef>,
    Path(RedactionId(id)): Path<RedactionId>,
    key: IdempotencyKey,
) -> Result<Created<Redaction>, Failure> {
    let done = redactions::approve(&app, &caller.stamp_once(&app, &key, id.as_bytes()), Of::Ticket(ticket), id).await?;
    let Named { shown, actors } = redactions::after(&app, &caller, done).await?;
    Ok(Created(Redaction::new(shown, &actors)))
}

async fn end(
    app: Data<App>,
    caller: May<AskRedactions>,
    Path(ticket): Path<TicketRef>,
    Path(RedactionId(id)): Path<RedactionId>,
    key: IdempotencyKey,
    body: Body<EndingInput>,
) -> Result<Created<Redaction>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ended = redactions::end(&app, &stamp, Of::Ticket(ticket), id, &body.value.reason()).await?;
    let Named { shown, actors } = redactions::after(&app, &caller, ended).await?;
    Ok(Created(Redaction::new(shown, &actors)))
}
