//! The paths of the API with who answers them: whatever a path does not answer is refused with what it does.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Resource, ResponseError, web};

use super::caller::Caller;
use super::error::Failure;
use super::gate;
use super::incoming::Incoming;
use super::operation::{Argument, Asked, Operation};
use crate::usecases::Code;

/// A door for each path of these operations, below a prefix.
pub fn doors(prefix: &str, operations: &'static [Operation]) -> Vec<Resource> {
    let mut paths: Vec<&str> = operations.iter().map(|operation| operation.path).collect();
    paths.sort_unstable();
    paths.dedup();
    let at = |path: &str| operations.iter().filter(move |operation| operation.path == path).collect::<Vec<_>>();
    paths.into_iter().map(|path| door(&format!("{prefix}{path}"), &at(path))).collect()
}

fn door(path: &str, operations: &[&'static Operation]) -> Resource {
    let mut door = web::resource(path);
    let mut methods = Vec::new();
    for operation in operations.iter().copied() {
        let is_get = operation.method == Method::GET;
        for method in std::iter::once(&operation.method).chain(is_get.then_some(&Method::HEAD)) {
            let answer = move |request: HttpRequest, incoming: Incoming| answered(operation, request, incoming);
            door = door.route(web::method(method.clone()).to(answer));
            methods.push(method.as_str());
        }
    }
    let allowed = methods.join(", ");
    let other = move |request: HttpRequest| {
        let answer = not_that_way(&request, &allowed);
        async move { answer }
    };
    door.default_service(web::route().to(other))
}

/// Whoever may not ask at all hears that before anything else.
async fn answered(operation: &'static Operation, request: HttpRequest, incoming: Incoming) -> Result<HttpResponse, Failure> {
    let mut asked = Asked::new(request, operation, incoming.up_to(operation.cap));
    if let Err(refused) = gate::check(&asked.request, operation) {
        if operation.signature.asks_who {
            Caller::take(&mut asked).await?;
        }
        return Err(refused);
    }
    operation.answer(asked).await
}

fn not_that_way(request: &HttpRequest, allowed: &str) -> HttpResponse {
    let detail = format!("{} is not for this resource", request.method());
    let mut response = Failure::new(Code::MethodNotAllowed, detail).error_response();
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

/// What answers where there is nothing.
pub async fn nothing(request: HttpRequest) -> Result<HttpResponse, Failure> {
    let bare = request.path().trim_end_matches('/');
    let is_slash_too_many = bare.len() < request.path().len() && request.resource_map().match_pattern(bare).is_some();
    let detail =
        if is_slash_too_many { "there is nothing here: write the path without the slash at its end" } else { "there is nothing here" };
    Err(Failure::new(Code::NotFound, detail))
}
