//! The REST API: the route table on this page, one file a subject.

mod answer;
mod body;
mod caller;
mod deprecation;
mod docs;
mod document;
mod door;
mod download;
mod error;
mod fields;
mod gate;
mod held;
mod idempotency;
mod incoming;
mod json;
mod judge;
mod labels;
mod limits;
mod operation;
mod paging;
mod path;
mod problems;
mod query;
mod shapes;
mod v1;
mod version;

pub use deprecation::Deprecation;
pub use document::text_of as document_of;
pub use problems::page as problem_codes;

use std::net::TcpListener;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::dev::{Server, Service};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{App as WebApp, HttpServer, ResponseError, web};
use futures_util::future::Either;

use crate::app::App;
use crate::usecases::Error;
use deprecation::DEPRECATED;
use door::at;
use error::Failure;
use limits::{Limits, Watched};
use operation::Operation;
use v1::{catalogue, contracts, desk, inbound, obligations, outbound};

/// The largest mail taken, in bytes.
const MAIL_CAP: usize = 25 * 1024 * 1024;
/// How long the head of a request may take.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a request may still take once the desk is asked to stop, and how long connections are waited for after that.
const LAST_ANSWERS: Duration = Duration::from_secs(8);
const LAST_CONNECTIONS: Duration = Duration::from_secs(10);

/// Headers of every answer (API design rules, transport security).
const HEADERS: [(&str, &str); 7] = [
    ("api-version", env!("CARGO_PKG_VERSION")),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
];

/// Every route there is.
fn routes(config: &mut web::ServiceConfig) {
    config
        .service(at("/livez").get(desk::livez))
        .service(at("/readyz").get(desk::readyz))
        .service(at("/docs").get(docs::page))
        .service(at("/docs/style.css").get(docs::style))
        .service(at("/v1/openapi.json").get(desk::api_document))
        .service(at("/v1/sandbox").get(desk::sandbox_time))
        .service(at("/v1/sandbox/advances").post(desk::advance))
        .service(at("/v1/inbound-messages").up_to(MAIL_CAP).get(inbound::list).post(inbound::create))
        .service(at("/v1/inbound-messages/{id}").get(inbound::get))
        .service(at("/v1/inbound-messages/{id}/content").get(inbound::content))
        .service(at("/v1/inbound-messages/{id}/tickets").post(inbound::release))
        .service(at("/v1/outbound-messages").get(outbound::list))
        .service(at("/v1/outbound-messages/{id}").get(outbound::get))
        .service(at("/v1/outbound-messages/{id}/attempts").post(outbound::send_again))
        .service(at("/v1/reports/service-management").get(desk::service_management))
        .service(at("/v1/contracts").get(contracts::list).post(contracts::agreements::apply))
        .service(at("/v1/contract-plans").post(contracts::agreements::plan))
        .service(at("/v1/contracts/{contract}").get(contracts::get))
        .service(at("/v1/contracts/{contract}/calendars").get(contracts::calendars))
        .service(at("/v1/contracts/{contract}/calendar-amendments").get(contracts::amendments::list).post(contracts::amendments::create))
        .service(at("/v1/contracts/{contract}/calendar-amendments/{amendment}/approvals").post(contracts::amendments::approve))
        .service(at("/v1/contract-simulations").post(contracts::simulations::create))
        .service(at("/v1/obligations").get(obligations::list).post(obligations::create))
        .service(at("/v1/obligations/{id}").get(obligations::get))
        .service(at("/v1/obligations/{id}/fulfilments").post(obligations::fulfil))
        .service(at("/v1/organisations").get(catalogue::organisations))
        .service(at("/v1/people").get(catalogue::people))
        .service(at("/v1/teams").get(catalogue::teams))
        .service(at("/v1/channels").get(catalogue::channels))
        .service(at("/v1/labels").get(catalogue::labels))
        .service(door::doors(operations()))
        .default_service(web::route().to(desk::nothing));
}

