//! The API document: made from the code, and written down to OpenAPI 3.0.3, which every client generator takes.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::{amendments, desk, lists, shapes, simulations, tickets};

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
    info(title = "Uurwerk", description = "A service desk whose clocks hold up in a contract meeting.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
        contact(name = "The maintainers of Uurwerk", url = "https://example.org/uurwerk", email = "uurwerk@example.org")),
    servers((url = "/v1")),
    paths(
        tickets::create, lists::tickets, tickets::get, tickets::patch, tickets::messages, tickets::write, tickets::transitions,
        tickets::transition, tickets::escalate, tickets::clocks, tickets::ledger, tickets::events, desk::sandbox_time, desk::advance,
        desk::inbound_message, desk::service_management, amendments::create, amendments::list,
        simulations::create,
    ),
    components(schemas(shapes::ClockGoal, shapes::VoidedBreach, shapes::LedgerSegment)),
    tags((name = "contracts", description = "Agreements and their calendars"), (name = "tickets", description = "Tickets and what happens to them"), (name = "sandbox", description = "A time of its own"),
        (name = "mail", description = "Mail in"), (name = "reports", description = "Figures")),
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
    down(&mut document);
    document["openapi"] = json!("3.0.3");
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["info"]["license"] = json!({ "name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/" });
    document["security"] = json!([{ "bearer": [] }]);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// Rewrites what 3.0.3 says otherwise: nullable types, nullable references, examples.
fn down(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(down),
        Value::Object(object) => {
            object.values_mut().for_each(down);
            nullable_type(object);
            nullable_reference(object);
            if let Some(Value::Array(examples)) = object.remove("examples")
                && let Some(example) = examples.into_iter().next()
            {
                object.insert("example".to_owned(), example);
            }
        }
        _ => {}
    }
}

/// `type: [string, null]` becomes `type: string, nullable: true`.
fn nullable_type(object: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = object.get("type") else { return };
    let kept: Vec<_> = types.iter().filter(|name| *name != "null").cloned().collect();
    if kept.len() < types.len() {
        object.insert("nullable".to_owned(), json!(true));
    }
    if let [only] = kept.as_slice() {
        object.insert("type".to_owned(), only.clone());
    }
}

/// `oneOf: [null, $ref]` becomes `allOf: [$ref], nullable: true`.
fn nullable_reference(object: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = object.get("oneOf") else { return };
    let kept: Vec<_> = choices.iter().filter(|choice| choice["type"] != "null").cloned().collect();
    if kept.len() == 1 && kept.len() < choices.len() {
        object.remove("oneOf");
        object.insert("allOf".to_owned(), Value::Array(kept));
        object.insert("nullable".to_owned(), json!(true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_null_is_said_as_3_0_says_it() {
        let mut schema = json!({
            "a": { "type": ["string", "null"], "examples": ["x"] },
            "b": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/B" }] }
        });
        down(&mut schema);
        assert_eq!(
            schema,
            json!({
                "a": { "type": "string", "nullable": true, "example": "x" },
                "b": { "allOf": [{ "$ref": "#/components/schemas/B" }], "nullable": true }
            })
        );
    }
}
