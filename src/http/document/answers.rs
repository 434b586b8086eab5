//! The answers that operations share: refusals, and the headers of every answer.

use serde_json::{Map, Value, json};

use crate::http::operation::{Location, Operation, OtherAnswer, Signature};

/// A refusal that every operation of some form may give.
struct Refusal {
    status: u16,
    name: &'static str,
    description: &'static str,
    /// Beside the headers of every answer.
    headers: &'static [&'static str],
    /// Whether an operation with this signature may give it.
    applies: fn(&Signature) -> bool,
}

/// Every refusal of the API. An operation can add one that does not follow from its signature, with `Operation::refuses`.
const REFUSALS: [Refusal; 15] = [
    Refusal {
        status: 400,
        name: "BadRequest",
        description: "What was sent is wrong; `errors` names everything that is.",
        headers: &[],
        applies: is_authenticated,
    },
    Refusal {
        status: 401,
        name: "Unauthorized",
        description: "Nobody knows who is calling: a valid bearer token is needed.",
        headers: &["WWW-Authenticate"],
        applies: is_authenticated,
    },
    Refusal {
        status: 403,
        name: "Forbidden",
        description: "The caller may not do this.",
        headers: &[],
        // Whatever the role: a token can be limited to other things.
        applies: is_authenticated,
    },
    Refusal {
        status: 404,
        name: "NotFound",
        description: "It does not exist, or it belongs to another organisation.",
        headers: &[],
        applies: is_about_one,
    },
    Refusal {
        status: 406,
        name: "NotAcceptable",
        description: "It has no form that `Accept` takes.",
        headers: &[],
        applies: is_authenticated,
    },
    Refusal { status: 408, name: "RequestTimeout", description: "The body came in too slowly.", headers: &[], applies: has_body },
    Refusal {
        status: 409,
        name: "Conflict",
        description: "It cannot be now; `code` says what stands in the way.",
        headers: &["Link to another"],
        applies: has_body,
    },
    Refusal { status: 410, name: "Gone", description: "It was taken out for good.", headers: &[], applies: |_| false },
    Refusal {
        status: 412,
        name: "PreconditionFailed",
        description: "It changed since it was read: `If-Match` names another version.",
        headers: &[],
        applies: |signature| signature.parameters(Location::Header).any(|header| header.name == "If-Match"),
    },
    Refusal { status: 413, name: "PayloadTooLarge", description: "The body is larger than is taken.", headers: &[], applies: has_body },
    Refusal {
        status: 415,
        name: "UnsupportedMediaType",
        description: "The body is not in the media type that is taken, or compressed.",
        headers: &["Accept-Encoding"],
        applies: has_body,
    },
    Refusal {
        status: 416,
        name: "RangeNotSatisfiable",
        description: "The file has no such bytes.",
        headers: &["Content-Range"],
        applies: is_file,
    },
    Refusal {
        status: 429,
        name: "TooManyRequests",
        description: "Too much was asked; try again later.",
        headers: &["Retry-After"],
        applies: is_authenticated,
    },
    Refusal { status: 500, name: "InternalServerError", description: "The desk made a fault.", headers: &[], applies: |_| true },
    Refusal {
        status: 503,
        name: "ServiceUnavailable",
        description: "What the desk depends on is away, full or locked, or too many change the same at once; try again.",
        headers: &["Retry-After"],
        applies: is_authenticated,
    },
];

/// A header that answers have.
struct Header {
    /// What an answer calls it here; one header can mean two things.
    key: &'static str,
    name: &'static str,
    component: &'static str,
    description: &'static str,
    /// Whether every such answer has it.
    is_required: bool,
}

const fn header(name: &'static str, component: &'static str, description: &'static str) -> Header {
    Header { key: name, name, component, description, is_required: true }
}

const HEADERS: [Header; 14] = [
    header("API-Version", "ApiVersion", "The version of the API that answered."),
    header("X-Request-Id", "RequestId", "Names the request in the log."),
    header("ETag", "EntityTag", "The version of what is shown, for `If-Match`, or for `If-Range` with a file."),
    header("Location", "Location", "Where what was made is."),
    Header { is_required: false, ..header("Link", "Link", "The next page, as `rel=next`; absent on the last.") },
    Header {
        key: "Link to another",
        is_required: false,
        ..header("Link", "RelatedLink", "The ticket that has the external reference, as `rel=related`, where that is in the way.")
    },
    header("WWW-Authenticate", "Authenticate", "How to say who is calling."),
    header("Retry-After", "RetryAfter", "After how many seconds to try again."),
    header("access-control-allow-origin", "AllowOrigin", "Any origin."),
    header("Content-Disposition", "ContentDisposition", "The name of the file."),
    header("Accept-Ranges", "AcceptRanges", "`bytes`: a part can be asked for with `Range`."),
    header("Content-Range", "ContentRange", "Which bytes these are, and of how many; without a file's bytes, how many there are."),
    header("Content-Language", "ContentLanguage", "The language of the texts, `nl` or `en`."),
    Header {
        is_required: false,
        ..header("Accept-Encoding", "AcceptedEncoding", "`identity`, where the body was compressed: it must be sent as it is.")
    },
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
    let named = HEADERS.iter().filter(|header| text.contains(&format!("#/components/headers/{}\"", header.component)));
    document["components"]["headers"] = named.map(|header| (header.component.to_owned(), header.described())).collect();
}

fn answers(signature: &Signature, schemas: &Value) -> Map<String, Value> {
    debug_assert!(
        signature.refuses.iter().all(|status| REFUSALS.iter().any(|refusal| refusal.status == *status)),
        "a refusal is described"
    );
    let refused = REFUSALS.iter().filter(|refusal| (refusal.applies)(signature) || signature.refuses.contains(&refusal.status));
    let refused = refused.map(|refusal| (refusal.status, json!({ "$ref": format!("#/components/responses/{}", refusal.name) })));
    let success = success(signature, schemas);
    let other = signature.other_answers.iter().map(|other| (other.status.as_u16(), beside(other, &success)));
    let success = (signature.success.status.as_u16(), success.clone());
    std::iter::once(success).chain(other).chain(refused).map(|(status, answer)| (status.to_string(), answer)).collect()
}

impl Refusal {
    fn described(&self) -> Value {
        json!({
            "description": self.description,
            "headers": named(self.headers.iter().copied()),
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

/// An answer beside the usual one.
fn beside(other: &OtherAnswer, success: &Value) -> Value {
    let mut described = json!({ "description": other.description, "headers": named(other.headers.iter().copied()) });
    if other.has_content {
        described["content"] = success["content"].clone();
    }
    described
}

/// The headers of every answer, and `more`.
fn named<'a>(more: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
    let keys = ["API-Version", "X-Request-Id"].into_iter().chain(more);
    let known = keys.filter_map(|key| HEADERS.iter().find(|header| header.key == key));
    known.map(|header| (header.name.to_owned(), json!({ "$ref": format!("#/components/headers/{}", header.component) }))).collect()
}

impl Header {
    fn described(&self) -> Value {
        let schema = match self.component {
            "RetryAfter" => json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": 86_400 }),
            _ => json!({ "type": "string", "maxLength": 1000 }),
        };
        json!({ "description": self.description, "required": self.is_required, "schema": schema })
    }
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
