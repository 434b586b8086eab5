//! JSON held against a schema of the document, with every problem at once.

use std::borrow::Cow;

use chrono::NaiveDate;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};

use super::json::{escaped, unescaped};
use crate::domain::Instant;
use crate::domain::instant::BadInstant;
use crate::domain::text::is_visible;
use crate::usecases::{FieldCode, Problem, one_of};

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
pub const NUL: &str = "has a character in it that is none (U+0000)";

/// A schema, ready to hold JSON against.
pub struct Judge(Validator);

impl Judge {
    /// Of one of these schemas, by its name.
    pub fn new(name: &str, schemas: &[(String, RefOr<Schema>)]) -> Result<Self, String> {
        let named = schemas.iter().map(|(name, schema)| Ok((name.clone(), serde_json::to_value(schema)?)));
        let named: serde_json::Map<_, _> = named.collect::<serde_json::Result<_>>().map_err(|error| error.to_string())?;
        let mut schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": { "schemas": named } });
        judged_by_what_shows(&mut schema);
        let options = jsonschema::options().should_validate_formats(true).with_format(VISIBLE, is_visible);
        // So that what passes here is read as an instant without a second look.
        let options = options.with_format("date-time", |text: &str| text.parse::<Instant>().is_ok());
        let options = options.with_format("date", |text: &str| text.parse::<NaiveDate>().is_ok_and(|date| date.to_string() == text));
        options.build(&schema).map(Self).map_err(|error| error.to_string())
    }

    /// Everything wrong with a value.
    pub fn problems(&self, value: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        unwritable(value, &mut Vec::new(), &mut problems);
        for error in self.0.iter_errors(value) {
            let at = error.instance_path().to_string();
            match error.kind() {
                ValidationErrorKind::Required { property } => {
                    let name = property.as_str().unwrap_or_default();
                    problems.push(Problem { pointer: format!("{at}/{name}"), code: FieldCode::Required, detail: "is required".to_owned() });
                }
                ValidationErrorKind::AdditionalProperties { unexpected } => problems.extend(unexpected.iter().map(|name| Problem {
                    pointer: format!("{at}/{}", escaped(name)),
                    code: FieldCode::UnknownField,
                    detail: "is not a field here".to_owned(),
                })),
                // That it is too short is said already.
                ValidationErrorKind::Format { format } if format == VISIBLE && error.instance().as_str() == Some("") => {}
                kind => problems.push(Problem { pointer: at, code: code(kind), detail: detail(&error) }),
            }
        }
        problems
    }
}

/// Leaves out of an object every field that something is wrong with; what is no object is an empty one.
pub fn without_wrong(value: Value, problems: &[Problem]) -> Value {
    let Value::Object(mut fields) = value else { return json!({}) };
    for field in problems.iter().filter_map(|problem| problem.pointer.split('/').nth(1)) {
        fields.remove(&unescaped(field));
    }
    Value::Object(fields)
}

fn code(kind: &ValidationErrorKind) -> FieldCode {
    match kind {
        ValidationErrorKind::Type { .. } => FieldCode::WrongType,
        ValidationErrorKind::Format { format } if format == "date-time" => FieldCode::BadInstant,
        ValidationErrorKind::Format { format } if format == "date" => FieldCode::BadDate,
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => FieldCode::NotAllowed,
        ValidationErrorKind::MinLength { .. } | ValidationErrorKind::MinItems { .. } => FieldCode::TooShort,
        ValidationErrorKind::MaxLength { .. } | ValidationErrorKind::MaxItems { .. } => FieldCode::TooLong,
        ValidationErrorKind::Format { format } if format == VISIBLE => FieldCode::Blank,
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => FieldCode::BadFormat,
        _ => FieldCode::Invalid,
    }
}

/// What is wrong, without quoting what was sent: that may be personal.
fn detail(error: &jsonschema::ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Format { format } if format == VISIBLE => "has nothing in it that can be seen".to_owned(),
        ValidationErrorKind::Pattern { pattern } => form(pattern),
        ValidationErrorKind::Format { format } if format == "date-time" => {
            let read = error.instance().as_str().unwrap_or_default().parse::<Instant>();
            read.err().unwrap_or(BadInstant::Unreadable).to_string()
        }
        ValidationErrorKind::Format { format } if format == "date" => "must be a date such as 2026-12-24".to_owned(),
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
            problems.push(Problem { pointer, code: FieldCode::BadFormat, detail: NUL.to_owned() });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::v1;

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
        for operation in v1::operations() {
            patterns(&serde_json::to_value(&operation.signature.schemas).expect("JSON"), &mut found);
        }
        assert!(found.len() > 5);
        for pattern in found.iter().filter(|pattern| *pattern != SOME_SIGN) {
            assert!(form(pattern).starts_with("must be "), "{pattern} has no words in FORMS");
        }
    }
}
