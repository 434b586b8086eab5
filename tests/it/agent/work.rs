//! Work on a ticket: how long, by whom, on which date, and what was done.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{refusal, wrong};
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    work_is_recorded_with_its_date_and_the_ticket_has_the_sum,
    sup_12_work_in_a_remote_session_is_recorded_as_such,
    a_mistake_is_taken_back_once_by_a_counter_entry,
    what_cannot_be_work_is_refused_with_everything_that_is_wrong,
    nobody_works_more_than_a_day_on_a_date,
    a_client_sees_nothing_of_the_work_on_its_ticket,
    work_is_read_page_by_page_and_recorded_once_under_one_key,
    the_words_of_work_are_redacted_and_its_minutes_stay,
    an_export_has_the_work_that_somebody_recorded,
);

async fn works(desk: &Desk, token: &str, number: &str, work: Value) -> Answer {
    desk.ask(Some(token), "POST", &format!("/v1/tickets/{number}/work-logs"), Some(&work)).await
}

async fn ali(desk: &Desk) -> String {
    desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await
}

async fn sum(desk: &Desk, number: &str) -> Value {
    desk.get(&format!("/v1/tickets/{number}")).await.body["workedMinutes"].clone()
}

fn id(answer: &Answer) -> String {
    answer.body["id"].as_str().expect("an id").to_owned()
}

async fn work_is_recorded_with_its_date_and_the_ticket_has_the_sum(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    assert_eq!(sum(desk, &number).await, json!(0));
    let clocks = desk.get(&format!("/v1/tickets/{number}/clocks")).await.body;
    let ali = ali(desk).await;
    let first = works(desk, &ali, &number, json!({ "minutes": 30, "text": "Logboeken bekeken." })).await;
    let body = &first.body;
    assert_eq!((first.status, &body["workDate"], &body["author"]["name"]), (201, &json!("2026-03-02"), &json!("Ali Aydin")), "{body}");
    let second = works(desk, ADMIN, &number, json!({ "minutes": 15, "workDate": "2026-02-27", "text": "Vooronderzoek." })).await;
    assert_eq!((second.status, &second.body["workDate"]), (201, &json!("2026-02-27")), "{}", second.body);
    assert_eq!(sum(desk, &number).await, json!(45));
    let list = desk.get("/v1/tickets").await.body["items"][0]["workedMinutes"].clone();
    assert_eq!(list, json!(45));
    let events = desk.events(&number).await;
    let told = events.iter().find(|event| event["type"] == "ticket.work_logged").expect("an event");
    assert_eq!((&told["data"], &told["reason"]), (&json!({ "minutes": 30, "date": "2026-03-02" }), &Value::Null));
    // Work answers nobody, and moves no clock.
    assert_eq!(desk.get(&format!("/v1/tickets/{number}/clocks")).await.body, clocks);
}

async fn sup_12_work_in_a_remote_session_is_recorded_as_such(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let handed = desk.post(&format!("/v1/tickets/{number}/line-changes"), &json!({ "line": "second", "reason": "Op het scherm." })).await;
    assert_eq!((handed.status, &handed.body["supportLine"]), (201, &json!("second")), "{}", handed.body);
    let work = json!({ "minutes": 20, "remoteSession": true, "text": "Meegekeken op het scherm van de melder." });
    let made = works(desk, ADMIN, &number, work).await;
    assert_eq!((made.status, &made.body["remoteSession"]), (201, &json!(true)), "{}", made.body);
    let read = desk.get(&format!("/v1/tickets/{number}/work-logs")).await.body["items"][0].clone();
    assert_eq!(read["remoteSession"], true, "{read}");
    let told = desk.events(&number).await.into_iter().find(|event| event["type"] == "ticket.work_logged").expect("an event");
    assert_eq!(told["data"]["remoteSession"], true, "{told}");
}