/// Every operation of the API.
fn operations() -> &'static [Operation] {
    static OPERATIONS: OnceLock<Vec<Operation>> = OnceLock::new();
    OPERATIONS.get_or_init(v1::operations)
}

/// The API document as it is served and kept.
pub fn document() -> String {
    document_of(DEPRECATED)
}

/// A server on a listening socket, to be awaited.
pub fn serve(app: Arc<App>, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    serve_deprecating(app, listener, workers, DEPRECATED)
}

/// The same with these operations on their way out.
pub fn serve_deprecating(
    app: Arc<App>,
    listener: TcpListener,
    workers: usize,
    deprecated: &'static [Deprecation],
) -> std::io::Result<Server> {
    incoming::prepare(&app.settings.http.spool)?;
    let limits = web::Data::new(Limits::new(&app.settings.http));
    let app = web::Data::from(app);
    let server = HttpServer::new(move || {
        let (app, http) = (app.clone(), app.settings.http.clone());
        WebApp::new().app_data(app.clone()).app_data(limits.clone()).app_data(web::Data::new(deprecated)).configure(routes).wrap_fn(
            move |mut request, service| {
                let body = Watched::of(&mut request, &http);
                let (id, method, path) = (uuid::Uuid::new_v4().to_string(), request.method().clone(), request.match_pattern());
                let answer = match gate::check(request.request(), path.as_deref()) {
                    Ok(()) => Either::Left(service.call(request)),
                    Err(refused) => Either::Right(async move {
                        let failure = refused.told(request.request()).await;
                        Ok(request.into_response(failure.error_response()))
                    }),
                };
                let app = app.clone();
                async move {
                    let mut response = tokio::select! {
                        answered = answer => answered?,
                        () = cut_off(&app) => return Err(stopping(&id)),
                    };
                    refused_payload(&mut response);
                    if let Some(body) = body {
                        body.answered(&mut response);
                    }
                    finish(response.headers_mut(), &id);
                    deprecation::tell(deprecated, held::asked(&method), path.as_deref().unwrap_or_default(), response.headers_mut());
                    log(&method, path.as_deref(), response.status(), &id);
                    Ok(response)
                }
            },
        )
    });
    let server = server.workers(workers).client_request_timeout(HEAD_TIME).shutdown_timeout(LAST_CONNECTIONS.as_secs());
    Ok(server.disable_signals().listen(listener)?.run())
}

/// When a request that is still being answered is given up. Here, and not where the web library would drop it: what it has of the
/// database can be given back.
async fn cut_off(app: &App) {
    app.stopped().await;
    tokio::time::sleep(LAST_ANSWERS).await;
}

/// What its sender hears.
fn stopping(id: &str) -> actix_web::Error {
    let mut answer = Failure::from(Error::Stopping).error_response();
    finish(answer.headers_mut(), id);
    InternalError::from_response(Error::Stopping, answer).into()
}

/// Refusals that the web library makes itself are problem+json too.
fn refused_payload(response: &mut actix_web::dev::ServiceResponse) {
    let problem = response.headers().get(actix_web::http::header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if problem || !response.status().is_client_error() {
        return;
    }
    let (status, code) = match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        _ => (StatusCode::BAD_REQUEST, "bad_request"),
    };
    let failure = Failure::new(status, code, status.canonical_reason().unwrap_or_default().to_lowercase());
    *response.response_mut() = failure.error_response();
}

fn finish(headers: &mut HeaderMap, id: &str) {
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

/// One line a request: the route, never what was asked of it.
fn log(method: &Method, route: Option<&str>, status: StatusCode, id: &str) {
    // A method is any word its sender likes.
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS].contains(method);
    let method = if known { method.as_str() } else { "-" };
    tracing::info!(method, route = route.unwrap_or("-"), status = status.as_u16(), request = id, "answered");
}
