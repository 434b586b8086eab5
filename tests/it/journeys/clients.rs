//! What a client sees of a ticket and can do to it, and what not.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, as_handled_alone, incident};

on_both_databases!(
    a_client_sees_nothing_of_what_the_desk_does_inside,
    a_late_note_tells_a_client_neither_why_nor_when,
    pri_06_a_client_changes_no_ticket_that_is_done,
    a_client_claims_no_telephone_contact,
    a_client_names_its_own_people_as_requesters_and_no_strangers,
    a_client_climbs_only_where_the_contract_lets_its_side,
);

fn reported(priority: &str) -> Value {
    let mut ticket = incident(priority);
    ticket["channel"] = json!("portal");
    ticket
}

/// Everything a client can ask about a ticket, in one text.
async fn all_of(desk: &Desk, client: &str, number: &str, since: &str) -> Vec<(String, Value)> {
    let mut seen = Vec::new();
    for path in [
        format!("/v1/tickets/{number}"),
        format!("/v1/tickets/{number}/events"),
        format!("/v1/tickets/{number}/events?pageSize=1"),
        format!("/v1/tickets/{number}/messages"),
        format!("/v1/tickets/{number}/attachments"),
        format!("/v1/tickets/{number}/transitions"),
        format!("/v1/tickets?updatedFrom={since}"),
        format!("/v1/tickets?updatedSince={since}"),
        "/v1/tickets?sort=-updatedAt".to_owned(),
        "/v1/tickets?text=geheim".to_owned(),
    ] {
        let mut answer = desk.ask(Some(client), "GET", &path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        // How far the desk as a whole has been read.
        answer.body.as_object_mut().expect("an object").remove("syncedUntil");
        let tag = answer.headers.get("etag").map(|tag| format!("{tag:?}"));
        seen.push((path, json!([answer.body, tag])));
    }
    seen
}

async fn a_client_sees_nothing_of_what_the_desk_does_inside(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let (other, number) = (desk.proposes("ipo", &reported("p3")).await, desk.proposes("ipo", &reported("p3")).await);
    let path = format!("/v1/tickets/{number}");
    desk.passes("PT1H").await;
    // The one that changed last as the client knows.
    desk.patch(&format!("/v1/tickets/{other}"), &json!({ "assignee": "els" })).await;
    desk.passes("PT1H").await;
    let (since, before_desk) = ("2026-03-02T09:00:00Z", desk.get(&path).await);
    let before = all_of(desk, &client, &number, since).await;
    let tag = desk.ask(Some(&client), "GET", &path, None).await.headers["etag"].to_str().expect("a tag").to_owned();

    let note = json!({ "visibility": "internal", "body": "Geheim: dit is al de derde keer." });
    assert_eq!(desk.post(&format!("{path}/messages"), &note).await.status, 201);
    let file = format!("{path}/attachments?name=geheim.txt&visibility=internal");
    let kept = desk.send_raw(&file, b"geheim".to_vec(), &[("content-type", "application/octet-stream")]).await;
    assert_eq!(kept.status, 201, "{}", kept.body);
    desk.passes("PT1M").await;

    let after = all_of(desk, &client, &number, since).await;
    for ((path, before), (_, after)) in before.iter().zip(&after) {
        assert_eq!(before, after, "{path} tells of a note");
    }
    let file = format!("{path}/attachments/{}", kept.body["id"].as_str().expect("an id"));
    assert_eq!(desk.ask(Some(&client), "GET", &file, None).await.status, 404);
    // What the client read still holds: its change is no conflict.
    let proposal = json!({ "priority": "p2" });
    let changed = desk.send(Some(&client), ("PATCH", &path), &[("if-match", &tag)], Some(&proposal)).await;
    assert_eq!((changed.status, &changed.body["version"]), (200, &json!(2)), "{}", changed.body);

    // The desk sees all of it.
    let now = desk.get(&path).await.body;
    assert_eq!((now["version"].as_i64(), before_desk.body["version"].as_i64()), (Some(4), Some(1)));
    let kinds: Vec<_> = desk.history(&number).await.into_iter().map(|event| event.0).collect();
    assert!(kinds.iter().any(|kind| kind == "ticket.noted") && kinds.iter().any(|kind| kind == "ticket.attached"), "{kinds:?}");
    let numbers =
        |answer: Answer| answer.body["items"].as_array().expect("items").iter().map(|one| one["number"].clone()).collect::<Vec<_>>();
    assert_eq!(numbers(desk.get(&format!("/v1/tickets?updatedSince={since}")).await).last(), Some(&json!(number)));
    assert_eq!(numbers(desk.get("/v1/tickets?text=geheim").await), [json!(number)], "the desk finds its notes");
    let searched = desk.ask(Some(&client), "GET", "/v1/tickets?text=geheim", None).await;
    assert_eq!(numbers(searched), [Value::Null; 0], "and its client does not");
}

/// The reason of a late note is the desk's own, as is that of a phone contact told in one.
async fn a_late_note_tells_a_client_neither_why_nor_when(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let number = desk.proposes("ipo", &reported("p3")).await;
    let path = format!("/v1/tickets/{number}");
    desk.passes("PT2H").await;
    let late = |channel: Value, at: &str| json!({ "visibility": "internal", "body": "Geheim.", "channel": channel, "occurredAt": at, "occurredAtReason": "Geheim: ik was het vergeten." });
    for note in [late(json!("phone"), "2026-03-02T08:30:00+01:00"), late(Value::Null, "2026-03-02T09:00:00+01:00")] {
        let written = desk.post(&format!("{path}/messages"), &note).await;
        assert_eq!(written.status, 201, "{}", written.body);
    }
    let events = desk.ask(Some(&client), "GET", &format!("{path}/events"), None).await.body;
    let kinds: Vec<_> = events["items"].as_array().expect("events").iter().map(|event| event["type"].clone()).collect();
    assert_eq!(kinds, [json!("ticket.registered"), json!("ticket.phoned")]);
    let text = events.to_string();
    assert!(!text.contains("Geheim") && !text.contains("acknowledge") && !text.contains("internal"), "{text}");
    // The contact answered, and the client can check that it did.
    let ledger = desk.ask(Some(&client), "GET", &format!("{path}/clocks/response/ledger"), None).await.body;
    assert_eq!(ledger["clock"]["stoppedAt"], "2026-03-02T07:30:00Z");
    assert_eq!(ledger["facts"][0]["event"], events["items"][1]["id"]);
    // A refusal does not tell when the last note was.
    let claim =
        json!({ "visibility": "public", "body": "Nog iets.", "occurredAt": "2026-03-02T08:10:00+01:00", "occurredAtReason": "Eerder." });
    let refused = desk.ask(Some(&client), "POST", &format!("{path}/messages"), Some(&claim)).await;
    assert!(refused.status == 400 && !refused.body.to_string().contains("07:30"), "{}", refused.body);
    assert_eq!(refused.body["errors"].as_array().map(Vec::len), Some(1), "{}", refused.body);
}

/// PRI-06: a priority is proposed while the ticket is open.
async fn pri_06_a_client_changes_no_ticket_that_is_done(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let change = async |number: &str, body: Value| desk.ask(Some(&client), "PATCH", &format!("/v1/tickets/{number}"), Some(&body)).await;
    for phases in [&["in_progress", "resolved"][..], &["in_progress", "resolved", "closed"], &["cancelled"]] {
        let number = desk.proposes("ipo", &reported("p3")).await;
        assert_eq!(change(&number, json!({ "priority": "p2" })).await.status, 200, "an open one, on the other hand");
        for phase in phases {
            let token = if *phase == "closed" { &client } else { ADMIN };
            let wish = as_handled_alone(json!({ "to": phase, "reason": "Zo is het." }));
            let moved = desk.ask(Some(token), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&wish)).await;
            assert_eq!(moved.status, 201, "{}", moved.body);
        }
        let before = desk.get(&format!("/v1/tickets/{number}")).await;
        for (body, status) in [
            (json!({ "priority": "p1" }), 409),
            (json!({ "priority": "p1", "type": "incident" }), 409),
            (json!({ "type": "problem" }), 403),
            (json!({ "title": "Anders" }), 403),
            (json!({ "assignee": null }), 403),
            (json!({}), 200),
        ] {
            let answer = change(&number, body.clone()).await;
            assert_eq!(answer.status, status, "{phases:?} {body}: {}", answer.body);
        }
        let after = desk.get(&format!("/v1/tickets/{number}")).await;
        assert_eq!((&after.body, &after.headers["etag"]), (&before.body, &before.headers["etag"]), "{phases:?}");
    }
}

