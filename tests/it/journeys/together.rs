//! Many at once: callers with the same new requester, and processes that tell one another of their commits.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::json;
use uurwerk::jobs;

use crate::on_both_databases;
use crate::support::{Desk, incident, postgres};

on_both_databases!(a_new_requester_who_reports_sixteen_things_at_once_is_one_person, a_worker_is_not_woken_by_its_own_work);

async fn a_new_requester_who_reports_sixteen_things_at_once_is_one_person(desk: &Desk) {
    let mut ticket = incident("p3");
    ticket["requester"] = json!({ "name": "Bas Nieuw", "email": "bas@ipo.example" });
    let answers = join_all((0..16).map(|_| desk.post("/v1/tickets", &ticket))).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.body["requester"]["email"]), (201, &json!("bas@ipo.example")), "{}", answer.body);
    }
    assert_eq!((desk.rows("person").await, desk.rows("ticket").await), (1, 16));
}

/// Else a desk at rest would never sleep.
async fn a_worker_is_not_woken_by_its_own_work(desk: &Desk) {
    desk.registers(&incident("p2")).await;
    let woken = desk.app.wake.notified();
    jobs::work_off(&desk.app).await.expect("work");
    assert_eq!(desk.mails().len(), 2);
    assert!(woken.now_or_never().is_none());
}

/// The workers of another process look by themselves each minute; this is sooner.
async fn is_told_of(desk: &Desk, number: &str) {
    for _ in 0..300 {
        if desk.mails().iter().any(|mail| mail.contains(&format!("[{number}]"))) {
            return;
        }
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{number} was not noticed")
}

/// Design § 5: word is sent after the commit, and a lost one costs a moment.
#[actix_web::test]
async fn workers_of_another_process_hear_of_a_ticket_and_hear_again_when_their_connection_was_cut() {
    let (desk, name) = Desk::open_on_its_own_postgres().await;
    let second = Arc::new(desk.another_process().await);
    let working = actix_web::rt::spawn(jobs::run(second.clone()));
    let first = desk.app.clone();
    let telling = actix_web::rt::spawn(async move { jobs::wakeups::announce(&first).await });
    for _ in 0..3 {
        let number = desk.registers(&incident("p3")).await;
        is_told_of(&desk, &number).await;
        postgres::cut_listeners(&name);
    }
    second.stop();
    desk.app.stop();
    working.await.expect("the workers end");
    telling.await.expect("the telling ends");
}
