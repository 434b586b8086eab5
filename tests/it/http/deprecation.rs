//! An operation on its way out says so: in the document, and in every answer with the day it ends.

use std::net::TcpListener;

use serde_json::Value;
use uurwerk::http::{self, Deprecation};

use crate::support::{ADMIN, Desk, On};

const TABLE: &[Deprecation] = &[
    Deprecation {
        method: "GET",
        path: "/v1/tickets/{ref}/events",
        since: (2026, 1, 1),
        sunset: Some((2026, 7, 1)),
        link: "https://uurwerk.example/CHANGELOG.md#api-version-1",
    },
    Deprecation { method: "GET", path: "/v1/tickets", since: (2026, 1, 1), sunset: None, link: "https://uurwerk.example/CHANGELOG.md" },
];

/// RFC 9745 and RFC 8594.
#[actix_web::test]
async fn an_operation_on_its_way_out_says_when_it_ends() {
    let desk = Desk::open(On::Sqlite).await;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = http::serve_deprecating(desk.app.clone(), listener, 1, TABLE).expect("a server");
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let client = reqwest::Client::new();
    let ask = async |method: &str, path: &str| {
        let request = client.request(method.parse().expect("a method"), format!("{url}{path}")).bearer_auth(ADMIN);
        request.send().await.expect("an answer")
    };
    // A refusal says it too.
    let gone = ask("GET", "/v1/tickets/INC-1/events").await;
    assert_eq!((gone.status().as_u16(), &gone.headers()["deprecation"]), (404, &"@1767225600".parse().expect("a value")));
    assert_eq!(gone.headers()["sunset"], "Wed, 01 Jul 2026 00:00:00 GMT");
    assert_eq!(gone.headers()["link"], "<https://uurwerk.example/CHANGELOG.md#api-version-1>; rel=\"deprecation\"; type=\"text/markdown\"");
    let list = ask("GET", "/v1/tickets").await;
    assert!(list.status().is_success() && list.headers().contains_key("deprecation") && !list.headers().contains_key("sunset"));
    for (method, path) in [("POST", "/v1/tickets"), ("GET", "/v1/tickets/INC-1/clocks"), ("GET", "/livez")] {
        assert!(!ask(method, path).await.headers().contains_key("deprecation"), "{method} {path}");
    }
    let document: Value = ask("GET", "/v1/openapi.json").await.json().await.expect("JSON");
    let marked = |document: &Value| {
        let paths = document["paths"].as_object().expect("paths").clone();
        let operations = paths.into_iter().flat_map(|(path, item)| {
            let item = item.as_object().cloned().unwrap_or_default();
            item.into_iter().filter(|(_, operation)| operation["deprecated"] == true).map(move |(method, _)| format!("{method} {path}"))
        });
        operations.collect::<Vec<_>>()
    };
    assert_eq!(marked(&document), ["get /tickets", "get /tickets/{ref}/events"]);
    // Nothing is on its way out yet.
    let present: Value = serde_json::from_str(&http::document()).expect("JSON");
    assert!(marked(&present).is_empty());
    handle.stop(false).await;
}
