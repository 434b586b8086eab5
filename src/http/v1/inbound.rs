//! `/v1/inbound-messages`: mail that comes, what became of it, and what waits for the desk to look at it.

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::tickets::made;
use crate::app::App;
use crate::domain::mail::MailOutcome;
use crate::http::MAIL_CAP;
use crate::http::caller::Caller;
use crate::http::download::{POLICY, disposition};
use crate::http::error::Failure;
use crate::http::fields::{self, Query};
use crate::http::incoming::{self, Incoming};
use crate::http::limits::Limits;
use crate::http::operation::Answer;
use crate::http::paging::{self, Page};
use crate::http::shapes::{InboundMessage, InboundMessagePage, ReleasedTicketInput, Ticket};
use crate::store;
use crate::store::View;
use crate::store::mail::Filter;
use crate::usecases::Error;
use crate::usecases::inbound::{self, Destination};
use crate::usecases::tickets::read;
use crate::words::ClosedList;

type App_ = web::Data<App>;

/// Takes a raw mail for a mailbox.
///
/// Whatever the outcome, the mail is kept. The same mail twice is one ticket.
#[utoipa::path(post, path = "/inbound-messages", tag = "mail", operation_id = "createInboundMessage",
    request_body(content = String, content_type = "application/octet-stream", description = "The mail as it came (RFC 5322)"),
    params(("mailbox" = String, Query, description = "The mailbox's name in the settings")),
    responses((status = 201, body = InboundMessage), (status = 404)))]
pub async fn create(app: App_, caller: Caller, request: HttpRequest, incoming: Incoming) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let mut query = Query::read(&request, &["mailbox"]);
    let mailbox = query.required("mailbox");
    query.checked()?;
    if !app.settings.mailboxes.contains_key(&mailbox) {
        return Err(Error::NotFound("mailbox").into());
    }
    let bytes = incoming.take("application/octet-stream").await?;
    let received = inbound::receive(&app, &mailbox, &bytes).await?;
    let location = format!("/v1/inbound-messages/{}", received.mail.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(InboundMessage::new(received.mail, received.ticket.as_ref())))
}

/// Shows a page of the mails that came, newest first.
///
/// What waits for the desk is `outcome=quarantined`. The next page is asked for with `nextCursor`, until that is `null`.
#[utoipa::path(get, path = "/inbound-messages", tag = "mail", operation_id = "listInboundMessages",
    params(
        ("outcome" = Option<String>, Query, description = "A comma list of outcomes"),
        ("mailbox" = Option<String>, Query, description = "A comma list of mailboxes"),
        ("pageSize" = Option<i32>, Query, minimum = 1, maximum = 100, description = "How many mails a page shows; 20 unless said"),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before, with the same filters")),
    responses((status = 200, body = InboundMessagePage)))]
pub async fn list(app: App_, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let mut query = Query::read(&request, &["outcome", "mailbox", "pageSize", "cursor"]);
    let size = query.page_size();
    let view = app.db.view(caller.scope.clone());
    let filter = Filter {
        outcomes: query.among("outcome", MailOutcome::CODES.iter().copied()),
        mailboxes: mailboxes(&app, &view, &mut query).await?,
        after: paging::after_of(&mut query, paging::read_place),
        limit: size as u64 + 1,
    };
    query.checked()?;
    let found = store::mail::list(&view, &filter).await.map_err(Error::from)?;
    let page = Page::of(found, size, |mail| paging::place(mail.received_at, mail.id));
    let ids: Vec<_> = page.items.iter().filter_map(|mail| mail.ticket_id).collect();
    let tickets = store::tickets::with_ids(&view, &ids).await.map_err(Error::from)?;
    let shown = page.items.into_iter().map(|mail| {
        let ticket = tickets.iter().find(|ticket| Some(ticket.id) == mail.ticket_id);
        InboundMessage::new(mail, ticket)
    });
    let shown = InboundMessagePage { items: shown.collect(), next_cursor: page.next_cursor };
    Ok(paging::answer(&request, &shown, shown.next_cursor.as_deref()))
}

