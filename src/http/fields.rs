//! Bodies and queries, checked against the API document with every problem at once.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use actix_web::HttpRequest;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};

use super::document;
use super::error::Failure;
use super::held::{Operation, Place};
use super::json::{self, escaped};
use crate::domain::Instant;
use crate::domain::instant::BadInstant;
use crate::domain::text::is_visible;
use crate::usecases::{Problem, one_of};
use crate::words::ClosedList;

/// The media type of every body that is no file.
pub const JSON: &str = "application/json";
/// What a text that people read must have somewhere, as the document says it to every client's generator. Held against
/// more than that here: a sign without a width is no space to it, and nothing to see.
const SOME_SIGN: &str = "\\S";
/// The format that takes its place here.
const VISIBLE: &str = "visible";
/// What is said where a text has not the form of a pattern: the form, never the pattern.
const FORMS: [(&str, &str); 2] = [
    ("^[^@\\s]+@[^@\\s]+$", "must be an address such as anna@ipo.example"),
    ("^P(\\d+W|(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+S)?)?)$", "must be a duration such as PT4H, P1D or P2W"),
];
const NUL: &str = "has a character in it that is none (U+0000)";

/// A body that is a JSON object, with what is wrong with it.
pub struct Body {
    /// Its fields; those that are wrong are left out.
    pub fields: Value,
    /// Everything wrong with it.
    pub problems: Vec<Problem>,
}

/// Reads a body as one of the document's schemas. What is not JSON at all is refused at once.
pub fn read(bytes: &[u8], schema: &'static str) -> Result<Body, Failure> {
    let (value, mut repeated) = json_of(bytes)?;
    let body = check(value, schema);
    repeated.extend(body.problems);
    Ok(Body { problems: repeated, ..body })
}

/// The JSON of a body, with what is wrong with it as such. What is not JSON at all is refused at once.
pub fn json_of(bytes: &[u8]) -> Result<(Value, Vec<Problem>), Failure> {
    let (value, repeated) = json::read(bytes).map_err(|error| {
        Failure::invalid(vec![Problem { pointer: String::new(), code: "bad_json", detail: format!("the body is no JSON: {error}") }])
    })?;
    let twice = |pointer| Problem { pointer, code: "repeated", detail: "is given twice".to_owned() };
    Ok((value, repeated.into_iter().map(twice).collect()))
}

/// JSON as one of the document's schemas.
pub fn check(value: Value, schema: &'static str) -> Body {
    let mut problems = Vec::new();
    unwritable(&value, &mut Vec::new(), &mut problems);
    for error in validator(schema).iter_errors(&value) {
        let at = error.instance_path().to_string();
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                problems.push(Problem { pointer: format!("{at}/{name}"), code: "required", detail: "is required".to_owned() });
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => problems.extend(unexpected.iter().map(|name| Problem {
                pointer: format!("{at}/{}", escaped(name)),
                code: "unknown_field",
                detail: "is not a field here".to_owned(),
            })),
            // That it is too short is said already.
            ValidationErrorKind::Format { format } if format == VISIBLE && error.instance().as_str() == Some("") => {}
            kind => problems.push(Problem { pointer: at, code: code(kind), detail: detail(&error) }),
        }
    }
    let fields = match value {
        Value::Object(mut fields) => {
            for problem in &problems {
                if let Some(field) = problem.pointer.split('/').nth(1) {
                    fields.remove(field);
                }
            }
            Value::Object(fields)
        }
        _ => json!({}),
    };
    Body { fields, problems }
}

fn code(kind: &ValidationErrorKind) -> &'static str {
    match kind {
        ValidationErrorKind::Type { .. } => "wrong_type",
        ValidationErrorKind::Format { format } if format == "date-time" => "bad_instant",
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => "not_allowed",
        ValidationErrorKind::MinLength { .. } | ValidationErrorKind::MinItems { .. } => "too_short",
        ValidationErrorKind::MaxLength { .. } | ValidationErrorKind::MaxItems { .. } => "too_long",
        ValidationErrorKind::Format { format } if format == VISIBLE => "blank",
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => "bad_format",
        _ => "invalid",
    }
}

