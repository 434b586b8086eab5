//! Which lines there are, and who reads them.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::jobs;
use uurwerk::time::TimeSource;
use uurwerk::usecases::audit;

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    a_change_and_its_line_are_there_together_or_not_at_all,
    a_storm_of_wrong_tokens_is_counted_and_fills_no_disk,
    a_line_names_what_was_asked_and_no_more_of_the_path_than_an_id,
    a_line_has_the_trace_its_request_belongs_to,
    a_repeat_under_a_key_says_that_it_changed_nothing,
    of_many_at_once_each_that_is_made_has_a_line_and_the_refused_have_one,
    what_the_program_does_by_itself_has_lines_of_its_own,
    an_auditor_reads_the_trail_and_an_administrator_does_not,
    the_trail_is_read_page_by_page_and_narrowed,
    commands_leave_lines_too,
);

async fn a_change_and_its_line_are_there_together_or_not_at_all(desk: &Desk) {
    desk.says_as_its_owner("ALTER TABLE audit_line RENAME TO elsewhere").await.expect("it moves");
    let before = desk.rows("ticket").await;
    let answer = desk.post("/v1/tickets", &incident("p3")).await;
    assert!(answer.status >= 500, "{}", answer.body);
    assert_eq!(desk.rows("ticket").await, before);
    desk.says_as_its_owner("ALTER TABLE elsewhere RENAME TO audit_line").await.expect("it moves");
    desk.registers(&incident("p3")).await;
    assert_eq!(desk.trail("action=createTicket&result=done").await.len(), 1);
}

async fn a_storm_of_wrong_tokens_is_counted_and_fills_no_disk(desk: &Desk) {
    let minute = || TimeSource::machine().now().unix().div_euclid(60);
    let first = minute();
    for _ in 0..150 {
        let status = desk.ask(Some("uwk_wrong"), "GET", "/v1/tickets", None).await.status;
        assert!([401, 429].contains(&status));
    }
    let lines = desk.trail("action=listTickets&result=refused").await;
    // Twenty a minute, by the machine's time, which goes on while they are sent.
    let minutes = usize::try_from(minute() - first).expect("a count") + 1;
    assert!((20..=20 * minutes).contains(&lines.len()), "{} in {minutes}", lines.len());
    assert!(lines.iter().all(|line| line["actor"] == "unknown" && line["origin"] == "127.0.0.1" && line["count"] == 1));
    audit::record_counted(&desk.app, true).await;
    let counted = desk.trail("action=refusedAttempts").await;
    assert!(counted.len() <= minutes && counted.iter().all(|line| line["origin"] == "127.0.0.1"), "{counted:?}");
    let together: u64 = counted.iter().filter_map(|line| line["count"].as_u64()).sum();
    assert_eq!(together + u64::try_from(lines.len()).unwrap_or_default(), 150);
}

async fn a_line_names_what_was_asked_and_no_more_of_the_path_than_an_id(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let client = desk.token_of("gemeente-voorbeeld").await;
    for (reference, named) in [(number.as_str(), json!(number)), ("anna@ipo.example", Value::Null)] {
        desk.ask(
            Some(&client),
            "POST",
            &format!("/v1/tickets/{reference}/messages"),
            Some(&json!({ "visibility": "public", "body": "x" })),
        )
        .await;
        let line = desk.trail("action=createTicketMessage").await.remove(0);
        assert_eq!((&line["objectId"], &line["result"], &line["code"]), (&named, &json!("refused"), &json!("not_found")), "{line}");
    }
}

async fn a_line_has_the_trace_its_request_belongs_to(desk: &Desk) {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let headers = [("traceparent", &*format!("00-{trace}-00f067aa0ba902b7-01"))];
    let answer = desk.send(Some(ADMIN), ("POST", "/v1/tickets"), &headers, Some(&incident("p3"))).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(desk.trail("action=createTicket").await[0]["correlationId"], trace);
}

