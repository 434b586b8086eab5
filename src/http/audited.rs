//! What the door tells the audit trail: how a request came, which tickets that few may see it was shown, and that it was refused. What was
//! done is told by the transaction that did it.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError as _};

use super::error::Failure;
use super::operation::Operation;
use super::peer;
use crate::app::App;
use crate::auth::Caller;
use crate::domain::audit::{Act, AuditResult, Object, Origin, Via};
use crate::domain::ticket::Actor;
use crate::settings::Networks;
use crate::usecases::Error;
use crate::usecases::audit::{self, Attempt};

/// How a request came: the server puts it into the request.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The trace that the client belongs it to, else the request's own id.
    correlation: String,
    origin: Origin,
}

/// Who is known to be calling, whatever they may.
#[derive(Debug, Clone)]
pub struct Known(pub Actor);

/// What was tried, where the path does not name it: the account that somebody could not sign in to.
#[derive(Debug, Clone)]
pub struct Tried(pub Object);
/// Who was let in.
#[derive(Debug, Clone)]
pub struct LetIn(pub Caller);

impl Arrival {
    pub fn new(request: &HttpRequest, id: &str, proxies: &Networks) -> Self {
        let traceparent = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
        let correlation = traceparent.and_then(trace_of).unwrap_or(id).to_owned();
        Self { correlation, origin: peer::address(request, proxies).map_or(Origin::Unknown, Origin::Address) }
    }

    pub fn of(request: &HttpRequest) -> Self {
        let unknown = || Self { correlation: String::new(), origin: Origin::Unknown };
        request.extensions().get::<Self>().cloned().unwrap_or_else(unknown)
    }

    pub fn correlation(&self) -> &str {
        &self.correlation
    }

    pub fn via(self, action: &'static str) -> Via {
        Via { action, origin: self.origin, correlation: Some(self.correlation) }
    }
}

/// The trace id of a `traceparent` (W3C Trace Context): `00-TRACE-PARENT-FLAGS`.
fn trace_of(traceparent: &str) -> Option<&str> {
    let mut parts = traceparent.split('-');
    let is_hex = |part: &str, length| part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_valid = is_hex(version, 2) && version != "ff" && is_hex(trace, 32) && is_hex(parent, 16) && is_hex(flags, 2);
    let is_ended = version != "00" || parts.next().is_none();
    (is_valid && is_ended && trace.bytes().any(|byte| byte != b'0')).then_some(trace)
}

/// Writes into the trail which tickets that few may see an answer was read from. Nothing is answered before.
pub async fn record_reads(operation: &Operation, request: &HttpRequest) -> Result<(), Error> {
    let let_in = request.extensions().get::<LetIn>().cloned();
    let Some((LetIn(caller), app)) = let_in.zip(request.app_data::<Data<App>>()) else { return Ok(()) };
    let act = Act { via: Arrival::of(request).via(operation.id), actor: caller.who.actor, at: app.time.now() };
    audit::record_reads(app, &caller.scope, &act).await
}

/// Writes a refused attempt into the trail: whoever is not let in or may not do this, whatever they ask, and every change that is refused
/// or fails.
pub async fn record_refusal(operation: &Operation, request: &HttpRequest, answer: &Result<HttpResponse, Failure>) {
    let (status, code) = match answer {
        Ok(response) => (response.status(), None),
        Err(failure) => (failure.status_code(), Some(failure.code())),
    };
    let known = request.extensions().get::<Known>().map(|known| known.0.clone());
    let is_change = operation.changes;
    let is_stranger = known.is_none() && operation.signature.is_authenticated && status.is_client_error();
    let result = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => AuditResult::Refused,
        _ if is_stranger || is_change && status.is_client_error() => AuditResult::Refused,
        _ if is_change && status.is_server_error() => AuditResult::Failed,
        _ => return,
    };
    let Some(app) = request.app_data::<Data<App>>() else { return };
    let via = Arrival::of(request).via(operation.id);
    let tried = request.extensions().get::<Tried>().map(|tried| tried.0.clone());
    let object = tried.or_else(|| object(operation, request));
    audit::record_refusal(app, Attempt { via, actor: known, object, result, code }).await;
}

/// The last thing that the path names.
fn object(operation: &Operation, request: &HttpRequest) -> Option<Object> {
    let mut parts = operation.path.trim_start_matches('/').split('/').zip(request.path().trim_start_matches('/').split('/').skip(1));
    let (mut collection, mut found) = ("", None);
    for (part, sent) in &mut parts {
        if part.starts_with('{') {
            let kind = collection.trim_end_matches('s').replace('-', "_");
            found = Object::named_in_path(&kind, sent).or(found);
        }
        collection = part;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_taken_from_a_valid_traceparent_only() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        for valid in [format!("00-{trace}-00f067aa0ba902b7-01"), format!("01-{trace}-00f067aa0ba902b7-01-more")] {
            assert_eq!(trace_of(&valid), Some(trace), "{valid}");
        }
        for wrong in [
            format!("00-{trace}-00f067aa0ba902b7-01-more"),
            format!("ff-{trace}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{}-00f067aa0ba902b7-01", trace.to_uppercase()),
            format!("00-{trace}"),
            "anna@ipo.example".to_owned(),
        ] {
            assert_eq!(trace_of(&wrong), None, "{wrong}");
        }
    }
}
