//! Checks JSON against a schema of the API document, and finds every problem at once.

use std::borrow::Cow;

use chrono::NaiveDate;
use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};

use super::json::{escaped, unescaped};
use crate::domain::Instant;
use crate::domain::address::can_be_mailed;
use crate::domain::instant::BadInstant;
use crate::domain::text::is_visible;
use crate::usecases::{FieldCode, Problem, one_of};

/// The pattern by which the document says "not blank", in a form that every generator understands. Here it is replaced by [`VISIBLE`]: a
/// zero-width character is no white space to `\S`, but nothing to see either.
const NOT_BLANK: &str = "\\S";
const VISIBLE: &str = "visible";
/// For generators; here the format "email" says all, which is checked by whoever will send to it.
const EMAIL_PATTERN: &str = "^[^@\\s]+@[^@\\s]+$";
const EMAIL_FORM: &str = "must be an address such as anna@ipo.example";
/// Patterns of the document in words: nobody should have to read a regular expression in an error.
const FORMS: [(&str, &str); 5] = [
    ("^\\d{6}$", "must be the six digits of a one-time code"),
    (EMAIL_PATTERN, EMAIL_FORM),
    ("^[0-9]{1,12}(\\.[0-9]{1,2})?$", "must be an amount in euros such as 1250.00"),
    ("^\\+?[0-9][0-9 ()./-]*$", "must be a telephone number such as 070 123 45 67 or +31 70 123 45 67"),
    (
        "^P(\\d+W|\\d+D(T(\\d+H(\\d+M)?(\\d+S)?|\\d+M(\\d+S)?|\\d+S))?|T(\\d+H(\\d+M)?(\\d+S)?|\\d+M(\\d+S)?|\\d+S))$",
        "must be a duration such as PT4H, P1D or P2W",
    ),
];
pub const NUL: &str = "has the character U+0000 in it, which cannot be kept";

/// A compiled schema.
pub struct Validator(jsonschema::Validator);

impl Validator {
    /// `name` is the schema to check against; `schemas` has it, and every schema it refers to.
    pub fn new(name: &str, schemas: &[(String, RefOr<Schema>)]) -> Result<Self, String> {
        let named = schemas.iter().map(|(name, schema)| Ok((name.clone(), serde_json::to_value(schema)?)));
        let named: serde_json::Map<_, _> = named.collect::<serde_json::Result<_>>().map_err(|error| error.to_string())?;
        let mut schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": { "schemas": named } });
        check_formats_instead(&mut schema);
        let options = jsonschema::options().should_validate_formats(true).with_format(VISIBLE, is_visible);
        let options = options.with_format("email", can_be_mailed);
        // Checked with our own parsers, so that serde reads whatever passes here.
        let options = options.with_format("date-time", |text: &str| text.parse::<Instant>().is_ok());
        let options = options.with_format("date", |text: &str| text.parse::<NaiveDate>().is_ok_and(|date| date.to_string() == text));
        options.build(&schema).map(Self).map_err(|error| error.to_string())
    }

    pub fn problems(&self, value: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        nul_characters(value, &mut Vec::new(), &mut problems);
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
                // An empty text is reported as too short; do not also call it blank.
                ValidationErrorKind::Format { format } if format == VISIBLE && error.instance().as_str() == Some("") => {}
                kind => problems.push(Problem { pointer: at, code: code(kind), detail: detail(&error) }),
            }
        }
        problems
    }
}

/// Removes every top-level field that has a problem, at any depth. What is no object becomes an empty one.
pub fn without_invalid_fields(value: Value, problems: &[Problem]) -> Value {
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
        ValidationErrorKind::Minimum { .. } | ValidationErrorKind::Maximum { .. } => FieldCode::OutOfRange,
        ValidationErrorKind::Format { format } if format == VISIBLE => FieldCode::Blank,
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => FieldCode::BadFormat,
        _ => FieldCode::Invalid,
    }
}

/// Never quotes the value: it may be personal, and ends up in clients' logs.
fn detail(error: &jsonschema::ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Format { format } if format == VISIBLE => "has nothing in it that can be seen".to_owned(),
        ValidationErrorKind::Pattern { pattern } => form(pattern),
        ValidationErrorKind::Format { format } if format == "date-time" => {
            let read = error.instance().as_str().unwrap_or_default().parse::<Instant>();
            read.err().unwrap_or(BadInstant::Unreadable).to_string()
        }
        ValidationErrorKind::Format { format } if format == "email" => EMAIL_FORM.to_owned(),
        ValidationErrorKind::Format { format } if format == "date" => "must be a date such as 2026-12-24".to_owned(),
        ValidationErrorKind::Type { kind } => {
            let types: Vec<_> = match kind {
                TypeKind::Single(one) => vec![*one],
                TypeKind::Multiple(several) => several.iter().filter(|one| *one != JsonType::Null).chain([JsonType::Null]).collect(),
            };
            format!("must be {}", types.into_iter().map(in_words).collect::<Vec<_>>().join(" or "))
        }
        _ => {
            let detail = error.masked().to_string();
            detail.strip_prefix("value ").map_or(detail.clone(), str::to_owned)
        }
    }
}

fn in_words(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "a text",
    }
}

/// `^(public|internal)$` gives `public` and `internal`.
fn choices(pattern: &str) -> Option<Vec<&str>> {
    let choices = pattern.strip_prefix("^(")?.strip_suffix(")$")?;
    choices.chars().all(|sign| sign.is_ascii_lowercase() || "_|".contains(sign)).then(|| choices.split('|').collect())
}

fn form(pattern: &str) -> String {
    let known = || FORMS.iter().find(|(known, _)| *known == pattern).map(|(_, words)| (*words).to_owned());
    choices(pattern).map(one_of).or_else(known).unwrap_or_else(|| "has not the form that the API document gives it".to_owned())
}

/// Finds U+0000 in texts, at any depth: JSON allows it, PostgreSQL cannot store it.
fn nul_characters<'a>(value: &'a Value, at: &mut Vec<Cow<'a, str>>, problems: &mut Vec<Problem>) {
    match value {
        Value::String(text) if text.contains('\0') => {
            let pointer = at.iter().flat_map(|name| ["/".to_owned(), escaped(name)]).collect();
            problems.push(Problem { pointer, code: FieldCode::BadFormat, detail: NUL.to_owned() });
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                at.push(place.to_string().into());
                nul_characters(item, at, problems);
                at.pop();
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                at.push(name.into());
                nul_characters(field, at, problems);
                at.pop();
            }
        }
        _ => {}
    }
}

/// Replaces the pattern [`NOT_BLANK`] by the format [`VISIBLE`], and leaves a mail address to its format, throughout a schema.
fn check_formats_instead(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(check_formats_instead),
        Value::Object(fields) => {
            if fields.get("pattern").is_some_and(|pattern| pattern == NOT_BLANK) {
                fields.remove("pattern");
                fields.insert("format".to_owned(), json!(VISIBLE));
            }
            if fields.get("format").is_some_and(|format| format == "email") {
                fields.remove("pattern");
            }
            fields.values_mut().for_each(check_formats_instead);
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
        for pattern in found.iter().filter(|pattern| *pattern != NOT_BLANK) {
            assert!(form(pattern).starts_with("must be "), "{pattern} has no words in FORMS");
        }
    }
}
