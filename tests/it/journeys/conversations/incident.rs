//! An incident: a solution that was none, and one that is.

use serde_json::json;

use super::{Cast, OPERATIONAL_CONTACT, clock, counted, it_is, mailed};
use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(an_incident_is_solved_refused_and_solved_for_good);

async fn an_incident_is_solved_refused_and_solved_for_good(desk: &Desk) {
    let Cast { anna, ali, .. } = Cast::assembles(desk).await;

    it_is(desk, "03-02 09:00").await;
    let printers = json!({ "description": "Geen enkele printer doet het.", "priority": "p2" });
    let number = anna.reports("incident", "Wij kunnen niet printen", printers).await;
    assert_eq!(mailed(desk, &number, anna.email).await, ["Ontvangen"]);

    it_is(desk, "03-02 09:20").await;
    ali.changes(
        &number,
        &json!({ "priority": "p2", "priorityMotivation": "Een hele verdieping heeft er last van.", "service": "printers" }),
    )
    .await;
    assert_eq!(clock(desk, &number, "response").await, "met 0:20, due 03-02 11:00");
    assert_eq!(clock(desk, &number, "resolution").await, "running 0:20, due 03-02 17:00");
    ali.moves(&number, "in_progress", "Ik kijk naar de printserver.").await;
    ali.says(&number, "Doet de printer op de derde verdieping het ook niet?").await;
    anna.says(&number, "Nee, die ook niet.").await;

    it_is(desk, "03-02 11:00").await;
    ali.moves(&number, "resolved", "De printserver is herstart.").await;
    assert_eq!(clock(desk, &number, "resolution").await, "met 2:00, due 03-02 17:00");

    // What did not work was no solution: the clock counts on as if it had never stopped.
    it_is(desk, "03-02 11:30").await;
    assert_eq!(anna.judges(&number, "no", "Na tien minuten lag hij er weer uit.").await, "in_progress");
    assert_eq!(clock(desk, &number, "resolution").await, "running 2:30, due 03-02 17:00");

    it_is(desk, "03-02 13:00").await;
    ali.moves(&number, "resolved", "De printserver is vervangen.").await;
    assert_eq!(
        ali.tries(&number, "transitions", &json!({ "to": "closed", "reason": "Klaar." })).await.status,
        403,
        "that is Anna's to say"
    );
    it_is(desk, "03-03 10:00").await;
    assert_eq!(anna.judges(&number, "yes", "Alles doet het weer. Bedankt!").await, "closed");
    assert_eq!(clock(desk, &number, "resolution").await, "met 4:00, due 03-02 17:00");

    let anna_heard =
        ["Ontvangen", "Status: in behandeling", "antwoord", "Verholpen", "Status: in behandeling", "Verholpen", "Status: afgesloten"];
    assert_eq!(mailed(desk, &number, anna.email).await, anna_heard);
    let progress = ["geregistreerd", "in behandeling", "bericht", "opgelost", "in behandeling", "opgelost", "afgesloten"];
    assert_eq!(mailed(desk, &number, OPERATIONAL_CONTACT).await, progress.map(|phase| format!("Voortgang: {phase}")));

    assert_eq!(counted(desk, "incident").await, "1 reported, 1 closed, response 1 of 1, resolution 1 of 1");
}
