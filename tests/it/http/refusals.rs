//! Every refusal is problem+json, names everything that is wrong, and changes nothing.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    a_bad_ticket_is_refused_with_all_its_problems_and_nothing_is_stored,
    what_the_contract_does_not_know_is_named,
    a_move_that_is_not_allowed_names_those_that_are,
    what_is_no_json_or_too_large_is_refused,
    every_answer_carries_the_headers_and_every_wrong_method_its_allow,
    an_unknown_parameter_is_never_ignored,
    only_the_client_judges_the_solution_of_an_incident,
    instants_that_cannot_be_are_refused,
    what_is_asked_with_head_is_answered_as_with_get_without_a_body,
    the_scheme_of_a_token_has_any_case_and_a_wrong_one_is_called_so,
    a_text_is_more_than_spaces_and_has_no_character_that_is_none,
    a_refusal_is_no_larger_than_its_document_says_whatever_was_sent,
);

fn codes(answer: &crate::support::Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
    let mut codes: Vec<_> = errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect();
    codes.sort();
    codes
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = expected.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect();
    pairs.sort();
    pairs
}

async fn a_bad_ticket_is_refused_with_all_its_problems_and_nothing_is_stored(desk: &Desk) {
    let body = json!({
        "type": "klacht", "contract": "nergens", "channel": "duif", "title": "", "colour": "red", "priority": 1,
        "requester": { "name": "Anna" }, "occurredAt": "2027-01-01T00:00:00Z"
    });
    let answer = desk.post("/v1/tickets", &body).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(
        codes(&answer),
        pairs(&[
            ("/type", "unknown_type"),
            ("/contract", "unknown_contract"),
            ("/channel", "unknown_channel"),
            ("/title", "too_short"),
            ("/colour", "unknown_field"),
            ("/priority", "wrong_type"),
            ("/requester/email", "required"),
            ("/occurredAt", "in_future"),
            ("/occurredAtReason", "required"),
        ])
    );
    assert_eq!(desk.get("/v1/tickets").await.body["items"], json!([]));
}

/// PRI-09, PRI-10 and CLK-06.
async fn what_the_contract_does_not_know_is_named(desk: &Desk) {
    let with = |changes: &[(&str, Value)]| {
        let mut ticket = incident("p3");
        for (key, value) in changes {
            ticket[*key] = value.clone();
        }
        ticket
    };
    let table = [
        (with(&[("priority", json!("urgent"))]), ("/priority", "unknown_priority")),
        (with(&[("type", json!("information_request"))]), ("/priority", "unknown_priority")),
        (with(&[("organisation", json!("gemeente-voorbeeld"))]), ("/organisation", "unknown_organisation")),
        (
            with(&[("contract", json!("covide")), ("organisation", Value::Null), ("priority", json!("urgent"))]),
            ("/organisation", "required"),
        ),
        (with(&[("channel", json!("portal")), ("priority", json!("p1"))]), ("/priority", "phone_contact_required")),
    ];
    for (ticket, expected) in table {
        let answer = desk.post("/v1/tickets", &ticket).await;
        assert_eq!((answer.status, codes(&answer).contains(&pairs(&[expected])[0])), (400, true), "{expected:?} in {}", answer.body);
    }
}

