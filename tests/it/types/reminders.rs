//! Whoever has to judge a solution is reminded, and nothing follows from silence.

use serde_json::{Value, json};
use uurwerk::usecases::rebuild::rebuild;

use super::{agreement, subjects_to, with};
use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    amb_09_inc_05_whoever_is_silent_is_reminded_and_nothing_is_closed,
    who_answered_is_not_reminded_and_a_new_solution_is_asked_about_anew,
    after_days_on_which_nobody_looked_one_reminder_goes_out,
    cal_12_a_closure_announced_later_moves_a_reminder_and_none_that_went_out,
);

const TERMS: &str = "[reminders]\nafter_days = 2\ncalendar = \"support\"\nat_most = 2\n";

async fn solved(desk: &Desk) -> String {
    agreement(desk, "herinnert", "", TERMS).await;
    let number = desk.registers(&with(incident("p2"), json!({ "contract": "herinnert" }))).await;
    for to in ["in_progress", "resolved"] {
        assert_eq!(desk.moves(&number, to).await.status, 201);
    }
    number
}

async fn reminded(desk: &Desk, number: &str) -> Vec<Value> {
    let events = desk.events(number).await;
    events.into_iter().filter(|event| event["type"] == "ticket.reminded").map(|event| event["occurredAt"].clone()).collect()
}

async fn amb_09_inc_05_whoever_is_silent_is_reminded_and_nothing_is_closed(desk: &Desk) {
    let number = solved(desk).await;
    // Solved on Monday 2 March: reminded when the desk opens on Wednesday, and on Friday.
    desk.passes("P1D").await;
    assert_eq!(reminded(desk, &number).await, Vec::<Value>::new());
    desk.passes("P1D").await;
    assert_eq!(reminded(desk, &number).await, [json!("2026-03-04T07:00:00Z")]);
    desk.passes("P1D").await;
    desk.passes("P1D").await;
    let both = [json!("2026-03-04T07:00:00Z"), json!("2026-03-06T07:00:00Z")];
    assert_eq!(reminded(desk, &number).await, both);
    desk.passes("P30D").await;
    assert_eq!(reminded(desk, &number).await, both, "twice, and no more");
    let mails: Vec<_> = subjects_to(desk, "anna@ipo.example").into_iter().filter(|subject| subject.contains("Herinnering")).collect();
    assert_eq!(mails.len(), 2, "{mails:?}");
    desk.passes("P90D").await;
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["phase"], "resolved", "silence accepts nothing");
    assert!(rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}

async fn who_answered_is_not_reminded_and_a_new_solution_is_asked_about_anew(desk: &Desk) {
    let number = solved(desk).await;
    desk.passes("P2D").await;
    assert_eq!(reminded(desk, &number).await.len(), 1);
    let client = desk.token_of("ipo").await;
    let wish = json!({ "to": "in_progress", "reason": "Het hapert nog." });
    let refused = desk.ask(Some(&client), "POST", &format!("/v1/tickets/{number}/transitions"), Some(&wish)).await;
    assert_eq!(refused.status, 201, "{}", refused.body);
    desk.passes("P7D").await;
    assert_eq!(reminded(desk, &number).await.len(), 1);
    desk.moves(&number, "resolved").await;
    // Solved on Wednesday: on Friday, and on Tuesday.
    desk.passes("P2D").await;
    desk.passes("P4D").await;
    assert_eq!(reminded(desk, &number).await.len(), 3, "two more of the new solution");
}

async fn after_days_on_which_nobody_looked_one_reminder_goes_out(desk: &Desk) {
    let number = solved(desk).await;
    let later = desk.app.time.now().plus(10 * 24 * 3600).expect("an instant");
    desk.app.time.advance(later);
    desk.passes("PT1S").await;
    assert_eq!(reminded(desk, &number).await.len(), 1);
}

async fn cal_12_a_closure_announced_later_moves_a_reminder_and_none_that_went_out(desk: &Desk) {
    let number = solved(desk).await;
    let amends = async |date: &str, change: &str| {
        let draft = json!({ "calendar": "support", "date": date, "change": change, "reason": "Verhuizing." });
        let amended = desk.post("/v1/contracts/herinnert/calendar-amendments", &draft).await;
        assert_eq!(amended.status, 201, "{}", amended.body);
        desk.passes("PT1M").await;
    };
    // Solved on Monday: without Tuesday, Thursday is the second working day.
    amends("2026-03-03", "closed").await;
    desk.reaches("2026-03-05T07:59:00+01:00").await;
    assert_eq!(reminded(desk, &number).await, Vec::<Value>::new());
    desk.passes("PT2M").await;
    let first = json!("2026-03-05T07:00:00Z");
    assert_eq!(reminded(desk, &number).await, std::slice::from_ref(&first));
    // The next is due on Monday: open again on a day that was to be closed, it is due sooner.
    amends("2026-03-06", "closed").await;
    amends("2026-03-06", "as_agreed").await;
    desk.reaches("2026-03-09T09:00:00+01:00").await;
    assert_eq!(reminded(desk, &number).await, [first, json!("2026-03-09T07:00:00Z")]);
    assert!(rebuild(&desk.app, false).await.expect("a look").differences.is_empty());
}
