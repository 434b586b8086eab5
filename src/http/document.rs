//! The API document: made from the code, and written down to OpenAPI 3.0.3, which every client generator takes.
//!
//! An operation's annotation says what is its own: what it takes, and the one thing it answers. What all operations share
//! (refusals, headers, bounds) is added here. The portable subset this keeps to is what generators of eight languages
//! understand alike; a test (`tests/it/openapi.rs`) holds each of its rules against the whole document.

mod answers;
mod bounds;
mod down;

use std::collections::HashSet;
use std::sync::OnceLock;

use actix_web::http::Method;
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::{amendments, desk, shapes, simulations, tickets};

/// The bodies that are checked against the document.
pub const BODIES: [&str; 8] = [
    "NewCalendarAmendment",
    "NewContractSimulation",
    "NewTicket",
    "TicketPatch",
    "NewMessage",
    "NewTransition",
    "NewEscalation",
    "NewAdvance",
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
        tickets::create, tickets::list, tickets::get, tickets::patch, tickets::messages, tickets::write, tickets::transitions,
        tickets::transition, tickets::escalate, tickets::clocks, tickets::ledger, tickets::events, desk::sandbox_time, desk::advance,
        desk::inbound_message, desk::service_management, amendments::create, amendments::list,
        simulations::create, desk::api_document,
    ),
    components(schemas(shapes::ClockGoal, shapes::VoidedBreach, shapes::LedgerSegment, shapes::EventData, super::error::ProblemBody, super::error::FieldProblem)),
    tags((name = "contracts", description = "Agreements and their calendars"), (name = "tickets", description = "Tickets and what happens to them"), (name = "sandbox", description = "A time of its own"),
        (name = "mail", description = "Mail in"), (name = "reports", description = "Figures"),
        (name = "document", description = "This document")),
)]
struct Document;

/// The document as the code writes it, in OpenAPI 3.1.
pub fn as_written() -> Value {
    let mut document = Document::openapi();
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    serde_json::to_value(document).unwrap_or_default()
}

/// The document as it is served and kept: OpenAPI 3.0.3.
pub fn text() -> String {
    let mut document = as_written();
    document["openapi"] = json!("3.0.3");
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["info"]["license"] = json!({ "name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/" });
    document["security"] = json!([{ "bearer": [] }]);
    down::to_3_0(&mut document);
    answers::complete(&mut document);
    bounds::complete(&mut document);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// Whether the operation at a route reads its query; one that does not takes none.
pub fn takes_a_query(method: &Method, route: Option<&str>) -> bool {
    static THOSE_THAT_DO: OnceLock<HashSet<(String, String)>> = OnceLock::new();
    let those = THOSE_THAT_DO.get_or_init(|| {
        let document = as_written();
        let operations = document["paths"].as_object().into_iter().flatten().flat_map(|(path, methods)| {
            methods.as_object().into_iter().flatten().map(move |(method, operation)| (method, path, operation))
        });
        let reads = |operation: &Value| operation["parameters"].as_array().into_iter().flatten().any(|one| one["in"] == "query");
        operations
            .filter(|(.., operation)| reads(operation))
            .map(|(method, path, _)| (method.to_uppercase(), format!("/v1{path}")))
            .collect()
    });
    route.is_some_and(|route| those.contains(&(method.as_str().to_owned(), route.to_owned())))
}

/// The operations of a document, each with its method.
fn operations(document: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten())
}
