//! `/inbound-messages`: incoming mail, what became of it, and what waits for the desk to look at.

use actix_web::HttpRequest;
use actix_web::http::header::EntityTag;
use actix_web::web::Data;

use super::tickets::{Made, made};
use crate::app::App;
use crate::domain::mail::{InboundFilter, MailOutcome};
use crate::domain::permission::{BringMail, ReadMail, ReleaseMail};
use crate::http::answer::{CreatedAt, Download, Json, Paged};
use crate::http::body::Body;
use crate::http::caller::{Caller, May};
use crate::http::download::{Wanted, download, out_of_range};
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::incoming::BYTES;
use crate::http::incoming::{self, Incoming};
use crate::http::limits::Limits;
use crate::http::operation::{Operation, Tag, get, post};
use crate::http::paging::{self, Page};
use crate::http::path::{MessageId, Path};
use crate::http::query::{FromQuery, Keys, Query, among};
use crate::http::shapes::{InboundMessage, InboundMessagePage, ReleasedTicketInput};
use crate::usecases::inbound::{self, Destination};
use crate::usecases::tickets::read;
use crate::usecases::{Error, Problem, tokens};

/// In bytes. Common mail servers accept about as much.
const MAIL_CAP: usize = 25 * 1024 * 1024;

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/inbound-messages", list).id("listInboundMessages").describe(
            "Shows a page of the mails that came, newest first.",
            "What waits for the desk is `outcome=quarantined`. The next page is asked for with `nextCursor`, until that is `null`.",
        ),
        post("/inbound-messages", create)
            .id("createInboundMessage")
            .up_to(MAIL_CAP)
            .body("The mail as it came (RFC 5322)")
            .refuses(404)
            .describe("Takes a raw mail for a mailbox.", "Whatever the outcome, the mail is kept. The same mail twice is one ticket."),
        get("/inbound-messages/{id}", show)
            .id("getInboundMessage")
            .describe("Shows one mail that came.", "What became of it and why; the mail itself is its `content`."),
        get("/inbound-messages/{id}/content", content).id("getInboundMessageContent").refuses(409).describe(
            "Gives a mail as it came.",
            "Always as a download, to be opened by a mail program; whatever stands in it is not run. `Range` asks for a part of it. Where the desk has a\n\
             virus scanner, not before that found nothing (`scan`).",
        ),
        post("/inbound-messages/{id}/tickets", release).id("createInboundMessageTicket").describe(
            "Makes a ticket of a mail that was kept aside, or taken for a duplicate.",
            "It was reported when the mail came: its clocks start then. Its sender gets the confirmation. It can be another contract's than the mailbox's.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Mail)).collect()
}

struct Mailbox(String);

impl FromQuery for Mailbox {
    fn read(keys: &mut Keys) -> Self {
        Self(keys.required("mailbox", "The mailbox's name in the settings").unwrap_or_default())
    }
}

async fn create(
    app: Data<App>,
    caller: May<BringMail>,
    query: Query<Mailbox>,
    incoming: Incoming,
) -> Result<CreatedAt<InboundMessage>, Failure> {
    let Mailbox(mailbox) = query.checked()?;
    if !app.settings.mailboxes.contains_key(&mailbox) {
        return Err(Error::NotFound("mailbox").into());
    }
    let body = incoming.take(BYTES).await?;
    // A mail is taken in by nobody's right but the mailbox's.
    caller.check(&app).await?;
    let received = inbound::receive(&app, &caller.stamp(&app), &mailbox, body.bytes(), None).await?;
    let location = format!("/v1/inbound-messages/{}", received.mail.id);
    Ok(CreatedAt { location, shown: inbound::read::received(&caller, received).into() })
}

impl FromQuery for InboundFilter {
    fn read(keys: &mut Keys) -> Self {
        let outcomes: Vec<MailOutcome> = keys.codes("outcome", "A comma list of outcomes");
        Self {
            outcomes: outcomes.into_iter().map(|outcome| outcome.as_str().to_owned()).collect(),
            mailboxes: keys.list("mailbox", "A comma list of mailboxes"),
            limit: keys.page_size("How many mails a page shows; 20 unless said", 20),
            after: paging::after(keys, "The `nextCursor` of the page before, with the same filters", paging::read_position),
        }
    }
}

async fn list(app: Data<App>, caller: May<ReadMail>, query: Query<InboundFilter>) -> Result<Paged<InboundMessagePage>, Failure> {
    let (filter, mut problems) = query.partial();
    problems.extend(unknown_mailbox(&app, &caller, &filter.mailboxes).await?);
    Failure::unless_none(problems)?;
    let size = filter.limit;
    let found = inbound::read::list(&app, &caller, &InboundFilter { limit: size + 1, ..filter }).await?;
    let page = Page::of(found, size, |one| paging::position(one.mail.received_at, one.mail.id));
    let items = page.items.into_iter().map(InboundMessage::from).collect();
    Ok(Paged(InboundMessagePage { items, next_cursor: page.next_cursor }))
}

/// A mailbox that was removed from the settings can still be filtered by, as long as there is mail of it.
async fn unknown_mailbox(app: &App, caller: &Caller, asked: &[String]) -> Result<Option<Problem>, Failure> {
    let known = &app.settings.mailboxes;
    for mailbox in asked.iter().filter(|mailbox| !known.contains_key(*mailbox)) {
        if !inbound::read::is_mailbox_of_some(app, caller, mailbox).await? {
            return Ok(among("mailbox", asked, known.keys().map(String::as_str)));
        }
    }
    Ok(None)
}

async fn show(app: Data<App>, caller: May<ReadMail>, Path(MessageId(id)): Path<MessageId>) -> Result<Json<InboundMessage>, Failure> {
    Ok(Json(inbound::read::get(&app, &caller, id).await?.into()))
}

async fn content(
    app: Data<App>,
    caller: May<ReadMail>,
    request: HttpRequest,
    limits: Data<Limits>,
    Path(MessageId(id)): Path<MessageId>,
) -> Result<Download, Failure> {
    // Held while the mail is copied to the spool, and not for as long as the client takes to read it.
    let _room = limits.memory(MAIL_CAP).await;
    let raw = inbound::read::raw(&app, &caller, id).await?;
    let (length, tag) = (raw.len() as u64, EntityTag::new_strong(tokens::digest(&raw)));
    let wanted = Wanted::of(&request, &tag, length);
    let part = match wanted {
        Wanted::Nothing => return Ok(out_of_range(length)),
        Wanted::Whole => &raw[..],
        Wanted::Part(first, last) => &raw[index(first)..=index(last)],
    };
    let chunks = incoming::spool(&request, part).await?;
    Ok(download(&format!("{id}.eml"), (wanted, length), tag, chunks))
}

fn index(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

async fn release(
    app: Data<App>,
    caller: May<ReleaseMail>,
    limits: Data<Limits>,
    Path(MessageId(id)): Path<MessageId>,
    key: IdempotencyKey,
    body: Body<ReleasedTicketInput>,
) -> Result<Made, Failure> {
    let stamp = caller.stamp_of(&app, &key, &body);
    let to = Destination { organisation: body.value.organisation, contract: body.value.contract, kind: body.value.r#type };
    // Releasing parses the whole mail again.
    let _room = limits.memory(MAIL_CAP).await;
    let released = inbound::release(&app, &stamp, id, &to).await?;
    Ok(made(read::made(&caller, released)))
}
