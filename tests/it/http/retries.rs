//! Safe retries: a repeat makes nothing twice, and nobody writes over what they have not read.

use serde_json::{Value, json};
use uurwerk::domain::idempotency::Key;
use uurwerk::usecases::{Stamp, sandbox};

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident, incident_under};

on_both_databases!(
    every_post_that_makes_something_makes_it_once_under_one_key,
    a_key_is_forgotten_after_a_day_of_the_desks_time,
    a_key_is_of_its_caller,
    many_requests_at_once_under_one_key_are_one,
    who_has_not_read_the_ticket_as_it_is_changes_nothing,
    a_ticket_that_is_as_it_was_read_is_not_sent_again,
    a_reference_of_another_system_is_one_ticket,
    an_advance_under_one_key_goes_once,
    an_advance_that_was_broken_off_is_finished_by_its_repeat,
);

async fn keyed(desk: &Desk, key: &str, path: &str, body: &Value) -> Answer {
    desk.send(Some(ADMIN), ("POST", path), &[("idempotency-key", key)], Some(body)).await
}

async fn every_post_that_makes_something_makes_it_once_under_one_key(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ticket = format!("/v1/tickets/{number}");
    let longest = "k".repeat(255);
    for (key, path, body, other) in [
        ("!", "/v1/tickets".to_owned(), incident("p3"), incident("p2")),
        (
            "m",
            format!("{ticket}/messages"),
            json!({ "visibility": "public", "body": "Wij kijken." }),
            json!({ "visibility": "public", "body": "Anders." }),
        ),
        (
            longest.as_str(),
            format!("{ticket}/transitions"),
            json!({ "to": "in_progress", "reason": "Wij beginnen." }),
            json!({ "to": "cancelled", "reason": "Toch niet." }),
        ),
        (
            "e",
            format!("{ticket}/escalations"),
            json!({ "code": "afspraak-niet-nageleefd", "reason": "Het duurt te lang." }),
            json!({ "code": "afspraak-niet-nageleefd", "reason": "Anders." }),
        ),
        (
            "a",
            "/v1/contracts/dap-example/calendar-amendments".to_owned(),
            json!({ "calendar": "support", "date": "2026-12-24", "change": "closed", "reason": "Kerstavond." }),
            json!({ "calendar": "support", "date": "2026-12-24", "change": "as_agreed", "reason": "Toch open." }),
        ),
    ] {
        let first = keyed(desk, key, &path, &body).await;
        assert_eq!(first.status, 201, "{path}: {}", first.body);
        let events = desk.history(&number).await.len();
        let again = keyed(desk, key, &path, &body).await;
        assert_eq!((again.status, &again.body["id"]), (201, &first.body["id"]), "{path}: {}", again.body);
        assert_eq!(desk.history(&number).await.len(), events, "{path} happened twice");
        let reused = keyed(desk, key, &path, &other).await;
        assert_eq!((reused.status, &reused.body["code"]), (409, &json!("idempotency_key_reused")), "{path}");
    }
    for bad in ["", "two words", "k\u{e9}", &"k".repeat(256)] {
        let answer = keyed(desk, bad, "/v1/tickets", &incident("p3")).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (400, &json!("Idempotency-Key")), "{bad}");
    }
}

async fn a_key_is_forgotten_after_a_day_of_the_desks_time(desk: &Desk) {
    let first = keyed(desk, "k", "/v1/tickets", &incident("p3")).await;
    desk.passes("PT23H59M59S").await;
    assert_eq!(keyed(desk, "k", "/v1/tickets", &incident("p3")).await.body["id"], first.body["id"]);
    assert_eq!(uurwerk::usecases::idempotency::forget(&desk.app).await.ok(), Some(0));
    desk.passes("PT1S").await;
    let second = keyed(desk, "k", "/v1/tickets", &incident("p2")).await;
    assert_eq!(second.status, 201, "{}", second.body);
    assert_ne!(second.body["id"], first.body["id"]);
    assert_eq!(keyed(desk, "k", "/v1/tickets", &incident("p2")).await.body["id"], second.body["id"]);
    keyed(desk, "another", "/v1/tickets", &incident("p3")).await;
    desk.passes("P1D").await;
    assert_eq!(uurwerk::usecases::idempotency::forget(&desk.app).await.ok(), Some(2), "both keys are cleared away");
    assert_eq!(uurwerk::usecases::idempotency::forget(&desk.app).await.ok(), Some(0));
}

