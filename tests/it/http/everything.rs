//! One refusal names everything that is wrong, at every door that takes a body; and what a caller may not do at all comes before that.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use crate::on_both_databases;
use crate::support::{Answer, Desk, incident};

on_both_databases!(
    what_cannot_be_read_hides_nothing_else_that_is_wrong,
    a_client_hears_of_everything_that_is_wrong_with_its_ticket,
    what_one_may_not_change_at_all_is_forbidden_whatever_was_written,
    an_approval_is_given_once_by_each_side_and_refused_where_it_stands,
    hours_that_end_before_they_begin_are_refused_once_and_dates_beyond_the_calendar_too,
);

const AMENDMENTS: &str = "/v1/contracts/dap-example/calendar-amendments";
const LATER: &str = "2030-01-01T00:00:00Z";

fn pointers(answer: &Answer) -> Vec<String> {
    let errors = answer.body["errors"].as_array().expect("errors");
    let mut pointers: Vec<_> = errors.iter().filter_map(|error| error["pointer"].as_str().map(str::to_owned)).collect();
    pointers.sort();
    pointers
}

async fn what_cannot_be_read_hides_nothing_else_that_is_wrong(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    desk.moves(&number, "in_progress").await;
    let ticket = |what: &str| format!("/v1/tickets/{number}/{what}");
    let mail = "From: vreemd@elders.example\nSubject: Onbekend\nMessage-ID: <8@elders.example>\n\nHallo.\n";
    let mail = desk.mail_arrives("servicedesk", mail).await.body["id"].as_str().expect("an id").to_owned();
    let fact = json!({ "contract": "dap-example", "obligation": "verbeterplan-exitplan", "evidence": "Brief." });
    let opened = desk.post("/v1/obligations", &fact).await;
    let obligation = opened.body["id"].as_str().unwrap_or_else(|| panic!("{}", opened.body)).to_owned();
    let before = desk.get(&format!("/v1/tickets/{number}")).await.body;
    for (path, body, wrong) in [
        (ticket("transitions"), json!({ "to": "on_hold", "reason": " ", "cause": "nope" }), vec!["/cause", "/reason"]),
        (
            ticket("transitions"),
            json!({ "to": "on_hold", "cause": "requester", "reason": " ", "occurredAt": LATER }),
            vec!["/occurredAt", "/occurredAtReason", "/reason"],
        ),
        (ticket("transitions"), json!({ "to": 1, "reason": " ", "occurredAtReason": "x" }), vec!["/occurredAtReason", "/reason", "/to"]),
        (ticket("transitions"), json!({ "to": "on_hold", "cause": "requester", "reason": " " }), vec!["/reason"]),
        (ticket("transitions"), json!({ "reason": "x", "occurredAt": "x", "occurredAtReason": "x" }), vec!["/occurredAt", "/to"]),
        (
            ticket("messages"),
            json!({ "visibility": "public", "body": " ", "occurredAt": LATER }),
            vec!["/body", "/occurredAt", "/occurredAtReason"],
        ),
        (ticket("escalations"), json!({ "code": "zz", "reason": " " }), vec!["/code", "/reason"]),
        (
            ticket("repair-agreements"),
            json!({ "dueAt": LATER, "agreedBy": { "name": " ", "email": "a@ipo.example" }, "occurredAt": LATER }),
            vec!["/agreedBy/name", "/occurredAt", "/occurredAtReason"],
        ),
        (format!("/v1/obligations/{obligation}/fulfilments"), json!({ "evidence": " ", "metAt": LATER }), vec!["/evidence", "/metAt"]),
        (
            AMENDMENTS.to_owned(),
            json!({ "calendar": "zz", "change": "qq", "date": "x", "reason": " ", "hours": ["a"],
                "approvals": [{ "side": "client", "approvedBy": " " }] }),
            vec!["/approvals/0/approvedBy", "/calendar", "/change", "/date", "/hours", "/reason"],
        ),
        (
            AMENDMENTS.to_owned(),
            json!({ "calendar": "zz", "change": "closed", "date": "2026-12-24", "reason": "x", "hours": 1,
                "approvals": [{ "side": "client", "approvedBy": "A", "evidence": "x" }, { "side": "board" }] }),
            vec!["/approvals/1/side", "/calendar", "/hours"],
        ),
        (
            format!("/v1/inbound-messages/{mail}/tickets"),
            json!({ "contract": "zz", "organisation": "qq", "f": 1 }),
            vec!["/contract", "/f", "/organisation"],
        ),
        ("/v1/sandbox/advances".to_owned(), json!({ "to": "1999-01-01T00:00:00Z", "f": 1 }), vec!["/f", "/to"]),
    ] {
        let answer = desk.post(&path, &body).await;
        assert_eq!(answer.status, 400, "{path} {body}: {}", answer.body);
        assert_eq!(pointers(&answer), wrong, "{path} {body}: {}", answer.body);
    }
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body, before);
    assert_eq!(desk.get(AMENDMENTS).await.body["items"], json!([]));
    assert_eq!(desk.get(&format!("/v1/obligations/{obligation}")).await.body["state"], "open");
}

