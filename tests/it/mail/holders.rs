//! What whoever has a ticket in hand is told: a person, else their team, else the desk (design § 5).

use serde_json::json;
use uurwerk::domain::permission::Role;

use crate::on_both_databases;
use crate::support::{Desk, incident};

on_both_databases!(
    whoever_has_a_ticket_is_told_what_there_is_to_do_on_it_and_not_what_they_did,
    a_ticket_that_few_may_see_is_told_to_its_assignee_alone,
    a_goal_that_is_near_or_missed_is_told_once,
    whoever_cannot_be_reached_is_passed_over_and_where_no_address_is_given_nobody_is_told,
);

const ALI: &str = "ali@leverancier.example";
const TEAM: &str = "werkplek@leverancier.example";
const DESK: &str = "wacht@leverancier.example";

async fn opened(desk: &Desk) -> Desk {
    let settings = [
        ("UURWERK_MAIL_NOTICES", DESK),
        ("UURWERK_TEAMS_WERKPLEK_LABEL_NL", "Werkplek"),
        ("UURWERK_TEAMS_WERKPLEK_MAIL", TEAM),
        ("UURWERK_TEAMS_STIL_LABEL_NL", "Zonder adres"),
    ];
    Desk::open_with(desk.on(), &settings).await
}

/// What was told since the last time it was asked: to whom, and the subject without its number and title.
struct Told(usize);

impl Told {
    async fn since(&mut self, desk: &Desk) -> Vec<(String, String)> {
        desk.passes("PT1S").await;
        let mails = desk.mails();
        let header = |mail: &str, name: &str| {
            let line = mail.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
            line.unwrap_or_default().trim().to_owned()
        };
        let new = mails.iter().skip(self.0).map(|mail| (header(mail, "To:"), header(mail, "Subject:")));
        // Roles of a ladder are told by mails of their own.
        let of_the_desk = new.filter(|(to, _)| [ALI, TEAM, DESK].contains(&to.as_str()));
        let shown = of_the_desk.map(|(to, subject)| {
            let subject = subject.split_once("] ").map_or(subject.as_str(), |(_, subject)| subject);
            (to, subject.rsplit_once(": ").map_or(subject, |(what, _)| what).to_owned())
        });
        let mut shown: Vec<_> = shown.collect();
        shown.sort_unstable();
        self.0 = mails.len();
        shown
    }
}

fn is(told: &[(&str, &str)]) -> Vec<(String, String)> {
    told.iter().map(|(to, what)| ((*to).to_owned(), (*what).to_owned())).collect()
}

async fn whoever_has_a_ticket_is_told_what_there_is_to_do_on_it_and_not_what_they_did(desk: &Desk) {
    let desk = &opened(desk).await;
    let ali = desk.person(None, "Ali Aydin", ALI, &[Role::AgentLine1]).await;
    let mut told = Told(0);
    let mail = |id: &str, subject: &str| {
        format!("From: Anna <anna@ipo.example>\nSubject: {subject}\nMessage-ID: <{id}@ipo.example>\n\nHij doet het niet ({id}).\n")
    };
    let number = desk.mail_arrives("servicedesk", &mail("1", "Printer")).await.body["ticket"].as_str().expect("a ticket").to_owned();
    let path = format!("/v1/tickets/{number}");
    assert_eq!(told.since(desk).await, is(&[(DESK, "Nieuw")]));
    let mails = desk.mails();
    let new = mails.iter().find(|mail| mail.contains(DESK)).expect("a mail");
    assert!(new.contains("Hij doet het niet (1).") && new.contains("niemand anders voor deze melding te bereiken is"), "{new}");

    desk.patch(&path, &json!({ "team": "werkplek", "priority": "p2", "service": "laptops" })).await;
    assert_eq!(told.since(desk).await, is(&[(TEAM, "Toegewezen")]), "also of somebody of the desk: to the team it is new");
    desk.mail_arrives("servicedesk", &mail("2", &format!("Re: [{number}] Printer"))).await;
    assert_eq!(told.since(desk).await, is(&[(TEAM, "Antwoord")]));
    desk.post(&format!("{path}/messages"), &json!({ "body": "Wij kijken.", "visibility": "public" })).await;
    assert_eq!(told.since(desk).await, is(&[]), "what the desk does is no news to it");

    desk.patch(&path, &json!({ "assignee": "Ali Aydin" })).await;
    assert_eq!(told.since(desk).await, is(&[(ALI, "Toegewezen")]));
    let (does, body) = (format!("{path}/transitions"), |to: &str| json!({ "to": to, "reason": "Nieuwe trommel.", "handling": "alone" }));
    let begun = desk.moves(&number, "in_progress").await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    told.since(desk).await;
    let resolved = desk.ask(Some(&ali), "POST", &does, Some(&body("resolved"))).await;
    assert_eq!(resolved.status, 201, "{}", resolved.body);
    assert_eq!(told.since(desk).await, is(&[]), "Ali knows");
    let anna = desk.person(Some("ipo"), "Anna", "anna@ipo.example", &[Role::Requester]).await;
    let refused = json!({ "to": "in_progress", "reason": "Hij hapert nog." });
    let refused = desk.ask(Some(&anna), "POST", &does, Some(&refused)).await;
    assert_eq!(refused.status, 201, "{}", refused.body);
    assert_eq!(told.since(desk).await, is(&[(ALI, "Oplossing geweigerd")]));
    let mails = desk.mails();
    let last = mails.iter().rfind(|mail| mail.contains(&format!("To: {ALI}"))).expect("a mail");
    assert!(last.contains("Anna heeft de oplossing geweigerd.") && last.contains("Hij hapert nog."), "{last}");
    assert!(last.contains("Uiterlijk:"), "{last}");

    // Whoever takes one knows that, also of one that somebody else was given a moment before.
    desk.account("Bob Smid", "bob@leverancier.example").await;
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": "bob smid" })).await;
    desk.ask(Some(&ali), "PATCH", &format!("/v1/tickets/{number}"), Some(&json!({ "assignee": "Me" }))).await;
    assert_eq!(told.since(desk).await, is(&[]));
    // A call that is taken for somebody is one mail.
    let call = json!({ "contract": "dap-example", "organisation": "ipo", "name": "Bea", "phone": "070 123 45 67", "assignee": ALI, "description": "Printer." });
    let taken = desk.post("/v1/calls", &call).await;
    assert_eq!(taken.status, 201, "{}", taken.body);
    assert_eq!(told.since(desk).await, is(&[(ALI, "Toegewezen")]));
    let other = desk.registers(&incident("p3")).await;
    assert_eq!(told.since(desk).await, is(&[]), "the desk registered it itself");
    desk.ask(Some(&ali), "PATCH", &format!("/v1/tickets/{other}"), Some(&json!({ "assignee": "me" }))).await;
    assert_eq!(told.since(desk).await, is(&[]));
}

