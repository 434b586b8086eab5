//! `/v1/obligations`: what agreements want done by a date.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::tickets::names;
use crate::app::App;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::fields::{self, Query};
use crate::http::incoming::Incoming;
use crate::http::paging::{self, Page};
use crate::http::shapes::{FulfilmentInput, Obligation, ObligationInput, ObligationPage};
use crate::store::obligations::Filter;
use crate::usecases::Error;
use crate::usecases::obligations::{self, Draft, Fulfilment};

type App_ = web::Data<App>;

/// Shows a page of obligations, first due first.
///
/// Filters take comma lists. The next page is asked for with `nextCursor`, until that is `null`.
#[utoipa::path(get, path = "/obligations", tag = "obligations", operation_id = "listObligations",
    params(
        ("contract" = Option<String>, Query, description = "A comma list of ids of contracts"),
        ("organisation" = Option<String>, Query, description = "A comma list of ids of organisations"),
        ("obligation" = Option<String>, Query, description = "A comma list of ids of obligations in their contract"),
        ("state" = Option<String>, Query, description = "A comma list of states: `open`, `late`, `met`"),
        ("dueFrom" = Option<String>, Query, description = "Due at this instant or later"),
        ("dueBefore" = Option<String>, Query, description = "Due before this instant"),
        ("pageSize" = Option<i32>, Query, minimum = 1, maximum = 100, description = "How many obligations a page shows; 20 unless said"),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before, with the same filters")),
    responses((status = 200, body = ObligationPage)))]
pub async fn list(app: App_, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let keys = ["contract", "organisation", "obligation", "state", "dueFrom", "dueBefore", "pageSize", "cursor"];
    let mut query = Query::read(&request, &keys);
    let size = query.page_size();
    let names = names(&app, &caller, ["contract", "organisation", "obligation"].iter().any(|key| query.text(key).is_some())).await?;
    let filter = Filter {
        contracts: query.among("contract", names.contracts.iter().map(String::as_str)),
        organisations: query.among("organisation", names.organisations.iter().map(String::as_str)),
        duties: query.among("obligation", names.obligations.iter().map(String::as_str)),
        states: query.codes("state"),
        due_from: query.instant("dueFrom"),
        due_before: query.instant("dueBefore"),
        after: paging::after_of(&mut query, paging::read_place),
        limit: size as u64 + 1,
    };
    query.checked()?;
    let found = obligations::list(&app, &caller.scope, &filter).await?;
    let page = Page::of(found, size, |last| paging::place(last.obligation.due_at, last.obligation.id));
    let events = page.items.iter().flat_map(|one| &one.events);
    let actors = caller.actors(&app, events.map(|event| &event.actor)).await?;
    let items = page.items.iter().map(|one| Obligation::new(one, &actors)).collect::<Result<_, _>>()?;
    let shown = ObligationPage { items, next_cursor: page.next_cursor };
    Ok(paging::answer(&request, &shown, shown.next_cursor.as_deref()))
}

/// Shows one obligation.
///
/// With how its due instant was computed, its reminders, and what happened to it.
#[utoipa::path(get, path = "/obligations/{id}", tag = "obligations", operation_id = "getObligation",
    params(("id" = String, Path, description = "The obligation's UUID")),
    responses((status = 200, body = Obligation)))]
pub async fn get(app: App_, caller: Caller, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    rendered(&app, &caller, addressed(&path)?, StatusCode::OK).await
}

/// Opens an obligation by a recorded fact.
///
/// Its term is counted from the date of the fact; a duty that comes back opens by itself.
#[utoipa::path(post, path = "/obligations", tag = "obligations", operation_id = "createObligation", request_body = ObligationInput,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice")),
    responses((status = 201, body = Obligation)))]
pub async fn create(app: App_, caller: Caller, request: HttpRequest, incoming: Incoming) -> Result<HttpResponse, Failure> {
    let bytes = incoming.take(fields::JSON).await?;
    let mut body = fields::read(&bytes, "ObligationInput")?;
    let stamp = caller.stamp_for(&app, &request, &bytes);
    let draft = Draft {
        contract: body.text("contract"),
        duty: body.text("obligation"),
        fact: body.text("fact"),
        organisation: body.text("organisation"),
        fact_at: body.instant("factAt"),
        evidence: body.text("evidence").unwrap_or_default(),
        unreadable: body.problems,
    };
    let opened = obligations::open(&app, &stamp, &draft).await?;
    rendered(&app, &caller, opened.id, StatusCode::CREATED).await
}

/// Records that an obligation was met.
///
/// What was done in time but recorded late takes the lateness back. A client records what its own side must see to.
#[utoipa::path(post, path = "/obligations/{id}/fulfilments", tag = "obligations", operation_id = "createObligationFulfilment",
    request_body = FulfilmentInput,
    params(("id" = String, Path, description = "The obligation's UUID"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, description = "A key of your own: the same request again under it, within 24 hours, makes nothing twice")),
    responses((status = 201, body = Obligation)))]
pub async fn fulfil(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    incoming: Incoming,
) -> Result<HttpResponse, Failure> {
    let bytes = incoming.take(fields::JSON).await?;
    let mut body = fields::read(&bytes, "FulfilmentInput")?;
    let fulfilment = Fulfilment { met_at: body.instant("metAt"), evidence: body.text("evidence").unwrap_or_default() };
    body.checked()?;
    let stamp = caller.stamp_for(&app, &request, &bytes);
    let met = obligations::fulfil(&app, &stamp, addressed(&path)?, &fulfilment).await?;
    rendered(&app, &caller, met.id, StatusCode::CREATED).await
}

/// An obligation's UUID; anything else is one that does not exist.
fn addressed(text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_no_uuid| Error::NotFound("obligation").into())
}

async fn rendered(app: &App, caller: &Caller, id: Uuid, status: StatusCode) -> Result<HttpResponse, Failure> {
    let shown = obligations::get(app, &caller.scope, id).await?;
    let mut response = HttpResponse::build(status);
    if status == StatusCode::CREATED {
        response.insert_header((header::LOCATION, format!("/v1/obligations/{id}")));
    }
    let actors = caller.actors(app, shown.events.iter().map(|event| &event.actor)).await?;
    Ok(response.json(Obligation::new(&shown, &actors)?))
}