async fn a_mistake_is_taken_back_once_by_a_counter_entry(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ali = ali(desk).await;
    let entry = works(desk, &ali, &number, json!({ "minutes": 600, "workDate": "2026-03-01", "text": "Herstel." })).await;
    let path = format!("/v1/tickets/{number}/work-logs/{}/corrections", id(&entry));
    let why = json!({ "text": "Het waren er zestig." });
    let counter = desk.ask(Some(&ali), "POST", &path, Some(&why)).await;
    let body = &counter.body;
    assert_eq!(
        (counter.status, &body["minutes"], &body["workDate"], &body["corrects"]),
        (201, &json!(-600), &json!("2026-03-01"), &entry.body["id"])
    );
    assert_eq!(sum(desk, &number).await, json!(0));
    assert_eq!(refusal(&desk.ask(Some(&ali), "POST", &path, Some(&why)).await), (409, "work_corrected"));
    let of_counter = format!("/v1/tickets/{number}/work-logs/{}/corrections", id(&counter));
    assert_eq!(refusal(&desk.ask(Some(&ali), "POST", &of_counter, Some(&why)).await), (409, "work_corrected"));
    let listed = desk.get(&format!("/v1/tickets/{number}/work-logs")).await.body["items"].clone();
    let told: Vec<_> = listed.as_array().expect("entries").iter().map(|one| (one["minutes"].clone(), one["isCorrected"].clone())).collect();
    assert_eq!(told, [(json!(600), json!(true)), (json!(-600), json!(false))]);
    let elsewhere = desk.registers(&incident("p3")).await;
    let other = format!("/v1/tickets/{elsewhere}/work-logs/{}/corrections", id(&entry));
    assert_eq!(refusal(&desk.ask(Some(&ali), "POST", &other, Some(&why)).await), (404, "not_found"), "another ticket's");
}

async fn what_cannot_be_work_is_refused_with_everything_that_is_wrong(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let refused = works(desk, ADMIN, &number, json!({ "minutes": 0, "workDate": "2026-03-03", "text": " " })).await;
    let mut expected = wrong(&refused);
    expected.sort_unstable();
    assert_eq!(
        (refused.status, expected),
        (400, vec![("/minutes", "out_of_range"), ("/text", "blank"), ("/workDate", "in_future")]),
        "{}",
        refused.body
    );
    let refused = works(desk, ADMIN, &number, json!({ "minutes": 1441, "workDate": "gisteren" })).await;
    let mut expected = wrong(&refused);
    expected.sort_unstable();
    assert_eq!(expected, [("/minutes", "out_of_range"), ("/text", "required"), ("/workDate", "bad_date")], "{}", refused.body);
    assert_eq!(sum(desk, &number).await, json!(0));
}

async fn nobody_works_more_than_a_day_on_a_date(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let long = || json!({ "minutes": 1000, "text": "Herstel." });
    let first = works(desk, ADMIN, &number, long()).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let too_much = works(desk, ADMIN, &number, long()).await;
    assert_eq!((too_much.status, &too_much.body["errors"][0]["code"]), (400, &json!("out_of_range")), "{}", too_much.body);
    // On another date, by somebody else, and once it was taken back.
    let other = json!({ "minutes": 1000, "workDate": "2026-03-01", "text": "Herstel." });
    assert_eq!(works(desk, ADMIN, &number, other).await.status, 201);
    let ali = desk.person(None, "Ali Aydin", "ali@leverancier.example", &[Role::AgentLine1]).await;
    assert_eq!(works(desk, &ali, &number, long()).await.status, 201);
    let entry = first.body["id"].as_str().expect("an id");
    let path = format!("/v1/tickets/{number}/work-logs/{entry}/corrections");
    assert_eq!(desk.ask(Some(&ali), "POST", &path, Some(&json!({ "text": "Verschreven." }))).await.status, 201);
    assert_eq!(works(desk, ADMIN, &number, long()).await.status, 201);
}

