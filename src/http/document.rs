//! The API document: generated from the operations as OpenAPI 3.1, then converted to 3.0.3, which every client generator accepts.
//!
//! An operation's types describe what is its own: what it takes, and its successful answer. What all operations share (refusals,
//! headers, bounds) is added here. The document uses only what the generators of eight languages understand alike; a test
//! (`tests/it/openapi.rs`) checks the whole document against each rule of that subset.

mod answers;
mod bounds;
mod clauses;
mod downgrade;

use std::sync::OnceLock;

use actix_web::http::Method;
use serde_json::{Value, json};
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::info::{ContactBuilder, InfoBuilder};
use utoipa::openapi::path::{Operation as Described, OperationBuilder, Parameter as DescribedParameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{Components, ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{HttpMethod, OpenApi, OpenApiBuilder, Ref, RefOr, Required, Schema};

use super::deprecation::{self, Deprecation};
use super::error::ProblemBody;
use super::operation::{Location, Operation, Parameter, Signature, Tag};
use crate::domain::permission::{Role, Verb};
use crate::words::ClosedList as _;

const ABOUT: &str = "A service desk whose clocks hold up in a contract meeting: tickets, their clocks and how each second was counted, \
    escalations, and the month's report. Instants are accepted with any offset and answered in UTC; a refusal is problem+json and \
    names everything that is wrong at once; values of a list of codes may be added to.";

const BEARER: &str = "Either a token of the desk, for systems and for people who sign in with a password (`POST /access-token-grants`, \
    `POST /access-tokens`); or a token that an identity provider of the desk signed (OpenID Connect, Microsoft Entra ID): a JWT access token \
    whose issuer and audience the desk's settings name, and whose roles or scopes they map to those of the desk. Ask whoever runs the desk \
    which issuer, audience and scopes to ask for. In one `Authorization` header, whichever it is.";

/// The document as a server gives it, rendered on first use.
pub struct RenderedDocument {
    operations: &'static [Operation],
    deprecated: &'static [Deprecation],
    text: OnceLock<String>,
}

impl RenderedDocument {
    pub fn new(operations: &'static [Operation], deprecated: &'static [Deprecation]) -> Self {
        Self { operations, deprecated, text: OnceLock::new() }
    }

    pub fn text(&self) -> &str {
        self.text.get_or_init(|| text_of(self.operations, self.deprecated))
    }
}

/// The document as served and as kept in `openapi/`: OpenAPI 3.0.3, with `deprecated` operations marked.
pub fn text_of(operations: &[Operation], deprecated: &[Deprecation]) -> String {
    let mut document = serde_json::to_value(as_declared(operations)).unwrap_or_default();
    deprecation::mark(deprecated, &mut document);
    // utoipa writes 3.1 and no version or licence of ours.
    document["openapi"] = json!("3.0.3");
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["info"]["license"] = json!({ "name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/" });
    document["security"] = json!([{ "bearer": [] }]);
    for (shape, what, codes) in [("RoleCode", "a role", Role::CODES), ("VerbCode", "something that can be done", Verb::CODES)] {
        if let Some(schema) = document["components"]["schemas"].get_mut(shape) {
            schema["description"] = json!(format!("The code of {what}: {}. More may be added.", codes.join(", ")));
        }
    }
    downgrade::to_3_0(&mut document);
    answers::complete(&mut document, operations);
    bounds::complete(&mut document);
    clauses::remove(&mut document);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// OpenAPI 3.1, without what all operations share.
fn as_declared(operations: &[Operation]) -> OpenApi {
    let contact = ContactBuilder::new().name(Some("The maintainers of Uurwerk")).url(Some("https://example.org/uurwerk"));
    let contact = contact.email(Some("uurwerk@example.org")).build();
    let server = ServerBuilder::new().url("https://uurwerk.example.org/v1");
    let server = server.description(Some("Where a desk is; give a client the address of yours")).build();
    let tags = Tag::ALL.map(|tag| {
        let (name, words) = tag.described();
        TagBuilder::new().name(name).description(Some(words)).build()
    });
    let mut components = Components::new();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(BEARER)).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let mut shared = Signature::default();
    shared.schema_of::<ProblemBody>();
    for signature in operations.iter().map(|operation| &operation.signature).chain([&shared]) {
        components.schemas.extend(signature.schemas.iter().cloned());
    }
    let mut document = OpenApiBuilder::new()
        .info(InfoBuilder::new().title("Uurwerk").description(Some(ABOUT)).contact(Some(contact)).build())
        .servers(Some([server]))
        .tags(Some(tags))
        .components(Some(components))
        .build();
    for operation in operations {
        document.paths.add_path_operation(operation.path, vec![method(&operation.method)], described(operation));
    }
    document
}

fn described(operation: &Operation) -> Described {
    let signature = &operation.signature;
    let roles = signature.requires.map(Verb::roles).unwrap_or_default().iter().map(|role| format!("`{role}`")).collect::<Vec<_>>();
    let only = if roles.is_empty() { String::new() } else { format!(" Needs one of the roles {}.", roles.join(", ")) };
    let described = OperationBuilder::new()
        .tag(operation.tag.described().0)
        .operation_id(Some(operation.id))
        .summary(Some(operation.summary))
        .description(Some(format!("{}{only}", operation.description)))
        .request_body(body(signature));
    let described =
        if signature.parameters.is_empty() { described } else { described.parameters(Some(signature.parameters.iter().map(parameter))) };
    if signature.is_authenticated { described.build() } else { described.security(SecurityRequirement::default()).build() }
}

fn body(signature: &Signature) -> Option<RequestBody> {
    let (media, schema) = signature.body.as_ref()?;
    let body = RequestBodyBuilder::new().description(signature.body_description).required(Some(Required::True));
    Some(body.content(*media, content(schema.as_deref())).build())
}

/// A JSON body with this schema; without one, bytes.
fn content(schema: Option<&str>) -> Content {
    let bytes = || RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::String).build()));
    let schema = schema.map_or_else(bytes, |name| RefOr::Ref(Ref::from_schema_name(name)));
    ContentBuilder::new().schema(Some(schema)).build()
}

fn parameter(one: &Parameter) -> DescribedParameter {
    let place = match one.location {
        Location::Path => ParameterIn::Path,
        Location::Query => ParameterIn::Query,
        Location::Header => ParameterIn::Header,
    };
    let required = if one.is_required { Required::True } else { Required::False };
    let described = ParameterBuilder::new().name(one.name).parameter_in(place).required(required).description(Some(&one.description));
    described.schema(Some(one.schema.clone())).example(one.example.map(Value::from)).build()
}

fn method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PATCH => HttpMethod::Patch,
        _ => HttpMethod::Get,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::http::v1;

    /// The document has one shape under a name; a second one would take its place, and clients would be generated for the wrong one.
    #[test]
    fn no_two_shapes_have_the_same_name() {
        let mut shapes = BTreeMap::new();
        for operation in v1::operations() {
            for (name, schema) in &operation.signature.schemas {
                let schema = serde_json::to_value(schema).expect("JSON");
                let known = shapes.entry(name.clone()).or_insert_with(|| schema.clone());
                assert_eq!(*known, schema, "{name} is the name of two shapes");
            }
        }
        assert!(shapes.len() > 100);
    }
}
