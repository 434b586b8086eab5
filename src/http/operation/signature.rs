//! What the types of a handler say of its operation.

use crate::usecases::FieldCode;
use actix_web::http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Object, RefOr, Schema};

/// Gathered from the arguments and the answer of a handler.
#[derive(Default)]
pub struct Signature {
    pub parameters: Vec<Parameter>,
    /// The media type of its body, with the schema of one that is JSON.
    pub body: Option<(&'static str, Option<String>)>,
    pub body_words: Option<&'static str>,
    /// The schema that its body is held against, or each item of it.
    pub judged_by: Option<String>,
    /// Whether it is not for everyone.
    pub asks_who: bool,
    /// Who may, where not all callers do.
    pub who_may: Option<&'static str>,
    pub success: Success,
    /// What it may answer besides, such as 304, with what that means.
    pub besides: Vec<(u16, &'static str)>,
    /// Refusals that do not follow from the rest.
    pub refuses: Vec<u16>,
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

/// The answer when nothing is refused.
#[derive(Default)]
pub struct Success {
    pub status: StatusCode,
    /// Its media type, with the schema of one that is JSON.
    pub content: Option<(&'static str, Option<String>)>,
    /// Headers it comes with, besides those of every answer.
    pub headers: Vec<&'static str>,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

pub struct Parameter {
    pub name: &'static str,
    pub place: Place,
    pub is_required: bool,
    pub words: String,
    pub schema: Object,
    pub example: Option<&'static str>,
}

impl Signature {
    /// The name of a type's schema, which is remembered with all it refers to.
    pub fn schema_of<T: ToSchema>(&mut self) -> String {
        let name = T::name().into_owned();
        self.schemas.push((name.clone(), T::schema()));
        T::schemas(&mut self.schemas);
        name
    }

    pub fn parameters(&self, place: Place) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }
}

impl Parameter {
    /// What is wrong with the length of a value: a code, and a detail.
    pub fn out_of_bounds(&self, value: &str) -> Option<(FieldCode, String)> {
        let (shortest, longest) = (self.schema.min_length.unwrap_or(0), self.schema.max_length.unwrap_or(usize::MAX));
        match value.chars().count() {
            length if length < shortest => Some((FieldCode::TooShort, format!("is shorter than {}", characters(shortest)))),
            length if length > longest => Some((FieldCode::TooLong, format!("is longer than {}", characters(longest)))),
            _ => None,
        }
    }
}

fn characters(count: usize) -> String {
    format!("{count} character{}", if count == 1 { "" } else { "s" })
}

/// A text of so many characters.
pub fn text(shortest: Option<usize>, longest: usize) -> Object {
    ObjectBuilder::new().schema_type(Type::String).min_length(shortest).max_length(Some(longest)).build()
}