async fn a_move_that_is_not_allowed_names_those_that_are(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let answer = desk.moves(&number, "resolved").await;
    assert_eq!((answer.status, &answer.body["code"]), (409, &json!("move_not_allowed")));
    let detail = answer.body["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("in_progress") && detail.contains("cancelled"), "{detail}");
    let held =
        desk.post(&format!("/v1/tickets/{number}/transitions"), &json!({ "to": "in_progress", "reason": "x", "cause": "requester" })).await;
    assert_eq!(codes(&held), pairs(&[("/cause", "not_allowed")]));
    assert_eq!(
        codes(&desk.post(&format!("/v1/tickets/{number}/transitions"), &json!({ "to": "in_progress" })).await),
        pairs(&[("/reason", "required")])
    );
}

/// PLT-07.
async fn what_is_no_json_or_too_large_is_refused(desk: &Desk) {
    let json_type = [("content-type", "application/json")];
    for (bytes, headers, status) in [
        (b"{".to_vec(), &json_type[..], 400),
        (b"[]".to_vec(), &json_type[..], 400),
        (vec![0xff, 0xfe], &json_type[..], 400),
        ("[".repeat(20_000).into_bytes(), &json_type[..], 400),
        (b"x=1".to_vec(), &[("content-type", "application/x-www-form-urlencoded")][..], 415),
        (vec![b' '; 26 * 1024 * 1024], &json_type[..], 413),
    ] {
        let answer = desk.send_raw("/v1/tickets", bytes, headers).await;
        assert_eq!((answer.status, answer.headers["content-type"].to_str().ok()), (status, Some("application/problem+json")));
    }
}

async fn every_answer_carries_the_headers_and_every_wrong_method_its_allow(desk: &Desk) {
    let wrong = desk.ask(Some(crate::support::ADMIN), "DELETE", "/v1/tickets", None).await;
    assert_eq!((wrong.status, &wrong.headers["allow"]), (405, &"GET, HEAD, POST".parse().expect("a header")));
    for answer in
        [wrong, desk.get("/v1/tickets").await, desk.get("/v1/tickets/").await, desk.get("/nergens").await, desk.get("/livez").await]
    {
        for name in [
            "api-version",
            "cache-control",
            "content-security-policy",
            "strict-transport-security",
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "x-request-id",
        ] {
            assert!(answer.headers.contains_key(name), "{name} is missing at {}", answer.status);
        }
    }
    assert_eq!(desk.get("/v1/tickets/").await.status, 404);
    let document = desk.ask(None, "GET", "/v1/openapi.json", None).await;
    assert_eq!((document.status, &document.headers["access-control-allow-origin"]), (200, &"*".parse().expect("a header")));
}

async fn an_unknown_parameter_is_never_ignored(desk: &Desk) {
    let answer = desk.get("/v1/tickets?colour=red&state=sleeping&pageSize=0&cursor=x&sort=title").await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        codes(&answer),
        pairs(&[
            ("colour", "unknown_parameter"),
            ("state", "unknown_value"),
            ("pageSize", "out_of_range"),
            ("cursor", "bad_cursor"),
            ("sort", "unknown_value")
        ])
    );
    let number = desk.registers(&incident("p3")).await;
    for path in [format!("/v1/tickets/{number}"), format!("/v1/tickets/{number}/clocks"), "/v1/sandbox".to_owned()] {
        let answer = desk.get(&format!("{path}?colour=red")).await;
        assert_eq!((answer.status, codes(&answer)), (400, pairs(&[("colour", "unknown_parameter")])), "{path}");
    }
    let long = "x".repeat(2001);
    let headers = [("content-type", "application/json"), ("idempotency-key", long.as_str())];
    let keyed = desk.send_raw("/v1/tickets", incident("p3").to_string().into_bytes(), &headers).await;
    assert_eq!((keyed.status, codes(&keyed)), (400, pairs(&[("Idempotency-Key", "bad_key")])));
    assert_eq!(codes(&desk.get(&format!("/v1/tickets?assignee={long}")).await), pairs(&[("assignee", "too_long")]));
}

/// INC-05 and INC-06.
async fn only_the_client_judges_the_solution_of_an_incident(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    desk.moves(&number, "in_progress").await;
    desk.moves(&number, "resolved").await;
    for to in ["closed", "in_progress"] {
        let answer = desk.moves(&number, to).await;
        assert_eq!((answer.status, &answer.body["code"]), (403, &json!("client_decides")));
    }
    desk.passes("P90D").await;
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["state"], "resolved");
    let client = desk.token_of("ipo").await;
    let answer = desk
        .ask(Some(&client), "POST", &format!("/v1/tickets/{number}/messages"), Some(&json!({ "visibility": "internal", "body": "x" })))
        .await;
    assert_eq!(answer.status, 403);
}

/// CLK-15.
async fn instants_that_cannot_be_are_refused(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    desk.moves(&number, "in_progress").await;
    let at = |instant: &str| json!({ "to": "resolved", "reason": "Klaar.", "occurredAt": instant, "occurredAtReason": "Vergeten." });
    for (instant, code) in [
        ("2026-03-02T07:00:00+01:00", "before_previous"),
        ("2027-03-02T07:00:00+01:00", "in_future"),
        ("2026-03-02T09:00:00", "bad_instant"),
        ("gisteren", "bad_instant"),
    ] {
        let answer = desk.post(&format!("/v1/tickets/{number}/transitions"), &at(instant)).await;
        assert_eq!((answer.status, codes(&answer)), (400, pairs(&[("/occurredAt", code)])), "{instant}");
    }
    let mut late = incident("p3");
    (late["occurredAt"], late["occurredAtReason"]) = (json!("2026-03-02T07:00:00"), json!("Vergeten."));
    let answer = desk.post("/v1/tickets", &late).await;
    assert_eq!((answer.status, codes(&answer)), (400, pairs(&[("/occurredAt", "bad_instant")])));
    assert!(answer.body["errors"][0]["detail"].as_str().is_some_and(|detail| detail.contains("with an offset")), "{}", answer.body);
}

