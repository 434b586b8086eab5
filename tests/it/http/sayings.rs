//! What a refusal says can be read, and what can match nothing is refused.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    no_refusal_ends_before_its_list,
    a_span_in_which_nothing_lies_is_refused,
    an_edit_that_says_the_same_is_none,
    a_sandbox_advances_by_durations_alone,
    a_mail_is_had_in_parts_as_a_file_is,
    the_document_names_every_header_and_only_refusals_that_can_be,
);

fn detail(answer: &Answer) -> String {
    answer.body["errors"][0]["detail"].as_str().or(answer.body["detail"].as_str()).unwrap_or_default().to_owned()
}

async fn no_refusal_ends_before_its_list(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    assert_eq!(desk.moves(&number, "cancelled").await.status, 201);
    let stuck = desk.post(&format!("{path}/transitions"), &json!({ "to": "resolved", "reason": "x" })).await;
    assert_eq!((stuck.status, detail(&stuck)), (409, "a ticket in cancelled cannot go to resolved; it stays there".to_owned()));
    for (query, said) in [
        ("/v1/tickets?openedFrom=2026-01-01T00:00:00Z&openedFrom=2026-01-01T00:00:00Z", "is said twice"),
        ("/v1/tickets?type=incident&type=problem", "is said twice; give several values with commas"),
        ("/v1/tickets?text=%00", "has the character U+0000 in it, which cannot be kept"),
        ("/v1/tickets?assignee=%FF", "is not UTF-8, each byte of it after a %"),
    ] {
        let answer = desk.get(query).await;
        assert_eq!((answer.status, detail(&answer)), (400, said.to_owned()), "{query}");
    }
    let bad = desk.get("/v1/obligations?contract=%FF").await;
    assert_eq!((bad.body["errors"][0]["code"].as_str(), bad.body["errors"][0]["pointer"].as_str()), (Some("bad_query"), Some("contract")));
    let typed = desk.patch(&path, &json!({ "assignee": 1 })).await;
    assert_eq!((typed.status, detail(&typed)), (400, "must be a text or null".to_owned()));
    let codes: [&str; 0] = [];
    assert_eq!(uurwerk::usecases::one_of(codes), "no value can be given here");
}

async fn a_span_in_which_nothing_lies_is_refused(desk: &Desk) {
    let (early, late) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    for (path, from, before) in [
        ("/v1/tickets", "openedFrom", "openedBefore"),
        ("/v1/tickets", "updatedFrom", "updatedBefore"),
        ("/v1/tickets", "dueFrom", "dueBefore"),
        ("/v1/tickets", "updatedSince", "updatedBefore"),
        ("/v1/obligations", "dueFrom", "dueBefore"),
    ] {
        for (first, last, status) in [(early, late, 200), (late, early, 400), (early, early, 400)] {
            let answer = desk.get(&format!("{path}?{from}={first}&{before}={last}")).await;
            assert_eq!(answer.status, status, "{path} {from} {first} {last}: {}", answer.body);
            if status == 400 {
                let wrong = &answer.body["errors"][0];
                assert_eq!((wrong["pointer"].as_str(), wrong["code"].as_str()), (Some(before), Some("before_from")));
            }
        }
    }
}

async fn an_edit_that_says_the_same_is_none(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    let before = desk.get(&path).await.body;
    let events = desk.history(&number).await;
    let same = desk.patch(&path, &json!({ "title": before["title"], "description": before["description"] })).await;
    assert_eq!((same.status, &same.body), (200, &before));
    assert_eq!(desk.history(&number).await, events);
    let other = desk.patch(&path, &json!({ "title": "Anders", "description": before["description"] })).await;
    assert_eq!(other.body["version"].as_i64(), before["version"].as_i64().map(|version| version + 1));
    let edited = desk.events(&number).await.into_iter().find(|event| event["type"] == "ticket.edited").expect("an edit");
    assert_eq!(edited["data"]["fields"], json!(["title"]));
}

