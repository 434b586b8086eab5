//! Turns operations into actix routes. A method that a path does not have is a 405 with `Allow`.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Resource, ResponseError, web};

use super::audited;
use super::caller::Caller;
use super::error::Failure;
use super::gate;
use super::incoming::Incoming;
use super::operation::{Operation, RequestContext};
use crate::usecases::Code;

/// One resource for each path, with all its methods.
pub fn resources(prefix: &str, operations: &'static [Operation]) -> Vec<Resource> {
    let mut paths: Vec<&str> = operations.iter().map(|operation| operation.path).collect();
    paths.sort_unstable();
    paths.dedup();
    let at = |path: &str| operations.iter().filter(move |operation| operation.path == path).collect::<Vec<_>>();
    paths.into_iter().map(|path| resource(&format!("{prefix}{path}"), &at(path))).collect()
}

fn resource(path: &str, operations: &[&'static Operation]) -> Resource {
    let mut resource = web::resource(path);
    let mut methods = Vec::new();
    for operation in operations.iter().copied() {
        let is_get = operation.method == Method::GET;
        for method in std::iter::once(&operation.method).chain(is_get.then_some(&Method::HEAD)) {
            let handle = move |request: HttpRequest, incoming: Incoming| answer(operation, request, incoming);
            resource = resource.route(web::method(method.clone()).to(handle));
            methods.push(method.as_str());
        }
    }
    let allowed = methods.join(", ");
    let other = move |request: HttpRequest| {
        let answer = method_not_allowed(&request, &allowed);
        async move { answer }
    };
    resource.default_service(web::route().to(other))
}

/// Answers a request. A refusal leaves a line in the audit trail, and so does each ticket that few may see of which something is answered.
async fn answer(operation: &'static Operation, request: HttpRequest, incoming: Incoming) -> Result<HttpResponse, Failure> {
    let context = RequestContext::new(request.clone(), operation, incoming.up_to(operation.cap));
    let mut answer = attempt(operation, context).await;
    if answer.is_ok()
        && let Err(error) = audited::record_reads(operation, &request).await
    {
        answer = Err(error.into());
    }
    audited::record_refusal(operation, &request, &answer).await;
    answer
}

/// A request without a valid token is told just that, even where more is wrong with it: strangers learn nothing about the API's checks.
async fn attempt(operation: &'static Operation, context: RequestContext) -> Result<HttpResponse, Failure> {
    if let Err(refused) = gate::check(&context.request, operation) {
        if operation.signature.is_authenticated {
            Caller::of(&context).await?;
        }
        return Err(refused);
    }
    operation.answer(context).await
}

fn method_not_allowed(request: &HttpRequest, allowed: &str) -> HttpResponse {
    let detail = format!("{} is not for this resource", request.method());
    let mut response = Failure::new(Code::MethodNotAllowed, detail).error_response();
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

pub async fn not_found(request: HttpRequest) -> Result<HttpResponse, Failure> {
    let bare = request.path().trim_end_matches('/');
    let is_slash_too_many = bare.len() < request.path().len() && request.resource_map().match_pattern(bare).is_some();
    let detail =
        if is_slash_too_many { "there is nothing here: write the path without the slash at its end" } else { "there is nothing here" };
    Err(Failure::new(Code::NotFound, detail))
}
