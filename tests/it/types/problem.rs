//! Problems: an incident first, the cause and the outcome before the solution, and a change only where the client wants one.

use serde_json::json;

use super::{errors, of_type, pair, subjects_to, told, with};
use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    prb_01_a_problem_takes_an_incident_before_it_is_taken_in_hand_and_the_desks_own_at_once,
    prb_03_what_is_solved_directly_needs_no_change,
    prb_04_prb_05_a_change_is_made_when_the_client_wants_it_and_a_no_lets_the_problem_go,
    prb_06_problems_stand_in_the_monthly_report,
    a_decision_of_the_client_ends_the_waiting_for_it,
    a_workaround_is_shown_on_the_incidents_of_the_problem,
);

async fn prb_01_a_problem_takes_an_incident_before_it_is_taken_in_hand_and_the_desks_own_at_once(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let reported = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&of_type("problem"))).await;
    assert_eq!((reported.status, &reported.body["phase"]), (201, &json!("registered")), "{}", reported.body);
    let number = reported.body["number"].as_str().expect("a number").to_owned();
    assert_eq!(told(&desk.moves(&number, "investigating").await), (409, json!("link_required")));
    let own: serde_json::Value =
        of_type("problem").as_object().expect("fields").clone().into_iter().filter(|(key, _)| key != "requester").collect();
    assert_eq!(errors(&desk.post("/v1/tickets", &own).await), [pair("/links", "required")]);
    let outage = desk.registers(&incident("p2")).await;
    let linked = with(own, json!({ "links": [{ "kind": "causes", "ticket": outage }] }));
    let made = desk.registers(&linked).await;
    assert_eq!(desk.moves(&made, "investigating").await.status, 201);
    let seen = desk.get(&format!("/v1/tickets/{outage}/links")).await.body["items"].clone();
    assert_eq!((&seen[0]["kind"], &seen[0]["number"]), (&json!("caused_by"), &json!(made)), "{seen}");
    // A client says what its own request follows from, and no more.
    let claimed = with(of_type("problem"), json!({ "links": [{ "kind": "causes", "ticket": outage }] }));
    let claimed = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&claimed)).await;
    assert_eq!(errors(&claimed), [pair("/links/0/kind", "desk_only")], "{}", claimed.body);
}

async fn prb_03_what_is_solved_directly_needs_no_change(desk: &Desk) {
    let number = desk.registers(&of_type("problem")).await;
    desk.brings(&number, "investigating").await;
    desk.moves(&number, "known_error").await;
    let path = format!("/v1/tickets/{number}/outcomes");
    let timeless = desk.post(&path, &json!({ "outcome": "direct", "explanation": "Vervangen." })).await;
    assert_eq!(errors(&timeless), [pair("/solvedAt", "required")], "{}", timeless.body);
    assert_eq!(desk.explains(&number).await.status, 201);
    assert_eq!(desk.lacks(&number, "resolved").await, []);
    // It is solved directly, so nobody is asked whether a change is needed.
    let approver = desk.signer_of("ipo").await;
    for verdict in ["yes", "no"] {
        assert_eq!(told(&desk.decides(Some(&approver), &number, "change_needed", verdict).await), (409, json!("question_not_open")));
    }
    assert_eq!(desk.moves(&number, "resolved").await.status, 201);
}

