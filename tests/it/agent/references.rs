//! What a ticket is called in other systems, said after it was registered.

use serde_json::{Value, json};

use super::refusal;
use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, incident};

on_both_databases!(
    a_ticket_is_called_something_elsewhere_later_and_found_by_that,
    no_two_tickets_of_a_client_have_the_same_name_elsewhere,
    only_the_desk_says_so_and_once,
    of_two_who_give_the_same_name_at_once_one_wins,
);

fn called(reference: &str) -> Value {
    json!({ "system": "Topdesk", "reference": reference })
}

async fn adds(desk: &Desk, number: &str, reference: &str) -> Answer {
    desk.post(&format!("/v1/tickets/{number}/external-references"), &called(reference)).await
}

async fn found(desk: &Desk, text: &str) -> Vec<Value> {
    let list = desk.get(&format!("/v1/tickets?text={text}")).await.body["items"].clone();
    list.as_array().expect("tickets").iter().map(|one| one["number"].clone()).collect()
}

async fn a_ticket_is_called_something_elsewhere_later_and_found_by_that(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let added = adds(desk, &number, "M2603-0042").await;
    assert_eq!((added.status, &added.body["externalReferences"]), (201, &json!([called("M2603-0042")])), "{}", added.body);
    let again = adds(desk, &number, "M2603-0042").await;
    assert_eq!((again.status, &again.body["version"]), (201, &added.body["version"]), "it is called that already");
    assert_eq!(found(desk, "M2603-0042").await, [json!(number)]);
    let removed = desk.post(&format!("/v1/tickets/{number}/external-reference-removals"), &called("M2603-0042")).await;
    assert_eq!((removed.status, &removed.body["externalReferences"]), (201, &json!([])), "{}", removed.body);
    assert_eq!(found(desk, "M2603-0042").await, Vec::<Value>::new());
    let absent = desk.post(&format!("/v1/tickets/{number}/external-reference-removals"), &called("M2603-0042")).await;
    assert_eq!(refusal(&absent), (409, "reference_not_found"), "{}", absent.body);
    // The history tells which system, and no name that could not be taken away again.
    let told: Vec<_> = desk.events(&number).await[1..].iter().map(|event| (event["type"].clone(), event["data"].clone())).collect();
    let system = json!({ "system": "Topdesk" });
    assert_eq!(told, [(json!("ticket.reference_added"), system.clone()), (json!("ticket.reference_removed"), system)]);
}

async fn no_two_tickets_of_a_client_have_the_same_name_elsewhere(desk: &Desk) {
    let (one, two) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    assert_eq!(adds(desk, &one, "M1").await.status, 201);
    let taken = adds(desk, &two, "M1").await;
    assert_eq!(
        (refusal(&taken), &taken.body["conflictsWith"]),
        ((409, "external_reference_exists"), &json!(format!("/v1/tickets/{one}"))),
        "{}",
        taken.body
    );
    for at in 2..=20 {
        assert_eq!(adds(desk, &one, &format!("M{at}")).await.status, 201);
    }
    assert_eq!(refusal(&adds(desk, &one, "M21").await), (409, "too_many_references"));
}

async fn only_the_desk_says_so_and_once(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}/external-references");
    let client = desk.token_of("ipo").await;
    assert_eq!(desk.ask(Some(&client), "POST", &path, Some(&called("M1"))).await.status, 403);
    let body = called("A-1");
    let send = || desk.send(Some(ADMIN), ("POST", path.as_str()), &[("idempotency-key", "1")], Some(&body));
    let (first, again) = (send().await, send().await);
    let in_capitals =
        desk.post(&path, &json!({ "system": body["system"].as_str().expect("a name").to_uppercase(), "reference": "a-1" })).await;
    assert_eq!(in_capitals.status, 201, "it has that name: {}", in_capitals.body);
    assert_eq!((first.status, again.status), (201, 201), "{}", again.body);
    assert_eq!(desk.events(&number).await.len(), 2);
    desk.moves(&number, "cancelled").await;
    assert_eq!(refusal(&adds(desk, &number, "M9").await), (409, "ticket_cancelled"));
}

async fn of_two_who_give_the_same_name_at_once_one_wins(desk: &Desk) {
    let (one, two) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    let (first, second) = futures_util::future::join(adds(desk, &one, "M1"), adds(desk, &two, "M1")).await;
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{} {}", first.body, second.body);
}