async fn a_key_is_of_its_caller(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let body = json!({ "type": "incident", "contract": "dap-example", "title": "Mail hapert", "channel": "portal",
        "requester": { "name": "Anna de Boer", "email": "anna@ipo.example" } });
    let ours = keyed(desk, "k", "/v1/tickets", &body).await;
    let theirs = desk.send(Some(&client), ("POST", "/v1/tickets"), &[("idempotency-key", "k")], Some(&body)).await;
    assert_eq!((ours.status, theirs.status), (201, 201));
    assert_ne!(ours.body["id"], theirs.body["id"]);
}

async fn many_requests_at_once_under_one_key_are_one(desk: &Desk) {
    let body = incident("p3");
    for _ in 0..2 {
        let answers = futures_util::future::join_all((0..8).map(|_| keyed(desk, "k", "/v1/tickets", &body))).await;
        let made: std::collections::BTreeSet<_> = answers.iter().map(|answer| answer.body["number"].to_string()).collect();
        assert_eq!((made.len(), answers.iter().all(|answer| answer.status == 201)), (1, true), "{made:?}");
        desk.passes("P1D").await;
    }
    assert_eq!(desk.get("/v1/tickets").await.body["items"].as_array().map(Vec::len), Some(2));
}

fn tag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().expect("text").to_owned()
}

async fn who_has_not_read_the_ticket_as_it_is_changes_nothing(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    let stale = tag(&desk.get(&path).await);
    assert_eq!(desk.patch(&path, &json!({ "title": "Mail hapert weer" })).await.status, 200);
    let events = desk.history(&number).await.len();
    let requests = [
        ("PATCH", path.clone(), json!({ "title": "Anders" })),
        ("POST", format!("{path}/transitions"), json!({ "to": "in_progress", "reason": "Wij beginnen." })),
        ("POST", format!("{path}/messages"), json!({ "visibility": "public", "body": "Wij kijken." })),
        ("POST", format!("{path}/escalations"), json!({ "code": "afspraak-niet-nageleefd", "reason": "Het duurt te lang." })),
    ];
    for (method, path, body) in &requests {
        for stale in [stale.as_str(), "W/\"2\"", "\"x\", \"1\""] {
            let answer = desk.send(Some(ADMIN), (method, path), &[("if-match", stale)], Some(body)).await;
            assert_eq!((answer.status, &answer.body["code"]), (412, &json!("version_changed")), "{method} {path} {stale}");
        }
        let answer = desk.send(Some(ADMIN), (method, path), &[("if-match", "2")], Some(body)).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (400, &json!("If-Match")), "{method} {path}");
    }
    assert_eq!(desk.history(&number).await.len(), events);
    for (method, of, body) in &requests {
        let present = tag(&desk.get(&path).await);
        let answer = desk.send(Some(ADMIN), (method, of), &[("if-match", &format!("\"x\", {present}"))], Some(body)).await;
        assert!(answer.status < 300, "{method} {of}: {}", answer.body);
    }
    let any = desk.send(Some(ADMIN), ("PATCH", &path), &[("if-match", "*")], Some(&json!({ "title": "Hoe dan ook" }))).await;
    assert_eq!(any.status, 200);
    // A repeat of what succeeded is no change: it asks for nothing.
    let headers = [("idempotency-key", "k"), ("if-match", &tag(&desk.get(&path).await))];
    let hold = json!({ "to": "on_hold", "reason": "Wij wachten.", "cause": "requester" });
    for _ in 0..2 {
        assert_eq!(desk.send(Some(ADMIN), ("POST", &format!("{path}/transitions")), &headers, Some(&hold)).await.status, 201);
    }
}

async fn a_ticket_that_is_as_it_was_read_is_not_sent_again(desk: &Desk) {
    let mut urgent = incident_under("covide");
    (urgent["priority"], urgent["organisation"]) = (json!("urgent"), json!("gemeente-voorbeeld"));
    let number = desk.registers(&urgent).await;
    let path = format!("/v1/tickets/{number}");
    desk.patch(&path, &json!({ "assignee": "piet" })).await;
    let read = tag(&desk.get(&path).await);
    let again = async |known: &str| desk.send(Some(ADMIN), ("GET", &path), &[("if-none-match", known)], None).await;
    for known in [read.clone(), format!("W/{read}"), format!("\"x\", {read}"), "*".to_owned()] {
        let answer = again(&known).await;
        assert_eq!((answer.status, tag(&answer), &answer.body), (304, read.clone(), &Value::Null), "{known}");
    }
    // A breach moves the next deadline: nobody changed the ticket, and yet it reads otherwise.
    let before = desk.get(&path).await.body;
    desk.passes("PT5H").await;
    let after = again(&read).await;
    assert_eq!((after.status, &after.body["version"]), (200, &before["version"]));
    assert_ne!(after.body["nextDueAt"], before["nextDueAt"]);
    desk.patch(&path, &json!({ "title": "Anders" })).await;
    assert_eq!(again(&tag(&after)).await.status, 200);
}

