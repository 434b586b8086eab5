//! What is asked of every request before anyone handles it, by what the API document says of its operation: that it can
//! be answered in a form its sender takes, that its headers can be read, and that it has no query where none is known.

use std::collections::HashMap;
use std::sync::OnceLock;

use actix_web::HttpRequest;
use actix_web::http::header::{self, Accept, Header, Quality};
use actix_web::http::{Method, StatusCode};
use actix_web::mime::Mime;

use super::body::Query;
use super::caller;
use super::document;
use super::error::Failure;
use super::version::Versions;
use crate::usecases::Problem;

/// What is answered beside the API, as JSON and without a query.
const OUTSIDE: [&str; 3] = ["/livez", "/readyz", "/v1/openapi.json"];
const JSON: &str = "application/json";

/// What the document says of an operation.
struct Operation {
    /// The media types of its answers.
    answers: Vec<String>,
    /// Whether it has query parameters; it then looks at its whole query itself.
    asks: bool,
}

/// Refuses what no operation takes.
pub fn check(request: &HttpRequest, pattern: Option<&str>) -> Result<(), Failure> {
    let Some(operation) = pattern.and_then(|pattern| operation(request.method(), pattern)) else { return Ok(()) };
    let mut problems = Vec::new();
    if !operation.asks {
        problems.extend(Query::read(request, &[]).problems());
    }
    problems.extend(unreadable_headers(request));
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    if !takes_one_of(request, &operation.answers) {
        let detail = format!("this is answered as {}", operation.answers.join(" or "));
        return Err(Failure::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", detail));
    }
    Ok(())
}

fn operation(method: &Method, pattern: &str) -> Option<&'static Operation> {
    static KNOWN: OnceLock<HashMap<String, Operation>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let document = document::as_written();
        let paths = document["paths"].as_object().cloned().unwrap_or_default();
        let operations = paths.iter().flat_map(|(path, item)| {
            let operations = item.as_object().cloned().unwrap_or_default();
            operations.into_iter().map(move |(method, operation)| (format!("{} /v1{path}", method.to_uppercase()), read(&operation)))
        });
        let outside = OUTSIDE.map(|path| (format!("GET {path}"), Operation { answers: vec![JSON.to_owned()], asks: false }));
        outside.into_iter().chain(operations).collect()
    });
    known.get(&format!("{method} {pattern}"))
}

fn read(operation: &serde_json::Value) -> Operation {
    let responses = operation["responses"].as_object().cloned().unwrap_or_default();
    let good = responses.iter().filter(|(status, _)| status.starts_with('2'));
    let answers = good.filter_map(|(_, response)| response["content"].as_object()).flat_map(|content| content.keys().cloned());
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    Operation { answers: answers.collect(), asks: parameters.iter().any(|parameter| parameter["in"] == "query") }
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
    if caller::key(request).is_err() {
        problems.push(problem("Idempotency-Key", "bad_key", "must be 1 to 255 visible ASCII characters, said once"));
    }
    for name in [header::IF_MATCH, header::IF_NONE_MATCH] {
        if Versions::of(request, &name).is_err() {
            let shown = if name == header::IF_MATCH { "If-Match" } else { "If-None-Match" };
            problems.push(problem(shown, "bad_etag", "must be * or a comma list of ETags such as \"3\""));
        }
    }
    problems
}