/// The mailboxes asked for: those of the settings, or of a mail that came to one of before.
async fn mailboxes(app: &App, view: &View, query: &mut Query) -> Result<Vec<String>, Failure> {
    let (asked, known) = (query.list("mailbox"), &app.settings.mailboxes);
    for mailbox in asked.iter().filter(|mailbox| !known.contains_key(*mailbox)) {
        let of_old = Filter { mailboxes: vec![mailbox.clone()], limit: 1, ..Filter::default() };
        if store::mail::list(view, &of_old).await.map_err(Error::from)?.is_empty() {
            return Ok(query.among("mailbox", known.keys().map(String::as_str)));
        }
    }
    Ok(asked)
}

/// Shows one mail that came.
///
/// What became of it and why; the mail itself is its `content`.
#[utoipa::path(get, path = "/inbound-messages/{id}", tag = "mail", operation_id = "getInboundMessage",
    params(("id" = String, Path, description = "The message's UUID")),
    responses((status = 200, body = InboundMessage)))]
pub async fn get(app: App_, caller: Caller, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let view = app.db.view(caller.scope.clone());
    let mail = store::mail::find(&view, addressed(&path)?).await.map_err(Error::from)?.ok_or(Error::NotFound("message"))?;
    let ids: Vec<_> = mail.ticket_id.into_iter().collect();
    let ticket = store::tickets::with_ids(&view, &ids).await.map_err(Error::from)?.pop();
    Ok(HttpResponse::Ok().json(InboundMessage::new(mail, ticket.as_ref())))
}

/// Gives a mail as it came.
///
/// Always as a download, to be opened by a mail program; whatever stands in it is not run.
#[utoipa::path(get, path = "/inbound-messages/{id}/content", tag = "mail", operation_id = "getInboundMessageContent",
    params(("id" = String, Path, description = "The message's UUID")),
    responses((status = 200, body = inline(Vec<u8>), content_type = "application/octet-stream")))]
pub async fn content(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    limits: web::Data<Limits>,
) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let (view, id) = (app.db.view(caller.scope.clone()), addressed(&path)?);
    // In memory for as long as it takes to set it down, not for as long as its reader takes.
    let _room = limits.room(MAIL_CAP).await;
    let raw = store::mail::raw(&view, id).await.map_err(Error::from)?.ok_or(Error::NotFound("message"))?;
    let length = raw.len() as u64;
    let pieces = incoming::set_down(&request, &raw).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/octet-stream"))
        .insert_header(disposition(&format!("{id}.eml")))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(SizedStream::new(length, pieces)))
}

/// Makes a ticket of a mail that was kept aside, or taken for a duplicate.
///
/// It was reported when the mail came: its clocks start then. Its sender gets the confirmation. It can be another contract's than the mailbox's.
#[utoipa::path(post, path = "/inbound-messages/{id}/tickets", tag = "mail", operation_id = "createInboundMessageTicket",
    request_body = ReleasedTicketInput,
    params(("id" = String, Path, description = "The message's UUID"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice")),
    responses((status = 201, body = Ticket)))]
pub async fn release(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    incoming: Incoming,
    limits: web::Data<Limits>,
) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let bytes = incoming.take(fields::JSON).await?;
    let body = fields::read(&bytes, "ReleasedTicketInput")?;
    let to = Destination { organisation: body.text("organisation"), contract: body.text("contract") };
    body.checked()?;
    // The mail is read once more.
    let _room = limits.room(MAIL_CAP).await;
    let released = inbound::release(&app, &caller.stamp_for(&app, &request, &bytes), addressed(&path)?, &to).await?;
    Ok(made(read::made(&caller, released)).respond(&request))
}

/// A message's UUID; anything else is one that does not exist.
fn addressed(text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_no_uuid| Error::NotFound("message").into())
}
