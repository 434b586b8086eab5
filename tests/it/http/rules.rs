//! What holds for every operation of the API document, whoever answers it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    every_operation_refuses_what_no_operation_takes,
    every_parameter_is_held_to_the_bounds_of_the_document,
    what_only_the_desk_may_do_is_forbidden_to_clients,
    an_instant_comes_in_with_any_offset_and_goes_out_in_utc,
);

/// An operation of the document, with a path that exists.
struct Operation {
    method: String,
    path: String,
    /// What it must be asked with.
    query: String,
    /// The media type of its body.
    body: Option<String>,
    /// Those of its answers.
    answers: Vec<String>,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn with(&self, more: &str) -> String {
        let parts: Vec<_> = [self.query.as_str(), more].into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, parts.join("&")) }
    }
}

fn operations(number: &str) -> Vec<Operation> {
    let document: Value = serde_json::from_str(&uurwerk::http::document()).expect("JSON");
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let real = path.replace("{ref}", number).replace("{contract}", "dap-example").replace("{kind}", "response");
        let real = real.split('/').map(|part| if part.starts_with('{') { "00000000-0000-0000-0000-000000000000" } else { part });
        let real = format!("/v1{}", real.collect::<Vec<_>>().join("/"));
        for (method, operation) in item.as_object().expect("operations") {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let required = parameters.iter().filter(|one| one["in"] == "query" && one["required"] == true);
            let value = |name: &str| match name {
                "mailbox" => "servicedesk",
                "month" => "2026-03",
                "contract" => "dap-example",
                _ => "x",
            };
            let query: Vec<_> = required.filter_map(|one| one["name"].as_str()).map(|name| format!("{name}={}", value(name))).collect();
            let media =
                |content: &Value| content.as_object().map(|content| content.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
            let responses = operation["responses"].as_object().expect("responses");
            found.push(Operation {
                method: method.to_uppercase(),
                path: real.clone(),
                query: query.join("&"),
                body: media(&operation["requestBody"]["content"]).into_iter().next(),
                answers: responses.iter().filter(|one| one.0.starts_with('2')).flat_map(|one| media(&one.1["content"])).collect(),
            });
        }
    }
    for path in ["/livez", "/readyz", "/v1/openapi.json"] {
        let answers = vec!["application/json".to_owned()];
        found.push(Operation { method: "GET".to_owned(), path: path.to_owned(), query: String::new(), body: None, answers });
    }
    found
}

fn is_refused(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{what}: {}", answer.body);
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}");
    assert_eq!((&answer.body["status"], &answer.body["type"]), (&json!(status), &json!(format!("urn:uurwerk:problem:{code}"))));
    let page = uurwerk::http::problem_codes();
    let codes = answer.body["errors"].as_array().expect("errors").iter().filter_map(|error| error["code"].as_str());
    for code in codes.chain([code]) {
        assert!(page.contains(&format!("`{code}`")), "{code} is on no page");
    }
    for name in ["api-version", "cache-control", "strict-transport-security", "x-content-type-options", "x-request-id"] {
        assert!(answer.headers.contains_key(name), "{what} answers without {name}");
    }
}

fn names(answer: &Answer, pointer: &str, code: &str) -> bool {
    answer.body["errors"].as_array().is_some_and(|errors| errors.iter().any(|one| one["pointer"] == pointer && one["code"] == code))
}

