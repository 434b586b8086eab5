//! Transactions that hold several tickets take them in one order.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Desk, incident, postgres};

#[actix_web::test]
async fn bulks_of_emergency_changes_that_cross_never_wait_for_each_other() {
    let (desk, name) = Desk::open_on_its_own_postgres().await;
    let mut incidents = Vec::new();
    for _ in 0..40 {
        incidents.push(desk.registers(&incident("p1")).await);
    }
    let change = |number: &String| {
        let mut change = incident("p1");
        change["type"] = json!("change_request");
        change["priority"] = Value::Null;
        change["emergencyFor"] = json!(number);
        change
    };
    let forth: Vec<_> = incidents.iter().map(change).collect();
    let back: Vec<_> = incidents.iter().rev().map(change).collect();
    let bulk = |at: usize| {
        let items = if at.is_multiple_of(2) { &forth } else { &back };
        let desk = &desk;
        async move { desk.post("/v1/tickets/_bulk", &json!({ "items": items })).await }
    };
    for answer in join_all((0..8).map(bulk)).await {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let items = answer.body["items"].as_array().expect("outcomes");
        assert!(items.len() == 40 && items.iter().all(|item| item["status"] == 201), "{}", answer.body);
    }
    assert_eq!(postgres::deadlocks(&name), 0);
}

#[actix_web::test]
async fn bulks_that_name_the_same_things_in_another_order_never_wait_for_each_other() {
    let (desk, name) = Desk::open_on_its_own_postgres().await;
    let named = |at: &usize| {
        let mut ticket = incident("p3");
        ticket["requester"] = json!({ "name": "Anna", "email": format!("a{at}@ipo.example") });
        ticket["externalReferences"] = json!([{ "system": "sap", "reference": format!("{at}") }]);
        ticket
    };
    let forth: Vec<_> = (0..60).collect();
    let back: Vec<_> = (0..60).rev().collect();
    let bulk = |at: usize| {
        let items: Vec<_> = if at.is_multiple_of(2) { &forth } else { &back }.iter().map(named).collect();
        let desk = &desk;
        async move { desk.post("/v1/tickets/_bulk", &json!({ "items": items })).await }
    };
    let answers = join_all((0..8).map(bulk)).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let made = answers.iter().flat_map(|answer| answer.body["items"].as_array().expect("outcomes")).filter(|item| item["status"] == 201);
    assert_eq!(made.count(), 60, "each name once");
    assert_eq!(postgres::deadlocks(&name), 0);
}
