//! What the API document says of an operation, as requests are held against it: the forms of its answers, and its
//! parameters with how short and how long each may be.
//!
//! What a parameter means is for whoever answers; an operation with a query looks at its whole query itself.

use std::collections::HashMap;
use std::sync::OnceLock;

use actix_web::http::Method;
use serde_json::Value;

use super::document;

/// What is answered beside the API, as JSON, for everyone and without a query.
const OUTSIDE: [&str; 3] = ["/livez", "/readyz", "/v1/openapi.json"];
const JSON: &str = "application/json";

/// An operation of the document.
pub struct Operation {
    /// The media types of its answers.
    pub answers: Vec<String>,
    /// Whether it is not for everyone.
    pub asks_who: bool,
    parameters: Vec<Parameter>,
}

/// The method whose answer a request asks for: HEAD is GET without a body.
pub fn asked(method: &Method) -> &Method {
    if method == Method::HEAD { &Method::GET } else { method }
}

/// Where a parameter stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// Among the headers.
    Header,
}

/// A parameter with its bounds, in characters.
pub struct Parameter {
    /// Its name.
    pub name: String,
    place: Place,
    shortest: usize,
    longest: usize,
}

impl Operation {
    /// The operation of a method on a route; `None` when the document has none.
    pub fn of(method: &Method, route: &str) -> Option<&'static Self> {
        static KNOWN: OnceLock<HashMap<String, Operation>> = OnceLock::new();
        KNOWN.get_or_init(all).get(&format!("{} {route}", asked(method)))
    }

    /// Its parameters in one place.
    pub fn parameters(&self, place: Place) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    fn read(operation: &Value) -> Self {
        let responses = operation["responses"].as_object().into_iter().flatten();
        let good = responses.filter(|(status, _)| status.starts_with('2'));
        let answers = good.filter_map(|(_, response)| response["content"].as_object()).flat_map(|content| content.keys().cloned());
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let asks_who = operation["security"].as_array().is_none_or(|ways| !ways.is_empty());
        Self { answers: answers.collect(), asks_who, parameters: parameters.filter_map(Parameter::read).collect() }
    }
}

fn all() -> HashMap<String, Operation> {
    let document = document::as_served(&[]);
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        let operations = item.as_object().into_iter().flatten();
        operations.map(move |(method, operation)| (format!("{} /v1{path}", method.to_uppercase()), Operation::read(operation)))
    });
    let plain = || Operation { answers: vec![JSON.to_owned()], asks_who: false, parameters: Vec::new() };
    let outside = OUTSIDE.map(|path| (format!("GET {path}"), plain()));
    outside.into_iter().chain(operations).collect()
}

impl Parameter {
    fn read(parameter: &Value) -> Option<Self> {
        let place = match parameter["in"].as_str()? {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            _ => return None,
        };
        let bound = |name: &str| parameter["schema"][name].as_u64().and_then(|bound| usize::try_from(bound).ok());
        let (shortest, longest) = (bound("minLength").unwrap_or(0), bound("maxLength").unwrap_or(usize::MAX));
        Some(Self { name: parameter["name"].as_str()?.to_owned(), place, shortest, longest })
    }

    /// What is wrong with the length of a value: a code, and a detail.
    pub fn out_of_bounds(&self, value: &str) -> Option<(&'static str, String)> {
        match value.chars().count() {
            length if length < self.shortest => Some(("too_short", format!("is shorter than {}", characters(self.shortest)))),
            length if length > self.longest => Some(("too_long", format!("is longer than {}", characters(self.longest)))),
            _ => None,
        }
    }
}

fn characters(count: usize) -> String {
    format!("{count} character{}", if count == 1 { "" } else { "s" })
}
