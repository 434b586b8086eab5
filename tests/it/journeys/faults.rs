//! Faults are normal: a process that dies, two that share the work, a database that is away.

use serde_json::{Value, json};
use uurwerk::app::App;
use uurwerk::domain::Instant;
use uurwerk::domain::ticket::Ticket;
use uurwerk::usecases::timers;
use uurwerk::{cli, jobs};

use crate::on_both_databases;
use crate::support::{Desk, On, incident, postgres};

on_both_databases!(
    a_process_that_died_is_followed_by_one_that_finishes_its_work_once,
    two_processes_share_what_is_due_and_each_step_is_taken_once,
    a_ticket_that_cannot_be_read_stops_no_clock_of_another_and_loses_none_of_its_own,
    what_is_stored_is_what_a_replay_says,
);

fn instant(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// Design § 5: what passed while nothing ran fires on start, with its true instant.
async fn a_process_that_died_is_followed_by_one_that_finishes_its_work_once(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    // The first process dies between recording the breach and telling anyone of it.
    desk.app.time.advance(instant("2026-03-02T17:00:00+01:00"));
    while timers::fire_due::<Ticket>(&desk.app).await.expect("timers") > 0 {}
    let second = desk.another_process().await;
    second.time.advance(instant("2026-03-02T17:00:00+01:00"));
    jobs::work_off(&second).await.expect("work");
    jobs::work_off(&second).await.expect("work");
    let history = desk.history(&number).await;
    let climbs: Vec<_> = history.iter().filter(|event| event.0 == "escalation.climbed").map(|event| event.1.as_str()).collect();
    assert_eq!(climbs, ["2026-03-02T15:00:01Z"]);
    let notices = desk.mails().into_iter().filter(|mail| mail.contains("Escalatie naar niveau 2"));
    let mut addressees: Vec<_> = notices.filter_map(|mail| mail.lines().find(|line| line.starts_with("To: ")).map(str::to_owned)).collect();
    let told = addressees.len();
    addressees.sort();
    addressees.dedup();
    assert!(told >= 2 && addressees.len() == told, "each address is told once: {addressees:?} of {told}");
}

async fn two_processes_share_what_is_due_and_each_step_is_taken_once(desk: &Desk) {
    let mut numbers = Vec::new();
    for _ in 0..30 {
        numbers.push(desk.registers(&incident("p2")).await);
    }
    let second = desk.another_process().await;
    for app in [&*desk.app, &second] {
        app.time.advance(instant("2026-03-02T17:00:00+01:00"));
    }
    let work = async |app: &App| while timers::fire_due::<Ticket>(app).await.expect("timers") > 0 {};
    Box::pin(futures_util::future::join(work(&desk.app), work(&second))).await;
    for number in numbers {
        let history = desk.history(&number).await;
        let count = |kind: &str| history.iter().filter(|event| event.0 == kind).count();
        assert_eq!((count("clock.breached"), count("escalation.climbed")), (1, 1), "{number}");
    }
}

async fn a_ticket_that_cannot_be_read_stops_no_clock_of_another_and_loses_none_of_its_own(desk: &Desk) {
    let (spoilt, good) = (desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await);
    let id = desk.get(&format!("/v1/tickets/{spoilt}")).await.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    desk.spoils("UPDATE ticket SET phase = 'of_a_later_program' WHERE id = $1", id).await;
    desk.reaches("2026-03-02T17:00:00+01:00").await;
    let history = desk.history(&good).await;
    assert!(history.iter().any(|event| event.0 == "escalation.climbed"), "{history:?}");
    assert_eq!(desk.get(&format!("/v1/tickets/{spoilt}")).await.status, 500);

    desk.spoils("UPDATE ticket SET phase = 'registered' WHERE id = $1", id).await;
    desk.passes("PT15M").await;
    assert_eq!(desk.history(&spoilt).await, history, "what happened meanwhile happened at its own instant");
    assert!(desk.mails().iter().any(|mail| mail.contains(&spoilt) && mail.contains("Escalatie naar niveau 2")));
}

/// Design § 2.7: stored deadlines are an index.
async fn what_is_stored_is_what_a_replay_says(desk: &Desk) {
    let mut numbers = Vec::new();
    for (at, priority) in ["p1", "p2", "p3", "p3"].into_iter().enumerate() {
        let number = desk.registers(&incident(priority)).await;
        desk.passes("PT47M").await;
        if at > 0 {
            desk.moves(&number, "in_progress").await;
            desk.patch(&format!("/v1/tickets/{number}"), &json!({ "priority": "p2" })).await;
        }
        if at > 1 {
            desk.post(&format!("/v1/tickets/{number}/transitions"), &json!({ "to": "on_hold", "reason": "x", "cause": "requester" })).await;
        }
        if at > 2 {
            desk.moves(&number, "in_progress").await;
            desk.moves(&number, "resolved").await;
        }
        numbers.push(number);
    }
    desk.passes("P2D").await;
    for number in numbers {
        let stored = desk.get(&format!("/v1/tickets/{number}")).await.body["nextDueAt"].clone();
        let clocks = desk.get(&format!("/v1/tickets/{number}/clocks")).await.body["items"].as_array().cloned().unwrap_or_default();
        let pending = |clock: &Value| {
            let goals = clock["goals"].as_array().cloned().unwrap_or_default();
            let open = goals.iter().find(|goal| goal["metAt"].is_null() && goal["breachedAt"].is_null());
            open.or(goals.last()).map(|goal| goal["dueAt"].as_str().unwrap_or_default().to_owned())
        };
        let running = clocks.iter().filter(|clock| clock["stoppedAt"].is_null());
        let replayed = running.filter_map(pending).min();
        assert_eq!(stored.as_str().map(str::to_owned), replayed, "{number}");
    }
}

#[actix_web::test]
async fn a_database_that_is_away_is_a_503_and_the_process_lives_on() {
    let (desk, name) = Desk::open_on_its_own_postgres().await;
    let number = desk.registers(&incident("p3")).await;
    postgres::close(&name);
    let away = desk.get(&format!("/v1/tickets/{number}")).await;
    assert_eq!((away.status, &away.body["code"]), (503, &json!("unavailable")), "{}", away.body);
    assert!(away.headers.contains_key("retry-after"));
    assert_eq!((desk.get("/readyz").await.status, desk.get("/livez").await.status), (503, 200));
    postgres::reopen(&name);
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.status, 200);
}

#[actix_web::test]
async fn a_postgresql_database_that_was_not_migrated_is_refused_with_what_to_do() {
    let desk = Desk::open(On::Sqlite).await;
    let mut settings = desk.app.settings.clone();
    settings.database.url = postgres::new_database().into();
    let refused = cli::ready(*settings).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("uurwerk migrate"), "{refused}");
}
