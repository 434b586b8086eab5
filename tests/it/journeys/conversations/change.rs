//! A change: assessed, approved, tested, accepted, in use and looked back on.

use serde_json::json;

use super::{Cast, OPERATIONAL_CONTACT, clock, counted, it_is, mailed};
use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(a_change_is_approved_tested_accepted_and_looked_back_on);

async fn a_change_is_approved_tested_accepted_and_looked_back_on(desk: &Desk) {
    let Cast { karin, femke, ali, .. } = Cast::assembles(desk).await;

    it_is(desk, "03-02 09:00").await;
    let vpn = json!({ "kind": "adapt", "item": "VPN-server" });
    let number = karin.reports("change_request", "Twee keer zoveel thuiswerkers", vpn).await;
    it_is(desk, "03-02 10:00").await;
    ali.changes(&number, &json!({ "assignee": "ali" })).await;
    assert_eq!(clock(desk, &number, "response").await, "met 1:00, due 03-02 17:00");
    ali.moves(&number, "assessing", "Wij kijken wat dat vraagt.").await;
    let assessment = json!({ "nature": "extension", "class": "normal", "impact": "medium", "risk": "low", "cost": "1250.00",
        "chargedBy": "actual_cost", "explanation": "Alleen 's avonds merkbaar." });
    ali.does(&number, "assessments", &assessment).await;
    let plan = json!({ "startsAt": "2026-03-10T18:00:00Z", "endsAt": "2026-03-10T20:00:00Z", "implementation": "Tweede server erbij.",
        "backOut": "Tweede server uitzetten." });
    ali.does(&number, "change-plans", &plan).await;
    ali.moves(&number, "approval", "Dit is wat het kost en wanneer het kan.").await;

    it_is(desk, "03-04 09:00").await;
    assert_eq!(karin.answers(&number, "approval", "yes", "Graag op die avond.").await, "approval", "the desk signs as well");
    assert_eq!(ali.answers(&number, "approval", "yes", "Ingepland met de netwerkploeg.").await, "scheduled");
    it_is(desk, "03-10 17:00").await;
    ali.moves(&number, "implementing", "Wij beginnen.").await;
    ali.does(&number, "test-reports", &json!({ "passed": true, "findings": "Honderd mensen tegelijk: het houdt." })).await;
    assert_eq!(mailed(desk, &number, femke.email).await, ["Uw besluit gevraagd: acceptatie"]);
    let early = ali.tries(&number, "transitions", &json!({ "to": "implemented", "reason": "Het draait.", "handling": "alone" })).await;
    assert_eq!((early.status, &early.body["code"]), (409, &json!("decision_required")), "{}", early.body);
    assert_eq!(femke.answers(&number, "acceptance", "yes", "Zelf geprobeerd: goed.").await, "implementing");

    it_is(desk, "03-11 09:00").await;
    assert_eq!(clock(desk, &number, "resolution").await, "running 70:00, due 03-16 09:00");
    ali.moves(&number, "implemented", "De tweede server is in gebruik.").await;
    assert_eq!(clock(desk, &number, "resolution").await, "met 70:00, due 03-16 09:00");
    ali.does(&number, "reviews", &json!({ "result": "succeeded", "lessons": "Eerder aankondigen." })).await;
    ali.moves(&number, "reviewed", "Zonder storing verlopen.").await;

    let karin_heard = [
        "Ontvangen",
        "Status: in beoordeling",
        "Status: ter goedkeuring",
        "Uw besluit gevraagd: goedkeuring",
        "Status: ingepland",
        "Status: in uitvoering",
        "Doorgevoerd",
        "Status: geëvalueerd",
    ];
    let (mut heard, mut expected) = (mailed(desk, &number, karin.email).await, karin_heard.to_vec());
    // What is sent in one go has no order of its own.
    heard.sort();
    expected.sort_unstable();
    assert_eq!(heard, expected);
    let progress = ["geregistreerd", "in beoordeling", "ter goedkeuring", "ingepland", "in uitvoering", "doorgevoerd", "geëvalueerd"];
    assert_eq!(mailed(desk, &number, OPERATIONAL_CONTACT).await, progress.map(|phase| format!("Voortgang: {phase}")));

    assert_eq!(counted(desk, "change_request").await, "1 reported, 1 closed, response 1 of 1, resolution 1 of 1");
}