async fn prb_04_prb_05_a_change_is_made_when_the_client_wants_it_and_a_no_lets_the_problem_go(desk: &Desk) {
    let approver = desk.signer_of("ipo").await;
    for verdict in ["yes", "no"] {
        let number = desk.registers(&of_type("problem")).await;
        desk.brings(&number, "investigating").await;
        desk.moves(&number, "known_error").await;
        desk.writes(&number, "root_cause").await;
        let outcome = json!({ "outcome": "change_needed", "explanation": "De server moet worden vervangen." });
        assert_eq!(desk.post(&format!("/v1/tickets/{number}/outcomes"), &outcome).await.status, 201);
        desk.passes("PT1M").await;
        let asked = subjects_to(desk, "anna@ipo.example");
        assert!(asked.iter().any(|subject| subject.contains("Besluit nodig") && subject.contains(&number)), "{asked:?}");
        let waiting = desk.ask(Some(&approver), "GET", "/v1/tickets?awaitedDecision=change_needed,offer", None).await.body["items"].clone();
        assert_eq!((&waiting[0]["number"], &waiting[0]["awaitedDecisions"]), (&json!(number), &json!(["change_needed"])), "{waiting}");
        let change = with(of_type("change_request"), json!({ "links": [{ "kind": "follows_from", "ticket": number }] }));
        assert_eq!(told(&desk.post("/v1/tickets", &change).await), (409, json!("change_not_wanted")), "{verdict}");
        assert_eq!(told(&desk.moves(&number, "resolved").await), (409, json!("decision_required")));
        // The desk decides nothing for the client, nor does whoever reported it.
        let requester = desk.token(Some("ipo"), &[uurwerk::domain::permission::Role::AuthorisedRequester]).await;
        assert_eq!(desk.decides(None, &number, "change_needed", verdict).await.status, 403);
        assert_eq!(desk.decides(Some(&requester), &number, "change_needed", verdict).await.status, 403);
        let decided = desk.decides(Some(&approver), &number, "change_needed", verdict).await;
        assert_eq!((decided.status, &decided.body["awaitedDecisions"]), (201, &json!([])), "{}", decided.body);
        let made = desk.post("/v1/tickets", &change).await;
        if verdict == "yes" {
            assert_eq!(told(&desk.moves(&number, "resolved").await), (409, json!("link_required")), "a change that solves it");
            assert_eq!(made.status, 201, "{}", made.body);
            let link = json!({ "kind": "solved_by", "ticket": made.body["number"] });
            let linked = desk.post(&format!("/v1/tickets/{number}/links"), &link).await;
            assert_eq!(linked.status, 201, "{}", linked.body);
        } else {
            assert_eq!(told(&made), (409, json!("change_not_wanted")));
        }
        assert_eq!(desk.moves(&number, "resolved").await.status, 201, "{verdict}");
    }
}

async fn a_decision_of_the_client_ends_the_waiting_for_it(desk: &Desk) {
    let approver = desk.signer_of("ipo").await;
    let number = desk.registers(&of_type("problem")).await;
    desk.brings(&number, "investigating").await;
    let outcome = json!({ "outcome": "change_needed", "explanation": "De server moet worden vervangen." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/outcomes"), &outcome).await.status, 201);
    let hold = json!({ "to": "on_hold", "reason": "Wij wachten op u.", "cause": "client" });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &hold).await.status, 201);
    let decided = desk.decides(Some(&approver), &number, "change_needed", "yes").await;
    assert_eq!((decided.status, &decided.body["phase"]), (201, &json!("investigating")), "{}", decided.body);
    assert!(uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}

async fn prb_06_problems_stand_in_the_monthly_report(desk: &Desk) {
    desk.registers(&of_type("problem")).await;
    let solved = desk.registers(&of_type("problem")).await;
    desk.brings(&solved, "investigating").await;
    desk.moves(&solved, "known_error").await;
    desk.explains(&solved).await;
    desk.moves(&solved, "resolved").await;
    assert_eq!(desk.moves(&solved, "closed").await.status, 201);
    desk.reaches("2026-04-02T08:00:00+02:00").await;
    let report = desk.get("/v1/reports/service-management?contract=dap-example&month=2026-03").await;
    assert_eq!(report.status, 200, "{}", report.body);
    let problems = report.body["types"].as_array().expect("types").iter().find(|row| row["ticketType"] == "problem").expect("a row");
    assert_eq!(problems["label"], "probleem");
    assert_eq!((&problems["reported"], &problems["closed"], &problems["openAtEnd"]), (&json!(2), &json!(1), &json!(1)), "{problems}");
}

async fn a_workaround_is_shown_on_the_incidents_of_the_problem(desk: &Desk) {
    let number = desk.registers(&of_type("problem")).await;
    let outage = desk.registers(&incident("p3")).await;
    desk.post(&format!("/v1/tickets/{number}/links"), &json!({ "kind": "causes", "ticket": outage })).await;
    let written = desk.post(&format!("/v1/tickets/{number}/workarounds"), &json!({ "instruction": "Gebruik de webversie." })).await;
    assert_eq!(written.status, 201, "{}", written.body);
    let client = desk.token_of("ipo").await;
    for token in [ADMIN, &client] {
        let seen = desk.ask(Some(token), "GET", &format!("/v1/tickets/{outage}/links"), None).await.body["items"].clone();
        assert_eq!(seen[0]["workaround"], "Gebruik de webversie.", "{seen}");
    }
}
