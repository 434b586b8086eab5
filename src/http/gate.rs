//! Checks every request before its handler runs, against the signature of its operation: `Accept`, the form of its headers, the length
//! of path and headers, and that it has no query where the operation takes none.

use actix_web::HttpRequest;
use actix_web::http::header::{self, Accept, Header, Quality};
use actix_web::mime::Mime;

use super::error::Failure;
use super::idempotency;
use super::operation::{Location, Operation, Signature};
use super::query;
use super::version::Tags;
use crate::usecases::{Code, FieldCode, Problem};

pub fn check(request: &HttpRequest, operation: &Operation) -> Result<(), Failure> {
    let signature = &operation.signature;
    // PostgreSQL cannot store NUL, so nothing can have it in its name.
    if path_is_too_long(request, operation) || request.path().contains("%00") {
        return Err(Failure::new(Code::NotFound, "there is nothing here"));
    }
    let mut problems = Vec::new();
    // An operation with a query checks all of it itself, in `Query`.
    if signature.parameters(Location::Query).next().is_none() && !operation.takes_any_query {
        problems.extend(query::unknown(request.query_string()));
    }
    problems.extend(unreadable_headers(request));
    problems.extend(headers_out_of_bounds(request, signature, &problems));
    Failure::unless_none(problems)?;
    let form = signature.success.content.as_ref().map(|(media, _)| *media);
    match form.filter(|form| !takes(request, form)) {
        Some(form) => Err(Failure::new(Code::NotAcceptable, format!("this is answered as {form}"))),
        None => Ok(()),
    }
}

/// Compares from the end, since the operation's path has no `/v1` in front.
fn path_is_too_long(request: &HttpRequest, operation: &Operation) -> bool {
    let mut parts = operation.path.rsplit('/').zip(request.path().rsplit('/'));
    parts.any(|(name, sent)| {
        let name = name.trim_matches(['{', '}']);
        operation.signature.parameters(Location::Path).any(|parameter| parameter.name == name && parameter.out_of_bounds(sent).is_some())
    })
}

/// Leaves out the headers that have a problem already.
fn headers_out_of_bounds(request: &HttpRequest, signature: &Signature, known: &[Problem]) -> Vec<Problem> {
    let others = signature.parameters(Location::Header).filter(|header| known.iter().all(|problem| problem.pointer != header.name));
    let out = others.filter_map(|header| {
        let mut sent = request.headers().get_all(header.name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let (code, detail) = sent.find_map(|value| header.out_of_bounds(&value))?;
        Some(query::refused(header.name, code, detail))
    });
    out.collect()
}

/// Whether `Accept` allows this media type. The most specific range decides, as RFC 9110 has it; no header allows everything.
fn takes(request: &HttpRequest, form: &str) -> bool {
    if !request.headers().contains_key(header::ACCEPT) {
        return true;
    }
    let Ok(accept) = Accept::parse(request) else { return false };
    let (kind, subtype) = form.split_once('/').unwrap_or((form, ""));
    let closeness = |range: &Mime| match (range.type_().as_str(), range.subtype().as_str()) {
        ("*", "*") => Some(0),
        (asked, "*") if asked == kind => Some(1),
        (asked, of) if asked == kind && of == subtype => Some(2),
        _ => None,
    };
    let fits = accept.iter().filter_map(|range| Some((closeness(&range.item)?, range.quality)));
    fits.max_by_key(|(closeness, _)| *closeness).is_some_and(|(_, quality)| quality > Quality::ZERO)
}

/// These headers keep a change from happening twice or overwriting another; ignoring a malformed one would make it unsafe without a word.
fn unreadable_headers(request: &HttpRequest) -> Vec<Problem> {
    let mut problems = Vec::new();
    if idempotency::key(request).is_err() {
        problems.push(query::refused("Idempotency-Key", FieldCode::BadKey, "must be 1 to 255 visible ASCII characters, said once"));
    }
    for (name, shown) in [(header::IF_MATCH, "If-Match"), (header::IF_NONE_MATCH, "If-None-Match")] {
        if Tags::of(request, &name).is_err() {
            problems.push(query::refused(shown, FieldCode::BadEtag, "must be * or a comma list of ETags such as \"3\""));
        }
    }
    problems
}
