//! `[[catalogue]]`: what can be asked for, each with the form that is filled in for it.
//!
//! A form is a JSON Schema, of which a file takes a part: what a page can draw, and what is held against a value in a time that grows with
//! the value alone. There is no `$ref`, no choice between schemas, and no list of names of which nobody knows the length.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::naming::{lists_once, refers, written};
use super::reader::{Field, Section, label, plain_code, texts};
use crate::domain::contract::{Form, Instruction, Item, TicketType};

/// Items of a catalogue.
const MOST_ITEMS: usize = 200;
/// Fields of a form, at every depth together.
const MOST_FIELDS: usize = 50;
/// Lists and objects within each other, the form itself not counted.
const DEEPEST: u8 = 3;
const MOST_CHOICES: usize = 200;
const LONGEST_NAME: usize = 50;
const LONGEST_WORDS: usize = 500;
const LONGEST_PATTERN: usize = 200;
const LONGEST_INSTRUCTION: usize = 20_000;
/// Characters of a text, and entries of a list: the most that a form can allow, and what it allows unless it says so.
const TEXT: (u32, u32) = (10_000, 2000);
const LIST: (u32, u32) = (100, 20);
/// JSON objects have no order, and a form does.
const ORDER: &str = "propertyOrder";
/// Numbers are compared as JSON has them: up to this, every whole one is exact.
const LARGEST: f64 = 9_007_199_254_740_991.0;

pub(super) fn item(section: &Section<'_>) -> Option<Item> {
    let code = plain_code(section);
    let label = label(section, "label", code.as_deref().unwrap_or_default());
    let group = section.optional("group").and_then(|field| short(&field, LONGEST_NAME)).map(str::to_owned);
    let form = section.optional("fields").map_or_else(|| Some(json!({ "type": "object", "properties": {} })), |field| schema(&field));
    let asked_by = texts(section, "asked_by");
    let needs_authorisation = section.optional("needs_authorisation").and_then(|field| field.yes_or_no()).unwrap_or_default();
    let instruction = section.optional("instruction").and_then(|field| instruction(&field.section()?));
    section.finish();
    let mut form = form?;
    close(&mut form);
    let form = Form::new(form).map_err(|error| section.refuse("fields", error)).ok()?;
    Some(Item { code: code?, label, group, form, asked_by, needs_authorisation, instruction })
}

fn instruction(section: &Section<'_>) -> Option<Instruction> {
    let version = section.required("version").and_then(|field| short(&field, LONGEST_NAME)).map(str::to_owned);
    let text = section.required("text").and_then(|field| short(&field, LONGEST_INSTRUCTION)).map(str::to_owned);
    section.finish();
    Some(Instruction { version: version?, text: text? })
}

fn short<'a>(field: &Field<'a>, most: usize) -> Option<&'a str> {
    let text = field.text()?;
    if text.chars().count() > most {
        field.refuse(format!("is longer than {most} characters"));
        return None;
    }
    Some(text)
}

/// The schema of a form.
fn schema(field: &Field<'_>) -> Option<Value> {
    let section = field.section()?;
    let mut left = MOST_FIELDS;
    let read = object(&section, 0, &mut left);
    if section.required("type").is_some_and(|field| field.text() != Some("object")) {
        section.refuse("type", "must be object: a form has fields");
    }
    section.finish();
    read.map(Value::Object)
}

