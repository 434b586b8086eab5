//! A closure decided later, and a ticket that turns out to be something else.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    clk_16_a_closure_day_moves_the_deadlines_of_open_tickets_and_their_history_says_so,
    a_closure_known_to_one_process_holds_for_every_process,
    an_amendment_that_cannot_be_is_refused_whole,
    an_incident_that_is_a_problem_keeps_its_number_and_its_start,
    what_is_no_type_or_tier_of_the_ticket_is_refused,
);

const AMENDMENTS: &str = "/v1/contracts/dap-example/calendar-amendments";

fn closed(date: &str) -> Value {
    json!({ "calendar": "support", "date": date, "change": "closed", "reason": "Het pand is dicht." })
}

fn due(clock: &Value) -> String {
    clock["goals"][0]["dueAt"].as_str().unwrap_or_default().to_owned()
}

async fn clk_16_a_closure_day_moves_the_deadlines_of_open_tickets_and_their_history_says_so(desk: &Desk) {
    desk.reaches("2026-03-02T15:00:00+01:00").await;
    let (open, solved) = (desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await);
    desk.moves(&solved, "in_progress").await;
    desk.moves(&solved, "resolved").await;
    desk.patch(&format!("/v1/tickets/{open}"), &json!({ "assignee": "bob" })).await;
    // P2 within 8 hours of 08:00–18:00, from Monday 15:00.
    assert_eq!(due(&desk.clock(&open, "resolution").await), "2026-03-03T12:00:00Z");
    let recorded = desk.post(AMENDMENTS, &closed("2026-03-03")).await;
    assert_eq!(recorded.status, 201, "{}", recorded.body);
    desk.reaches("2026-03-03T18:00:00+01:00").await;
    assert_eq!(due(&desk.clock(&open, "resolution").await), "2026-03-04T12:00:00Z");
    assert_eq!(due(&desk.clock(&solved, "resolution").await), "2026-03-03T12:00:00Z");
    let kinds = |history: Vec<(String, String)>| history.into_iter().map(|event| event.0).collect::<Vec<_>>();
    let told = kinds(desk.history(&open).await);
    assert_eq!(told, ["ticket.registered", "ticket.assigned", "calendar.amended"]);
    assert!(!kinds(desk.history(&solved).await).contains(&"calendar.amended".to_owned()));
    let shown = desk.get(&format!("/v1/tickets/{open}")).await;
    assert_eq!(shown.body["nextDueAt"], "2026-03-04T12:00:00Z");
    let ledger = desk.clock(&open, "resolution").await["ledger"].clone();
    assert!(ledger.to_string().contains("\"by_hand\""), "{ledger}");
    desk.reaches("2026-03-04T14:00:00+01:00").await;
    let breached = desk.history(&open).await.into_iter().rfind(|event| event.0 == "clock.breached");
    assert_eq!(breached, Some(("clock.breached".to_owned(), "2026-03-04T12:00:01Z".to_owned())));
    let listed = desk.get(AMENDMENTS).await;
    assert_eq!((&listed.body["items"][0]["date"], &listed.body["items"][0]["hours"]), (&json!("2026-03-03"), &json!([])));
}

async fn a_closure_known_to_one_process_holds_for_every_process(desk: &Desk) {
    let other = desk.another_process().await;
    let open = desk.registers(&incident("p2")).await;
    let draft = uurwerk::usecases::amendments::Draft {
        calendar: "support".to_owned(),
        date: "2026-03-03".parse().expect("a date"),
        change: "hours".to_owned(),
        hours: vec!["10:00-12:00".to_owned()],
        reason: "Korte dag.".to_owned(),
    };
    let stamp = uurwerk::usecases::Stamp::system(other.time.now());
    uurwerk::usecases::amendments::amend(&other, &stamp, "dap-example", &draft).await.expect("an amendment");
    let late = desk.registers(&incident("p3")).await;
    for number in [open, late] {
        let ledger = desk.clock(&number, "resolution").await;
        desk.reaches("2026-03-03T13:00:00+01:00").await;
        let shown = desk.clock(&number, "resolution").await;
        // Monday from 08:00 to 18:00, Tuesday from 10:00 to 12:00.
        assert_eq!(shown["elapsedSeconds"], 12 * 3600, "{number}: {ledger}");
    }
}

