//! A question, and the offer that it leads to.

use serde_json::json;

use super::{Cast, OPERATIONAL_CONTACT, clock, counted, it_is, mailed};
use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(a_question_is_answered_and_leads_to_an_offer_that_is_taken);

async fn a_question_is_answered_and_leads_to_an_offer_that_is_taken(desk: &Desk) {
    let Cast { anna, karin, ali, .. } = Cast::assembles(desk).await;

    it_is(desk, "03-02 09:00").await;
    let question = anna.reports("information_request", "Kan het wifi sneller?", json!({ "wantedByDate": "2026-03-06" })).await;
    it_is(desk, "03-02 11:00").await;
    ali.moves(&question, "researching", "Wij meten het na.").await;
    ali.says(&question, "Om welke verdieping gaat het?").await;
    assert_eq!(clock(desk, &question, "response").await, "met 2:00, due 03-02 17:00");
    anna.says(&question, "Om de tweede.").await;
    it_is(desk, "03-03 09:00").await;
    ali.moves(&question, "answered", "Dat kan, met zes nieuwe zenders.").await;
    assert_eq!(clock(desk, &question, "resolution").await, "met 10:00, due 03-16 09:00");
    assert_eq!(anna.judges(&question, "yes", "Wat kosten die?").await, "closed");

    // The question keeps its number; what follows has one of its own.
    it_is(desk, "03-03 10:00").await;
    let follows = json!({ "links": [{ "kind": "follows_from", "ticket": question }] });
    let offer = anna.reports("proposal_request", "Zes nieuwe zenders", follows).await;
    ali.moves(&offer, "drafting", "U krijgt deze week een voorstel.").await;
    ali.says(&offer, "Mag het in de avond gebeuren?").await;
    it_is(desk, "03-05 12:00").await;
    let proposal = json!({ "approach": "Verdieping voor verdieping.", "solution": "Zes zenders.", "planning": "In één avond.",
        "price": "1899.50", "validUntilDate": "2026-03-31" });
    ali.does(&offer, "proposals", &proposal).await;
    ali.moves(&offer, "submitted", "Hierbij ons voorstel.").await;
    assert_eq!(clock(desk, &offer, "resolution").await, "met 22:00, due 03-17 10:00");
    assert_eq!(mailed(desk, &offer, karin.email).await, ["Uw besluit gevraagd: aanbod"]);
    let not_hers = anna.tries(&offer, "decisions", &json!({ "question": "offer", "verdict": "yes", "reason": "Graag." })).await;
    assert_eq!(not_hers.status, 403, "{}", not_hers.body);
    it_is(desk, "03-09 09:00").await;
    assert_eq!(karin.answers(&offer, "offer", "yes", "Akkoord met de prijs.").await, "accepted");

    let of_the_question = ["Ontvangen", "Status: in onderzoek", "antwoord", "Beantwoord", "Status: afgesloten"];
    assert_eq!(mailed(desk, &question, anna.email).await, of_the_question);
    let of_the_offer = ["Ontvangen", "Status: in opstelling", "antwoord", "Aanbod ingediend", "Status: aanvaard"];
    assert_eq!(mailed(desk, &offer, anna.email).await, of_the_offer);
    let progress = ["geregistreerd", "in opstelling", "bericht", "ingediend", "aanvaard"];
    assert_eq!(mailed(desk, &offer, OPERATIONAL_CONTACT).await, progress.map(|phase| format!("Voortgang: {phase}")));

    for kind in ["information_request", "proposal_request"] {
        assert_eq!(counted(desk, kind).await, "1 reported, 1 closed, response 1 of 1, resolution 1 of 1", "{kind}");
    }
}
