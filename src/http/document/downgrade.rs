//! Converts OpenAPI 3.1 to 3.0.3: nullable types, references, examples, bytes, and lists of codes.

use serde_json::{Map, Value, json};

/// Rewrites in place everything that 3.0.3 writes differently.
pub fn to_3_0(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(to_3_0),
        Value::Object(object) => {
            object.values_mut().for_each(to_3_0);
            nullable_type(object);
            nullable_reference(object);
            lone_reference(object);
            bytes(object);
            open_enum(object);
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
    let ([only], true) = (kept.as_slice(), kept.len() < choices.len()) else { return };
    let only = only.clone();
    object.remove("oneOf");
    object.insert("nullable".to_owned(), json!(true));
    match only {
        // `lone_reference` wrapped it already, because it has a description.
        Value::Object(wrapped) if wrapped.contains_key("allOf") => object.extend(wrapped),
        reference => drop(object.insert("allOf".to_owned(), json!([reference]))),
    }
}

/// In 3.0.3 everything beside a `$ref` is ignored, so a reference with a description becomes `allOf: [$ref]` with that description.
fn lone_reference(object: &mut Map<String, Value>) {
    if object.len() > 1
        && let Some(target @ Value::String(_)) = object.remove("$ref")
    {
        object.insert("allOf".to_owned(), json!([{ "$ref": target }]));
    }
}

/// Binary bodies are described as such, whatever Rust type reads them.
fn bytes(object: &mut Map<String, Value>) {
    if let Some(media) = object.get_mut("application/octet-stream") {
        media["schema"] = json!({ "type": "string", "format": "binary" });
    }
}

/// Our lists of codes may grow, and a client generated from an `enum` fails on a new code. So it becomes text with `x-extensible-enum`.
fn open_enum(object: &mut Map<String, Value>) {
    if object.get("type").is_some_and(|kind| kind == "string")
        && object.get("enum").and_then(Value::as_array).is_some_and(|codes| codes.len() > 1)
        && let Some(codes) = object.remove("enum")
    {
        let longest = codes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::len).max().unwrap_or_default();
        object.insert("x-extensible-enum".to_owned(), codes);
        object.insert("maxLength".to_owned(), json!(longest.max(50)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written_down(mut schema: Value) -> Value {
        to_3_0(&mut schema);
        schema
    }

    #[test]
    fn what_may_be_null_is_said_as_3_0_says_it() {
        let schema = json!({
            "a": { "type": ["string", "null"], "examples": ["x"] },
            "b": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/B" }] },
            "c": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/C", "description": "c" }] }
        });
        let expected = json!({
            "a": { "type": "string", "nullable": true, "example": "x" },
            "b": { "allOf": [{ "$ref": "#/components/schemas/B" }], "nullable": true },
            "c": { "allOf": [{ "$ref": "#/components/schemas/C" }], "description": "c", "nullable": true }
        });
        assert_eq!(written_down(schema), expected);
    }

    #[test]
    fn a_reference_stands_alone() {
        let schema = json!({ "description": "d", "$ref": "#/components/schemas/A" });
        assert_eq!(written_down(schema), json!({ "description": "d", "allOf": [{ "$ref": "#/components/schemas/A" }] }));
        let alone = json!({ "$ref": "#/components/schemas/A" });
        assert_eq!(written_down(alone.clone()), alone);
    }

    #[test]
    fn bytes_are_binary_text() {
        let content = json!({ "application/octet-stream": { "schema": { "type": "array", "items": { "type": "integer" } } } });
        assert_eq!(written_down(content)["application/octet-stream"]["schema"], json!({ "type": "string", "format": "binary" }));
    }

    #[test]
    fn a_list_of_codes_is_open() {
        let schema = json!({ "type": "string", "enum": ["met", "missed"] });
        assert_eq!(written_down(schema), json!({ "type": "string", "x-extensible-enum": ["met", "missed"], "maxLength": 50 }));
        let discriminator = json!({ "type": "string", "enum": ["one"] });
        assert_eq!(written_down(discriminator.clone()), discriminator);
    }
}
