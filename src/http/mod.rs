//! The REST API: the route table on this page, one file a subject.

mod amendments;
mod body;
mod caller;
mod desk;
mod document;
mod error;
mod lists;
mod shapes;
mod simulations;
mod tickets;

pub use document::text as document;

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::{Server, Service};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{App as WebApp, HttpRequest, HttpResponse, HttpServer, web};

use crate::app::App;
use error::Failure;

/// The largest body taken, in bytes.
const BODY_CAP: usize = 25 * 1024 * 1024;

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
    let other = || web::route().to(not_that_way);
    config
        .service(web::resource("/livez").get(desk::livez).default_service(other()))
        .service(web::resource("/readyz").get(desk::readyz).default_service(other()))
        .service(web::resource("/v1/openapi.json").get(desk::api_document).default_service(other()))
        .service(web::resource("/v1/sandbox").get(desk::sandbox_time).default_service(other()))
        .service(web::resource("/v1/sandbox/advances").post(desk::advance).default_service(other()))
        .service(web::resource("/v1/inbound-messages").post(desk::inbound_message).default_service(other()))
        .service(web::resource("/v1/reports/service-management").get(desk::service_management).default_service(other()))
        .service(
            web::resource("/v1/contracts/{contract}/calendar-amendments")
                .get(amendments::list)
                .post(amendments::create)
                .default_service(other()),
        )
        .service(web::resource("/v1/contract-simulations").post(simulations::create).default_service(other()))
        .service(web::resource("/v1/tickets").get(lists::tickets).post(tickets::create).default_service(other()))
        .service(web::resource("/v1/tickets/{ref}").get(tickets::get).patch(tickets::patch).default_service(other()))
        .service(web::resource("/v1/tickets/{ref}/messages").get(tickets::messages).post(tickets::write).default_service(other()))
        .service(
            web::resource("/v1/tickets/{ref}/transitions").get(tickets::transitions).post(tickets::transition).default_service(other()),
        )
        .service(web::resource("/v1/tickets/{ref}/escalations").post(tickets::escalate).default_service(other()))
        .service(web::resource("/v1/tickets/{ref}/clocks").get(tickets::clocks).default_service(other()))
        .service(web::resource("/v1/tickets/{ref}/clocks/{kind}/ledger").get(tickets::ledger).default_service(other()))
        .service(web::resource("/v1/tickets/{ref}/events").get(tickets::events).default_service(other()))
        .default_service(web::route().to(desk::nothing));
}

/// What each path answers to, for `Allow`.
fn allowed(path: &str) -> &'static str {
    let parts: Vec<_> = path.trim_matches('/').split('/').collect();
    match parts[..] {
        ["v1", "tickets"] | ["v1", "tickets", _, "messages" | "transitions"] | ["v1", "contracts", _, "calendar-amendments"] => "GET, POST",
        ["v1", "tickets", _] => "GET, PATCH",
        ["v1", "tickets", _, "escalations"] | ["v1", "sandbox", "advances"] => "POST",
        ["v1", "contract-simulations" | "inbound-messages"] => "POST",
        _ => "GET",
    }
}

async fn not_that_way(request: HttpRequest) -> HttpResponse {
    use actix_web::ResponseError;
    let failure =
        Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", format!("{} is not for this resource", request.method()));
    let mut response = failure.error_response();
    if let Ok(allow) = HeaderValue::from_str(allowed(request.path())) {
        response.headers_mut().insert(actix_web::http::header::ALLOW, allow);
    }
    response
}

/// A server on a listening socket, to be awaited.
pub fn serve(app: Arc<App>, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let app = web::Data::from(app);
    let server = HttpServer::new(move || {
        WebApp::new().app_data(app.clone()).app_data(web::PayloadConfig::new(BODY_CAP)).configure(routes).wrap_fn(|request, service| {
            let (id, method, path) = (uuid::Uuid::new_v4().to_string(), request.method().clone(), request.match_pattern());
            let answer = service.call(request);
            async move {
                let mut response = answer.await?;
                refused_payload(&mut response);
                finish(&mut response, &id);
                log(&method, path.as_deref(), response.status(), &id);
                Ok(response)
            }
        })
    });
    Ok(server.workers(workers).shutdown_timeout(10).listen(listener)?.run())
}

/// Refusals that the web library makes itself are problem+json too.
fn refused_payload(response: &mut actix_web::dev::ServiceResponse) {
    use actix_web::ResponseError;
    let problem = response.headers().get(actix_web::http::header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if problem || !response.status().is_client_error() {
        return;
    }
    let (status, code) = match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        status => (status, "bad_request"),
    };
    let failure = Failure::new(status, code, status.canonical_reason().unwrap_or_default().to_lowercase());
    *response.response_mut() = failure.error_response();
}

fn finish(response: &mut actix_web::dev::ServiceResponse, id: &str) {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

/// One line a request: the route, never what was asked of it.
fn log(method: &Method, route: Option<&str>, status: StatusCode, id: &str) {
    tracing::info!(%method, route = route.unwrap_or("-"), status = status.as_u16(), request = id, "answered");
}
