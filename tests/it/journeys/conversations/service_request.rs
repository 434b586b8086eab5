//! A service request: something of the catalogue that the client authorises.

use serde_json::json;

use super::{Cast, OPERATIONAL_CONTACT, clock, counted, it_is, mailed};
use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(access_is_asked_for_authorised_and_given);

async fn access_is_asked_for_authorised_and_given(desk: &Desk) {
    let Cast { anna, karin, ali, .. } = Cast::assembles(desk).await;

    it_is(desk, "03-03 14:00").await;
    let access = json!({ "kind": "toegang", "form": { "wijziging": "verlenen", "voor": "Bram Visser", "waartoe": "De projectmap" } });
    let number = anna.reports("service_request", "Toegang voor Bram", access).await;
    assert_eq!(mailed(desk, &number, anna.email).await, ["Ontvangen"]);

    it_is(desk, "03-03 15:00").await;
    ali.says(&number, "Hiervoor vragen wij Karin om toestemming.").await;
    assert_eq!(clock(desk, &number, "response").await, "met 1:00, due 03-04 12:00");
    ali.moves(&number, "authorisation", "Toegang moet worden goedgekeurd.").await;
    assert_eq!(mailed(desk, &number, karin.email).await, ["Uw besluit gevraagd: toestemming"]);

    // The clock does not wait for the client: nothing of the kind was agreed.
    it_is(desk, "03-05 14:00").await;
    assert_eq!(clock(desk, &number, "resolution").await, "running 20:00, due 03-17 14:00");
    let straight = ali.tries(&number, "transitions", &json!({ "to": "fulfilling", "reason": "Vast beginnen." })).await;
    assert_eq!((straight.status, &straight.body["code"]), (409, &json!("decision_required")), "{}", straight.body);
    assert_eq!(karin.answers(&number, "authorisation", "yes", "Bram werkt aan dit project.").await, "fulfilling");

    it_is(desk, "03-05 16:00").await;
    ali.moves(&number, "fulfilled", "Bram kan erbij.").await;
    assert_eq!(clock(desk, &number, "resolution").await, "met 22:00, due 03-17 14:00");
    assert_eq!(anna.judges(&number, "yes", "Het werkt.").await, "closed");

    let anna_heard = ["Ontvangen", "antwoord", "Status: ter goedkeuring", "Status: in uitvoering", "Uitgevoerd", "Status: afgesloten"];
    assert_eq!(mailed(desk, &number, anna.email).await, anna_heard);
    let progress = ["geregistreerd", "bericht", "ter goedkeuring", "in uitvoering", "uitgevoerd", "afgesloten"];
    assert_eq!(mailed(desk, &number, OPERATIONAL_CONTACT).await, progress.map(|phase| format!("Voortgang: {phase}")));

    assert_eq!(counted(desk, "service_request").await, "1 reported, 1 closed, response 1 of 1, resolution 1 of 1");
}