async fn a_client_claims_no_telephone_contact(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let refused = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&incident("p1"))).await;
    assert_eq!(
        (refused.status, &refused.body["errors"][0]["pointer"], &refused.body["errors"][0]["code"]),
        (400, &json!("/channel"), &json!("desk_only"))
    );
    let batch = json!({ "items": [incident("p1"), reported("p1")] });
    let batch = desk.ask(Some(&client), "POST", "/v1/tickets/_bulk", Some(&batch)).await.body;
    assert_eq!((&batch["items"][0]["status"], &batch["items"][1]["status"]), (&json!(400), &json!(201)), "{batch}");
    let number = desk.proposes("ipo", &reported("p1")).await;
    let path = format!("/v1/tickets/{number}/messages");
    let mut message = json!({ "visibility": "public", "body": "Ik heb net gebeld.", "channel": "phone" });
    let claimed = desk.ask(Some(&client), "POST", &path, Some(&message)).await;
    assert_eq!((claimed.status, &claimed.body["code"]), (403, &json!("desk_only")));
    message["channel"] = json!("portal");
    assert_eq!(desk.ask(Some(&client), "POST", &path, Some(&message)).await.status, 201);
    // Nobody phoned as far as the desk knows, so there is no P1 yet (INC-03); the desk records the call, and then there is.
    let p1 = json!({ "priority": "p1" });
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &p1).await.status, 400);
    assert_eq!(desk.post(&path, &json!({ "visibility": "internal", "body": "Gebeld.", "channel": "phone" })).await.status, 201);
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &p1).await.status, 200);
}

