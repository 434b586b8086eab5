//! Removing for good what a security signal says, and what is written on it.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::{ApproveRedactions, AskRedactions, ReadRedactions};
use crate::http::answer::{Created, Json};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, post};
use crate::http::path::{Path, RedactionId, SecuritySignalId};
use crate::http::shapes::{EndingInput, Redaction, RedactionList, SignalRedactionInput};
use crate::usecases::actors::Named;
use crate::usecases::redactions::{self, Of};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/security-signals/{signal}/redactions", list).id("listSecuritySignalRedactions").describe(
            "Shows what was removed from a security signal for good, and what is asked to be.",
            "Who, when and why; not what it was.",
        ),
        post("/security-signals/{signal}/redactions", ask).id("createSecuritySignalRedaction").refuses(409).describe(
            "Asks for words of a security signal to be removed for good, such as the name of an officer.",
            "Its title and description, or what was written with a response or a discussion. Another person has to approve it. The reason stays, so it\n\
             does not repeat what is to be removed. The same is asked for once at a time, and not of what stands under a legal hold.",
        ),
        post("/security-signals/{signal}/redactions/{redaction}/approvals", approve)
            .id("createSecuritySignalRedactionApproval")
            .refuses(409)
            .describe(
                "Approves the redaction of words of a security signal, and carries it out.",
                "By another person than whoever asked. The same words of signals that were recorded with it for other clients are removed too, of those\n\
                 that the approver sees. The history says that it was; lists and reports show `[verwijderd]`.",
            ),
        post("/security-signals/{signal}/redactions/{redaction}/endings", end)
            .id("createSecuritySignalRedactionEnding")
            .refuses(409)
            .describe(
                "Withdraws the redaction of words of a security signal that waits, or refuses it.",
                "Whoever asked for it withdraws it; whoever could approve it refuses it. It may be asked for again.",
            ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::SecuritySignals)).collect()
}

async fn list(
    app: Data<App>,
    caller: May<ReadRedactions>,
    Path(SecuritySignalId(signal)): Path<SecuritySignalId>,
) -> Result<Json<RedactionList>, Failure> {
    let Named { shown, actors } = redactions::list(&app, &caller, Of::Signal(signal)).await?;
    Ok(Json(RedactionList { items: shown.into_iter().map(|one| Redaction::new(one, &actors)).collect() }))
}

async fn ask(
    app: Data<App>,
    caller: May<AskRedactions>,
    Path(SecuritySignalId(signal)): Path<SecuritySignalId>,
    key: IdempotencyKey,
    body: Body<SignalRedactionInput>,
) -> Result<Created<Redaction>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let asked = redactions::ask(&app, &stamp, Of::Signal(signal), &body.value.wanted()).await?;
    let Named { shown, actors } = redactions::after(&app, &caller, asked).await?;
    Ok(Created(Redaction::new(shown, &actors)))
}

async fn approve(
    app: Data<App>,
    caller: May<ApproveRedactions>,
    Path(SecuritySignalId(signal)): Path<SecuritySignalId>,
    Path(RedactionId(id)): Path<RedactionId>,
    key: IdempotencyKey,
) -> Result<Created<Redaction>, Failure> {
    let done = redactions::approve(&app, &caller.stamp_once(&app, &key, id.as_bytes()), Of::Signal(signal), id).await?;
    let Named { shown, actors } = redactions::after(&app, &caller, done).await?;
    Ok(Created(Redaction::new(shown, &actors)))
}

async fn end(
    app: Data<App>,
    caller: May<AskRedactions>,
    Path(SecuritySignalId(signal)): Path<SecuritySignalId>,
    Path(RedactionId(id)): Path<RedactionId>,
    key: IdempotencyKey,
    body: Body<EndingInput>,
) -> Result<Created<Redaction>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ended = redactions::end(&app, &stamp, Of::Signal(signal), id, &body.value.reason()).await?;
    let Named { shown, actors } = redactions::after(&app, &caller, ended).await?;
    Ok(Created(Redaction::new(shown, &actors)))
}