/// A request with everything right but one thing, for every operation there is: a new one is in it as soon as it is in the
/// document.
async fn every_operation_refuses_what_no_operation_takes(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let operations = operations(&number);
    assert!(operations.len() > 20, "{}", operations.len());
    let mut methods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for operation in &operations {
        let known = methods.entry(&operation.path).or_default();
        known.insert(&operation.method);
        // What answers GET answers HEAD.
        known.extend((operation.method == "GET").then_some("HEAD"));
    }
    for (path, known) in &methods {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().filter(|method| !known.contains(method)) {
            let answer = desk.send(Some(ADMIN), (method, path), &[], None).await;
            is_refused(&answer, 405, "method_not_allowed", &format!("{method} {path}"));
            let allow = answer.headers["allow"].to_str().expect("text");
            assert_eq!(&allow.split(", ").collect::<BTreeSet<_>>(), known, "{method} {path}");
        }
        let slashed = desk.send(Some(ADMIN), ("GET", &format!("{path}/")), &[], None).await;
        is_refused(&slashed, 404, "not_found", &format!("{path}/"));
    }
    for operation in &operations {
        let what = operation.name();
        let (method, path) = (operation.method.as_str(), operation.with(""));
        // Whether it is a person who asks comes before anything else; and one of them signs out.
        let sam = desk.signer().await;
        let accept = vec![("accept", "text/x-nothing, application/json;q=0, */*;q=0")];
        let answer = desk.send(Some(&sam), (method, &path), &accept, None).await;
        is_refused(&answer, 406, "not_acceptable", &what);
        for media in &operation.answers {
            let kind = media.split('/').next().unwrap_or_default();
            let accept = format!("text/x-nothing, {kind}/*;q=0.1");
            let answer = desk.send(Some(&sam), (method, &path), &[("accept", &accept)], None).await;
            assert_ne!(answer.status, 406, "{what} as {media}");
        }
        let strange = desk.send(Some(&sam), (method, &operation.with("colour=red")), &octets(operation), body(operation).as_ref()).await;
        is_refused(&strange, 400, "invalid_request", &what);
        assert!(names(&strange, "colour", "unknown_parameter"), "{what}: {}", strange.body);
        let key = vec![("idempotency-key", "two words"), ("if-match", "3"), ("if-none-match", "\"")];
        let answer = desk.send(Some(&sam), (method, &path), &key, None).await;
        is_refused(&answer, 400, "invalid_request", &what);
        for (header, code) in [("Idempotency-Key", "bad_key"), ("If-Match", "bad_etag"), ("If-None-Match", "bad_etag")] {
            assert!(names(&answer, header, code), "{what}: {}", answer.body);
        }
        // Whoever signs in has no token yet.
        let signs_in = (method, &*operation.path) == ("POST", "/v1/access-tokens");
        if operation.path.starts_with("/v1") && operation.path != "/v1/openapi.json" && !signs_in {
            let wrong = [key.as_slice(), accept.as_slice()].concat();
            let answer = desk.send(None, (method, &operation.with("colour=red")), &wrong, None).await;
            is_refused(&answer, 401, "unauthorized", &format!("{what} with all of it wrong"));
        }
        if operation.body.is_some() {
            let answer = desk.send(Some(&sam), (method, &path), &[("content-type", "text/plain")], Some(&json!({}))).await;
            is_refused(&answer, 415, "unsupported_media_type", &what);
        }
        if operation.body.as_deref() == Some("application/json") {
            let answer = desk.send(Some(&sam), (method, &path), &[], Some(&json!({ "colour": "red" }))).await;
            is_refused(&answer, 400, "invalid_request", &what);
            assert!(names(&answer, "/colour", "unknown_field"), "{what}: {}", answer.body);
        }
    }
}

fn octets(operation: &Operation) -> Vec<(&'static str, &'static str)> {
    as_octets(operation.body.as_deref() == Some("application/octet-stream"))
}

fn octets_of(operation: &Value) -> Vec<(&'static str, &'static str)> {
    as_octets(!operation["requestBody"]["content"]["application/octet-stream"].is_null())
}

fn as_octets(is_raw: bool) -> Vec<(&'static str, &'static str)> {
    is_raw.then_some(("content-type", "application/octet-stream")).into_iter().collect()
}

fn body(operation: &Operation) -> Option<Value> {
    operation.body.as_ref().map(|_| json!({}))
}