/// The second one learns which was the first, and nothing of another organisation's.
async fn a_reference_of_another_system_is_one_ticket(desk: &Desk) {
    let with = |references: Value| {
        let mut ticket = incident("p3");
        ticket["externalReferences"] = references;
        ticket
    };
    let first = desk.registers(&with(json!([{ "system": "topdesk", "reference": "T-1" }]))).await;
    let second = desk.post("/v1/tickets", &with(json!([{ "system": "topdesk", "reference": "T-1" }]))).await;
    let link = format!("/v1/tickets/{first}");
    assert_eq!((second.status, &second.body["code"]), (409, &json!("external_reference_exists")));
    assert_eq!(second.body["conflictsWith"], json!(link));
    assert_eq!(second.headers["link"], format!("<{link}>; rel=\"related\""));
    assert!(second.body["detail"].as_str().is_some_and(|detail| detail.contains(&first)), "{}", second.body);
    let other = desk.token_of("gemeente-voorbeeld").await;
    let theirs = json!({ "type": "incident", "contract": "covide", "title": "Traag", "channel": "portal",
        "requester": { "name": "Bea", "email": "bea@gemeente-voorbeeld.example" },
        "externalReferences": [{ "system": "topdesk", "reference": "T-1" }] });
    let theirs = desk.ask(Some(&other), "POST", "/v1/tickets", Some(&theirs)).await;
    assert_eq!(theirs.status, 201, "{}", theirs.body);
    let twice = json!([{ "system": "topdesk", "reference": "T-2" }, { "system": "topdesk", "reference": "T-2" }]);
    let twice = desk.post("/v1/tickets", &with(twice)).await;
    assert_eq!(
        (twice.status, &twice.body["errors"][0]["pointer"], &twice.body["errors"][0]["code"]),
        (400, &json!("/externalReferences/1"), &json!("repeated"))
    );
}

async fn an_advance_under_one_key_goes_once(desk: &Desk) {
    let advance = async |key: &str, body: Value| keyed(desk, key, "/v1/sandbox/advances", &body).await;
    for _ in 0..2 {
        // Further than a key is remembered: it counts from where time then stands.
        let answer = advance("k", json!({ "by": "P3D" })).await;
        assert_eq!((answer.status, &answer.body["nowAt"]), (201, &json!("2026-03-05T07:00:00Z")), "{}", answer.body);
    }
    let reused = advance("k", json!({ "by": "P4D" })).await;
    assert_eq!((reused.status, &reused.body["code"]), (409, &json!("idempotency_key_reused")));
    desk.passes("PT1H").await;
    assert_eq!(advance("k", json!({ "by": "P3D" })).await.body["nowAt"], "2026-03-05T08:00:00Z", "a repeat never goes back");
    assert_eq!(advance("l", json!({ "by": "PT2H" })).await.body["nowAt"], "2026-03-05T10:00:00Z");
    desk.passes("P1D").await;
    assert_eq!(advance("l", json!({ "by": "PT2H" })).await.body["nowAt"], "2026-03-06T12:00:00Z", "its key is forgotten a day later");
}

/// A process that was killed on the way leaves the key behind, with time standing before where it was to go.
async fn an_advance_that_was_broken_off_is_finished_by_its_repeat(desk: &Desk) {
    let killed = desk.another_process().await;
    let key = Key { caller: "desk:admin".to_owned(), key: "k".to_owned(), digest: "d".to_owned() };
    let stamp = Stamp { idempotency: Some(key), ..Stamp::system(desk.app.time.now()) };
    let by = sandbox::Advance::By(2 * 3600);
    let there = uurwerk::jobs::advance(&desk.app, &stamp, by).await.expect("an advance");
    assert_eq!(there.to_string(), "2026-03-02T09:00:00Z");
    assert_eq!(killed.time.now().to_string(), "2026-03-02T07:00:00Z");
    assert_eq!(uurwerk::jobs::advance(&killed, &stamp, by).await.expect("an advance"), there, "it goes there, and no further");
}
