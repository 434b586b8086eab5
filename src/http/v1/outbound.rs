//! `/v1/outbound-messages`: mail the desk wrote, whether it left, and sending again what was given up.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use crate::app::App;
use crate::domain::ticket::TicketRef;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::fields::Query;
use crate::http::paging::{self, Page};
use crate::http::path::Address;
use crate::http::shapes::{OutboundMessage, OutboundMessagePage};
use crate::store;
use crate::store::outbound::Filter;
use crate::usecases::{Error, outbound};

type App_ = web::Data<App>;

/// Shows a page of the mails the desk wrote, newest first.
///
/// What was given up is `state=failed`. The next page is asked for with `nextCursor`, until that is `null`.
#[utoipa::path(get, path = "/outbound-messages", tag = "mail", operation_id = "listOutboundMessages",
    params(
        ("state" = Option<String>, Query, description = "A comma list of states: pending, sent, failed"),
        ("ticket" = Option<String>, Query, description = "The UUID or number of the ticket they are about"),
        ("pageSize" = Option<i32>, Query, minimum = 1, maximum = 100, description = "How many mails a page shows; 20 unless said"),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before, with the same filters")),
    responses((status = 200, body = OutboundMessagePage), (status = 404)))]
pub async fn list(app: App_, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let mut query = Query::read(&request, &["state", "ticket", "pageSize", "cursor"]);
    let size = query.page_size();
    let mut filter = Filter {
        states: query.codes("state"),
        after: paging::after_of(&mut query, paging::read_place),
        limit: size as u64 + 1,
        ..Filter::default()
    };
    let ticket = query.text("ticket").map(str::to_owned);
    query.checked()?;
    if let Some(ticket) = ticket {
        let found = store::tickets::find(&app.db.view(caller.scope.clone()), TicketRef::read(&ticket).ok_or(Error::NotFound("ticket"))?)
            .await
            .map_err(Error::from)?;
        filter.ticket = Some(found.ok_or(Error::NotFound("ticket"))?.id);
    }
    let found = outbound::list(&app, &caller.scope, &filter).await?;
    let page = Page::of(found, size, |one| paging::place(one.tracked.mail.created_at, one.tracked.mail.id));
    let items = page.items.into_iter().map(OutboundMessage::from).collect();
    let shown = OutboundMessagePage { items, next_cursor: page.next_cursor };
    Ok(paging::answer(&request, &shown, shown.next_cursor.as_deref()))
}

/// Shows one mail the desk wrote.
///
/// Whether it left, how often it was tried, and why the last try failed.
#[utoipa::path(get, path = "/outbound-messages/{id}", tag = "mail", operation_id = "getOutboundMessage",
    params(("id" = String, Path, description = "The message's UUID")),
    responses((status = 200, body = OutboundMessage)))]
pub async fn get(app: App_, caller: Caller, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    Ok(HttpResponse::Ok().json(OutboundMessage::from(outbound::find(&app, &caller.scope, addressed(&path)?).await?)))
}

/// Sends a mail again that was given up.
///
/// It is tried at once, and for as long as a new one. The ticket's history tells who asked for it.
#[utoipa::path(post, path = "/outbound-messages/{id}/attempts", tag = "mail", operation_id = "createOutboundMessageAttempt",
    params(("id" = String, Path, description = "The message's UUID"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice")),
    responses((status = 201, body = OutboundMessage), (status = 409)))]
pub async fn send_again(app: App_, caller: Caller, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    caller.desk_only()?;
    let id = addressed(&path)?;
    let sent = outbound::send_again(&app, &caller.stamp_for(&app, &request, &[]), id).await?;
    let location = format!("/v1/outbound-messages/{id}");
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(OutboundMessage::from(sent)))
}

/// A message's UUID; anything else is one that does not exist.
fn addressed(text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_no_uuid| Error::NotFound("message").into())
}
