//! The API document: made from the code, and written down to OpenAPI 3.0.3, which every client generator takes.
//!
//! An operation's annotation says what is its own: what it takes, and the one thing it answers. What all operations share
//! (refusals, headers, bounds) is added here. The portable subset this keeps to is what generators of eight languages
//! understand alike; a test (`tests/it/openapi.rs`) holds each of its rules against the whole document.

mod answers;
mod bounds;
mod down;
mod words;

use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::deprecation::{self, Deprecation};
use super::shapes;
use super::v1::{catalogue, contracts, desk, inbound, obligations, outbound, tickets};

/// The bodies that are checked against the document.
pub const BODIES: [&str; 14] = [
    "ContractInput",
    "AmendmentApprovalInput",
    "CalendarAmendmentInput",
    "ContractSimulationInput",
    "FulfilmentInput",
    "ObligationInput",
    "TicketInput",
    "TicketPatch",
    "MessageInput",
    "TransitionInput",
    "EscalationInput",
    "AdvanceInput",
    "ReleasedTicketInput",
    "RepairAgreementInput",
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
        tickets::create, tickets::list::tickets, tickets::get, tickets::patch, tickets::messages, tickets::write, tickets::transitions,
        tickets::transition, tickets::escalate, tickets::agree_repair, tickets::clocks, tickets::ledger, tickets::events, desk::sandbox_time, desk::advance,
        tickets::attachments::create, tickets::attachments::list, tickets::attachments::get, tickets::bulk::create,
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
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    serde_json::to_value(document).unwrap_or_default()
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