async fn a_client_sees_nothing_of_the_work_on_its_ticket(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let client = desk.token_of("ipo").await;
    let path = format!("/v1/tickets/{number}");
    let before = desk.ask(Some(&client), "GET", &path, None).await;
    let entry = works(desk, ADMIN, &number, json!({ "minutes": 5, "text": "Geheim." })).await;
    let after = desk.ask(Some(&client), "GET", &path, None).await;
    assert_eq!((&before.body, &before.headers["etag"]), (&after.body, &after.headers["etag"]));
    assert_eq!(after.body.get("workedMinutes"), None);
    let told = desk.ask(Some(&client), "GET", &format!("{path}/events"), None).await.body.to_string();
    assert!(!told.contains("work_logged"), "{told}");
    assert_eq!(refusal(&desk.ask(Some(&client), "GET", &format!("{path}/work-logs"), None).await), (403, "desk_only"));
    assert_eq!(refusal(&works(desk, &client, &number, json!({ "minutes": 5, "text": "x" })).await), (403, "desk_only"));
    let correction = format!("{path}/work-logs/{}/corrections", id(&entry));
    assert_eq!(refusal(&desk.ask(Some(&client), "POST", &correction, Some(&json!({ "text": "x" }))).await), (403, "desk_only"));
}

async fn work_is_read_page_by_page_and_recorded_once_under_one_key(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}/work-logs");
    let key = [("idempotency-key", "een-keer")];
    let work = json!({ "minutes": 10, "text": "Eens." });
    let (once, twice) = (
        desk.send(Some(ADMIN), ("POST", &path), &key, Some(&work)).await,
        desk.send(Some(ADMIN), ("POST", &path), &key, Some(&work)).await,
    );
    assert_eq!((once.status, &once.body), (201, &twice.body));
    for minutes in [20, 30] {
        works(desk, ADMIN, &number, json!({ "minutes": minutes, "text": "Meer." })).await;
    }
    let first = desk.get(&format!("{path}?pageSize=2")).await.body;
    let rest = desk.get(&format!("{path}?pageSize=2&cursor={}", first["nextCursor"].as_str().expect("a cursor"))).await.body;
    let minutes: Vec<_> =
        [&first, &rest].into_iter().flat_map(|page| page["items"].as_array().expect("entries")).map(|one| one["minutes"].clone()).collect();
    assert_eq!((minutes, &rest["nextCursor"]), (vec![json!(10), json!(20), json!(30)], &Value::Null));
}

async fn the_words_of_work_are_redacted_and_its_minutes_stay(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let entry = works(desk, ADMIN, &number, json!({ "minutes": 25, "text": "Gebeld over 123456782." })).await;
    let (first, second) = (
        desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await,
        desk.person(None, "Sam Smit", "sam@leverancier.example", &[Role::ServiceManager]).await,
    );
    let path = format!("/v1/tickets/{number}/redactions");
    let wanted = json!({ "what": "work_log", "target": entry.body["id"], "reason": "Een burgerservicenummer." });
    let client = desk.signer_of("ipo").await;
    let refused = desk.ask(Some(&client), "POST", &path, Some(&wanted)).await;
    assert_eq!((refused.status, wrong(&refused)), (400, vec![("/target", "unknown_value")]), "{}", refused.body);
    let asked = desk.ask(Some(&first), "POST", &path, Some(&wanted)).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let approval = format!("{path}/{}/approvals", id(&asked));
    assert_eq!(desk.ask(Some(&second), "POST", &approval, Some(&json!({}))).await.status, 201);
    assert_eq!(desk.holding("123456782").await, Vec::<String>::new());
    let listed = desk.get(&format!("/v1/tickets/{number}/work-logs")).await.body["items"][0].clone();
    assert_eq!((&listed["text"], &listed["minutes"]), (&json!("[verwijderd]"), &json!(25)));
    assert_eq!(sum(desk, &number).await, json!(25));
}

async fn an_export_has_the_work_that_somebody_recorded(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let ali = ali(desk).await;
    works(desk, &ali, &number, json!({ "minutes": 30, "text": "Logboeken bekeken." })).await;
    let officer = desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await;
    let who = desk.account_with("ali@leverancier.example").await;
    let export = desk.ask(Some(&officer), "GET", &format!("/v1/people/{who}/export"), None).await.body;
    assert_eq!((&export["workLogs"][0]["minutes"], &export["workLogs"][0]["text"]), (&json!(30), &json!("Logboeken bekeken.")), "{export}");
}