async fn an_amendment_that_cannot_be_is_refused_whole(desk: &Desk) {
    let refused = async |body: Value| {
        let answer = desk.post(AMENDMENTS, &body).await;
        (answer.status, answer.body["errors"][0]["pointer"].clone(), answer.body["errors"][0]["code"].clone())
    };
    let with = |key: &str, value: Value| {
        let mut body = closed("2026-03-03");
        body[key] = value;
        body
    };
    assert_eq!(refused(with("calendar", json!("nights"))).await, (400, json!("/calendar"), json!("unknown_calendar")));
    assert_eq!(refused(with("change", json!("open"))).await, (400, json!("/change"), json!("unknown_value")));
    assert_eq!(refused(with("hours", json!(["09:00-12:00"]))).await, (400, json!("/hours"), json!("not_allowed")));
    assert_eq!(refused(with("change", json!("hours"))).await, (400, json!("/hours"), json!("required")));
    let mut tail = with("change", json!("hours"));
    tail["hours"] = json!(["22:00-09:00"]);
    assert_eq!(refused(tail).await, (400, json!("/hours"), json!("overlap")));
    assert_eq!(desk.post("/v1/contracts/none/calendar-amendments", &closed("2026-03-03")).await.status, 404);
    let client = desk.token_of("ipo").await;
    assert_eq!(desk.ask(Some(&client), "POST", AMENDMENTS, Some(&closed("2026-03-03"))).await.status, 403);
    assert_eq!(desk.ask(Some(&client), "GET", AMENDMENTS, None).await.status, 200);
    let stranger = desk.token_of("gemeente-voorbeeld").await;
    assert_eq!(desk.ask(Some(&stranger), "GET", AMENDMENTS, None).await.status, 404);
    assert_eq!(desk.get(AMENDMENTS).await.body["items"], json!([]));
}

/// Design § 2.9: the start, the holds and what was counted stay; the ticket stands in the new type's own phase.
async fn an_incident_that_is_a_problem_keeps_its_number_and_its_start(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    desk.moves(&number, "in_progress").await;
    desk.passes("PT2H").await;
    let path = format!("/v1/tickets/{number}");
    let changed = desk.patch(&path, &json!({ "type": "problem" })).await;
    assert_eq!(
        (changed.status, &changed.body["type"], &changed.body["phase"]),
        (200, &json!("problem"), &json!("investigating")),
        "{}",
        changed.body
    );
    assert_eq!(changed.body["number"], json!(number));
    let history = desk.history(&number).await;
    assert_eq!(history.iter().filter(|event| event.0 == "ticket.retyped").count(), 1);
    let held = desk.post(&format!("{path}/transitions"), &json!({ "to": "on_hold", "reason": "Wacht.", "cause": "requester" })).await;
    assert_eq!(held.status, 201, "{}", held.body);
    let back = desk.patch(&path, &json!({ "type": "incident", "priority": "p3" })).await;
    assert_eq!((&back.body["phase"], &back.body["priority"]), (&json!("on_hold"), &json!("p3")));
    let moves = desk.get(&format!("{path}/transitions")).await;
    let to: Vec<_> = moves.body["items"].as_array().expect("moves").iter().map(|one| one["to"].clone()).collect();
    assert_eq!(to, [json!("in_progress"), json!("cancelled")], "held as a problem, taken up again as an incident");
    let clock = desk.clock(&number, "resolution").await;
    assert_eq!((&clock["startedAt"], &clock["elapsedSeconds"]), (&json!("2026-03-02T07:00:00Z"), &json!(7200)));
}

async fn what_is_no_type_or_tier_of_the_ticket_is_refused(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    let path = format!("/v1/tickets/{number}");
    let refused = desk.patch(&path, &json!({ "type": "wish", "priorityMotivation": "Zomaar." })).await;
    let codes: Vec<_> = refused.body["errors"].as_array().expect("errors").iter().map(|error| error["code"].clone()).collect();
    assert_eq!((refused.status, codes), (400, vec![json!("not_allowed"), json!("unknown_type")]));
    let tier = desk.patch(&path, &json!({ "tier": "gold" })).await;
    assert_eq!((tier.status, &tier.body["errors"][0]["code"]), (400, &json!("unknown_tier")));
    let covide = json!({ "type": "incident", "contract": "covide", "organisation": "gemeente-voorbeeld", "title": "CRM is weg",
        "priority": "urgent", "channel": "portal", "requester": { "name": "Bo", "email": "bo@gemeente-voorbeeld.example" } });
    let premium = desk.proposes("gemeente-voorbeeld", &covide).await;
    let before = due(&desk.clock(&premium, "response").await);
    let basic = desk.patch(&format!("/v1/tickets/{premium}"), &json!({ "tier": "basic" })).await;
    assert_eq!((basic.status, &basic.body["tier"]), (200, &json!("basic")));
    assert!(due(&desk.clock(&premium, "response").await) > before, "the basic tier is answered later");
    desk.moves(&number, "in_progress").await;
    desk.moves(&number, "resolved").await;
    let late = desk.patch(&path, &json!({ "type": "problem" })).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("ticket_not_open")));
    let client = desk.token_of("ipo").await;
    let theirs = desk.ask(Some(&client), "PATCH", &path, Some(&json!({ "tier": "basic" }))).await;
    assert_eq!(theirs.status, 403);
}
