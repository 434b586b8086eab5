//! What operations answer alike: refusals, and the headers of every answer.

use serde_json::{Map, Value, json};

use super::operations;

/// A status every operation of a sort may answer with.
struct Refusal {
    status: &'static str,
    name: &'static str,
    description: &'static str,
    /// A header of its own.
    header: Option<&'static str>,
    /// Whether that follows from an operation's form.
    applies: fn(&Value) -> bool,
}

/// Every refusal of the API. An operation's annotation may name one of them that does not follow from its form.
const REFUSALS: [Refusal; 14] = [
    Refusal {
        status: "400",
        name: "BadRequest",
        description: "What was sent is wrong; `errors` names everything that is.",
        header: None,
        applies: asks_who,
    },
    Refusal {
        status: "401",
        name: "Unauthorized",
        description: "Nobody knows who is calling: a valid bearer token is needed.",
        header: Some("WWW-Authenticate"),
        applies: asks_who,
    },
    Refusal { status: "403", name: "Forbidden", description: "The caller may not do this.", header: None, applies: asks_who },
    Refusal {
        status: "404",
        name: "NotFound",
        description: "There is no such thing, or it is another organisation's.",
        header: None,
        applies: is_about_one,
    },
    Refusal { status: "406", name: "NotAcceptable", description: "It has no form that `Accept` takes.", header: None, applies: asks_who },
    Refusal {
        status: "408",
        name: "RequestTimeout",
        description: "The body came in too slowly.",
        header: None,
        applies: |operation| takes(operation, "body"),
    },
    Refusal {
        status: "409",
        name: "Conflict",
        description: "It cannot be now; `code` says what stands in the way.",
        header: None,
        applies: |operation| takes(operation, "body"),
    },
    Refusal {
        status: "412",
        name: "PreconditionFailed",
        description: "The ticket changed since it was read: `If-Match` names another version.",
        header: None,
        applies: |operation| takes(operation, "If-Match"),
    },
    Refusal {
        status: "413",
        name: "PayloadTooLarge",
        description: "The body is larger than is taken.",
        header: None,
        applies: |operation| takes(operation, "body"),
    },
    Refusal {
        status: "415",
        name: "UnsupportedMediaType",
        description: "The body is not in the media type that is taken.",
        header: None,
        applies: |operation| takes(operation, "body"),
    },
    Refusal {
        status: "416",
        name: "RangeNotSatisfiable",
        description: "The file has no such bytes.",
        header: None,
        applies: |operation| !operation["responses"]["200"]["content"]["application/octet-stream"].is_null(),
    },
    Refusal {
        status: "429",
        name: "TooManyRequests",
        description: "Too much was asked; try again later.",
        header: Some("Retry-After"),
        applies: asks_who,
    },
    Refusal { status: "500", name: "InternalServerError", description: "The desk made a fault.", header: None, applies: |_| true },
    Refusal {
        status: "503",
        name: "ServiceUnavailable",
        description: "What the desk depends on is away, full or locked, or too many change the same at once; try again.",
        header: Some("Retry-After"),
        applies: asks_who,
    },
];

/// Headers that answers name, with what they say and how.
const HEADERS: [(&str, &str, &str); 8] = [
    ("API-Version", "ApiVersion", "The version of the API that answered."),
    ("X-Request-Id", "RequestId", "Names the request in the log."),
    ("ETag", "EntityTag", "The version of what is shown, for `If-Match`."),
    ("Location", "Location", "Where what was made is."),
    ("Link", "Link", "The next page, as `rel=next`; absent on the last."),
    ("WWW-Authenticate", "Authenticate", "How to say who is calling."),
    ("Retry-After", "RetryAfter", "After how many seconds to try again."),
    ("Content-Disposition", "ContentDisposition", "The name of the file."),
];

