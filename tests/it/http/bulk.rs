//! Many tickets in one request: each by itself, in order, once.

use serde_json::{Value, json};
use uurwerk::domain::ticket::Overview;
use uurwerk::usecases::tickets::{Draft, register_many};

use crate::on_both_databases;
use crate::support::{Answer, Desk, incident};

on_both_databases!(
    each_ticket_of_a_batch_stands_by_itself_and_answers_in_order,
    a_batch_is_written_as_one_by_one_would,
    a_batch_that_is_none_is_refused_and_makes_nothing,
    the_same_key_makes_a_batch_once_and_finishes_one_that_was_cut_off,
    batches_at_once_make_each_person_once_and_each_number_once,
);

const BULK: &str = "/v1/tickets/_bulk";

async fn send(desk: &Desk, items: &[Value], key: Option<&str>) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(key.map(|key| ("idempotency-key", key)));
    desk.send_raw(BULK, json!({ "items": items }).to_string().into_bytes(), &headers).await
}

fn statuses(answer: &Answer) -> Vec<u64> {
    answer.body["items"].as_array().map(|items| items.iter().filter_map(|item| item["status"].as_u64()).collect()).unwrap_or_default()
}

fn titled(title: &str) -> Value {
    let mut ticket = incident("p3");
    ticket["title"] = json!(title);
    ticket
}

fn called(title: &str, name: &str) -> Value {
    let mut ticket = titled(title);
    ticket["externalReferences"] = json!([{ "system": "oud", "reference": name }]);
    ticket
}

async fn titles(desk: &Desk) -> Vec<String> {
    let page = desk.get("/v1/tickets?pageSize=100&sort=openedAt").await;
    page.body["items"].as_array().expect("tickets").iter().filter_map(|one| one["title"].as_str()).map(str::to_owned).collect()
}

async fn each_ticket_of_a_batch_stands_by_itself_and_answers_in_order(desk: &Desk) {
    desk.registers(&called("eerder", "A-1")).await;
    let mut bad = titled("fout");
    bad["colour"] = json!("red");
    bad["type"] = json!("klacht");
    bad["requester"] = json!({ "name": "Anna" });
    let items = [titled("een"), bad, called("dubbel", "A-1"), called("twee", "A-2"), called("weer", "A-2"), json!("geen"), titled("drie")];
    let answer = send(desk, &items, None).await;
    assert_eq!((answer.status, statuses(&answer)), (200, vec![201, 400, 409, 201, 409, 400, 201]), "{}", answer.body);
    let items = answer.body["items"].as_array().expect("items");
    let mut pointers: Vec<_> =
        items[1]["problem"]["errors"].as_array().expect("errors").iter().filter_map(|error| error["pointer"].as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/colour", "/requester/email", "/type"]);
    assert_eq!(items[2]["problem"]["code"], "external_reference_exists");
    assert!(items[2]["problem"]["detail"].as_str().is_some_and(|detail| detail.contains("INC-")), "{}", items[2]);
    assert_eq!(
        items[4]["problem"]["conflictsWith"],
        json!(format!("/v1/tickets/{}", items[3]["ticket"]["number"].as_str().unwrap_or_default()))
    );
    assert_eq!((&items[1]["ticket"], &items[0]["problem"]), (&Value::Null, &Value::Null));
    let made: Vec<_> = items.iter().filter_map(|item| item["ticket"]["title"].as_str()).collect();
    assert_eq!(made, ["een", "twee", "drie"]);
    let mut numbers: Vec<_> = items.iter().filter_map(|item| item["ticket"]["number"].as_str().map(str::to_owned)).collect();
    assert!(numbers.is_sorted());
    numbers.dedup();
    assert_eq!((numbers.len(), titles(desk).await.len()), (3, 4));
}

async fn a_batch_is_written_as_one_by_one_would(desk: &Desk) {
    let single = desk.registers(&called("een", "B-1")).await;
    let answer = send(desk, &[called("een", "B-2"), called("een", "B-3")], None).await;
    let twin = answer.body["items"][1]["ticket"]["number"].as_str().expect("a number").to_owned();
    // What differs is what must.
    let plain = |mut value: Value, number: &str| {
        let text = value.to_string().replace(number, "NUMBER").replace("B-1", "B").replace("B-3", "B");
        value = serde_json::from_str(&text).expect("JSON");
        strip(&mut value);
        value
    };
    for path in ["", "/clocks", "/events", "/messages"] {
        let (one, other) =
            (desk.get(&format!("/v1/tickets/{single}{path}")).await.body, desk.get(&format!("/v1/tickets/{twin}{path}")).await.body);
        assert_eq!(plain(one, &single), plain(other, &twin), "{path}");
    }
    desk.passes("P3D").await;
    assert_eq!(desk.history(&single).await, desk.history(&twin).await);
}

/// Takes ids out of an answer.
fn strip(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(fields) => {
            fields.retain(|key, _| key != "id" && key != "ticketId");
            fields.values_mut().for_each(strip);
        }
        _ => {}
    }
}

