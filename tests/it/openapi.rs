//! The API document is made from the code, kept beside it, and written in the subset that every client generator takes.

use serde_json::Value;

use crate::support::{Desk, On};

fn document() -> Value {
    serde_json::from_str(&uurwerk::http::document()).expect("JSON")
}

/// The operations, each named by its method and path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of =
        |(path, methods): (&String, &'_ Value)| (path.clone(), methods.as_object().expect("methods").keys().cloned().collect::<Vec<_>>());
    let named = paths.iter().map(of).flat_map(|(path, methods)| methods.into_iter().map(move |method| (method, path.clone())));
    named.map(|(method, path)| (format!("{method} {path}"), &document["paths"][&path][&method])).collect()
}

/// Every schema there is, with where: named ones, their properties and items, parameters, bodies and headers.
fn schemas(document: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        inside(name.clone(), schema, &mut found);
    }
    for (name, operation) in operations(document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            inside(format!("{name} {}", parameter["name"].as_str().expect("a name")), &parameter["schema"], &mut found);
        }
        for (media, schema) in contents(&operation["requestBody"]) {
            inside(format!("{name} {media}"), schema, &mut found);
        }
        for (status, response) in responses(document, operation) {
            for (media, schema) in contents(response) {
                inside(format!("{name} {status} {media}"), schema, &mut found);
            }
        }
    }
    found
}

fn inside<'a>(place: String, schema: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        inside(format!("{place}.{name}"), property, found);
    }
    if schema["items"].is_object() {
        inside(format!("{place}[]"), &schema["items"], found);
    }
    found.push((place, schema));
}

fn contents(of: &Value) -> Vec<(&String, &Value)> {
    of["content"].as_object().into_iter().flatten().map(|(media, content)| (media, &content["schema"])).collect()
}

/// The answers of an operation, references followed.
fn responses<'a>(document: &'a Value, operation: &'a Value) -> Vec<(&'a String, &'a Value)> {
    let followed = |response: &'a Value| match response["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).expect("a response"),
        None => response,
    };
    operation["responses"].as_object().expect("responses").iter().map(|(status, response)| (status, followed(response))).collect()
}

