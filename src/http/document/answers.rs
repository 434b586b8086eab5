//! The answers that operations share: refusals, and the headers of every answer.

use serde_json::{Map, Value, json};

use crate::http::operation::{Location, Operation, Signature};

/// A refusal that every operation of some form may give.
struct Refusal {
    status: u16,
    name: &'static str,
    description: &'static str,
    /// Beside the headers of every answer.
    header: Option<&'static str>,
    /// Whether an operation with this signature may give it.
    applies: fn(&Signature) -> bool,
}

/// Every refusal of the API. An operation can add one that does not follow from its signature, with `Operation::refuses`.
const REFUSALS: [Refusal; 14] = [
    Refusal {
        status: 400,
        name: "BadRequest",
        description: "What was sent is wrong; `errors` names everything that is.",
        header: None,
        applies: is_authenticated,
    },
    Refusal {
        status: 401,
        name: "Unauthorized",
        description: "Nobody knows who is calling: a valid bearer token is needed.",
        header: Some("WWW-Authenticate"),
        applies: is_authenticated,
    },
    Refusal { status: 403, name: "Forbidden", description: "The caller may not do this.", header: None, applies: is_authenticated },
    Refusal {
        status: 404,
        name: "NotFound",
        description: "It does not exist, or it belongs to another organisation.",
        header: None,
        applies: is_about_one,
    },
    Refusal {
        status: 406,
        name: "NotAcceptable",
        description: "It has no form that `Accept` takes.",
        header: None,
        applies: is_authenticated,
    },
    Refusal { status: 408, name: "RequestTimeout", description: "The body came in too slowly.", header: None, applies: has_body },
    Refusal {
        status: 409,
        name: "Conflict",
        description: "It cannot be now; `code` says what stands in the way.",
        header: None,
        applies: has_body,
    },
    Refusal {
        status: 412,
        name: "PreconditionFailed",
        description: "The ticket changed since it was read: `If-Match` names another version.",
        header: None,
        applies: |signature| signature.parameters(Location::Header).any(|header| header.name == "If-Match"),
    },
    Refusal { status: 413, name: "PayloadTooLarge", description: "The body is larger than is taken.", header: None, applies: has_body },
    Refusal {
        status: 415,
        name: "UnsupportedMediaType",
        description: "The body is not in the media type that is taken.",
        header: None,
        applies: has_body,
    },
    Refusal { status: 416, name: "RangeNotSatisfiable", description: "The file has no such bytes.", header: None, applies: is_file },
    Refusal {
        status: 429,
        name: "TooManyRequests",
        description: "Too much was asked; try again later.",
        header: Some("Retry-After"),
        applies: is_authenticated,
    },
    Refusal { status: 500, name: "InternalServerError", description: "The desk made a fault.", header: None, applies: |_| true },
    Refusal {
        status: 503,
        name: "ServiceUnavailable",
        description: "What the desk depends on is away, full or locked, or too many change the same at once; try again.",
        header: Some("Retry-After"),
        applies: is_authenticated,
    },
];

/// Header, name of its component, and description.
const HEADERS: [(&str, &str, &str); 9] = [
    ("API-Version", "ApiVersion", "The version of the API that answered."),
    ("X-Request-Id", "RequestId", "Names the request in the log."),
    ("ETag", "EntityTag", "The version of what is shown, for `If-Match`."),
    ("Location", "Location", "Where what was made is."),
    ("Link", "Link", "The next page, as `rel=next`; absent on the last."),
    ("WWW-Authenticate", "Authenticate", "How to say who is calling."),
    ("Retry-After", "RetryAfter", "After how many seconds to try again."),
    ("access-control-allow-origin", "AllowOrigin", "Any origin."),
    ("Content-Disposition", "ContentDisposition", "The name of the file."),
];

/// Adds the answers to the document's operations, and the components they refer to.
pub fn complete(document: &mut Value, operations: &[Operation]) {
    for operation in operations {
        let answers = answers(&operation.signature, &document["components"]["schemas"]);
        let method = operation.method.as_str().to_lowercase();
        let described = &mut document["paths"][operation.path][method];
        described["responses"] = Value::Object(answers);
        if !operation.signature.is_authenticated {
            described["security"] = json!([]);
        }
    }
    document["components"]["responses"] = REFUSALS.iter().map(|refusal| (refusal.name.to_owned(), refusal.described())).collect();
    // Unused components are warnings in most linters, so only the headers that are referred to are kept.
    let text = document.to_string();
    let named = HEADERS.into_iter().filter(|(_, name, _)| text.contains(&format!("#/components/headers/{name}\"")));
    document["components"]["headers"] = named.map(|(_, name, says)| (name.to_owned(), header(name, says))).collect();
}

fn answers(signature: &Signature, schemas: &Value) -> Map<String, Value> {
    let refused = REFUSALS.iter().filter(|refusal| (refusal.applies)(signature) || signature.refuses.contains(&refusal.status));
    let refused = refused.map(|refusal| (refusal.status, json!({ "$ref": format!("#/components/responses/{}", refusal.name) })));
    let other = signature.other_answers.iter().map(|(status, words)| (*status, json!({ "description": words, "headers": named([]) })));
    let success = (signature.success.status.as_u16(), success(signature, schemas));
    std::iter::once(success).chain(other).chain(refused).map(|(status, answer)| (status.to_string(), answer)).collect()
}

impl Refusal {
    fn described(&self) -> Value {
        json!({
            "description": self.description,
            "headers": named(self.header),
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        })
    }
}

/// The successful answer. It takes its description from its schema.
fn success(signature: &Signature, schemas: &Value) -> Value {
    let success = &signature.success;
    let headers = named(success.headers.iter().copied());
    match &success.content {
        Some((media, Some(name))) => json!({
            "description": schemas[name]["description"],
            "headers": headers,
            "content": { *media: { "schema": { "$ref": format!("#/components/schemas/{name}") } } },
        }),
        Some((media, None)) => json!({
            "description": "Done.",
            "headers": headers,
            "content": { *media: { "schema": { "type": "string", "format": "binary" } } },
        }),
        None => json!({ "description": "Done.", "headers": headers }),
    }
}

/// The headers of every answer, and `more`.
fn named<'a>(more: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
    let component = |header: &str| HEADERS.into_iter().find(|(name, ..)| *name == header).map(|(_, component, _)| component);
    let reference = |header: &'a str| Some((header.to_owned(), json!({ "$ref": format!("#/components/headers/{}", component(header)?) })));
    ["API-Version", "X-Request-Id"].into_iter().chain(more).filter_map(reference).collect()
}

fn header(name: &str, says: &str) -> Value {
    let schema = match name {
        "RetryAfter" => json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": 86_400 }),
        _ => json!({ "type": "string", "maxLength": 1000 }),
    };
    json!({ "description": says, "required": name != "Link", "schema": schema })
}

fn has_body(signature: &Signature) -> bool {
    signature.body.is_some()
}

/// A file can be requested in part, with `Range`.
fn is_file(signature: &Signature) -> bool {
    matches!(signature.success.content, Some((_, None)))
}

fn is_authenticated(signature: &Signature) -> bool {
    signature.is_authenticated
}

fn is_about_one(signature: &Signature) -> bool {
    signature.parameters(Location::Path).next().is_some()
}