async fn a_client_names_its_own_people_as_requesters_and_no_strangers(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let by = |email: &str| {
        let mut ticket = reported("p3");
        ticket["requester"] = json!({ "name": "Bo", "email": email });
        ticket
    };
    for stranger in ["bo@elders.example", "bo@gemeente-voorbeeld.example", "bo@ipo.example.elders.example", "bo@sub.ipo.example"] {
        let refused = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&by(stranger))).await;
        assert_eq!(
            (refused.status, &refused.body["errors"][0]["code"]),
            (400, &json!("unknown_requester")),
            "{stranger}: {}",
            refused.body
        );
        assert_eq!(refused.body["errors"][0]["pointer"], "/requester/email");
    }
    let people = desk.get("/v1/people?organisation=ipo").await.body;
    assert_eq!(people["items"], json!([]), "a stranger who was refused is not made known");
    let batch = json!({ "items": [by("bo@elders.example"), by("BO@IPO.example")] });
    let batch = desk.ask(Some(&client), "POST", "/v1/tickets/_bulk", Some(&batch)).await.body;
    assert_eq!((&batch["items"][0]["status"], &batch["items"][1]["status"]), (&json!(400), &json!(201)), "{batch}");
    // Whom the desk registered is known from then on.
    desk.registers(&by("bo@elders.example")).await;
    assert_eq!(desk.ask(Some(&client), "POST", "/v1/tickets", Some(&by("bo@elders.example"))).await.status, 201);
}

/// The example agreement with levels 2 and 3 as these sides may raise them.
async fn agreed(desk: &Desk, second: &str, third: &str) {
    let text = std::fs::read_to_string("config/contracts/dap-example.toml").expect("a contract");
    let level = |text: String, level: u32, sides: &str| {
        text.replacen(&format!("level = {level}\n"), &format!("level = {level}\nraised_by = {sides}\n"), 1)
    };
    let text = level(level(text, 2, second), 3, third);
    let text = text.replacen("version = \"1.0\"", "version = \"1.1\"", 1).replacen(
        "effective_from = 2025-01-01",
        "effective_from = 2026-03-03",
        1,
    );
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    desk.passes("P1D").await;
}

/// Design § 3: a level names the sides that may raise it; the supplier's unless it says so.
async fn a_client_climbs_only_where_the_contract_lets_its_side(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let climb = async |token: &str, number: &str, code: &str| {
        let wish = json!({ "code": code, "reason": "Wij zijn niet tevreden." });
        desk.ask(Some(token), "POST", &format!("/v1/tickets/{number}/escalations"), Some(&wish)).await
    };
    let number = desk.proposes("ipo", &reported("p3")).await;
    let refused = climb(&client, &number, "afspraak-niet-nageleefd").await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("raised_by_others")), "{}", refused.body);
    assert_eq!(climb(ADMIN, &number, "afspraak-niet-nageleefd").await.status, 201);

    agreed(desk, "[\"client\"]", "[\"client\", \"supplier\"]").await;
    let number = desk.proposes("ipo", &reported("p3")).await;
    let refused = climb(ADMIN, &number, "afspraak-niet-nageleefd").await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("raised_by_others")), "the client's alone: {}", refused.body);
    assert_eq!(climb(&client, &number, "afspraak-niet-nageleefd").await.status, 201);
    assert_eq!(climb(&client, &number, "niet-oplosbaar-met-hulp").await.status, 201);
    let top = climb(&client, &number, "geen-oplossing").await;
    assert_eq!(top.status, 403, "level 4 says nothing: the supplier's: {}", top.body);
    assert_eq!(climb(ADMIN, &number, "geen-oplossing").await.status, 201);
    let shown = desk.get("/v1/contracts/dap-example").await.body;
    let sides: Vec<_> = shown["ladders"][0]["levels"].as_array().expect("levels").iter().map(|level| level["raisedBy"].clone()).collect();
    assert_eq!(sides, [json!(["supplier"]), json!(["client"]), json!(["client", "supplier"]), json!(["supplier"])]);
}
