//! Removing for good a mail that came, also one that was kept aside and belongs to no ticket.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::{ApproveMailRedactions, AskMailRedactions, ReadMailRedactions};
use crate::http::answer::{Created, Json};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Operation, Tag, get, post};
use crate::http::path::{MessageId, Path, RedactionId};
use crate::http::shapes::{EndingInput, MailRedactionInput, Redaction, RedactionList};
use crate::usecases::actors::Named;
use crate::usecases::redactions::{self, Of};

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/inbound-messages/{id}/redactions", list)
            .id("listInboundMessageRedactions")
            .describe("Shows that a mail was removed for good, or that it is asked for.", "Who, when and why. For the desk only."),
        post("/inbound-messages/{id}/redactions", ask).id("createInboundMessageRedaction").refuses(409).describe(
            "Asks for a mail that came to be removed for good.",
            "Such as one that was kept aside and belongs to no ticket; what stands on a ticket is redacted there. Another person has to approve\n\
             it. The reason stays. For the desk only.",
        ),
        post("/inbound-messages/{id}/redactions/{redaction}/approvals", approve)
            .id("createInboundMessageRedactionApproval")
            .refuses(409)
            .describe(
                "Approves the redaction of a mail, and carries it out.",
                "By another person than whoever asked. Subject and content of the mail are removed, and so are those of its copies that belong to\n\
                 no ticket, and of copies that come later; who sent it, when, and what became of it stay.",
            ),
        post("/inbound-messages/{id}/redactions/{redaction}/endings", end).id("createInboundMessageRedactionEnding").refuses(409).describe(
            "Withdraws the redaction of a mail that waits, or refuses it.",
            "Whoever asked for it withdraws it; whoever could approve it refuses it. It may be asked for again.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Mail)).collect()
}

async fn list(
    app: Data<App>,
    caller: May<ReadMailRedactions>,
    Path(MessageId(mail)): Path<MessageId>,
) -> Result<Json<RedactionList>, Failure> {
    let Named { shown, actors } = redactions::list(&app, &caller, Of::Mail(mail)).await?;
    Ok(Json(RedactionList { items: shown.into_iter().map(|one| Redaction::new(one, &actors)).collect() }))
}

async fn ask(
    app: Data<App>,
    caller: May<AskMailRedactions>,
    Path(MessageId(mail)): Path<MessageId>,
    key: IdempotencyKey,
    body: Body<MailRedactionInput>,
) -> Result<Created<Redaction>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let asked = redactions::ask(&app, &stamp, Of::Mail(mail), &body.value.wanted()).await?;
    let Named { shown, actors } = redactions::after(&app, &caller, asked).await?;
    Ok(Created(Redaction::new(shown, &actors)))
}

async fn approve(
    app: Data<App>,
    caller: May<ApproveMailRedactions>,
    Path(MessageId(mail)): Path<MessageId>,
    Path(RedactionId(id)): Path<RedactionId>,
    key: IdempotencyKey,
) -> Result<Created<Redaction>, Failure> {
    let done = redactions::approve(&app, &caller.stamp_once(&app, &key, id.as_bytes()), Of::Mail(mail), id).await?;
    let Named { shown, actors } = redactions::after(&app, &caller, done).await?;
    Ok(Created(Redaction::new(shown, &actors)))
}

async fn end(
    app: Data<App>,
    caller: May<AskMailRedactions>,
    Path(MessageId(mail)): Path<MessageId>,
    Path(RedactionId(id)): Path<RedactionId>,
    key: IdempotencyKey,
    body: Body<EndingInput>,
) -> Result<Created<Redaction>, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let ended = redactions::end(&app, &stamp, Of::Mail(mail), id, &body.value.reason()).await?;
    let Named { shown, actors } = redactions::after(&app, &caller, ended).await?;
    Ok(Created(Redaction::new(shown, &actors)))
}