async fn a_ticket_that_few_may_see_is_told_to_its_assignee_alone(desk: &Desk) {
    let desk = &opened(desk).await;
    desk.person(None, "Ali Aydin", ALI, &[Role::AgentLine1]).await;
    let number = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{number}");
    let flag = json!({ "flag": "confidential" });
    assert_eq!(desk.post(&format!("{path}/flags"), &flag).await.status, 201);
    let mut told = Told(0);
    told.since(desk).await;
    desk.patch(&path, &json!({ "team": "werkplek" })).await;
    let phoned = json!({ "body": "Gebeld.", "visibility": "public", "byPhone": true });
    desk.post(&format!("{path}/messages"), &phoned).await;
    assert_eq!(told.since(desk).await, is(&[]));
    desk.patch(&path, &json!({ "assignee": ALI })).await;
    assert_eq!(told.since(desk).await, is(&[(ALI, "Toegewezen")]));
}

async fn a_goal_that_is_near_or_missed_is_told_once(desk: &Desk) {
    let desk = &opened(desk).await;
    desk.person(None, "Ali Aydin", ALI, &[Role::AgentLine1]).await;
    let number = desk.registers(&incident("p2")).await;
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": "Ali Aydin" })).await;
    let mut told = Told(0);
    told.since(desk).await;
    desk.passes("PT4H1S").await;
    let (near, late) = ((ALI, "Dreigt te laat te zijn"), (ALI, "Te laat"));
    assert_eq!(told.since(desk).await, is(&[near]), "half of eight hours");
    desk.passes("PT4H").await;
    assert_eq!(told.since(desk).await, is(&[near, near, late]), "three quarters, nine tenths, all of it");
    desk.passes("PT1H").await;
    assert_eq!(told.since(desk).await, is(&[]));
}

async fn whoever_cannot_be_reached_is_passed_over_and_where_no_address_is_given_nobody_is_told(desk: &Desk) {
    let plain = desk;
    let desk = &opened(desk).await;
    let mut told = Told(0);
    // A team that has none, and somebody without an account: what the client writes is read by the desk.
    for hands in [json!({ "team": "stil" }), json!({ "assignee": "els" }), json!({ "assignee": "els", "team": "werkplek" })] {
        let number = desk.registers(&incident("p3")).await;
        desk.patch(&format!("/v1/tickets/{number}"), &hands).await;
        told.since(desk).await;
        let mail = format!("From: anna@ipo.example\nSubject: Re: [{number}]\nMessage-ID: <{number}@ipo.example>\n\nEn?\n");
        desk.mail_arrives("servicedesk", &mail).await;
        let reader = if hands["team"] == "werkplek" { TEAM } else { DESK };
        assert_eq!(told.since(desk).await, is(&[(reader, "Antwoord")]), "{hands}");
    }
    let mail = "From: Anna <anna@ipo.example>\nSubject: Printer\nMessage-ID: <1@ipo.example>\n\nKapot.\n";
    plain.mail_arrives("servicedesk", mail).await;
    assert_eq!(Told(0).since(plain).await, is(&[]));
}
