//! A problem: two incidents with one cause, which the client wants a change for.

use serde_json::json;

use super::{Cast, OPERATIONAL_CONTACT, clock, counted, it_is, mailed};
use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(a_problem_is_traced_to_its_cause_and_solved_by_a_change_that_the_client_wants);

async fn a_problem_is_traced_to_its_cause_and_solved_by_a_change_that_the_client_wants(desk: &Desk) {
    let Cast { anna, karin, ali, .. } = Cast::assembles(desk).await;
    let first = anna.reports("incident", "De mail ligt stil", json!({})).await;
    let second = anna.reports("incident", "De mail ligt weer stil", json!({})).await;

    it_is(desk, "03-02 10:00").await;
    let both = json!({ "links": [{ "kind": "causes", "ticket": first }, { "kind": "causes", "ticket": second }] });
    let number = ali.finds("problem", "De mailserver loopt vol", both).await;
    it_is(desk, "03-02 10:30").await;
    ali.changes(&number, &json!({ "assignee": "ali" })).await;
    assert_eq!(clock(desk, &number, "response").await, "met 0:30, due 03-02 18:00");
    ali.moves(&number, "investigating", "Wij zoeken uit waardoor de server volloopt.").await;
    ali.does(&number, "workarounds", &json!({ "instruction": "Gebruik de webversie." })).await;
    assert_eq!(mailed(desk, &first, anna.email).await, ["Ontvangen"], "of the problem behind it she is told by the ticket");

    it_is(desk, "03-04 09:00").await;
    let cause = json!({ "deeperCause": "De schijf is te klein voor de bewaartermijn.", "proposal": "Een grotere schijf." });
    ali.does(&number, "root-causes", &cause).await;
    ali.moves(&number, "known_error", "De oorzaak is bekend.").await;
    let outcome = json!({ "outcome": "change_needed", "explanation": "De schijf moet worden vervangen." });
    ali.does(&number, "outcomes", &outcome).await;
    assert_eq!(mailed(desk, &number, karin.email).await, ["Uw besluit gevraagd: noodzaak van een wijziging"]);
    let early = ali.tries(&number, "transitions", &json!({ "to": "resolved", "reason": "Klaar.", "handling": "alone" })).await;
    assert_eq!((early.status, &early.body["code"]), (409, &json!("decision_required")), "{}", early.body);

    it_is(desk, "03-05 09:00").await;
    assert_eq!(karin.answers(&number, "change_needed", "yes", "Dit willen wij niet nog eens.").await, "known_error");
    let follows = json!({ "links": [{ "kind": "follows_from", "ticket": number }] });
    let change = karin.reports("change_request", "Een grotere schijf in de mailserver", follows).await;
    ali.does(&number, "links", &json!({ "kind": "solved_by", "ticket": change })).await;
    assert_eq!(clock(desk, &number, "resolution").await, "running 29:00, due 03-16 10:00");

    it_is(desk, "03-06 10:00").await;
    ali.moves(&number, "resolved", "De nieuwe schijf zit erin.").await;
    assert_eq!(clock(desk, &number, "resolution").await, "met 40:00, due 03-16 10:00");
    assert_eq!(karin.judges(&number, "yes", "Akkoord.").await, "closed");

    let progress = ["geregistreerd", "in onderzoek", "oorzaak bekend", "opgelost", "afgesloten"];
    assert_eq!(mailed(desk, &number, OPERATIONAL_CONTACT).await, progress.map(|phase| format!("Voortgang: {phase}")));
    assert_eq!(mailed(desk, &number, anna.email).await, Vec::<String>::new(), "it is not of her that it came");
    assert_eq!(mailed(desk, &change, karin.email).await, ["Ontvangen"]);

    assert_eq!(counted(desk, "problem").await, "1 reported, 1 closed, response 1 of 1, resolution 1 of 1");
}