/// What an `ETag` names the version of.
const VERSIONED: &str = "Ticket";
/// What has an address of its own once it is made.
const ADDRESSED: [&str; 2] = ["Ticket", "Attachment"];

/// Adds the refusals and headers to every operation.
pub fn complete(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    document["components"]["responses"] = REFUSALS.iter().map(|refusal| (refusal.name.to_owned(), refusal.described())).collect();
    for (_, operation) in operations(document) {
        if operation["security"] == json!([{}]) {
            operation["security"] = json!([]);
        }
        let refused: Vec<_> =
            REFUSALS.iter().filter(|refusal| (refusal.applies)(operation) || !operation["responses"][refusal.status].is_null()).collect();
        let Some(responses) = operation["responses"].as_object_mut() else { continue };
        responses.retain(|status, _| status.starts_with('2') || status == "304");
        for (status, response) in responses.iter_mut() {
            succeed(status, response, &schemas);
        }
        for refusal in refused {
            responses.insert(refusal.status.to_owned(), json!({ "$ref": format!("#/components/responses/{}", refusal.name) }));
        }
    }
    let text = document.to_string();
    let named = HEADERS.into_iter().filter(|(_, name, _)| text.contains(&format!("#/components/headers/{name}\"")));
    document["components"]["headers"] = named.map(|(_, name, says)| (name.to_owned(), header(name, says))).collect();
}

impl Refusal {
    fn described(&self) -> Value {
        json!({
            "description": self.description,
            "headers": named(["API-Version", "X-Request-Id"].into_iter().chain(self.header)),
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        })
    }
}

/// Describes a success, and names the headers that follow from what it shows: a ticket, a next page, a file.
fn succeed(status: &str, response: &mut Value, schemas: &Value) {
    let reference = response["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
    let name = reference.rsplit('/').next().unwrap_or_default();
    let schema = &schemas[name];
    let shows = |property: &str| !schema["properties"][property].is_null();
    let is_file = !response["content"]["application/octet-stream"].is_null();
    let more = [
        (name == VERSIONED).then_some("ETag"),
        (status == "201" && ADDRESSED.contains(&name)).then_some("Location"),
        shows("nextCursor").then_some("Link"),
        is_file.then_some("Content-Disposition"),
    ];
    let headers = named(["API-Version", "X-Request-Id"].into_iter().chain(more.into_iter().flatten()));
    let description = match (&response["description"], &schema["description"]) {
        (Value::String(own), _) if !own.is_empty() => own.clone(),
        (_, Value::String(of_schema)) => of_schema.clone(),
        _ => "Done.".to_owned(),
    };
    response["description"] = json!(description);
    match response["headers"].as_object_mut() {
        Some(own) => own.extend(headers),
        None => response["headers"] = Value::Object(headers),
    }
}

fn named<'a>(headers: impl Iterator<Item = &'a str>) -> Map<String, Value> {
    let component = |header: &str| HEADERS.into_iter().find(|(name, ..)| *name == header).map(|(_, component, _)| component);
    let reference = |header: &'a str| Some((header.to_owned(), json!({ "$ref": format!("#/components/headers/{}", component(header)?) })));
    headers.filter_map(reference).collect()
}

fn header(name: &str, says: &str) -> Value {
    let schema = match name {
        "RetryAfter" => json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": 86_400 }),
        _ => json!({ "type": "string", "maxLength": 1000 }),
    };
    json!({ "description": says, "required": name != "Link", "schema": schema })
}

/// Whether it has a body or a header parameter.
fn takes(operation: &Value, what: &str) -> bool {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    if what == "body" { !operation["requestBody"].is_null() } else { parameters.into_iter().any(|parameter| parameter["name"] == what) }
}

/// Whether it is not for everyone.
fn asks_who(operation: &Value) -> bool {
    operation["security"].as_array().is_none_or(|ways| !ways.is_empty())
}

fn is_about_one(operation: &Value) -> bool {
    operation["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["in"] == "path")
}