async fn a_client_hears_of_everything_that_is_wrong_with_its_ticket(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let body = json!({ "type": "change_request", "contract": "dap-example", "title": "x", "channel": "phone", "emergencyFor": "INC-9",
        "requester": { "name": "Vreemd", "email": "vreemd@elders.example" } });
    let answer = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&body)).await;
    assert_eq!((answer.status, pointers(&answer)), (400, vec!["/channel".into(), "/emergencyFor".into(), "/requester/email".into()]));
}

async fn what_one_may_not_change_at_all_is_forbidden_whatever_was_written(desk: &Desk) {
    let client = desk.token_of("ipo").await;
    let number = desk.registers(&incident("p3")).await;
    let asks = async |method: &str, path: &str, body: Value| {
        let answer = desk.ask(Some(&client), method, &format!("/v1/tickets/{number}{path}"), Some(&body)).await;
        (answer.status, answer.body["code"].as_str().unwrap_or_default().to_owned())
    };
    for body in [
        json!({ "title": "x", "priority": "p9" }),
        json!({ "title": 1, "priority": "p9" }),
        json!({ "priority": "p9", "team": "x", "f": 1 }),
        json!({ "type": "zz" }),
        json!({ "tier": "", "priority": 1 }),
    ] {
        assert_eq!(asks("PATCH", "", body.clone()).await, (403, "desk_only".to_owned()), "{body}");
    }
    assert_eq!(asks("PATCH", "", json!({ "priority": "p9", "f": 1 })).await.0, 400);
    assert_eq!(asks("POST", "/messages", json!({ "visibility": "internal", "body": " " })).await.0, 403);
    assert_eq!(asks("POST", "/transitions", json!({ "to": "in_progress", "reason": " ", "cause": "x" })).await.0, 403);
}

async fn an_approval_is_given_once_by_each_side_and_refused_where_it_stands(desk: &Desk) {
    let sam = desk.signer().await;
    for (organisation, name, email) in
        [(Some("ipo"), "Karin Mulder", "karin@ipo.example"), (Some("ipo"), "Anna de Boer", "anna@ipo.example")]
    {
        desk.person(organisation, name, email, &[Role::Approver]).await;
    }
    desk.account("Cor Vis", "cor@leverancier.example").await;
    let amends = async |approvals: Value| {
        let body = json!({ "calendar": "support", "date": "2026-03-02", "change": "closed", "reason": "Dicht.", "approvals": approvals });
        let answer = desk.ask(Some(&sam), "POST", AMENDMENTS, Some(&body)).await;
        (answer.status, answer.body["errors"][0]["pointer"].clone(), answer.body["errors"][0]["code"].clone())
    };
    let paper = |who: &str| json!({ "side": "client", "approvedBy": format!("{who}@ipo.example"), "evidence": "Verslag." });
    let twice = amends(json!([paper("karin"), paper("anna")])).await;
    assert_eq!(twice, (400, json!("/approvals/1"), json!("repeated")));
    let other = amends(json!([paper("karin"), { "side": "supplier", "approvedBy": "cor@leverancier.example" }])).await;
    assert_eq!(other, (400, json!("/approvals/1/approvedBy"), json!("not_allowed")), "for one's own side one signs oneself");
    assert_eq!(amends(json!([paper("karin"), { "side": "supplier" }])).await.0, 201);
}

async fn hours_that_end_before_they_begin_are_refused_once_and_dates_beyond_the_calendar_too(desk: &Desk) {
    let amends = async |date: &str, hours: &str| {
        let body = json!({ "calendar": "support", "date": date, "change": "hours", "reason": "x", "hours": [hours] });
        let answer = desk.post(AMENDMENTS, &body).await;
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| format!("{} {}", error["pointer"], error["code"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(amends("2026-12-22", "12:00-09:00").await, ["/hours bad_interval"]);
    assert_eq!(amends("1899-12-31", "09:00-12:00").await, ["/date out_of_range"]);
    assert_eq!(amends("2201-01-01", "09:00-12:00").await, ["/date out_of_range"]);
    assert_eq!(amends("2026-12-22", "09:00-12:00").await, Vec::<String>::new());
}