/// What is wrong, without quoting what was sent: that may be personal.
fn detail(error: &jsonschema::ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Format { format } if format == VISIBLE => "has nothing in it that can be seen".to_owned(),
        ValidationErrorKind::Pattern { pattern } => form(pattern),
        ValidationErrorKind::Format { format } if format == "date-time" => BadInstant::Unreadable.to_string(),
        _ => {
            let detail = error.masked().to_string();
            detail.strip_prefix("value ").map_or(detail.clone(), str::to_owned)
        }
    }
}

/// The values that a pattern such as `^(public|internal)$` lists.
fn choices(pattern: &str) -> Option<Vec<&str>> {
    let choices = pattern.strip_prefix("^(")?.strip_suffix(")$")?;
    choices.chars().all(|sign| sign.is_ascii_lowercase() || "_|".contains(sign)).then(|| choices.split('|').collect())
}

/// The form that a pattern asks for, in words.
fn form(pattern: &str) -> String {
    let known = || FORMS.iter().find(|(known, _)| *known == pattern).map(|(_, words)| (*words).to_owned());
    choices(pattern).map(one_of).or_else(known).unwrap_or_else(|| "has not the form that the API document gives it".to_owned())
}

/// Finds the one character that no database keeps in a text, wherever it is.
fn unwritable<'a>(value: &'a Value, at: &mut Vec<Cow<'a, str>>, problems: &mut Vec<Problem>) {
    match value {
        Value::String(text) if text.contains('\0') => {
            let pointer = at.iter().flat_map(|name| ["/".to_owned(), escaped(name)]).collect();
            problems.push(Problem { pointer, code: "bad_format", detail: NUL.to_owned() });
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                at.push(place.to_string().into());
                unwritable(item, at, problems);
                at.pop();
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                at.push(name.into());
                unwritable(field, at, problems);
                at.pop();
            }
        }
        _ => {}
    }
}

fn validator(schema: &'static str) -> &'static Validator {
    static COMPILED: OnceLock<HashMap<&'static str, Validator>> = OnceLock::new();
    let compiled = COMPILED.get_or_init(|| {
        let document = document::as_written();
        let mut components = document["components"].clone();
        judged_by_what_shows(&mut components);
        let compile = |name: &'static str| {
            let schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": components });
            jsonschema::options()
                .should_validate_formats(true)
                .with_format(VISIBLE, is_visible)
                .build(&schema)
                .ok()
                .map(|validator| (name, validator))
        };
        document::BODIES.iter().copied().filter_map(compile).collect()
    });
    compiled.get(schema).unwrap_or_else(|| panic!("{schema} is a body of the document"))
}

/// Has every text that must not be blank judged by what can be seen of it.
fn judged_by_what_shows(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(judged_by_what_shows),
        Value::Object(fields) => {
            if fields.get("pattern").is_some_and(|pattern| pattern == SOME_SIGN) {
                fields.remove("pattern");
                fields.insert("format".to_owned(), json!(VISIBLE));
            }
            fields.values_mut().for_each(judged_by_what_shows);
        }
        _ => {}
    }
}

impl Body {
    /// A text field.
    pub fn text(&self, field: &str) -> Option<String> {
        self.fields[field].as_str().map(str::to_owned)
    }

    /// An instant; one that cannot be read is a problem.
    pub fn instant(&mut self, field: &str) -> Option<Instant> {
        let text = self.text(field)?;
        match text.parse() {
            Ok(instant) => Some(instant),
            Err(error) => {
                self.problems.push(Problem::field(field, "bad_instant", format!("{error}")));
                None
            }
        }
    }

    /// Whether something is wrong with a field.
    pub fn is_wrong(&self, field: &str) -> bool {
        self.problems.iter().any(|problem| problem.pointer.strip_prefix('/') == Some(field))
    }

    /// The fields, once nothing is wrong with them.
    pub fn checked(self) -> Result<Value, Failure> {
        if self.problems.is_empty() { Ok(self.fields) } else { Err(Failure::invalid(self.problems)) }
    }
}

/// The keys of a query, each known and said once.
pub struct Query {
    values: BTreeMap<String, String>,
    problems: Vec<Problem>,
}

