//! `/v1/obligations`: what agreements want done by a date.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::body::{self, Query};
use super::caller::Caller;
use super::error::Failure;
use super::shapes::{NewFulfilment, NewObligation, Obligation, ObligationPage};
use crate::app::App;
use crate::domain::Instant;
use crate::domain::obligation::State;
use crate::store::obligations::Filter;
use crate::usecases::Error;
use crate::usecases::obligations::{self, Draft, Fulfilment};

type App_ = web::Data<App>;

/// Shows a page of obligations, first due first.
///
/// Filters take comma lists. The next page is asked for with `nextCursor`, until that is `null`.
#[utoipa::path(get, path = "/obligations", tag = "obligations", operation_id = "listObligations",
    params(
        ("contract" = Option<String>, Query, description = "A comma list of contracts"),
        ("organisation" = Option<String>, Query, description = "A comma list of organisations"),
        ("obligation" = Option<String>, Query, description = "A comma list of ids of obligations in their contract"),
        ("state" = Option<String>, Query, description = "A comma list of open, late and met"),
        ("dueFrom" = Option<String>, Query, description = "Due at this instant or later"),
        ("dueBefore" = Option<String>, Query, description = "Due before this instant"),
        ("pageSize" = Option<i32>, Query, minimum = 1, maximum = 100, description = "How many, 20 unless said"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended")),
    responses((status = 200, body = ObligationPage)))]
pub async fn list(app: App_, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let keys = ["contract", "organisation", "obligation", "state", "dueFrom", "dueBefore", "pageSize", "cursor"];
    let mut query = Query::read(&request, &keys);
    let size = query.text("pageSize").map_or(Some(20), |size| size.parse().ok().filter(|size| (1..=100).contains(size)));
    if size.is_none() {
        query.refuse("pageSize", "out_of_range", "must be from 1 to 100");
    }
    let size: usize = size.unwrap_or(20);
    let after = query.text("cursor").map(read_cursor);
    if after == Some(None) {
        query.refuse("cursor", "bad_cursor", "is no cursor of this list");
    }
    let filter = Filter {
        contracts: query.list("contract"),
        organisations: query.list("organisation"),
        duties: query.list("obligation"),
        states: query.known("state", State::named),
        due_from: instant(&mut query, "dueFrom"),
        due_before: instant(&mut query, "dueBefore"),
        after: after.flatten(),
        limit: u64::try_from(size).unwrap_or(u64::MAX).saturating_add(1),
    };
    query.checked()?;
    let mut found = obligations::list(&app, &caller.scope, &filter).await?;
    let more = found.len() > size;
    found.truncate(size);
    let next_cursor = found.last().filter(|_| more).map(|last| write_cursor(last.obligation.due_at, last.obligation.id));
    let items = found.iter().map(Obligation::try_from).collect::<Result<_, _>>()?;
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next_cursor {
        let others = request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
        let query: Vec<_> = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
        response.insert_header((header::LINK, format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"))));
    }
    Ok(response.json(ObligationPage { items, next_cursor }))
}

fn instant(query: &mut Query, key: &str) -> Option<Instant> {
    match query.text(key)?.parse::<Instant>() {
        Ok(instant) => Some(instant),
        Err(error) => {
            query.refuse(key, "bad_instant", &error.to_string());
            None
        }
    }
}

fn write_cursor(due_at: Instant, id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}/{id}", due_at.unix()))
}

fn read_cursor(cursor: &str) -> Option<(Instant, Uuid)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (at, id) = text.split_once('/')?;
    Some((Instant::from_unix(at.parse().ok()?)?, id.parse().ok()?))
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
#[utoipa::path(post, path = "/obligations", tag = "obligations", operation_id = "createObligation", request_body = NewObligation,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, description = "Makes a repeat of the request safe")),
    responses((status = 201, body = Obligation)))]
pub async fn create(app: App_, caller: Caller, request: HttpRequest, bytes: web::Bytes) -> Result<HttpResponse, Failure> {
    let mut body = body::read(&request, &bytes, "NewObligation")?;
    let stamp = caller.stamp_for(&app, &request, &bytes);
    let draft = Draft {
        contract: body.text("contract"),
        duty: body.text("obligation"),
        organisation: body.text("organisation"),
        fact_at: body.instant("factAt"),
        evidence: body.text("evidence").unwrap_or_default(),
    };
    body.problems.extend(obligations::problems(&app, &stamp, &draft));
    body.checked()?;
    let opened = obligations::open(&app, &stamp, &draft).await?;
    rendered(&app, &caller, opened.id, StatusCode::CREATED).await
}

/// Records that an obligation was met.
///
/// What was done in time but recorded late takes the lateness back. A client records what its own side must see to.
#[utoipa::path(post, path = "/obligations/{id}/fulfilments", tag = "obligations", operation_id = "createObligationFulfilment",
    request_body = NewFulfilment,
    params(("id" = String, Path, description = "The obligation's UUID"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, description = "Makes a repeat of the request safe")),
    responses((status = 201, body = Obligation)))]
pub async fn fulfil(
    app: App_,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    bytes: web::Bytes,
) -> Result<HttpResponse, Failure> {
    let mut body = body::read(&request, &bytes, "NewFulfilment")?;
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
    Ok(response.json(Obligation::try_from(&shown)?))
}
