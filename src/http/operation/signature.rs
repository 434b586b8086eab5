//! What the types of a handler say about its operation.

use crate::domain::permission::Verb;
use crate::usecases::FieldCode;
use actix_web::http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Object, RefOr, Schema};

/// Collected from the arguments and the answer of a handler.
#[derive(Default)]
pub struct Signature {
    pub parameters: Vec<Parameter>,
    /// The media type of the body; with the name of its schema, when it is JSON.
    pub body: Option<(&'static str, Option<String>)>,
    pub body_description: Option<&'static str>,
    /// The name of the schema that checks the body, or each item in it.
    pub validated_by: Option<String>,
    /// Whether a token is needed.
    pub is_authenticated: bool,
    /// What a caller must be allowed to do; `None` when no caller is needed.
    pub requires: Option<Verb>,
    pub success: Success,
    /// Further answers that are no refusals, such as 304.
    pub other_answers: Vec<OtherAnswer>,
    /// The statuses of refusals that do not follow from the rest.
    pub refuses: Vec<u16>,
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

#[derive(Default)]
pub struct Success {
    pub status: StatusCode,
    /// The media type; with the name of its schema, when it is JSON.
    pub content: Option<(&'static str, Option<String>)>,
    /// Beside the headers of every answer.
    pub headers: Vec<&'static str>,
}

/// An answer beside the usual one.
pub struct OtherAnswer {
    pub status: StatusCode,
    pub description: &'static str,
    /// Whether it has the same content as the usual one.
    pub has_content: bool,
    /// Beside the headers of every answer.
    pub headers: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    Path,
    Query,
    Header,
}

pub struct Parameter {
    pub name: &'static str,
    pub location: Location,
    pub is_required: bool,
    pub description: String,
    pub schema: Object,
    pub example: Option<&'static str>,
}

impl Signature {
    /// Adds a type's schema with everything it refers to, and returns its name.
    pub fn schema_of<T: ToSchema>(&mut self) -> String {
        let name = T::name().into_owned();
        self.schemas.push((name.clone(), T::schema()));
        T::schemas(&mut self.schemas);
        name
    }

    pub fn parameters(&self, location: Location) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.location == location)
    }
}

impl Parameter {
    /// A code and a detail when the value is too short or too long.
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

/// The schema of a text with so many characters.
pub fn text(shortest: Option<usize>, longest: usize) -> Object {
    ObjectBuilder::new().schema_type(Type::String).min_length(shortest).max_length(Some(longest)).build()
}
