//! Every refusal is problem+json, names everything that is wrong, and changes nothing.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::usecases::tokens::NewToken;

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    a_bad_ticket_is_refused_with_all_its_problems_and_nothing_is_stored,
    pri_09_pri_10_what_the_contract_does_not_know_is_named,
    a_change_is_refused_with_all_its_problems_and_nothing_is_changed,
    a_move_that_is_not_allowed_names_those_that_are,
    what_is_no_json_or_too_large_is_refused,
    every_answer_carries_the_headers_and_every_wrong_method_its_allow,
    an_unknown_parameter_is_never_ignored,
    inc_05_inc_06_only_the_client_judges_the_solution_of_an_incident,
    instants_that_cannot_be_are_refused,
    what_is_asked_with_head_is_answered_as_with_get_without_a_body,
    the_scheme_of_a_token_has_any_case_and_a_wrong_one_is_called_so,
    a_text_is_more_than_spaces_and_has_no_character_that_is_none,
    a_refusal_is_no_larger_than_its_document_says_whatever_was_sent,
    a_refusal_says_what_can_be_given_and_never_a_pattern,
    a_filter_with_a_value_that_cannot_be_is_refused_with_those_that_can,
    a_client_is_told_of_its_own_alone,
    a_name_given_twice_is_refused_wherever_it_stands,
    a_text_without_anything_to_see_is_refused_wherever_one_is_needed,
    a_path_with_a_slash_at_its_end_is_told_what_to_write,
    a_history_names_people_and_no_tokens,
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

async fn a_change_is_refused_with_all_its_problems_and_nothing_is_changed(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    let before = desk.get(&path).await.body;
    let answer = desk.patch(&path, &json!({ "assignee": "  ", "title": "", "priority": "p9" })).await;
    assert_eq!(
        (answer.status, codes(&answer)),
        (400, pairs(&[("/assignee", "blank"), ("/title", "too_short"), ("/priority", "unknown_priority")]))
    );
    let answer = desk.patch(&path, &json!({ "tier": "goud", "priority": "p9", "type": "klacht", "title": "Anders" })).await;
    assert_eq!(
        (answer.status, codes(&answer)),
        (400, pairs(&[("/tier", "unknown_tier"), ("/priority", "unknown_priority"), ("/type", "unknown_type")]))
    );
    let nowhere = desk.patch("/v1/tickets/INC-9999", &json!({ "title": "" })).await;
    assert_eq!((nowhere.status, codes(&nowhere)), (400, pairs(&[("/title", "too_short")])));
    assert_eq!(desk.get(&path).await.body, before);
}