async fn a_sandbox_advances_by_durations_alone(desk: &Desk) {
    for by in ["P", "PT", "P1DT", "P1WT1H", "PT1S1H", "1H", "P1H"] {
        let answer = desk.post("/v1/sandbox/advances", &json!({ "by": by })).await;
        assert_eq!((answer.status, answer.body["errors"][0]["pointer"].as_str()), (400, Some("/by")), "{by}: {}", answer.body);
    }
    for by in ["P1D", "PT1H1S", "P1W", "P1DT1M", "PT0S"] {
        assert_eq!(desk.post("/v1/sandbox/advances", &json!({ "by": by })).await.status, 201, "{by}");
    }
}

async fn a_mail_is_had_in_parts_as_a_file_is(desk: &Desk) {
    let mail = "From: anna@ipo.example\nSubject: Hapert\nMessage-ID: <1@ipo.example>\n\nHallo.\n";
    let id = desk.mail_arrives("servicedesk", mail).await.body["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/inbound-messages/{id}/content");
    let whole = desk.request("GET", &path).bearer_auth(ADMIN).send().await.expect("an answer").bytes().await.expect("bytes");
    for (range, status, part) in [
        ("bytes=0-3", 206, &whole[..4]),
        ("bytes=-7", 206, &whole[whole.len() - 7..]),
        ("bytes=0-99999999999999999999", 206, &whole[..]),
        ("bytes=99999999999999999999-", 416, &[]),
        ("bytes=5000-", 416, &[]),
    ] {
        let answer = desk.request("GET", &path).bearer_auth(ADMIN).header("range", range).send().await.expect("an answer");
        let (answered, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await.expect("bytes");
        assert_eq!((answered, headers.contains_key("content-range")), (status, true), "{range}");
        assert!(status == 416 || (bytes == part && headers.contains_key("etag") && headers["accept-ranges"] == "bytes"), "{range}");
    }
}

async fn the_document_names_every_header_and_only_refusals_that_can_be(desk: &Desk) {
    let document = desk.get("/v1/openapi.json").await.body;
    let answer = |method: &str, path: &str, status: &str| {
        let found = &document["paths"][path][method]["responses"][status];
        let target = found["$ref"].as_str().map(|target| target.trim_start_matches('#').to_owned());
        target.map_or_else(|| found.clone(), |target| document.pointer(&target).cloned().unwrap_or_default())
    };
    let has = |found: &Value, header: &str| found["headers"][header].is_object();
    let paths: Vec<_> = document["paths"].as_object().expect("paths").keys().cloned().collect();
    let at = |end: &str| paths.iter().find(|path| path.ends_with(end)).unwrap_or_else(|| panic!("{end}")).clone();
    for file in [at("/attachments/{id}"), at("/inbound-messages/{id}/content")] {
        assert!(has(&answer("get", &file, "206"), "Content-Range") && has(&answer("get", &file, "416"), "Content-Range"), "{file}");
        assert!(has(&answer("get", &file, "200"), "Accept-Ranges") && has(&answer("get", &file, "200"), "ETag"), "{file}");
        let takes = document["paths"][&file]["get"]["parameters"].to_string();
        assert!(takes.contains("\"Range\""), "{takes}");
    }
    assert!(has(&answer("get", &at("/labels"), "200"), "Content-Language"));
    assert!(has(&answer("get", &at("/tickets/{ref}"), "304"), "ETag"));
    assert!(has(&answer("post", &at("/tickets"), "409"), "Link"));
    assert!(has(&answer("post", &at("/tickets"), "415"), "Accept-Encoding"));
    // Everybody may read them, except by a token that is limited to other things.
    assert!(answer("get", &at("/labels"), "403").is_object());
    assert!(answer("get", &at("/obligations"), "403").is_object());
    let words = document["paths"][at("/tickets/{ref}")]["patch"]["description"].as_str().unwrap_or_default().to_owned();
    assert!(words.contains("A client changes only the priority"), "{words}");
}
