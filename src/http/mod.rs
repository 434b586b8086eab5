//! The REST API. Operations are declared in `v1`, one file or folder per resource; `health`, `docs` and `portal` are beside the API. The other modules
//! are what every request passes through: routes, gate, limits, caller, query, body, answer, error.

mod answer;
mod audited;
mod body;
mod caller;
mod deprecation;
mod docs;
mod document;
mod download;
mod error;
mod gate;
mod health;
mod idempotency;
mod incoming;
mod json;
mod labels;
mod limits;
mod operation;
mod paging;
mod path;
mod peer;
mod portal;
mod problems;
mod query;
mod routes;
mod shapes;
mod sign_ins;
mod tls;
mod v1;
mod validation;
mod version;

pub use deprecation::Deprecation;
pub use problems::page as problem_codes;

use std::net::TcpListener;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::dev::{Server, Service};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{App as WebApp, HttpMessage as _, HttpServer, ResponseError, web};

use crate::app::App;
use crate::tls::Certificates;
use crate::usecases::{Code, Error};
use audited::Arrival;
use deprecation::DEPRECATED;
use document::RenderedDocument;
use error::Failure;
use limits::{Limits, TimedBody};
use operation::Operation;

/// For the head of a request. Ends connections that trickle their headers (slowloris).
const HEAD_TIME: Duration = Duration::from_secs(10);
// Once the desk is asked to stop, requests have eight seconds to finish. Ten for connections, so that these eight are never cut short.
const LAST_ANSWERS: Duration = Duration::from_secs(8);
const LAST_CONNECTIONS: Duration = Duration::from_secs(10);

/// Headers of every answer: the Dutch API design rules, and transport security.
const HEADERS: [(&str, &str); 7] = [
    ("api-version", env!("CARGO_PKG_VERSION")),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
];

/// Built once: every worker's routes refer to it.
fn operations() -> &'static [Operation] {
    static OPERATIONS: OnceLock<Vec<Operation>> = OnceLock::new();
    OPERATIONS.get_or_init(v1::operations)
}

/// What is served beside the API, and is not in its document.
fn outside() -> &'static [Operation] {
    static OUTSIDE: OnceLock<Vec<Operation>> = OnceLock::new();
    OUTSIDE.get_or_init(|| health::operations().into_iter().chain(docs::operations()).chain(portal::operations()).collect())
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(routes::resources("/v1", operations()))
        .service(routes::resources("", outside()))
        .default_service(web::route().to(routes::not_found));
}

/// The API document, as kept in `openapi/uurwerk.json`.
pub fn document() -> String {
    document_of(DEPRECATED)
}

/// For tests, which cannot wait for a real deprecation.
pub fn document_of(deprecated: &[Deprecation]) -> String {
    document::text_of(operations(), deprecated)
}

/// The server stops when `app` is told to stop; await it.
pub fn serve(app: Arc<App>, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    serve_deprecating(app, listener, workers, DEPRECATED)
}

/// For tests, as [`document_of`].
pub fn serve_deprecating(
    app: Arc<App>,
    listener: TcpListener,
    workers: usize,
    deprecated: &'static [Deprecation],
) -> std::io::Result<Server> {
    app.spool.prepare()?;
    let certificates = Certificates::open(&app.settings.http.tls).map_err(std::io::Error::other)?;
    let limits = web::Data::new(Limits::new(&app.settings.http));
    let (document, docs) = (web::Data::new(RenderedDocument::new(operations(), deprecated)), web::Data::<docs::Page>::default());
    let (app, followed) = (web::Data::from(app.clone()), app);
    let server = HttpServer::new(move || {
        let (app, http) = (app.clone(), app.settings.http.clone());
        let desk = WebApp::new().app_data(app.clone()).app_data(limits.clone()).app_data(document.clone()).app_data(docs.clone());
        desk.configure(routes).wrap_fn(move |mut request, service| {
            let body = TimedBody::of(&mut request, &http);
            let (id, method, path) = (uuid::Uuid::new_v4().to_string(), request.method().clone(), request.match_pattern());
            let arrival = Arrival::new(request.request(), &id, &http.proxies);
            request.extensions_mut().insert(arrival.clone());
            let answer = service.call(request);
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
                deprecation::add_headers(deprecated, &method, path.as_deref().unwrap_or_default(), response.headers_mut());
                log(&method, path.as_deref(), response.status(), (&id, arrival.correlation()));
                Ok(response)
            }
        })
    });
    let server = server.workers(workers).client_request_timeout(HEAD_TIME).tls_handshake_timeout(HEAD_TIME);
    let server = server.shutdown_timeout(LAST_CONNECTIONS.as_secs()).disable_signals();
    let Some(certificates) = certificates else { return Ok(server.listen(listener)?.run()) };
    let server = server.listen_rustls_0_23(listener, certificates.config().map_err(std::io::Error::other)?)?;
    actix_web::rt::spawn(async move { tls::follow(&followed, &certificates).await });
    Ok(server.run())
}

/// Resolves when requests that are still running are to be given up. We do this ourselves, before actix drops the worker, so that database
/// connections are returned to their pool.
async fn cut_off(app: &App) {
    app.stopped().await;
    tokio::time::sleep(LAST_ANSWERS).await;
}

/// The answer to a request that was given up.
fn stopping(id: &str) -> actix_web::Error {
    let mut answer = Failure::from(Error::Stopping).error_response();
    finish(answer.headers_mut(), id);
    InternalError::from_response(Error::Stopping, answer).into()
}

/// Turns refusals that actix makes itself into problem+json; those of a page are the desk's own.
fn refused_payload(response: &mut actix_web::dev::ServiceResponse) {
    let media = response.headers().get(actix_web::http::header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let is_own = media == b"application/problem+json" || media.starts_with(b"text/html");
    if is_own || !response.status().is_client_error() {
        return;
    }
    let code = if response.status() == StatusCode::PAYLOAD_TOO_LARGE { Code::TooLarge } else { Code::BadRequest };
    let failure = Failure::new(code, problems::status(code).canonical_reason().unwrap_or_default().to_lowercase());
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

/// One line per request. It has the route and not the path or the query, which may contain personal data.
fn log(method: &Method, route: Option<&str>, status: StatusCode, (id, trace): (&str, &str)) {
    // A client can send any word as a method; do not let it write into the log.
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS].contains(method);
    let method = if known { method.as_str() } else { "-" };
    tracing::info!(method, route = route.unwrap_or("-"), status = status.as_u16(), request = id, trace, "answered");
}
