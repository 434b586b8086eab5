//! Where a handler begins when it first runs: one that tells people of obligations is silent about the past.

use sea_orm::ConnectionTrait;
use uurwerk::{jobs, outbox};

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    a_handler_that_begins_now_tells_nobody_of_the_past,
    a_handler_that_begins_at_the_start_takes_everything_there_is,
    what_has_no_place_in_the_stream_yet_is_of_the_past_too,
);

async fn forgets(desk: &Desk, handler: &str) {
    let sql = format!("DELETE FROM handler WHERE name = '{handler}'; DELETE FROM outbound_mail");
    for statement in sql.split(';') {
        desk.behind().await.execute_unprepared(statement).await.expect("a statement");
    }
}

async fn begins(desk: &Desk) {
    outbox::register_handlers(&desk.app).await.expect("handlers");
    jobs::work_off(&desk.app).await.expect("work");
}

/// By May, overviews of several months were reminded of and late.
async fn a_handler_that_begins_now_tells_nobody_of_the_past(desk: &Desk) {
    desk.reaches("2026-06-01T12:00:00+02:00").await;
    assert!(desk.rows("outbound_mail").await > 0, "its owner heard of them");
    forgets(desk, "mail-to-owners").await;
    begins(desk).await;
    assert_eq!(desk.rows("outbound_mail").await, 0);
    desk.reaches("2026-07-01T12:00:00+02:00").await;
    assert!(desk.rows("outbound_mail").await > 0, "what happens from then on is told");
}

async fn a_handler_that_begins_at_the_start_takes_everything_there_is(desk: &Desk) {
    desk.registers(&incident("p3")).await;
    desk.passes("PT1M").await;
    forgets(desk, "mail-to-requester").await;
    begins(desk).await;
    assert_eq!(desk.rows("outbound_mail").await, 1, "the confirmation");
}

async fn what_has_no_place_in_the_stream_yet_is_of_the_past_too(desk: &Desk) {
    desk.reaches("2026-06-01T12:00:00+02:00").await;
    let unnumbered = "UPDATE event SET position = NULL WHERE subject_kind = 'obligation'";
    desk.behind().await.execute_unprepared(unnumbered).await.expect("a statement");
    forgets(desk, "mail-to-owners").await;
    begins(desk).await;
    assert_eq!(desk.rows("outbound_mail").await, 0);
}