/// PRI-09, PRI-10 and CLK-06.
async fn pri_09_pri_10_what_the_contract_does_not_know_is_named(desk: &Desk) {
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
async fn inc_05_inc_06_only_the_client_judges_the_solution_of_an_incident(desk: &Desk) {
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
    let at = |instant: &str| json!({ "to": "resolved", "reason": "Klaar.", "handling": "alone", "occurredAt": instant, "occurredAtReason": "Vergeten." });
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

async fn a_refusal_says_what_can_be_given_and_never_a_pattern(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let with = |key: &str, value: Value| {
        let mut ticket = incident("p3");
        ticket[key] = value;
        ticket
    };
    let path = format!("/v1/tickets/{number}");
    let messages = format!("{path}/messages");
    let post = async |path: &str, body: Value| desk.post(path, &body).await;
    for (answer, said) in [
        (post(&messages, json!({ "visibility": "secret", "body": "x" })).await, "must be one of public, internal"),
        (
            post(&messages, json!({ "visibility": "public", "body": "x", "channel": "duif" })).await,
            "must be one of phone, email, portal, api",
        ),
        (post("/v1/sandbox/advances", json!({ "by": "4 uur" })).await, "must be a duration such as PT4H"),
        (post("/v1/tickets", with("requester", json!({ "name": "Anna", "email": "anna" }))).await, "must be an address such as"),
        (post("/v1/tickets", with("type", json!("klacht"))).await, "incident, problem, service_request"),
        (post("/v1/tickets", with("channel", json!("duif"))).await, "must be one of phone, email, portal, form, api, monitoring"),
        (post("/v1/tickets", with("contract", json!("nergens"))).await, "covide, dap-example"),
        (post("/v1/tickets", with("organisation", json!("niemand"))).await, "must be one of ipo"),
        (post("/v1/tickets", with("priority", json!("p9"))).await, "must be one of p1, p2, p3"),
        (desk.patch(&path, &json!({ "priority": "p9" })).await, "must be one of p1, p2, p3"),
        (desk.patch(&path, &json!({ "type": "klacht" })).await, "incident, problem, service_request"),
        (
            post(
                "/v1/contracts/dap-example/calendar-amendments",
                json!({ "calendar": "x", "date": "2026-12-24", "change": "closed", "reason": "x" }),
            )
            .await,
            "must be one of backup, maintenance, on-site, support",
        ),
        (
            post("/v1/obligations", json!({ "contract": "dap-example", "obligation": "x", "organisation": "ipo", "evidence": "x" })).await,
            "verbeterplan-exitplan",
        ),
        (desk.send_raw("/v1/tickets", vec![b' '; 1_048_577], &[("content-type", "application/json")]).await, "1048576 bytes"),
    ] {
        let told = format!("{} {}", answer.body["detail"], answer.body["errors"]);
        assert!(answer.status >= 400 && told.contains(said), "{said}: {told}");
        assert!(["^", "\\\\", "(?"].iter().all(|sign| !told.contains(sign)), "{told}");
    }
}

async fn a_filter_with_a_value_that_cannot_be_is_refused_with_those_that_can(desk: &Desk) {
    for (path, key, value, said) in [
        ("/v1/tickets", "type", "klacht", "must be one of incident, problem"),
        ("/v1/tickets", "state", "slaapt", "must be one of new, active"),
        ("/v1/tickets", "phase", "dromend", "in_progress"),
        ("/v1/tickets", "channel", "duif", "must be one of phone"),
        ("/v1/tickets", "priority", "p9", "p1, p2, p3"),
        ("/v1/tickets", "contract", "nergens", "dap-example"),
        ("/v1/tickets", "organisation", "niemand", "ipo"),
        ("/v1/tickets", "requester", "anna", "must be the UUID of a person"),
        ("/v1/tickets", "sort", "title", "openedAt"),
        ("/v1/obligations", "state", "slaapt", "must be one of open, late, met"),
        ("/v1/obligations", "contract", "nergens", "dap-example"),
        ("/v1/obligations", "organisation", "niemand", "ipo"),
        ("/v1/obligations", "obligation", "niets", "verbeterplan-exitplan"),
        ("/v1/people", "organisation", "niemand", "ipo"),
        ("/v1/inbound-messages", "outcome", "weg", "quarantined"),
        ("/v1/inbound-messages", "mailbox", "nergens", "servicedesk"),
        ("/v1/outbound-messages", "state", "weg", "must be one of pending, waiting, sent, failed"),
    ] {
        let answer = desk.get(&format!("{path}?{key}={value}")).await;
        assert_eq!((answer.status, codes(&answer)), (400, pairs(&[(key, "unknown_value")])), "{path} {key}");
        let detail = answer.body["errors"][0]["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(said) && !detail.contains(value), "{path} {key}: {detail}");
    }
    assert_eq!(desk.get("/v1/tickets?priority=p1,p3&contract=dap-example&organisation=ipo&team=van-alles").await.status, 200);
}

/// Of what is another's it hears what it hears of what is nowhere.
async fn a_client_is_told_of_its_own_alone(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    for (path, key, others, nowhere, own) in [
        ("/v1/tickets", "contract", "covide", "nergens", "dap-example"),
        ("/v1/tickets", "organisation", "gemeente-voorbeeld", "niemand", "ipo"),
        ("/v1/tickets", "priority", "urgent", "haast", "p1, p2, p3"),
        ("/v1/obligations", "contract", "covide", "nergens", "dap-example"),
        ("/v1/obligations", "organisation", "gemeente-voorbeeld", "niemand", "ipo"),
        ("/v1/people", "organisation", "gemeente-voorbeeld", "niemand", "ipo"),
    ] {
        let [theirs, none] = [others, nowhere].map(|value| format!("{path}?{key}={value}"));
        let (theirs, none) = (desk.ask(Some(&client), "GET", &theirs, None).await, desk.ask(Some(&client), "GET", &none, None).await);
        assert_eq!((theirs.status, &theirs.body), (400, &none.body), "{path} {key}");
        let told = none.body["errors"].to_string();
        assert!(
            told.contains(own) && ["covide", "gemeente-voorbeeld", "stichting-proef"].iter().all(|name| !told.contains(name)),
            "{told}"
        );
    }
}

async fn a_name_given_twice_is_refused_wherever_it_stands(desk: &Desk) {
    let json_type = [("content-type", "application/json")];
    let ticket = incident("p3").to_string();
    let (end, requester) = (ticket.len() - 1, ticket.replace("\"name\":", "\"name\":\"Bea\",\"name\":"));
    let twice = format!("{},\"title\":\"Toch anders\"}}", &ticket[..end]);
    for (path, body, pointer) in [("/v1/tickets", &twice, "/title"), ("/v1/tickets", &requester, "/requester/name")] {
        let answer = desk.send_raw(path, body.clone().into_bytes(), &json_type).await;
        assert_eq!((answer.status, codes(&answer)), (400, pairs(&[(pointer, "repeated")])), "{}", answer.body);
    }
    assert_eq!(desk.get("/v1/tickets").await.body["items"], json!([]));
    let batch = format!("{{\"items\":[{ticket},{requester},{twice}]}}").into_bytes();
    let answer = desk.send_raw("/v1/tickets/_bulk", batch, &json_type).await;
    let items: Vec<_> = answer.body["items"].as_array().expect("items").iter().collect();
    let told = |at: usize| (items[at]["status"].as_u64(), items[at]["problem"]["errors"][0]["pointer"].as_str());
    assert_eq!([told(0), told(1), told(2)], [(Some(201), None), (Some(400), Some("/requester/name")), (Some(400), Some("/title"))]);
    let batch = format!("{{\"items\":[],\"items\":[{ticket}]}}").into_bytes();
    assert_eq!(desk.send_raw("/v1/tickets/_bulk", batch, &json_type).await.status, 400);
}

async fn a_text_without_anything_to_see_is_refused_wherever_one_is_needed(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    let with = |key: &str, value: Value| {
        let mut ticket = incident("p3");
        ticket[key] = value;
        ticket
    };
    for unseen in ["\u{200b}", "\u{a0}\u{2060}", "\u{202e}\u{2066}", "\u{301}", "\u{3164}", "\u{ad}\u{feff} "] {
        for (answer, pointer) in [
            (desk.post("/v1/tickets", &with("title", json!(unseen))).await, "/title"),
            (desk.post("/v1/tickets", &with("requester", json!({ "name": unseen, "email": "a@ipo.example" }))).await, "/requester/name"),
            (
                desk.post("/v1/tickets", &with("externalReferences", json!([{ "system": unseen, "reference": "1" }]))).await,
                "/externalReferences/0/system",
            ),
            (desk.patch(&path, &json!({ "title": unseen })).await, "/title"),
            (desk.patch(&path, &json!({ "assignee": unseen })).await, "/assignee"),
            (desk.patch(&path, &json!({ "team": unseen })).await, "/team"),
            (desk.post(&format!("{path}/messages"), &json!({ "visibility": "public", "body": unseen })).await, "/body"),
            (desk.post(&format!("{path}/transitions"), &json!({ "to": "in_progress", "reason": unseen })).await, "/reason"),
        ] {
            assert_eq!((answer.status, codes(&answer)), (400, pairs(&[(pointer, "blank")])), "{unseen:?}: {}", answer.body);
        }
        let file = format!("{path}/attachments?name={}", unseen.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat());
        let kept = desk.send_raw(&file, b"x".to_vec(), &[("content-type", "application/octet-stream")]).await;
        assert_eq!((kept.status, codes(&kept)), (400, pairs(&[("name", "bad_name")])), "{unseen:?}");
    }
    let mail = "From: \u{200b} <leeg@ipo.example>\nSubject: \u{200b}\u{2060}\nMessage-ID: <leeg@ipo.example>\n\nHelp.\n";
    let made = desk.mail_arrives("servicedesk", mail).await.body["ticket"].as_str().expect("a ticket").to_owned();
    let made = desk.get(&format!("/v1/tickets/{made}")).await.body;
    assert_eq!((made["title"].as_str(), made["requester"]["name"].as_str()), (Some("(geen onderwerp)"), Some("leeg@ipo.example")));
}

async fn a_path_with_a_slash_at_its_end_is_told_what_to_write(desk: &Desk) {
    for path in ["/v1/tickets/", "/v1/tickets/INC-1001/", "/v1/contracts/dap-example/calendars/", "/docs/"] {
        let answer = desk.get(path).await;
        let detail = answer.body["detail"].as_str().unwrap_or_default();
        assert!(answer.status == 404 && detail.contains("without the slash at its end"), "{path}: {}", answer.body);
    }
    for path in ["/v1/", "/v1/nergens/", "/nergens"] {
        assert_eq!(desk.get(path).await.body["detail"], "there is nothing here", "{path}");
    }
}

async fn a_history_names_people_and_no_tokens(desk: &Desk) {
    let token = async |name: &str, organisation: Option<&str>, role| {
        let new =
            NewToken { name: name.to_owned(), organisation: organisation.map(str::to_owned), roles: vec![role], ..NewToken::default() };
        uurwerk::usecases::tokens::create(&desk.app, &new).await
    };
    let piet = token("Piet van de servicedesk", None, Role::AgentLine1).await.expect("a token");
    let portal = token("Portaal van IPO", Some("ipo"), Role::AuthorisedRequester).await.expect("a token");
    assert!(token("\u{200b}", None, Role::AgentLine1).await.is_err());
    let mail = "From: Anna de Boer <anna@ipo.example>\nSubject: Mail hapert\nMessage-ID: <1@ipo.example>\n\nNiets komt aan.\n";
    let number = desk.mail_arrives("servicedesk", mail).await.body["ticket"].as_str().expect("a ticket").to_owned();
    let path = format!("/v1/tickets/{number}");
    let says = |text: &str| json!({ "visibility": "public", "body": text });
    for who in [&piet, &portal] {
        assert_eq!(desk.ask(Some(who), "POST", &format!("{path}/messages"), Some(&says("Dag."))).await.status, 201);
    }
    desk.ask(Some(&piet), "PATCH", &path, Some(&json!({ "priority": "p3" }))).await;
    let anna = desk.get(&path).await.body["requester"]["id"].clone();
    let named = |kind: &str, name: &str, id: &Value| json!({ "kind": kind, "name": name, "id": id });
    let piet = named("desk", "Piet van de servicedesk", &Value::Null);
    let events = desk.events(&number).await;
    let of =
        |kind: &str| events.iter().find(|event| event["type"] == kind).unwrap_or_else(|| panic!("{kind} in {events:?}"))["actor"].clone();
    assert_eq!(of("ticket.registered"), named("client", "Anna de Boer", &anna));
    assert_eq!(of("ticket.prioritised"), piet);
    let messages = desk.get(&format!("{path}/messages")).await.body["items"].clone();
    let authors: Vec<_> = messages.as_array().expect("messages").iter().map(|message| message["author"].clone()).collect();
    assert_eq!(authors, [piet, named("client", "Portaal van IPO", &Value::Null)]);
    // Whoever was erased is nobody any more.
    desk.spoils(
        "UPDATE event SET actor = 'client:00000000-0000-0000-0000-000000000009' WHERE sequence = 1 AND subject_id = $1",
        of_ticket(desk, &path).await,
    )
    .await;
    assert_eq!(desk.events(&number).await[0]["actor"], json!({ "kind": "client", "name": null, "id": null }));
}

async fn of_ticket(desk: &Desk, path: &str) -> uuid::Uuid {
    desk.get(path).await.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}