fn object(section: &Section<'_>, depth: u8, left: &mut usize) -> Option<Map<String, Value>> {
    let fields = section.required("properties").and_then(|field| field.section())?;
    let mut properties = Map::new();
    for (place, (name, field)) in (1..).zip(fields.entries()) {
        let Some(rest) = left.checked_sub(1) else {
            fields.refuse(name, format!("is one too many: a form has at most {MOST_FIELDS} fields"));
            break;
        };
        *left = rest;
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            fields.refuse(name, format!("must have a name of 1 to {LONGEST_NAME} characters"));
        }
        let Some(Value::Object(mut schema)) = value(&field, depth, left) else { continue };
        schema.insert(ORDER.to_owned(), json!(place));
        properties.insert(name.to_owned(), Value::Object(schema));
    }
    let mut read = Map::from_iter([("type".to_owned(), json!("object")), ("properties".to_owned(), Value::Object(properties))]);
    if let Some(required) = section.optional("required") {
        let names = required.list();
        for name in names.iter().filter(|name| name.as_text().is_none_or(|name| !fields.has(name))) {
            name.refuse("refers to nothing: the form has no such field");
        }
        lists_once(&names);
        let mut once: Vec<&str> = Vec::new();
        for name in names.iter().filter_map(Field::as_text) {
            if !once.contains(&name) {
                once.push(name);
            }
        }
        read.insert("required".to_owned(), json!(once));
    }
    words(section, &mut read);
    if let Some(open) = section.optional("additionalProperties").filter(|field| field.as_bool() != Some(false)) {
        open.refuse("must be false: a form takes the fields that it names");
    }
    Some(read)
}

/// The schema of one field.
fn value(field: &Field<'_>, depth: u8, left: &mut usize) -> Option<Value> {
    let section = field.section()?;
    let kind = section
        .required("type")
        .and_then(|field| field.one_of(&["string", "integer", "number", "boolean", "array", "object"].map(|name| (name, name))))?;
    let mut read = match kind {
        "array" | "object" if depth >= DEEPEST => {
            section.refuse("type", format!("is too deep: at most {DEEPEST} lists and objects are within each other"));
            return None;
        }
        "object" => object(&section, depth + 1, left)?,
        kind => Map::from_iter([("type".to_owned(), json!(kind))]),
    };
    match kind {
        "string" => text(&section, &mut read),
        "integer" | "number" => number(&section, &mut read),
        "array" => {
            let items = section.required("items").and_then(|field| value(&field, depth + 1, left));
            read.insert("items".to_owned(), items?);
            bounds(&section, ("minItems", "maxItems"), LIST, &mut read);
        }
        _ => {}
    }
    if kind != "object" {
        words(&section, &mut read);
    }
    section.finish();
    Some(Value::Object(read))
}

/// What people read beside a field.
fn words(section: &Section<'_>, read: &mut Map<String, Value>) {
    for key in ["title", "description"] {
        if let Some(words) = section.optional(key).and_then(|field| short(&field, LONGEST_WORDS)) {
            read.insert(key.to_owned(), json!(words));
        }
    }
}

fn text(section: &Section<'_>, read: &mut Map<String, Value>) {
    bounds(section, ("minLength", "maxLength"), TEXT, read);
    if let Some(field) = section.optional("enum") {
        let choices: Vec<_> = field.list().iter().filter_map(|choice| short(choice, LONGEST_WORDS)).collect();
        if choices.is_empty() || choices.len() > MOST_CHOICES {
            field.refuse(format!("must have 1 to {MOST_CHOICES} choices"));
        }
        lists_once(&section.quiet_list("enum"));
        // No choice that the bounds refuse.
        let bound = |key: &str| read.get(key).and_then(Value::as_u64).and_then(|signs| usize::try_from(signs).ok());
        let (least, most) = (bound("minLength").unwrap_or_default(), bound("maxLength").unwrap_or(usize::MAX));
        for choice in field.list() {
            let signs = choice.as_text().map_or(least, |text| text.chars().count());
            if !(least..=most).contains(&signs) {
                choice.refuse("can never be given: minLength and maxLength leave it out");
            }
        }
        read.insert("enum".to_owned(), json!(choices));
    }
    if let Some(format) =
        section.optional("format").and_then(|field| field.one_of(&["date", "date-time", "email"].map(|name| (name, name))))
    {
        read.insert("format".to_owned(), json!(format));
    }
    if let Some(field) = section.optional("pattern")
        && let Some(pattern) = short(&field, LONGEST_PATTERN)
    {
        match Form::check_pattern(pattern) {
            Ok(()) => drop(read.insert("pattern".to_owned(), json!(pattern))),
            Err(_unreadable) => field.refuse("is not a pattern that can be used: it is malformed, too large, or looks around or back"),
        }
    }
}