/// Fails with every place where a rule does not hold.
fn hold(rule: &str, broken: impl Iterator<Item = String>) {
    let broken: Vec<_> = broken.collect();
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

fn is_named(schema: &Value) -> bool {
    let is_reference = |schema: &Value| schema["$ref"].as_str().is_some_and(|target| target.starts_with("#/components/schemas/"));
    is_reference(schema) || schema["allOf"].as_array().is_some_and(|all| all.len() == 1 && is_reference(&all[0]))
}

#[test]
fn the_kept_document_is_the_one_the_code_makes() {
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/uurwerk.json")).expect("a document");
    assert_eq!(kept, uurwerk::http::document(), "run: cargo run -q -- openapi > openapi/uurwerk.json");
}

#[test]
fn the_kept_page_of_problem_codes_is_the_one_the_code_makes() {
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/problems.md")).expect("a page");
    assert_eq!(kept, uurwerk::http::problem_codes(), "run: cargo run -q -- problems > openapi/problems.md");
}

#[test]
fn the_kept_page_of_permissions_is_the_one_the_code_makes() {
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/permissions.md")).expect("a page");
    assert_eq!(kept, uurwerk::domain::permission::page(), "run: cargo run -q -- permissions > openapi/permissions.md");
}

/// Addresses are logged on the way, and kept in histories of browsers. What people search for and what files are called cannot be
/// elsewhere in a GET or beside the bytes of a file; `SECURITY.md` says so.
#[test]
fn no_part_of_an_address_asks_for_personal_data() {
    const PERSONAL: [&str; 14] = [
        "name",
        "email",
        "phone",
        "address",
        "sender",
        "recipient",
        "birth",
        "bsn",
        "title",
        "subject",
        "body",
        "text",
        "description",
        "reason",
    ];
    const SAID: [(&str, &str); 3] = [("listTickets", "text"), ("listPeople", "text"), ("createTicketAttachment", "name")];
    let document = document();
    let paths = document["paths"].as_object().expect("paths").values().filter_map(Value::as_object);
    let operations = paths.flat_map(|methods| methods.values());
    let asked = operations.flat_map(|operation| {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
        parameters.filter(|one| one["in"] != "header").map(move |one| (id, one["name"].as_str().unwrap_or_default()))
    });
    let is_personal = |name: &str| PERSONAL.iter().any(|word| name.to_lowercase().contains(word));
    let broken = asked.filter(|asked| is_personal(asked.1) && !SAID.contains(asked)).map(|(id, name)| format!("{id}: {name}"));
    hold("an address has no personal data", broken);
}

#[test]
fn the_document_is_openapi_3_0_3_without_a_word_of_3_1() {
    let text = uurwerk::http::document();
    assert_eq!(document()["openapi"], "3.0.3");
    for word in ["\"null\"", "\"examples\"", "\"const\"", "\"$defs\"", "\"propertyNames\"", "\"prefixItems\"", "\"contentEncoding\""] {
        assert!(!text.contains(word), "{word} is not of 3.0.3");
    }
}

#[test]
fn an_operation_is_named_by_a_verb_and_a_noun_and_has_one_tag_that_is_described() {
    const VERBS: [&str; 12] =
        ["get", "list", "create", "update", "replace", "delete", "download", "search", "export", "preview", "count", "revoke"];
    let document = document();
    let tags: Vec<_> = document["tags"].as_array().expect("tags").iter().map(|tag| &tag["name"]).collect();
    let mut seen = std::collections::BTreeSet::new();
    hold(
        "operationId camelCase, verb and noun, said once; one tag; a summary and a description",
        operations(&document).into_iter().filter_map(|(name, operation)| {
            let id = operation["operationId"].as_str().unwrap_or_default();
            let noun = VERBS.iter().find_map(|verb| id.strip_prefix(verb)).unwrap_or_default();
            let is_camel = noun.starts_with(char::is_uppercase) && id.chars().all(char::is_alphanumeric);
            let own = operation["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
            let has_words = ["summary", "description"].iter().all(|key| operation[key].as_str().is_some_and(|text| !text.is_empty()));
            let holds = is_camel && seen.insert(id.to_owned()) && own.len() == 1 && tags.contains(&&own[0]) && has_words;
            (!holds).then(|| format!("{name}: {id} {own:?}"))
        }),
    );
}

#[test]
fn every_operation_names_the_roles_it_needs_or_needs_no_caller() {
    let document = document();
    let broken = operations(&document).into_iter().filter_map(|(name, operation)| {
        let named = operation["description"].as_str().is_some_and(|text| text.contains("Needs one of the roles `"));
        let is_open = operation["security"].as_array().is_some_and(Vec::is_empty);
        // Whoever has a token can do away with it.
        let is_anybodys = operation["operationId"] == "createSignOut";
        (named == (is_open || is_anybodys)).then(|| name.clone())
    });
    hold("an operation names the roles it needs, or needs no caller", broken);
}

#[test]
fn an_operation_takes_one_media_type_and_answers_one_success() {
    const MEDIA: [&str; 2] = ["application/json", "application/octet-stream"];
    let document = document();
    hold(
        "one request media type, and one success with at most one",
        operations(&document).into_iter().filter_map(|(name, operation)| {
            let taken = contents(&operation["requestBody"]);
            // A part of a file is the same success.
            let is_success = |status: &str| status.starts_with('2') && status != "206";
            let successes: Vec<_> = responses(&document, operation).into_iter().filter(|(status, _)| is_success(status)).collect();
            let shown: Vec<_> = successes.iter().flat_map(|(_, response)| contents(response)).collect();
            let known = taken.iter().chain(&shown).all(|(media, _)| MEDIA.contains(&media.as_str()));
            let holds = taken.len() <= 1 && successes.len() == 1 && shown.len() <= 1 && known;
            (!holds).then(|| format!("{name}: takes {}, answers {}", taken.len(), successes.len()))
        }),
    );
}

#[test]
fn bytes_are_octet_streams_and_the_rest_is_a_named_schema() {
    let document = document();
    let mut broken = Vec::new();
    for (name, operation) in operations(&document) {
        let answers = responses(&document, operation);
        for (media, schema) in answers.iter().flat_map(|(_, response)| contents(response)).chain(contents(&operation["requestBody"])) {
            let is_bytes = schema["format"] == "binary";
            if is_bytes != (media == "application/octet-stream") || !(is_bytes || is_named(schema)) {
                broken.push(format!("{name}: {media} {schema}"));
            }
        }
    }
    hold("JSON is a named schema, all else bytes", broken.into_iter());
}

#[test]
fn every_refusal_is_listed_with_its_problem_and_headers() {
    let document = document();
    let mut broken = Vec::new();
    for (name, operation) in operations(&document) {
        let answers = responses(&document, operation);
        let is_closed = operation["security"].as_array().is_none_or(|ways| !ways.is_empty());
        let mut must = vec!["500"];
        must.extend(is_closed.then_some(["400", "401", "403", "503"]).into_iter().flatten());
        must.extend(operation["requestBody"].is_object().then_some(["400", "409", "413", "415"]).into_iter().flatten());
        broken.extend(
            must.iter().filter(|status| !answers.iter().any(|(known, _)| known == *status)).map(|status| format!("{name}: no {status}")),
        );
        for (status, response) in answers {
            let is_exact = status.len() == 3 && status.chars().all(|sign| sign.is_ascii_digit());
            let has_headers = ["API-Version", "X-Request-Id"].iter().all(|header| response["headers"][header].is_object());
            let is_refusal = status.starts_with(['4', '5']);
            let is_problem = response["content"]["application/problem+json"]["schema"]["$ref"] == "#/components/schemas/Problem";
            if !is_exact || !has_headers || is_refusal != is_problem || response["description"].as_str().is_none_or(str::is_empty) {
                broken.push(format!("{name}: {status}"));
            }
        }
    }
    hold("each refusal is listed by its status, as a Problem, with its headers", broken.into_iter());
}

#[test]
fn schemas_are_named_in_pascal_case_and_none_is_inline() {
    let document = document();
    let names = document["components"]["schemas"].as_object().expect("schemas");
    let is_pascal = |name: &str| name.starts_with(char::is_uppercase) && name.chars().all(|sign| sign.is_ascii_alphanumeric());
    let inline = |(place, schema): &(String, &Value)| {
        let is_composed =
            ["oneOf", "anyOf", "not"].iter().any(|key| !schema[key].is_null()) || (!schema["allOf"].is_null() && !is_named(schema));
        let is_object = schema["type"] == "object" || schema["properties"].is_object() || schema["additionalProperties"].is_object();
        (is_composed || is_object) && !names.contains_key(place)
    };
    let wrong_names = names.keys().filter(|name| !is_pascal(name)).cloned();
    hold("schemas are named", wrong_names.chain(schemas(&document).into_iter().filter(inline).map(|(place, _)| place)));
}

#[test]
fn everything_is_said_in_words_for_whoever_has_only_the_document() {
    let document = document();
    let mut silent = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        let says = |what: &Value| what["description"].as_str().is_some_and(|text| text.len() > 3 && !text.contains("::"));
        silent.extend((!says(schema)).then(|| name.clone()));
        let properties = schema["properties"].as_object().into_iter().flatten();
        // What is only a reference is described where it points to.
        silent.extend(properties.filter(|(_, of)| of["$ref"].is_null() && !says(of)).map(|(property, _)| format!("{name}.{property}")));
    }
    hold("everything has a description", silent.into_iter());
    let text = document.to_string();
    let clauses = ["(AMB-", "(RPT-", "(CLK-", "(DAP ", "(TKT-", "(C4"].into_iter().filter(|clause| text.contains(clause));
    hold("no clause of an agreement is named", clauses.map(str::to_owned));
}

/// In Go, what makes an `X` is called `NewX`.
#[test]
fn no_schema_is_called_as_what_makes_another_would_be() {
    let document = document();
    let named = document["components"]["schemas"].as_object().expect("schemas");
    let clashes = named.keys().filter(|name| name.strip_prefix("New").is_some_and(|of| named.contains_key(of)));
    hold("no schema is called New and another's name", clashes.cloned());
}

/// A generator that makes a type of every bounded text calls it by its schema and its property.
#[test]
fn no_schema_is_called_as_a_property_of_another_would_be() {
    let document = document();
    let named = document["components"]["schemas"].as_object().expect("schemas");
    let pascal = |name: &str| name[..1].to_uppercase() + &name[1..];
    let clashes = named.iter().flat_map(|(name, schema)| {
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties.flat_map(move |(property, of)| {
            let own = name.clone() + &pascal(property);
            [(own.clone() + "Item", &of["items"]), (own, of)]
                .into_iter()
                .filter(|(_, schema)| schema["type"] == "string")
                .map(|(own, _)| own)
        })
    });
    hold("no schema is called as a property", clashes.filter(|own| named.contains_key(own)));
}

#[test]
fn a_reference_stands_alone_and_may_be_null_through_all_of() {
    let document = document();
    let crowded = |(_, schema): &(String, &Value)| schema["$ref"].is_string() && schema.as_object().is_some_and(|object| object.len() > 1);
    hold("$ref stands alone", schemas(&document).into_iter().filter(crowded).map(|(place, schema)| format!("{place}: {schema}")));
}

#[test]
fn parameters_are_plain_values_in_camel_case() {
    let document = document();
    let mut broken = Vec::new();
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let (own, place) = (parameter["name"].as_str().unwrap_or_default(), &parameter["in"]);
            let is_plain = ["string", "integer", "boolean"].iter().any(|kind| parameter["schema"]["type"] == *kind);
            let is_camel =
                place == "header" || (own.starts_with(char::is_lowercase) && own.chars().all(|sign| sign.is_ascii_alphanumeric()));
            let has_words = parameter["description"].as_str().is_some_and(|text| !text.is_empty());
            if !is_plain || !is_camel || !has_words || parameter["schema"]["nullable"] == true || !parameter["style"].is_null() {
                broken.push(format!("{name}: {own}"));
            }
        }
    }
    hold("parameters are plain (no deepObject), camelCase and described", broken.into_iter());
}