/// RFC 9110, 9.1: whoever answers GET answers HEAD.
async fn what_is_asked_with_head_is_answered_as_with_get_without_a_body(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    for path in [format!("/v1/tickets/{number}"), "/v1/tickets?pageSize=1".to_owned(), "/v1/openapi.json".to_owned(), "/livez".to_owned()] {
        let (get, head) = (desk.get(&path).await, desk.ask(Some(crate::support::ADMIN), "HEAD", &path, None).await);
        let of = |name: &str| (get.headers.get(name).cloned(), head.headers.get(name).cloned());
        assert_eq!((get.status, head.status, &head.body), (200, 200, &Value::Null), "{path}");
        for name in ["content-length", "content-type", "etag", "api-version"] {
            let (of_get, of_head) = of(name);
            assert_eq!(of_get, of_head, "{name} of {path}");
        }
    }
    assert_eq!(desk.ask(None, "HEAD", "/v1/tickets", None).await.status, 401);
    assert_eq!(desk.ask(Some(crate::support::ADMIN), "HEAD", "/v1/tickets?colour=red", None).await.status, 400);
    let only_post = desk.ask(Some(crate::support::ADMIN), "HEAD", "/v1/sandbox/advances", None).await;
    assert_eq!((only_post.status, &only_post.headers["allow"]), (405, &"POST".parse().expect("a header")));
}

/// RFC 9110, 11.1, and RFC 6750, 3.
async fn the_scheme_of_a_token_has_any_case_and_a_wrong_one_is_called_so(desk: &Desk) {
    let ask = async |authorization: &str| desk.send(None, ("GET", "/v1/channels"), &[("authorization", authorization)], None).await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(ask(&format!("{scheme} {}", crate::support::ADMIN)).await.status, 200, "{scheme}");
    }
    for (authorization, challenge) in [
        ("Basic dHJ5LW1lOg==", "Bearer"),
        ("Bearer", "Bearer"),
        (crate::support::ADMIN, "Bearer"),
        ("Bearer nobody", "Bearer error=\"invalid_token\""),
    ] {
        let answer = ask(authorization).await;
        assert_eq!((answer.status, answer.headers["www-authenticate"].to_str().ok()), (401, Some(challenge)), "{authorization}");
    }
}

/// INC-06 for a reason; U+0000 is what PostgreSQL keeps in no text.
async fn a_text_is_more_than_spaces_and_has_no_character_that_is_none(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    for (path, body, expected) in [
        (format!("{path}/transitions"), json!({ "to": "in_progress", "reason": " \n" }), ("/reason", "blank")),
        (format!("{path}/messages"), json!({ "visibility": "public", "body": "\t" }), ("/body", "blank")),
        (format!("{path}/messages"), json!({ "visibility": "public", "body": "a\u{0}b" }), ("/body", "bad_format")),
        (
            "/v1/tickets".to_owned(),
            {
                let mut ticket = incident("p3");
                ticket["requester"]["name"] = json!("a\u{0}");
                ticket
            },
            ("/requester/name", "bad_format"),
        ),
    ] {
        let answer = desk.post(&path, &body).await;
        assert_eq!((answer.status, codes(&answer)), (400, pairs(&[expected])), "{path}: {}", answer.body);
    }
    let answer = desk.get("/v1/tickets?text=a%00b").await;
    assert_eq!((answer.status, codes(&answer)), (400, pairs(&[("text", "bad_format")])));
    for path in ["/v1/tickets/%00", "/v1/contracts/%00", "/v1/contracts/a%00/calendars"] {
        assert_eq!(desk.get(path).await.status, 404, "{path}");
    }
}

async fn a_refusal_is_no_larger_than_its_document_says_whatever_was_sent(desk: &Desk) {
    let mut ticket = incident("p3");
    let fields = ticket.as_object_mut().expect("fields");
    fields.extend((0..1500).map(|at| (format!("{at}{}", "~/".repeat(200)), json!(1))));
    let answer = desk.post("/v1/tickets", &ticket).await;
    let told = codes(&answer);
    assert_eq!((answer.status, told.len()), (400, 1000));
    assert!(told.iter().all(|(pointer, _)| pointer.chars().count() == 500 && pointer[2..].contains("~0~1")), "{:?}", told.first());
    let answer = desk.get(&format!("/v1/tickets?{}=1", "k".repeat(3000))).await;
    assert_eq!((answer.status, codes(&answer)[0].0.len()), (400, 500));
}