async fn a_repeat_under_a_key_says_that_it_changed_nothing(desk: &Desk) {
    for _ in 0..2 {
        let answer = desk.send(Some(ADMIN), ("POST", "/v1/tickets"), &[("idempotency-key", "1")], Some(&incident("p3"))).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let lines = desk.trail("action=createTicket").await;
    let mut results: Vec<_> = lines.iter().filter_map(|line| line["result"].as_str()).collect();
    results.sort_unstable();
    assert_eq!(results, ["done", "repeated"]);
}

async fn of_many_at_once_each_that_is_made_has_a_line_and_the_refused_have_one(desk: &Desk) {
    let mut wrong = incident("p3");
    wrong["priority"] = json!("p9");
    let answer = desk.post("/v1/tickets/_bulk", &json!({ "items": [incident("p3"), wrong, incident("p2"), wrong] })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let lines = desk.trail("action=createTickets").await;
    let mut told: Vec<_> =
        lines.iter().map(|line| (line["result"].as_str(), line["count"].as_i64(), line["objectId"].is_string())).collect();
    told.sort_unstable();
    assert_eq!(told, [(Some("done"), Some(1), true), (Some("done"), Some(1), true), (Some("refused"), Some(2), false)]);
}

async fn what_the_program_does_by_itself_has_lines_of_its_own(desk: &Desk) {
    desk.registers(&incident("p2")).await;
    let before = desk.trail("action=fireTimers").await.len();
    desk.passes("P3D").await;
    let fired = desk.trail("action=fireTimers").await;
    assert!(fired.len() > before);
    assert!(fired.iter().all(|line| line["actor"] == "system" && line["origin"] == "program" && line["objectId"].is_string()));
    // Each with a name that says what it was.
    assert_eq!(desk.trail("action=work").await, Vec::<Value>::new());
    // Nothing is due: a pass that finds nothing leaves nothing.
    let rows = desk.rows("audit_line").await;
    jobs::work_off(&desk.app).await.expect("it works");
    assert_eq!(desk.rows("audit_line").await, rows);
}

async fn an_auditor_reads_the_trail_and_an_administrator_does_not(desk: &Desk) {
    for (role, status) in [
        (Role::Auditor, 200),
        (Role::SecurityOfficer, 200),
        (Role::Administrator, 403),
        (Role::ServiceManager, 403),
        (Role::Integration, 403),
    ] {
        let token = desk.token(None, &[role]).await;
        assert_eq!(desk.ask(Some(&token), "GET", "/v1/audit-lines", None).await.status, status, "{role}");
    }
    assert_eq!(desk.ask(Some(&desk.token_of("ipo").await), "GET", "/v1/audit-lines", None).await.status, 403);
}

async fn the_trail_is_read_page_by_page_and_narrowed(desk: &Desk) {
    for _ in 0..5 {
        desk.registers(&incident("p3")).await;
    }
    let ticket = desk.get("/v1/tickets").await.body["items"][0]["id"].as_str().expect("an id").to_owned();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = desk.get(&format!("/v1/audit-lines?pageSize=2&action=createTicket{cursor}")).await.body;
        seen.extend(page["items"].as_array().cloned().expect("lines"));
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 5);
    assert_eq!(desk.trail(&format!("object={ticket}")).await.len(), 1);
    assert_eq!(desk.trail("actor=desk:admin&action=createTicket,updateTicket&result=done").await.len(), 5);
    assert_eq!(desk.trail("from=2026-03-02T07:00:00Z&until=2026-03-02T07:00:01Z&action=createTicket").await.len(), 5);
    assert_eq!(desk.trail("until=2026-03-02T07:00:00Z&action=createTicket").await.len(), 0);
    assert_eq!(desk.get("/v1/audit-lines?result=x").await.status, 400);
}

async fn commands_leave_lines_too(desk: &Desk) {
    desk.token(None, &[Role::Auditor]).await;
    let line = desk.trail("action=createToken").await.remove(0);
    assert_eq!((&line["origin"], &line["objectKind"]), (&json!("command"), &json!("token")), "{line}");
    assert!(!desk.trail("action=applyContract").await.is_empty(), "contracts that were applied at the start");
    let applied = desk.trail("action=migrateDatabase&object=m0014_audit").await.remove(0);
    assert_eq!((&applied["origin"], &applied["objectKind"], &applied["actor"]), (&json!("command"), &json!("migration"), &json!("system")));
    assert_eq!(applied["recordedAt"], "2026-03-02T07:00:00Z", "in the time of the desk");
    let all = desk.trail("action=migrateDatabase").await.len();
    uurwerk::cli::migrated_by_owner(&desk.app.settings).await.expect("it is up to date");
    assert_eq!(desk.trail("action=migrateDatabase").await.len(), all, "what is up to date leaves none");
}
