//! What a type has besides its texts: the root cause analysis of a problem.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    prb_02_a_problem_is_not_resolved_before_its_root_cause_analysis_is_written,
    an_analysis_without_a_proposal_is_refused_with_everything_that_is_wrong,
    each_writing_is_a_version_and_earlier_ones_stay,
    a_client_reads_the_analysis_of_its_problem_and_writes_none,
    an_incident_has_no_root_cause_analysis,
);

async fn problem(desk: &Desk) -> String {
    let number = desk
        .registers(&json!({ "type": "problem", "contract": "dap-example", "organisation": "ipo", "title": "Elke maandag valt het uit",
            "channel": "portal", "requester": { "name": "Anna de Boer", "email": "anna@ipo.example" } }))
        .await;
    desk.brings(&number, "investigating").await;
    desk.moves(&number, "known_error").await;
    number
}

fn analysis(proposal: &str) -> Value {
    json!({ "deeperCause": "De accu van de noodstroom is versleten.", "proposal": proposal })
}

async fn prb_02_a_problem_is_not_resolved_before_its_root_cause_analysis_is_written(desk: &Desk) {
    let number = problem(desk).await;
    let resolving = async || {
        let offers = desk.get(&format!("/v1/tickets/{number}/transitions")).await.body["items"].clone();
        offers.as_array().expect("moves").iter().find(|offer| offer["to"] == "resolved").expect("a solution")["before"].clone()
    };
    let before = resolving().await;
    assert_eq!((&before[0]["code"], &before[0]["field"]), (&json!("part_required"), &json!("root_cause")), "{before}");
    assert_eq!((&before[1]["code"], &before[1]["field"]), (&json!("part_required"), &json!("outcome")), "{before}");
    let refused = desk.moves(&number, "resolved").await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("part_required")), "{}", refused.body);
    assert!(refused.body["detail"].as_str().is_some_and(|detail| detail.contains("root cause analysis")), "{}", refused.body);
    assert_eq!(desk.explains(&number).await.status, 201);
    assert_eq!(resolving().await, json!([]));
    assert_eq!(desk.moves(&number, "resolved").await.status, 201);
    // A refused solution does not take the analysis away.
    assert_eq!(desk.moves(&number, "known_error").await.status, 201);
    assert_eq!(desk.moves(&number, "resolved").await.status, 201);
}

async fn an_analysis_without_a_proposal_is_refused_with_everything_that_is_wrong(desk: &Desk) {
    let number = problem(desk).await;
    let path = format!("/v1/tickets/{number}/root-causes");
    let empty = desk.post(&path, &json!({ "deeperCause": 7, "proposal": "  ", "price": "1" })).await;
    let wrong: Vec<_> = empty.body["errors"].as_array().expect("errors").iter().filter_map(|error| error["pointer"].as_str()).collect();
    assert_eq!((empty.status, wrong), (400, vec!["/deeperCause", "/proposal", "/price"]), "{}", empty.body);
    assert_eq!(desk.get(&path).await.body["items"], json!([]));
    assert_eq!(desk.moves(&number, "resolved").await.status, 409);
}

async fn each_writing_is_a_version_and_earlier_ones_stay(desk: &Desk) {
    let number = problem(desk).await;
    let path = format!("/v1/tickets/{number}/root-causes");
    for proposal in ["De accu laden.", "De accu vervangen.", "Twee accu's."] {
        let written = desk.post(&path, &analysis(proposal)).await;
        assert_eq!((written.status, &written.body["content"]["proposal"]), (201, &json!(proposal)), "{}", written.body);
    }
    let page = desk.get(&format!("{path}?pageSize=2")).await.body;
    let next = desk.get(&format!("{path}?pageSize=2&cursor={}", page["nextCursor"].as_str().expect("a cursor"))).await.body;
    let told = |page: &Value| {
        let items = page["items"].as_array().expect("items").clone();
        items.into_iter().map(|item| (item["version"].clone(), item["content"]["proposal"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(told(&page), [(json!(3), json!("Twee accu's.")), (json!(2), json!("De accu vervangen."))]);
    assert_eq!((told(&next), &next["nextCursor"]), (vec![(json!(1), json!("De accu laden."))], &Value::Null));
    let kinds = desk.history(&number).await;
    assert_eq!(kinds.iter().filter(|(kind, _)| kind == "ticket.part_written").count(), 3, "{kinds:?}");
    let key = [("Idempotency-Key", "een-keer"), ("content-type", "application/json")];
    let once = desk.send_raw(&path, analysis("Drie accu's.").to_string().into_bytes(), &key).await;
    let twice = desk.send_raw(&path, analysis("Drie accu's.").to_string().into_bytes(), &key).await;
    assert_eq!((&once.body, once.body["version"].clone()), (&twice.body, json!(4)));
}

async fn a_client_reads_the_analysis_of_its_problem_and_writes_none(desk: &Desk) {
    let number = problem(desk).await;
    let path = format!("/v1/tickets/{number}/root-causes");
    desk.explains(&number).await;
    let (client, other) = (desk.token_of("ipo").await, desk.token_of("gemeente-voorbeeld").await);
    let seen = desk.ask(Some(&client), "GET", &path, None).await;
    assert_eq!((seen.status, &seen.body["items"][0]["version"]), (200, &json!(1)), "{}", seen.body);
    let written = desk.ask(Some(&client), "POST", &path, Some(&analysis("Iets anders."))).await;
    assert_eq!((written.status, &written.body["code"]), (403, &json!("desk_only")), "{}", written.body);
    let events = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{number}/events"), None).await.body["items"].clone();
    let told = events.as_array().expect("events").iter().any(|event| event["type"] == "ticket.part_written");
    assert!(told, "{events}");
    assert_eq!(desk.ask(Some(&other), "GET", &path, None).await.status, 404);
}

async fn an_incident_has_no_root_cause_analysis(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let written = desk.explains(&number).await;
    assert_eq!((written.status, &written.body["code"]), (409, &json!("part_not_of_type")), "{}", written.body);
    let shown = desk.get(&format!("/v1/tickets/{number}/root-causes")).await;
    assert_eq!((shown.status, &shown.body["items"]), (200, &json!([])));
}