/// An address of 65,534 bytes is the longest that can be read; a sign of four bytes is twelve in it.
#[test]
fn an_address_with_every_parameter_at_its_longest_can_be_read() {
    let document = document();
    let length = |parameter: &Value| {
        let (name, most) = (parameter["name"].as_str().expect("a name"), parameter["schema"]["maxLength"].as_u64().unwrap_or(50));
        if matches!(parameter["in"].as_str(), Some("query" | "path")) { name.len() as u64 + 2 + 12 * most } else { 0 }
    };
    let whole = |operation: &Value| operation["parameters"].as_array().into_iter().flatten().map(length).sum::<u64>();
    let too_long = operations(&document).into_iter().filter(|(name, operation)| whole(operation) + name.len() as u64 > 65_534);
    hold("can be asked in full", too_long.map(|(name, _)| name));
}

#[test]
fn numbers_have_a_format_and_what_is_sent_has_bounds() {
    let document = document();
    // Of bodies, the named parts that are checked on their way in; a parameter is placed by its operation.
    let is_body = |name: &str| name.ends_with("Input") || name.ends_with("Patch");
    let is_sent = |place: &str| place.contains(' ') || is_body(place.split(['.', '[']).next().unwrap_or_default());
    let broken = schemas(&document).into_iter().filter(|(place, schema)| {
        let bounded =
            |least: &str, most: &str| !schema[most].is_null() && (!is_sent(place) || least.is_empty() || !schema[least].is_null());
        match schema["type"].as_str() {
            Some("integer" | "number") => schema["format"].is_null() || (is_sent(place) && !bounded("minimum", "maximum")),
            Some("string") => schema["format"].is_null() && schema["enum"].is_null() && !bounded("", "maxLength"),
            Some("array") => !bounded("", "maxItems"),
            _ => false,
        }
    });
    hold("numbers have a format, and lengths and ranges are set", broken.map(|(place, schema)| format!("{place}: {schema}")));
}

