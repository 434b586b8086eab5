//! Notices leave while the desk is open, where its agreement says so.

use serde_json::{Value, json};

use super::{agreement, subjects_to, with};
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    notices_wait_for_the_morning_and_what_cannot_wait_leaves_at_night,
    what_waits_is_judged_again_when_the_desk_opens,
    after_a_weekend_nobody_gets_more_at_once_than_otherwise,
);

const TERMS: &str = "[notices]\ncalendar = \"support\"\nat_any_hour = [\"p2\"]\n";

async fn notices_wait_for_the_morning_and_what_cannot_wait_leaves_at_night(desk: &Desk) {
    agreement(desk, "overdag", "", TERMS).await;
    desk.reaches("2026-03-06T19:00:00Z").await;
    let registers = async |priority| desk.registers(&with(incident(priority), json!({ "contract": "overdag" }))).await;
    let (waiting, exempt) = (registers("p3").await, registers("p2").await);
    desk.passes("PT1M").await;
    let told = |number: &str| subjects_to(desk, "anna@ipo.example").iter().filter(|subject| subject.contains(number)).count();
    assert_eq!((told(&waiting), told(&exempt)), (1, 1), "a confirmation leaves at once");
    for number in [&waiting, &exempt] {
        assert_eq!(desk.moves(number, "in_progress").await.status, 201);
    }
    let answer = json!({ "visibility": "public", "body": "Wij kijken er vannacht naar." });
    assert_eq!(desk.post(&format!("/v1/tickets/{waiting}/messages"), &answer).await.status, 201);
    desk.passes("P1D").await;
    assert_eq!(
        (told(&waiting), told(&exempt)),
        (2, 2),
        "what a person wrote leaves at once, and so does all of a priority that cannot wait"
    );
    let listed = desk.get(&format!("/v1/outbound-messages?ticket={waiting}&state=waiting")).await.body["items"].clone();
    let listed = listed.as_array().expect("mails");
    assert!(!listed.is_empty() && listed.iter().all(|mail| mail["nextAttemptAt"] == "2026-03-09T07:00:00Z"), "{listed:?}");
    desk.reaches("2026-03-09T06:59:00Z").await;
    assert_eq!(told(&waiting), 2);
    desk.reaches("2026-03-09T07:00:00Z").await;
    assert_eq!(told(&waiting), 3, "the desk opens");
    // By day nothing waits.
    assert_eq!(desk.moves(&waiting, "resolved").await.status, 201);
    desk.passes("PT1M").await;
    assert_eq!(told(&waiting), 4);
}

async fn of_state(desk: &Desk, state: &str) -> Vec<Value> {
    let listed = desk.get(&format!("/v1/outbound-messages?state={state}&pageSize=100")).await.body["items"].clone();
    listed.as_array().expect("mails").clone()
}

/// By a flag, a redaction, or a closure that was announced since.
async fn what_waits_is_judged_again_when_the_desk_opens(desk: &Desk) {
    agreement(desk, "overdag", "", TERMS).await;
    desk.reaches("2026-03-06T19:00:00Z").await;
    let registers = async || desk.registers(&with(incident("p3"), json!({ "contract": "overdag" }))).await;
    let (plain, flagged) = (registers().await, registers().await);
    for number in [&plain, &flagged] {
        let moved = json!({ "to": "in_progress", "reason": "REDEN-VOOR" });
        assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &moved).await.status, 201);
    }
    desk.passes("PT1M").await;
    let set = desk.post(&format!("/v1/tickets/{flagged}/flags"), &json!({ "flag": "confidential" })).await;
    assert_eq!(set.status, 201, "{}", set.body);
    let closed = json!({ "calendar": "support", "date": "2026-03-09", "change": "closed", "reason": "Staking." });
    let amended = desk.post("/v1/contracts/overdag/calendar-amendments", &closed).await;
    assert_eq!(amended.status, 201, "{}", amended.body);
    desk.reaches("2026-03-09T12:00:00Z").await;
    let told = |number: &str| desk.mails().iter().filter(|mail| mail.contains(number) && mail.contains("REDEN-VOOR")).count();
    assert_eq!((told(&plain), told(&flagged)), (0, 0), "the desk is closed after all");
    desk.reaches("2026-03-10T07:00:00Z").await;
    assert!(told(&plain) > 0, "it is open");
    assert_eq!(told(&flagged), 0, "few may see it since");
    let kept = of_state(desk, "withheld").await;
    assert!(!kept.is_empty() && kept.iter().all(|mail| mail["ticket"] == json!(flagged)), "{kept:?}");
    assert!(of_state(desk, "waiting").await.is_empty());
}

async fn after_a_weekend_nobody_gets_more_at_once_than_otherwise(desk: &Desk) {
    agreement(desk, "overdag", "", TERMS).await;
    desk.reaches("2026-03-06T19:00:00Z").await;
    for _ in 0..4 {
        for _ in 0..5 {
            let number = desk.registers(&with(incident("p3"), json!({ "contract": "overdag" }))).await;
            for to in ["in_progress", "on_hold"] {
                let moved = json!({ "to": to, "reason": "Verder.", "cause": (to == "on_hold").then_some("requester") });
                assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &moved).await.status, 201);
            }
        }
        desk.passes("PT2H").await;
    }
    let before = subjects_to(desk, "functioneel").len();
    desk.reaches("2026-03-09T07:00:00Z").await;
    assert_eq!(subjects_to(desk, "functioneel").len() - before, 30);
    desk.reaches("2026-03-09T08:00:00Z").await;
    assert!(subjects_to(desk, "functioneel").iter().any(|subject| subject.contains("Overzicht van berichten")), "the rest in one mail");
    assert!(of_state(desk, "waiting").await.is_empty());
}