/// Each parameter by itself, one character too short and one too long.
async fn every_parameter_is_held_to_the_bounds_of_the_document(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let document: Value = serde_json::from_str(&uurwerk::http::document()).expect("JSON");
    let mut tried = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let (name, place) = (parameter["name"].as_str().expect("a name"), parameter["in"].as_str().expect("a place"));
                let bound = |which: &str| parameter["schema"][which].as_u64().and_then(|bound| usize::try_from(bound).ok());
                let short = bound("minLength").filter(|shortest| *shortest > 0).map(|shortest| (shortest - 1, "too_short"));
                let long = bound("maxLength").map(|longest| (longest + 1, "too_long"));
                for (length, code) in short.into_iter().chain(long) {
                    let value = "1".repeat(length);
                    let asked = if place == "path" { path.replace(&format!("{{{name}}}"), &value) } else { path.clone() };
                    let asked = format!("/v1{}", asked.replace("{ref}", &number).replace(['{', '}'], ""));
                    let asked = if place == "query" { format!("{asked}?{name}={value}") } else { asked };
                    let tag = format!("\"{value}\"");
                    let value = if name.starts_with("If-") { &tag } else { &value };
                    let headers = if place == "header" { vec![(name, value.as_str())] } else { Vec::new() };
                    let headers = [headers, octets_of(operation)].concat();
                    let body = operation.get("requestBody").map(|_| json!({}));
                    let answer = desk.send(Some(ADMIN), (&method.to_uppercase(), &asked), &headers, body.as_ref()).await;
                    let what = format!("{method} {path}, {name} {code}: {}", answer.body);
                    if place == "path" {
                        is_refused(&answer, 404, "not_found", &what);
                    } else {
                        is_refused(&answer, 400, "invalid_request", &what);
                        let code = if name == "Idempotency-Key" { "bad_key" } else { code };
                        assert!(names(&answer, name, code), "{what}");
                        let own = answer.body["errors"].as_array().expect("errors").iter().filter(|one| one["pointer"] == name);
                        assert_eq!(own.count(), 1, "{what}");
                    }
                    tried.insert((place, code));
                }
            }
        }
    }
    let all = [("header", "too_long"), ("header", "too_short"), ("path", "too_long"), ("query", "too_long"), ("query", "too_short")];
    assert_eq!(tried, BTreeSet::from(all));
}

async fn what_only_the_desk_may_do_is_forbidden_to_clients(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    for (method, path, body) in [
        ("GET", "/v1/sandbox", None),
        ("POST", "/v1/sandbox/advances", Some(json!({ "by": "PT1H" }))),
        ("POST", "/v1/inbound-messages?mailbox=servicedesk", Some(json!({}))),
        ("POST", "/v1/contracts/dap-example/calendar-amendments", Some(json!({}))),
    ] {
        let answer = desk.send(Some(&client), (method, path), &[], body.as_ref()).await;
        is_refused(&answer, 403, "desk_only", path);
    }
}

async fn an_instant_comes_in_with_any_offset_and_goes_out_in_utc(desk: &Desk) {
    for (at, expected) in [
        ("2026-03-02T12:30:00+05:30", "2026-03-02T07:00:00Z"),
        ("2026-03-01T20:45:00-10:15", "2026-03-02T07:00:00Z"),
        ("2026-03-02T07:00:00Z", "2026-03-02T07:00:00Z"),
        ("2026-03-02T07:00:00.75-00:00", "2026-03-02T07:00:00Z"),
    ] {
        let mut ticket = incident("p3");
        ticket["occurredAt"] = json!(at);
        ticket["occurredAtReason"] = json!("De lijn was bezet.");
        let made = desk.post("/v1/tickets", &ticket).await;
        assert_eq!((made.status, &made.body["openedAt"]), (201, &json!(expected)), "{at}: {}", made.body);
        for (key, value) in made.body.as_object().expect("a ticket") {
            let is_instant = key.ends_with("At") && !value.is_null();
            assert!(!is_instant || value.as_str().is_some_and(|text| text.ends_with('Z')), "{key}: {value}");
        }
    }
}