#[test]
fn a_list_of_codes_is_open_to_additions() {
    let document = document();
    let closed = |(_, schema): &(String, &Value)| schema["enum"].as_array().is_some_and(|codes| codes.len() > 1);
    hold("no closed enum", schemas(&document).into_iter().filter(closed).map(|(place, _)| place));
}

#[test]
fn instants_end_in_at_and_dates_in_date() {
    let document = document();
    let broken = schemas(&document).into_iter().filter(|(place, schema)| {
        let name = place.rsplit(['.', ' ']).next().unwrap_or_default();
        (name.ends_with("At") && schema["type"] == "string" && schema["format"] != "date-time")
            || (name.ends_with("Date") && schema["format"] != "date")
    });
    hold("a time says what it is", broken.map(|(place, _)| place));
}

#[actix_web::test]
async fn the_document_and_its_page_are_for_everyone_and_the_page_loads_nothing_from_elsewhere() {
    let desk = Desk::open(On::Sqlite).await;
    let served = desk.ask(None, "GET", "/v1/openapi.json", None).await;
    assert_eq!((served.status, served.body), (200, document()));
    assert_eq!(served.headers["access-control-allow-origin"], "*");
    assert!(
        served.headers["content-security-policy"].to_str().is_ok_and(|policy| policy.starts_with("default-src 'none'; frame-ancestors"))
    );
    for (path, kind) in [("/docs", "text/html; charset=utf-8"), ("/docs/style.css", "text/css; charset=utf-8")] {
        let page = desk.ask(None, "GET", path, None).await;
        assert_eq!((page.status, page.headers["content-type"].to_str().ok()), (200, Some(kind)));
        let policy = page.headers["content-security-policy"].to_str().expect("a policy").to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("http") && !policy.contains("unsafe"), "{policy}");
    }
}
