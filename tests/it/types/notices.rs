//! Notices leave while the desk is open, where its agreement says so.

use serde_json::json;

use super::{agreement, subjects_to, with};
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(notices_wait_for_the_morning_and_what_cannot_wait_leaves_at_night);

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
    let listed = desk.get(&format!("/v1/outbound-messages?ticket={waiting}&state=pending")).await.body["items"].clone();
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
