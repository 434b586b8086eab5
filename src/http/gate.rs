//! What is asked of every request before anyone handles it, by what the API document says of its operation: that it can
//! be answered in a form its sender takes, that its headers can be read, that nothing is longer than it may be, and that it
//! has no query where none is known. Whoever may not ask at all hears that first.

use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, Accept, Header, Quality};
use actix_web::mime::Mime;

use super::caller::Caller;
use super::error::Failure;
use super::fields::Query;
use super::held::{Operation, Place};
use super::idempotency;
use super::version::Tags;
use crate::usecases::Problem;

/// Refuses what no operation takes.
pub fn check(request: &HttpRequest, route: Option<&str>) -> Result<(), Refused> {
    let Some((route, operation)) = route.and_then(|route| Some((route, Operation::of(request.method(), route)?))) else { return Ok(()) };
    judge(request, route, operation).map_err(|failure| Refused { failure, asks_who: operation.asks_who })
}

/// A request that no operation takes, from someone yet unknown.
pub struct Refused {
    failure: Failure,
    asks_who: bool,
}

impl Refused {
    /// What its sender hears: whoever is nobody, or asks too much, only that.
    pub async fn told(self, request: &HttpRequest) -> Failure {
        if !self.asks_who {
            return self.failure;
        }
        Caller::from_request(request, &mut Payload::None).await.err().unwrap_or(self.failure)
    }
}

fn judge(request: &HttpRequest, route: &str, operation: &Operation) -> Result<(), Failure> {
    if path_is_too_long(request, route, operation) || request.path().contains("%00") {
        return Err(Failure::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here"));
    }
    let mut problems = Vec::new();
    // An operation with a query looks at its whole query itself.
    if operation.parameters(Place::Query).next().is_none() {
        problems.extend(Query::read(request, &[]).problems());
    }
    problems.extend(unreadable_headers(request));
    problems.extend(headers_out_of_bounds(request, operation, &problems));
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    if !takes_one_of(request, &operation.answers) {
        let detail = format!("this is answered as {}", operation.answers.join(" or "));
        return Err(Failure::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", detail));
    }
    Ok(())
}

/// Whether a part of the path, as it was sent, is longer than the name of anything.
fn path_is_too_long(request: &HttpRequest, route: &str, operation: &Operation) -> bool {
    let mut parts = route.split('/').zip(request.path().split('/'));
    parts.any(|(name, sent)| {
        let name = name.trim_matches(['{', '}']);
        operation.parameters(Place::Path).any(|parameter| parameter.name == name && parameter.out_of_bounds(sent).is_some())
    })
}

/// Headers that are too short or too long, but for those of which that is known.
fn headers_out_of_bounds(request: &HttpRequest, operation: &Operation, known: &[Problem]) -> Vec<Problem> {
    let others = operation.parameters(Place::Header).filter(|header| known.iter().all(|problem| problem.pointer != header.name));
    let out = others.filter_map(|header| {
        let mut sent = request.headers().get_all(&header.name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let (code, detail) = sent.find_map(|value| header.out_of_bounds(&value))?;
        Some(Problem { pointer: header.name.clone(), code, detail })
    });
    out.collect()
}

/// Whether the sender takes an answer of one of these media types; whoever names none takes all.
fn takes_one_of(request: &HttpRequest, answers: &[String]) -> bool {
    if answers.is_empty() || !request.headers().contains_key(header::ACCEPT) {
        return true;
    }
    let Ok(accept) = Accept::parse(request) else { return false };
    answers.iter().any(|answer| {
        let (kind, subtype) = answer.split_once('/').unwrap_or((answer, ""));
        let closeness = |range: &Mime| match (range.type_().as_str(), range.subtype().as_str()) {
            ("*", "*") => Some(0),
            (asked, "*") if asked == kind => Some(1),
            (asked, of) if asked == kind && of == subtype => Some(2),
            _ => None,
        };
        let fits = accept.iter().filter_map(|range| Some((closeness(&range.item)?, range.quality)));
        fits.max_by_key(|(closeness, _)| *closeness).is_some_and(|(_, quality)| quality > Quality::ZERO)
    })
}

/// The headers with which a client makes its changes safe, where they cannot be read.
fn unreadable_headers(request: &HttpRequest) -> Vec<Problem> {
    let problem = |name: &str, code, detail: &str| Problem { pointer: name.to_owned(), code, detail: detail.to_owned() };
    let mut problems = Vec::new();
    if idempotency::key(request).is_err() {
        problems.push(problem("Idempotency-Key", "bad_key", "must be 1 to 255 visible ASCII characters, said once"));
    }
    for name in [header::IF_MATCH, header::IF_NONE_MATCH] {
        if Tags::of(request, &name).is_err() {
            let shown = if name == header::IF_MATCH { "If-Match" } else { "If-None-Match" };
            problems.push(problem(shown, "bad_etag", "must be * or a comma list of ETags such as \"3\""));
        }
    }
    problems
}
