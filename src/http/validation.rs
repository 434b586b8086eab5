//! Checks JSON against a schema of the API document, and finds every problem at once.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};

use super::json::unescaped;
use crate::domain::Instant;
use crate::domain::address::can_be_mailed;
use crate::domain::text::{is_line, is_visible};
use crate::usecases::shape::escaped;
use crate::usecases::shape::{self, LINE, VISIBLE};
use crate::usecases::{FieldCode, Problem};

/// The pattern by which the document says "not blank", in a form that every generator understands. Here it is replaced by [`VISIBLE`]: a
/// zero-width character is no white space to `\S`, but nothing to see either. What is shorter is a name or a title, and stands in a [`LINE`].
const NOT_BLANK: &str = "\\S";
/// In characters.
const LONGEST_LINE: u64 = 320;
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
        // U+0000 is told of by itself, wherever it stands.
        let options = options.with_format(LINE, |text: &str| text.contains('\0') || is_line(text));
        let options = options.with_format("email", can_be_mailed);
        // Checked with our own parsers, so that serde reads whatever passes here.
        let options = options.with_format("date-time", |text: &str| text.parse::<Instant>().is_ok());
        let options = options.with_format("date", |text: &str| text.parse::<NaiveDate>().is_ok_and(|date| date.to_string() == text));
        options.build(&schema).map(Self).map_err(|error| error.to_string())
    }

    pub fn problems(&self, value: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        nul_characters(value, &mut Vec::new(), &mut problems);
        problems.extend(shape::problems(&self.0, value));
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

/// Replaces the pattern [`NOT_BLANK`] by the format [`VISIBLE`] or [`LINE`], and leaves a mail address to its format, throughout a schema.
fn check_formats_instead(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(check_formats_instead),
        Value::Object(fields) => {
            if fields.get("pattern").is_some_and(|pattern| pattern == NOT_BLANK) {
                fields.remove("pattern");
                let is_short = fields.get("maxLength").and_then(Value::as_u64).is_some_and(|most| most <= LONGEST_LINE);
                fields.insert("format".to_owned(), json!(if is_short { LINE } else { VISIBLE }));
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
    use crate::usecases::shape::form;

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
