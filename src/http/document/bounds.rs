//! How long and how many, where an annotation does not say: the bounds that hold for all.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::operations;
use crate::http::operation::BODY_CAP;

/// The longest value of a parameter that is taken, in characters: such that all of an operation's together, every sign of them
/// written as twelve, stay below the 65,534 bytes of an address that can be read at all.
fn cap_of(parameter: &str) -> usize {
    match parameter {
        "cursor" => 700,
        "type" | "state" | "phase" | "channel" | "sort" | "outcome" | "visibility" | "breached" => 150,
        name if ["From", "Before", "Since"].iter().any(|end| name.ends_with(end)) => 50,
        _ => 500,
    }
}
/// How many of anything one answer holds.
const ITEMS_CAP: usize = 1_000_000;

/// Writes the bounds that hold for all into what names none of its own.
pub fn complete(document: &mut Value) {
    for (_, operation) in operations(document) {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let (is_key, cap) = (parameter["name"] == "Idempotency-Key", cap_of(parameter["name"].as_str().unwrap_or_default()));
            if let Some(schema) = parameter["schema"].as_object_mut() {
                schema.remove("nullable");
                if is_key {
                    schema.extend([("minLength".to_owned(), json!(1)), ("maxLength".to_owned(), json!(255))]);
                }
                bounded(schema, cap);
            }
        }
    }
    let sent = sent(document);
    let schemas = document["components"]["schemas"].as_object_mut().into_iter().flatten();
    for (_, schema) in schemas.filter(|(name, _)| !sent.contains(*name)) {
        for (_, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            answered(property);
        }
    }
}

/// The schemas that bodies are made of; what they do not bound, nothing does.
fn sent(document: &mut Value) -> BTreeSet<String> {
    let schemas = document["components"]["schemas"].clone();
    let mut open: Vec<_> = operations(document).flat_map(|(_, operation)| references(&operation["requestBody"])).collect();
    let mut sent = BTreeSet::new();
    while let Some(name) = open.pop() {
        if sent.insert(name.clone()) {
            open.extend(references(&schemas[name]));
        }
    }
    sent
}

/// The names of the schemas that a value refers to.
fn references(value: &Value) -> Vec<String> {
    let own = value["$ref"].as_str().and_then(|target| target.strip_prefix("#/components/schemas/")).map(str::to_owned);
    let inside: Vec<_> = match value {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(object) => object.values().flat_map(references).collect(),
        _ => Vec::new(),
    };
    own.into_iter().chain(inside).collect()
}

/// No text that is shown is longer than the largest body that brought it.
fn answered(property: &mut Value) {
    let Some(property) = property.as_object_mut() else { return };
    bounded(property, BODY_CAP);
    if property.get("type").is_some_and(|kind| kind == "array") {
        property.entry("maxItems").or_insert(json!(ITEMS_CAP));
        if let Some(items) = property.get_mut("items").and_then(Value::as_object_mut) {
            bounded(items, BODY_CAP);
        }
    }
}

fn bounded(schema: &mut Map<String, Value>, cap: usize) {
    let is_text = schema.get("type").is_some_and(|kind| kind == "string");
    if is_text && !schema.contains_key("format") && !schema.contains_key("enum") {
        schema.entry("maxLength").or_insert(json!(cap));
    }
}
