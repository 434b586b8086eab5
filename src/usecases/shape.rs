//! What is wrong with a value by a JSON Schema, every problem at once: of bodies of requests, and of forms that an agreement asks for.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::{Map, Value};

use super::{FieldCode, Problem, one_of};
use crate::domain::Instant;
use crate::domain::contract::{Form, Item};
use crate::domain::instant::BadInstant;
use crate::domain::text::is_visible;

/// The format of a text in which something can be seen.
pub const VISIBLE: &str = "visible";
/// The format of a text that stands in a line.
pub const LINE: &str = "line";
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

/// Escapes a name for a JSON pointer (RFC 6901).
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

pub fn problems(validator: &jsonschema::Validator, value: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    for error in validator.iter_errors(value) {
        collect(&error, &mut problems);
    }
    problems
}

fn collect(error: &ValidationError<'_>, problems: &mut Vec<Problem>) {
    let at = error.instance_path().to_string();
    match error.kind() {
        // What may be left out is null or has a form: only what is wrong by its form helps.
        ValidationErrorKind::OneOfNotValid { context } => {
            let is_null = |errors: &&Vec<ValidationError<'_>>| {
                errors.iter().any(|error| matches!(error.kind(), ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::Null) }))
            };
            for error in context.iter().filter(|errors| !is_null(errors)).flatten() {
                collect(error, problems);
            }
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            problems.push(Problem {
                pointer: format!("{at}/{}", escaped(name)),
                code: FieldCode::Required,
                detail: "is required".to_owned(),
            });
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => problems.extend(unexpected.iter().map(|name| Problem {
            pointer: format!("{at}/{}", escaped(name)),
            code: FieldCode::UnknownField,
            detail: "is not a field here".to_owned(),
        })),
        // An empty text is reported as too short; do not also call it blank.
        ValidationErrorKind::Format { format } if is_text(format) && error.instance().as_str() == Some("") => {}
        ValidationErrorKind::Format { format } if format == LINE && error.instance().as_str().is_some_and(is_visible) => {
            let detail = "stands in a line: it has a line break, another control character, or a sign that turns its direction in it";
            problems.push(Problem { pointer: at, code: FieldCode::BadFormat, detail: detail.to_owned() });
        }
        kind => problems.push(Problem { pointer: at, code: code(kind), detail: detail(error) }),
    }
}

/// What is wrong with the values of the form of an item, which stand in a field of the request.
pub(super) fn of_form(item: &Item, field: &str, values: &Map<String, Value>) -> Vec<Problem> {
    let values = Value::Object(values.clone());
    if values.to_string().len() > Form::LONGEST {
        let detail = format!("takes more than {} bytes", Form::LONGEST);
        return vec![Problem::field(field, FieldCode::TooLong, detail)];
    }
    let within = |problem: Problem| Problem { pointer: format!("/{field}{}", problem.pointer), ..problem };
    problems(item.form.validator(), &values).into_iter().map(within).collect()
}

fn is_text(format: &str) -> bool {
    [VISIBLE, LINE].contains(&format)
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
        ValidationErrorKind::Format { format } if is_text(format) => FieldCode::Blank,
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => FieldCode::BadFormat,
        _ => FieldCode::Invalid,
    }
}

/// Never quotes the value: it may be personal, and ends up in clients' logs.
fn detail(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Format { format } if is_text(format) => "has nothing in it that can be seen".to_owned(),
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

pub fn form(pattern: &str) -> String {
    let known = || FORMS.iter().find(|(known, _)| *known == pattern).map(|(_, words)| (*words).to_owned());
    choices(pattern).map(one_of).or_else(known).unwrap_or_else(|| "has not the form that is asked for".to_owned())
}
