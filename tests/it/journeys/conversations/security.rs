//! A breach of security: told to those whom it concerns, and to nobody else.

use serde_json::json;

use super::{AGREEMENT, Cast, OPERATIONAL_CONTACT, clock, counted, it_is, mailed, march};
use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(a_breach_of_security_is_told_to_the_officer_alone_and_closed_with_its_lessons);

const ISO: &str = "iso@ipo.example";
const LAWYER: &str = "privacy@ipo.example";

async fn a_breach_of_security_is_told_to_the_officer_alone_and_closed_with_its_lessons(desk: &Desk) {
    let Cast { anna, karin, ali, .. } = Cast::assembles(desk).await;

    it_is(desk, "03-02 09:00").await;
    let breach = json!({ "description": "Op een link geklikt en het wachtwoord ingevuld.", "priority": "p1", "service": "cloud",
        "flags": ["security"], "securityAspects": ["confidentiality"] });
    let number = ali.hears_by_telephone(&anna, "incident", "Wachtwoord afgegeven", breach).await;
    assert_eq!(mailed(desk, &number, anna.email).await, ["Ontvangen"]);
    assert_eq!(mailed(desk, &number, ISO).await, ["Gemarkeerd: beveiliging"]);
    assert_eq!(mailed(desk, &number, OPERATIONAL_CONTACT).await, Vec::<String>::new());
    let seen = desk.ask(Some(&karin.token), "GET", &format!("/v1/tickets/{number}"), None).await;
    assert_eq!(seen.status, 404, "not even Karin, who sees every other ticket");

    it_is(desk, "03-02 09:10").await;
    ali.moves(&number, "in_progress", "Het account is geblokkeerd; wij zoeken uit wat er gezien is.").await;
    ali.does(&number, "response-teams", &json!({ "team": "juridisch", "task": "Is dit een datalek?" })).await;
    assert_eq!(mailed(desk, &number, LAWYER).await, ["Responsteam ingezet: Juridisch"]);
    ali.says(&number, "Hebt u het wachtwoord ook ergens anders gebruikt?").await;
    anna.says(&number, "Nee, alleen hier.").await;

    it_is(desk, "03-02 12:00").await;
    assert_eq!(clock(desk, &number, "resolution").await, "running 3:00, due 03-02 13:00");
    ali.moves(&number, "resolved", "Nieuw wachtwoord, en niemand is binnen geweest.").await;
    let early = anna.tries(&number, "transitions", &json!({ "to": "closed", "reason": "Fijn." })).await;
    assert_eq!((early.status, &early.body["code"]), (409, &json!("part_required")), "what is learnt of it? {}", early.body);
    let report = json!({ "courseOfEvents": "Een valse mail vroeg om het wachtwoord.", "response": "Binnen tien minuten geblokkeerd.",
        "lessons": "Vaker oefenen met valse mail." });
    ali.does(&number, "security-reports", &report).await;
    assert_eq!(anna.judges(&number, "yes", "Dank voor de snelheid.").await, "closed");
    assert_eq!(clock(desk, &number, "resolution").await, "met 3:00, due 03-02 13:00");

    let anna_heard = ["Ontvangen", "Status: in behandeling", "antwoord", "Verholpen", "Status: afgesloten"];
    assert_eq!(mailed(desk, &number, anna.email).await, anna_heard);
    assert_eq!(mailed(desk, &number, ISO).await, ["Gemarkeerd: beveiliging"]);
    assert_eq!(mailed(desk, &number, OPERATIONAL_CONTACT).await, Vec::<String>::new());

    assert_eq!(counted(desk, "incident").await, "1 reported, 1 closed, response 1 of 1, resolution 1 of 1");
    let breaches = march(desk).await["security"]["incidents"].clone();
    assert_eq!((&breaches[0]["number"], &breaches[0]["title"]), (&json!(number), &json!("Wachtwoord afgegeven")), "{breaches}");
    // Karin reads in the report that there was one, and not what it was about.
    let path = format!("/v1/reports/service-management?contract={AGREEMENT}&month=2026-03");
    let read = desk.ask(Some(&karin.token), "GET", &path, None).await.body["security"]["incidents"].clone();
    assert_eq!((read.as_array().map(Vec::len), &read[0]["title"]), (Some(1), &json!(null)), "{read}");
}
