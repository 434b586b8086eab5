//! The API document: made from the code, and written down to OpenAPI 3.0.3, which every client generator takes.
//!
//! An operation's annotation says what is its own: what it takes, and the one thing it answers. What all operations share
//! (refusals, headers, bounds) is added here. The portable subset this keeps to is what generators of eight languages
//! understand alike; a test (`tests/it/openapi.rs`) holds each of its rules against the whole document.

mod answers;
mod bounds;
mod down;
mod words;

use actix_web::http::Method;
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{HttpMethod, Ref, RefOr, Required, Response, ResponseBuilder, Schema, SecurityRequirement};

use super::deprecation::{self, Deprecation};
use super::operation::{Operation, Place};
use super::shapes;
use super::v1::{catalogue, contracts, desk, inbound, obligations, outbound};

/// The bodies that are checked against the document.
pub const BODIES: [&str; 8] = [
    "ContractInput",
    "AmendmentApprovalInput",
    "CalendarAmendmentInput",
    "ContractSimulationInput",
    "FulfilmentInput",
    "ObligationInput",
    "AdvanceInput",
    "ReleasedTicketInput",
];

#[derive(OpenApi)]
#[openapi(
    info(title = "Uurwerk", description = "A service desk whose clocks hold up in a contract meeting: tickets, their clocks and how each second was counted, \
        escalations, and the month's report. Instants are accepted with any offset and answered in UTC; a refusal is problem+json and \
        names everything that is wrong at once; values of a list of codes may be added to.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
        contact(name = "The maintainers of Uurwerk", url = "https://example.org/uurwerk", email = "uurwerk@example.org")),
    servers((url = "https://uurwerk.example.org/v1", description = "Where a desk is; give a client the address of yours")),
    paths(
        desk::sandbox_time, desk::advance,
        inbound::create, inbound::list, inbound::get, inbound::content, inbound::release, outbound::list, outbound::get, outbound::send_again,
        desk::service_management, contracts::amendments::create, contracts::amendments::list, contracts::amendments::approve, contracts::list, contracts::get,
        contracts::calendars, contracts::simulations::create, contracts::agreements::plan, contracts::agreements::apply,
        obligations::list, obligations::get, obligations::create, obligations::fulfil,
        catalogue::organisations, catalogue::people, catalogue::teams, catalogue::channels, catalogue::labels,
        desk::api_document,
    ),
    components(schemas(shapes::ClockGoal, shapes::VoidedBreach, shapes::LedgerSegment, shapes::EventData, super::error::ProblemBody, super::error::FieldProblem)),
    tags((name = "contracts", description = "Agreements and their calendars"), (name = "obligations", description = "What is due by a date"), (name = "catalogue", description = "What a screen chooses from, and what everything is called"),
        (name = "tickets", description = "Tickets and what happens to them"), (name = "sandbox", description = "A time of its own"),
        (name = "mail", description = "Mail in and out"), (name = "reports", description = "Figures"),
        (name = "document", description = "This document")),
)]
struct Document;

/// The document as the code writes it, in OpenAPI 3.1.
pub fn as_written() -> Value {
    let mut document = Document::openapi();
    for operation in super::v1::operations() {
        declared(&mut document, &operation);
    }
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    serde_json::to_value(document).unwrap_or_default()
}

/// Adds an operation, with the schemas it speaks of.
fn declared(document: &mut utoipa::openapi::OpenApi, operation: &Operation) {
    let signature = &operation.signature;
    let content = |(media, schema): &(&str, Option<String>)| {
        let schema = schema.as_ref().map_or_else(|| RefOr::T(bytes()), |name| RefOr::Ref(Ref::from_schema_name(name)));
        ((*media).to_owned(), ContentBuilder::new().schema(Some(schema)).build())
    };
    let mut described = OperationBuilder::new()
        .tag(operation.tag.described().0)
        .operation_id(Some(operation.id))
        .summary(Some(operation.summary))
        .description(Some(operation.description))
        .parameters(Some(signature.parameters.iter().map(parameter)));
    if let Some(body) = &signature.body {
        let (media, content) = content(body);
        let body = RequestBodyBuilder::new().description(signature.body_words).required(Some(Required::True)).content(media, content);
        described = described.request_body(Some(body.build()));
    }
    let mut success = ResponseBuilder::new();
    if let Some(shown) = &signature.success.content {
        let (media, content) = content(shown);
        success = success.content(media, content);
    }
    described = described.response(signature.success.status.as_str(), success.build());
    for (status, words) in &signature.besides {
        described = described.response(status.to_string(), Response::new(*words));
    }
    for status in &signature.refuses {
        described = described.response(status.to_string(), Response::new(""));
    }
    if !signature.asks_who {
        described = described.security(SecurityRequirement::default());
    }
    document.paths.add_path_operation(operation.path, vec![method(&operation.method)], described.build());
    let components = document.components.get_or_insert_default();
    components.schemas.extend(signature.schemas.iter().cloned());
}

fn parameter(one: &super::operation::Parameter) -> ParameterBuilder {
    let place = match one.place {
        Place::Path => ParameterIn::Path,
        Place::Query => ParameterIn::Query,
        Place::Header => ParameterIn::Header,
    };
    let required = if one.is_required { Required::True } else { Required::False };
    let described = ParameterBuilder::new().name(one.name).parameter_in(place).required(required).description(Some(&one.words));
    described.schema(Some(one.schema.clone())).example(one.example.map(Value::from))
}

fn method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PATCH => HttpMethod::Patch,
        _ => HttpMethod::Get,
    }
}

/// What is no JSON.
fn bytes() -> Schema {
    Schema::Object(ObjectBuilder::new().schema_type(Type::String).build())
}

/// The document as it is served and kept, OpenAPI 3.0.3, with these operations on their way out.
pub fn text_of(deprecated: &[Deprecation]) -> String {
    let mut text = serde_json::to_string_pretty(&as_served(deprecated)).unwrap_or_default();
    text.push('\n');
    text
}

/// The same, not yet as text.
pub fn as_served(deprecated: &[Deprecation]) -> Value {
    let mut document = as_written();
    deprecation::mark(deprecated, &mut document);
    document["openapi"] = json!("3.0.3");
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["info"]["license"] = json!({ "name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/" });
    document["security"] = json!([{ "bearer": [] }]);
    down::to_3_0(&mut document);
    answers::complete(&mut document);
    bounds::complete(&mut document);
    words::plain(&mut document);
    document
}

/// The operations of a document, each with its method.
fn operations(document: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten())
}