fn number(section: &Section<'_>, read: &mut Map<String, Value>) {
    let bound = |key: &'static str| {
        let field = section.optional(key)?;
        let number = field.number()?.parse::<f64>().ok().filter(|number| number.abs() <= LARGEST);
        if number.is_none() {
            field.refuse("is too large a number");
        }
        number
    };
    let bounds = [("minimum", bound("minimum")), ("maximum", bound("maximum"))];
    if let [(_, Some(least)), (_, Some(most))] = bounds
        && least > most
    {
        section.refuse("maximum", "is less than minimum");
    }
    read.extend(bounds.into_iter().filter_map(|(key, bound)| Some((key.to_owned(), json!(bound?)))));
}

/// How short and how long something may be; its length has a bound even where the file names none.
fn bounds(section: &Section<'_>, (least, most): (&'static str, &'static str), (cap, usual): (u32, u32), read: &mut Map<String, Value>) {
    let at_least = section.optional(least).and_then(|field| field.whole(0, cap));
    let at_most = section.optional(most).and_then(|field| field.whole(1, cap));
    let most_is = at_most.unwrap_or_else(|| usual.max(at_least.unwrap_or_default()));
    if at_least.is_some_and(|at_least| at_least > most_is) {
        section.refuse(most, format!("is less than {least}"));
    }
    read.extend(at_least.map(|at_least| (least.to_owned(), json!(at_least))));
    read.insert(most.to_owned(), json!(most_is));
}

/// Has the objects of a schema take no other fields than those it names.
fn close(schema: &mut Value) {
    let Value::Object(keys) = schema else { return };
    if keys.get("type").is_some_and(|kind| kind == "object") {
        keys.insert("additionalProperties".to_owned(), json!(false));
    }
    if let Some(Value::Object(fields)) = keys.get_mut("properties") {
        fields.values_mut().for_each(close);
    }
    if let Some(items) = keys.get_mut("items") {
        close(items);
    }
}

/// What makes no sense together.
pub(super) fn check(root: &Section<'_>) {
    let items = root.quiet_sections("catalogue");
    if items.len() > MOST_ITEMS {
        root.refuse("catalogue", format!("has more than {MOST_ITEMS} items"));
    }
    let roles = written(root, "roles");
    for item in &items {
        if item.has("asked_by") && item.peek("asked_by").is_some() && item.quiet_list("asked_by").is_empty() {
            item.refuse("asked_by", "names nobody: leave it out for everybody of the client");
        }
        let named = item.quiet_list("asked_by");
        lists_once(&named);
        for role in named {
            let side = root.peek("roles").and_then(|roles| roles.quiet_section()?.peek(role.as_text()?)?.quiet_section()?.peek("side"));
            if side.is_some_and(|side| side.as_text() == Some("supplier")) {
                role.refuse("is a role of the supplier: a service is asked for by people of the client");
            }
            refers(Some(role), roles.as_ref(), "role");
        }
    }
    let is_of_requests = |kind: &str| kind.parse() == Ok(TicketType::ServiceRequest);
    if !items.is_empty() {
        let kinds = root.quiet_sections("kinds");
        for kind in kinds.iter().filter(|kind| kind.peek("type").and_then(|field| field.as_text()).is_some_and(is_of_requests)) {
            kind.refuse_whole("is no kind beside those of the catalogue: the items are the kinds of service requests");
        }
    }
    let codes: BTreeSet<_> = items.iter().filter_map(|item| item.peek("code")?.as_text()).collect();
    // What is left open may turn out to have it.
    let is_known = !root.has("catalogue") || (root.peek("catalogue").is_some() && items.iter().all(|item| item.peek("code").is_some()));
    for clock in root.quiet_sections("clocks").iter().filter(|clock| clock.has("item")) {
        refers(clock.peek("item"), is_known.then_some(&codes), "item of the catalogue");
        let of_others = |kind: &Field<'_>| kind.as_text().is_some_and(|kind| !is_of_requests(kind));
        if clock.quiet_list("types").iter().any(of_others) {
            clock.refuse("item", "is of service requests alone, and this clock is for other types too");
        }
    }
}