async fn a_batch_that_is_none_is_refused_and_makes_nothing(desk: &Desk) {
    let ticket = incident("p3");
    for (body, pointer, code) in [
        (json!({ "items": vec![ticket.clone(); 501] }), "/items", "too_long"),
        (json!({ "items": [] }), "/items", "too_short"),
        (json!({ "items": {} }), "/items", "wrong_type"),
        (json!({}), "/items", "required"),
        (json!({ "items": [ticket], "atomic": true }), "/atomic", "unknown_field"),
        (json!([]), "", "wrong_type"),
    ] {
        let answer = desk.post(BULK, &body).await;
        let error = &answer.body["errors"][0];
        assert_eq!((answer.status, &error["pointer"], &error["code"]), (400, &json!(pointer), &json!(code)), "{}", answer.body);
    }
    assert_eq!(titles(desk).await, Vec::<String>::new());
    let wrong = desk.get(BULK).await;
    assert_eq!((wrong.status, wrong.headers["allow"].to_str().ok()), (405, Some("POST")));
    // Another organisation's client makes none here, ticket by ticket.
    let other = desk.token_of("gemeente-voorbeeld").await;
    let answer = desk.ask(Some(&other), "POST", BULK, Some(&json!({ "items": [incident("p3")] }))).await;
    assert_eq!((answer.status, statuses(&answer)), (200, vec![400]));
}

/// More than one transaction, of which only the first was done when the process died.
async fn the_same_key_makes_a_batch_once_and_finishes_one_that_was_cut_off(desk: &Desk) {
    let items: Vec<_> = (0..230).map(|at| if at % 50 == 7 { json!({}) } else { titled(&format!("ticket {at}")) }).collect();
    let first = send(desk, &items, Some("k-1")).await;
    assert_eq!(statuses(&first).iter().filter(|status| **status == 201).count(), 225);
    let again = send(desk, &items, Some("k-1")).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let other = send(desk, &items[..10], Some("k-1")).await;
    assert_eq!((other.status, &other.body["code"]), (409, &json!("idempotency_key_reused")));
    let single = desk
        .send_raw(
            "/v1/tickets",
            incident("p3").to_string().into_bytes(),
            &[("content-type", "application/json"), ("idempotency-key", "k-1")],
        )
        .await;
    assert_eq!(single.status, 409);
    // The death itself: the first hundred under the key, then nothing.
    let draft = |at: u32| Draft {
        kind: Some("incident".to_owned()),
        contract: Some("dap-example".to_owned()),
        organisation: Some("ipo".to_owned()),
        title: Some(format!("laat {at}")),
        channel: Some("api".to_owned()),
        ..Draft::default()
    };
    let drafts: Vec<_> = (0..150).map(draft).collect();
    let key = uurwerk::domain::idempotency::Key { caller: "desk:x".to_owned(), key: "k-2".to_owned(), digest: "d".to_owned() };
    let stamp = uurwerk::usecases::Stamp { idempotency: Some(key), ..uurwerk::usecases::Stamp::system(desk.app.time.now()) };
    let cut_off = register_many(&desk.app, &stamp, &drafts[..100]).await.expect("the first of them");
    let whole = register_many(&desk.app, &stamp, &drafts).await.expect("all of them");
    let ids = |made: &[Result<Overview, uurwerk::usecases::Error>]| {
        made.iter().map(|made| made.as_ref().expect("a ticket").ticket.id).collect::<Vec<_>>()
    };
    assert_eq!((ids(&whole).len(), &ids(&whole)[..100]), (150, &*ids(&cut_off)));
    let mut all = ids(&whole);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 150);
}

async fn batches_at_once_make_each_person_once_and_each_number_once(desk: &Desk) {
    let items: Vec<_> = (0..60)
        .map(|at| {
            let mut ticket = titled(&format!("{at}"));
            ticket["requester"] = json!({ "name": format!("Mens {at}"), "email": format!("Mens{}@ipo.example", at % 7) });
            ticket
        })
        .collect();
    let answers = futures_util::future::join_all((0..4).map(|_| send(desk, &items, None))).await;
    let made: Vec<_> = answers.iter().flat_map(|answer| answer.body["items"].as_array().cloned().unwrap_or_default()).collect();
    assert!(made.iter().all(|item| item["status"] == 201), "{:?}", made.iter().find(|item| item["status"] != 201));
    let distinct = |key: &dyn Fn(&Value) -> String| {
        let mut found: Vec<_> = made.iter().map(key).collect();
        found.sort();
        found.dedup();
        found.len()
    };
    assert_eq!(distinct(&|item| item["ticket"]["number"].to_string()), 240);
    assert_eq!(distinct(&|item| item["ticket"]["requester"]["id"].to_string()), 7);
}
