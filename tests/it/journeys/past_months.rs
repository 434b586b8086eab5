//! A past month does not change because of what happens later; verdicts on goals are corrected, and the report says so (design § 8).

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    what_happens_in_may_changes_nothing_counted_in_march,
    a_late_fact_counts_in_its_month_and_is_listed,
    what_is_recorded_in_the_second_a_month_ends_corrects_it,
    who_was_a_client_in_a_month_sees_that_month_and_no_later_one,
);

const COUNTED: [&str; 8] =
    ["population", "types", "handlingTimes", "runningBreaches", "escalations", "escalationCounts", "longOpen", "notClassified"];

async fn report(desk: &Desk, month: &str, as_of: &str) -> Value {
    let as_of = if as_of.is_empty() { String::new() } else { format!("&asOf={}", as_of.replace('+', "%2B")) };
    let answer = desk.get(&format!("/v1/reports/service-management?contract=dap-example&month={month}{as_of}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn incidents(report: &Value) -> &Value {
    report["types"].as_array().and_then(|types| types.iter().find(|row| row["ticketType"] == "incident")).expect("a row")
}

/// Each correction of a resolution clock as ticket, goal, what it was, what it is, and by what.
fn corrections(report: &Value) -> Vec<Value> {
    let listed = report["corrections"].as_array().expect("corrections").iter().filter(|one| one["clock"] == "resolution");
    listed.map(|one| json!([one["number"], one["goal"], one["before"], one["after"], one["cause"]])).collect()
}

async fn what_happens_in_may_changes_nothing_counted_in_march(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    // One solved and accepted in March, one that nobody gave a priority, one that runs on past its bounds.
    let solved = desk.registers(&incident("p2")).await;
    let mut bare = incident("p2");
    bare.as_object_mut().expect("a ticket").remove("priority");
    let bare = desk.registers(&bare).await;
    let running = desk.registers(&incident("p3")).await;
    desk.moves(&solved, "in_progress").await;
    desk.passes("PT1H").await;
    desk.moves(&solved, "resolved").await;
    let accepted = json!({ "to": "closed", "reason": "Het werkt weer." });
    let accepted = desk.ask(Some(&client), "POST", &format!("/v1/tickets/{solved}/transitions"), Some(&accepted)).await;
    assert_eq!(accepted.status, 201, "{}", accepted.body);
    desk.reaches("2026-04-01T00:05:00+02:00").await;
    let march = report(desk, "2026-03", "").await;
    assert_eq!((&incidents(&march)["closed"], &march["corrections"], &march["versionAt"]), (&json!(1), &json!([]), &march["toAt"]));
    assert_eq!((&march["notClassified"][0]["number"], &march["runningBreaches"][0]["number"]), (&json!(bare), &json!(running)));

    desk.reaches("2026-05-04T09:00:00+02:00").await;
    assert_eq!(desk.moves(&solved, "in_progress").await.status, 201);
    let classified = json!({ "priority": "p3", "priorityMotivation": "Een werkplek." });
    assert_eq!(desk.patch(&format!("/v1/tickets/{bare}"), &classified).await.status, 200);
    let retyped = desk.patch(&format!("/v1/tickets/{running}"), &json!({ "type": "information_request", "reason": "Een vraag." })).await;
    assert_eq!(retyped.status, 200, "{}", retyped.body);
    desk.reaches("2026-05-04T12:00:00+02:00").await;

    let later = report(desk, "2026-03", "").await;
    for part in COUNTED {
        assert_eq!(later[part], march[part], "{part}");
    }
    // A question has one goal, and its bound passed in March too: the breach of the first goal stands, that of the second is void.
    let expected = [
        json!([solved, 1, "met", null, "ticket.reopened"]),
        json!([solved, 2, "met", null, "ticket.reopened"]),
        json!([running, 2, "missed", null, "ticket.retyped"]),
    ];
    assert_eq!(corrections(&later), expected);
    assert_eq!(later["versionAt"], "2026-05-04T07:00:00Z");
    // The version of before can be had again, to the byte.
    let before = report(desk, "2026-03", march["toAt"].as_str().unwrap_or_default()).await;
    assert_eq!(before.to_string(), march.to_string());
    let may = report(desk, "2026-05", "").await;
    assert_eq!((&may["provisional"], &incidents(&may)["reopened"]), (&json!(true), &json!(1)));
    let ahead = desk.get("/v1/reports/service-management?contract=dap-example&month=2026-03&asOf=2026-06-01T00:00:00Z").await;
    assert_eq!((ahead.status, &ahead.body["errors"][0]["code"]), (400, &json!("in_future")));
}

async fn a_late_fact_counts_in_its_month_and_is_listed(desk: &Desk) {
    desk.reaches("2026-04-02T09:00:00+02:00").await;
    let mut phoned = incident("p3");
    phoned["occurredAt"] = json!("2026-03-31T16:00:00+02:00");
    phoned["occurredAtReason"] = json!("De telefooncentrale lag eruit.");
    let number = desk.registers(&phoned).await;
    let march = report(desk, "2026-03", "").await;
    assert_eq!(incidents(&march)["reported"], 1);
    let listed = json!([{ "number": number, "eventType": "ticket.registered", "occurredAt": "2026-03-31T14:00:00Z",
        "recordedAt": "2026-04-02T07:00:00Z", "reason": "De telefooncentrale lag eruit." }]);
    assert_eq!(march["lateFacts"], listed);
    assert_eq!(incidents(&report(desk, "2026-03", "2026-04-01T00:00:00+02:00").await)["reported"], 0);
    assert_eq!(incidents(&report(desk, "2026-04", "").await)["reported"], 0);
    // Closed in April and recorded in May: until then April knew it as open.
    desk.moves(&number, "in_progress").await;
    desk.reaches("2026-05-04T09:00:00+02:00").await;
    let client = desk.token_of("ipo").await;
    let solved = json!({ "to": "resolved", "reason": "Nagekomen.", "handling": "alone", "occurredAt": "2026-04-20T10:00:00+02:00", "occurredAtReason": "Vergeten." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &solved).await.status, 201);
    desk.ask(Some(&client), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&json!({ "to": "closed", "reason": "Ja." }))).await;
    let april = report(desk, "2026-04", "").await;
    let (handled, late) = (april["handlingTimes"][0]["all"]["n"].clone(), april["lateFacts"].as_array().map(Vec::len));
    assert_eq!((handled, late), (json!(1), Some(1)));
    let then = report(desk, "2026-04", "2026-05-01T00:00:00+02:00").await;
    assert_eq!((&incidents(&then)["resolvedAtEnd"], &incidents(&april)["resolvedAtEnd"]), (&json!(0), &json!(1)));
}

async fn what_is_recorded_in_the_second_a_month_ends_corrects_it(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    desk.reaches("2026-03-31T16:00:00+02:00").await;
    let number = desk.registers(&incident("p2")).await;
    desk.moves(&number, "in_progress").await;
    desk.moves(&number, "resolved").await;
    desk.reaches("2026-04-01T00:00:00+02:00").await;
    let march = report(desk, "2026-03", "").await;
    assert_eq!((&march["provisional"], corrections(&march).len()), (&json!(false), 0));
    let refused = json!({ "to": "in_progress", "reason": "Het hapert nog." });
    let answer = desk.ask(Some(&client), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&refused)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let mut phoned = incident("p3");
    phoned["occurredAt"] = json!("2026-03-31T16:30:00+02:00");
    phoned["occurredAtReason"] = json!("De telefooncentrale lag eruit.");
    let late = desk.registers(&phoned).await;
    let corrected = report(desk, "2026-03", "").await;
    let expected = [1, 2].map(|goal| json!([number, goal, "met", null, "ticket.solution_refused"]));
    assert_eq!(corrections(&corrected), expected);
    assert_eq!(corrected["lateFacts"][0]["number"], json!(late));
}

/// The example agreement from a date on, with another client in the place of the one it has.
fn with_another_client(from: &str) -> Value {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts/dap-example.toml");
    let text = std::fs::read_to_string(file).expect("a contract");
    let text = text
        .replacen("version = \"1.0\"", "version = \"2.0\"", 1)
        .replacen("organisation = \"ipo\"", "organisation = \"waterschap\"", 1)
        .replacen("mail_domains = [\"ipo.example\"]", "mail_domains = [\"waterschap.example\"]", 1);
    json!({ "contract": text.replacen("effective_from = 2025-01-01", &format!("effective_from = {from}"), 1) })
}

async fn who_was_a_client_in_a_month_sees_that_month_and_no_later_one(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let applied = desk.post("/v1/contracts", &with_another_client("2026-04-10")).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    desk.reaches("2026-05-04T09:00:00+02:00").await;
    let theirs = json!({ "type": "incident", "contract": "dap-example", "title": "Traag", "description": "Alles.", "priority": "p3",
        "channel": "api", "priorityMotivation": "Zo is het.",
        "requester": { "name": "Wim Water", "email": "wim@waterschap.example" } });
    let (left, came) = (desk.token_of("ipo").await, desk.token_of("waterschap").await);
    let new = desk.ask(Some(&came), "POST", "/v1/tickets", Some(&theirs)).await;
    assert_eq!(new.status, 201, "{}", new.body);
    let asks = async |token: &str, month: &str| {
        let path = format!("/v1/reports/service-management?contract=dap-example&month={month}");
        let answer = desk.ask(Some(token), "GET", &path, None).await;
        (answer.status, answer.body["population"]["considered"].as_u64(), answer.body["longOpen"][0]["number"].clone())
    };
    assert_eq!(asks(&left, "2026-03").await, (200, Some(1), json!(number)));
    assert_eq!(asks(&left, "2026-04").await, (200, Some(1), json!(number)));
    assert_eq!(asks(&left, "2026-05").await.0, 404);
    assert_eq!(asks(&came, "2026-03").await.0, 404);
    assert_eq!(asks(&came, "2026-04").await, (200, Some(0), Value::Null));
    assert_eq!(asks(&came, "2026-05").await, (200, Some(1), Value::Null));
    let desk_sees = report(desk, "2026-05", "").await;
    assert_eq!(desk_sees["population"]["considered"], 2);
    let stranger = desk.token_of("gemeente-voorbeeld").await;
    assert_eq!(asks(&stranger, "2026-03").await.0, 404);
}