impl Query {
    /// Reads a query string of which only these keys are known; the document says how short and how long each may be.
    pub fn read(request: &HttpRequest, known: &[&str]) -> Self {
        let mut query = Self { values: BTreeMap::new(), problems: Vec::new() };
        let operation = request.match_pattern().and_then(|route| Operation::of(request.method(), &route));
        let bounds = |key: &str| operation?.parameters(Place::Query).find(|parameter| parameter.name == key);
        let pairs = actix_web::web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        match pairs {
            Ok(pairs) => {
                for (key, value) in pairs.into_inner() {
                    if !known.contains(&key.as_str()) {
                        query.refuse(&key, "unknown_parameter", "is not a parameter here");
                    } else if let Some((code, detail)) = bounds(&key).and_then(|parameter| parameter.out_of_bounds(&value)) {
                        query.refuse(&key, code, &detail);
                    } else if value.contains('\0') {
                        query.refuse(&key, "bad_format", NUL);
                    } else if query.values.insert(key.clone(), value).is_some() {
                        query.refuse(&key, "repeated", "is said twice; give several values with commas");
                    }
                }
            }
            Err(error) => query.refuse("", "bad_query", &format!("the query cannot be read: {error}")),
        }
        query
    }

    /// Remembers a problem with a key.
    pub fn refuse(&mut self, key: &str, code: &'static str, detail: &str) {
        self.problems.push(Problem { pointer: key.to_owned(), code, detail: detail.to_owned() });
    }

    /// A key's value.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// A key that must be there.
    pub fn required(&mut self, key: &str) -> String {
        let value = self.text(key).map(str::to_owned);
        if value.is_none() && self.problems.iter().all(|problem| problem.pointer != key) {
            self.refuse(key, "required", "is required");
        }
        value.unwrap_or_default()
    }

    /// A comma list.
    pub fn list(&self, key: &str) -> Vec<String> {
        self.text(key).map(|text| text.split(',').map(str::to_owned).collect()).unwrap_or_default()
    }

    /// How many a page shows: 20 unless said.
    pub fn page_size(&mut self) -> usize {
        self.page_size_or(20)
    }

    /// The same, with another number unless said.
    pub fn page_size_or(&mut self, default: usize) -> usize {
        match self.text("pageSize").map(str::parse) {
            None => default,
            Some(Ok(size @ 1..=100)) => size,
            Some(_) => {
                self.refuse("pageSize", "out_of_range", "must be from 1 to 100");
                default
            }
        }
    }

    /// An instant with an offset.
    pub fn instant(&mut self, key: &str) -> Option<Instant> {
        match self.text(key)?.parse() {
            Ok(instant) => Some(instant),
            Err(error) => {
                self.refuse(key, "bad_instant", &format!("{error}"));
                None
            }
        }
    }

    /// A comma list of values that can all be read; else the form they must have is said.
    pub fn known<T>(&mut self, key: &str, read: impl Fn(&str) -> Option<T>, form: impl FnOnce() -> String) -> Vec<T> {
        let listed = self.list(key);
        let found: Vec<_> = listed.iter().filter_map(|value| read(value)).collect();
        if found.len() < listed.len() {
            self.refuse(key, "unknown_value", &form());
        }
        found
    }

    /// A comma list of values of a closed list.
    pub fn codes<L: ClosedList>(&mut self, key: &str) -> Vec<L> {
        self.known(key, L::of_code, || one_of(L::CODES.iter().copied()))
    }

    /// A comma list of some of these names.
    #[expect(clippy::needless_pass_by_value, reason = "callers make the iterator in place, and it is gone through more than once")]
    pub fn among<'a>(&mut self, key: &str, names: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
        let known = |name: &str| names.clone().any(|known| known == name).then(|| name.to_owned());
        self.known(key, known, || one_of(names.clone()))
    }

    /// Everything wrong with it.
    pub fn problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Nothing, or everything wrong.
    pub fn checked(self) -> Result<(), Failure> {
        if self.problems.is_empty() { Ok(()) } else { Err(Failure::invalid(self.problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Array(items) => items.iter().for_each(|item| patterns(item, found)),
            Value::Object(fields) => {
                found.extend(fields.get("pattern").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|field| patterns(field, found));
            }
            _ => {}
        }
    }

    #[test]
    fn every_form_that_a_body_must_have_is_said_in_words() {
        let mut found = Vec::new();
        patterns(&document::as_written()["components"]["schemas"], &mut found);
        assert!(found.len() > 5);
        for pattern in found.iter().filter(|pattern| *pattern != SOME_SIGN) {
            assert!(form(pattern).starts_with("must be "), "{pattern} has no words in FORMS");
        }
    }
}
