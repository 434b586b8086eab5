//! General limits for texts and lists in answers that have none of their own: linters of API documents want every one bounded.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::http::incoming::BODY_CAP;

/// Items in any list; larger than any list we give.
const ITEMS_CAP: usize = 1_000_000;

pub fn complete(document: &mut Value) {
    let sent = request_schemas(document);
    let schemas = document["components"]["schemas"].as_object_mut().into_iter().flatten();
    for (_, schema) in schemas.filter(|(name, _)| !sent.contains(*name)) {
        for (_, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            bound_property(property);
        }
    }
}

/// The schemas used in request bodies. They are left alone: a limit there would be checked, so they name their own.
fn request_schemas(document: &Value) -> BTreeSet<String> {
    let schemas = &document["components"]["schemas"];
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(_, path)| path.as_object().into_iter().flatten());
    let mut open: Vec<_> = operations.flat_map(|(_, operation)| references(&operation["requestBody"])).collect();
    let mut sent = BTreeSet::new();
    while let Some(name) = open.pop() {
        if sent.insert(name.clone()) {
            open.extend(references(&schemas[name]));
        }
    }
    sent
}

fn references(value: &Value) -> Vec<String> {
    let own = value["$ref"].as_str().and_then(|target| target.strip_prefix("#/components/schemas/")).map(str::to_owned);
    let inside: Vec<_> = match value {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(object) => object.values().flat_map(references).collect(),
        _ => Vec::new(),
    };
    own.into_iter().chain(inside).collect()
}

/// No text in an answer is longer than the largest body that can have brought it in.
fn bound_property(property: &mut Value) {
    let Some(property) = property.as_object_mut() else { return };
    bound_text(property, BODY_CAP);
    if property.get("type").is_some_and(|kind| kind == "array") {
        property.entry("maxItems").or_insert(json!(ITEMS_CAP));
        if let Some(items) = property.get_mut("items").and_then(Value::as_object_mut) {
            bound_text(items, BODY_CAP);
        }
    }
}

fn bound_text(schema: &mut Map<String, Value>, cap: usize) {
    let is_text = schema.get("type").is_some_and(|kind| kind == "string");
    if is_text && !schema.contains_key("format") && !schema.contains_key("enum") {
        schema.entry("maxLength").or_insert(json!(cap));
    }
}
