//! What the desk's mails say: to call where a call is needed, whose decision it was, who else is told, and who wrote.

use serde_json::json;
use uurwerk::domain::permission::Role;
use uurwerk::usecases::tokens::NewToken;
use uurwerk::usecases::{Error, FieldCode};

use crate::on_both_databases;
use crate::support::{Desk, incident, incident_under};

on_both_databases!(
    only_a_priority_that_must_be_phoned_is_asked_to_be_phoned,
    an_escalation_names_everybody_it_is_sent_to_and_whose_decision_it_was,
    an_answer_is_signed_by_who_wrote_it_and_by_the_desk_once,
    a_colleague_who_answers_for_the_first_time_has_a_name,
    no_address_is_taken_in_that_mail_cannot_be_sent_to,
);

/// MAIL-06, INC-03: under a contract that knows such a priority, and for a type that has it.
async fn only_a_priority_that_must_be_phoned_is_asked_to_be_phoned(desk: &Desk) {
    let questions = Desk::open_with(desk.on(), &[("UURWERK_MAILBOXES_SERVICEDESK_DEFAULT_TYPE", "information_request")]).await;
    for (mailbox, from, subject, calls) in [
        ("servicedesk", "anna@ipo.example", "P1: alles ligt stil", true),
        ("servicedesk", "anna@ipo.example", "Storing, prioriteit 1", true),
        ("servicedesk", "anna@ipo.example", "Prio 1!", true),
        ("servicedesk", "anna@ipo.example", "Dit is geen P1", false),
        ("servicedesk", "anna@ipo.example", "Slagboom parkeerplaats P1", false),
        ("servicedesk", "anna@ipo.example", "P2", false),
        ("questions", "anna@ipo.example", "P1", false),
        ("support", "eva@gemeente-voorbeeld.example", "P1", false),
    ] {
        let mail = format!("From: {from}\nSubject: {subject}\nMessage-ID: <{}@x.example>\n\nHelp.\n", uuid::Uuid::new_v4());
        let (desk, mailbox) = if mailbox == "questions" { (&questions, "servicedesk") } else { (desk, mailbox) };
        let number = desk.mail_arrives(mailbox, &mail).await.body["ticket"].as_str().expect("a ticket").to_owned();
        desk.passes("PT1M").await;
        let confirmation =
            desk.mails().into_iter().find(|mail| mail.contains(&format!("To: {from}")) && mail.contains(&format!("[{number}]")));
        let confirmation = confirmation.expect("a confirmation");
        let says = (confirmation.contains("LET OP"), confirmation.contains("incident met prioriteit P1 per e-mail"));
        assert_eq!(says, (calls, calls), "{mailbox}: {subject}: {confirmation}");
        let registered = desk.events(&number).await.into_iter().next().expect("an event");
        assert_eq!(registered["data"]["p1ByMail"], json!(calls), "{mailbox}: {subject}");
    }
}

const LADDER: &str = r#"
id = "ladder"
version = "1"
title = "Ladder"
effective_from = 2026-03-02
time_zone = "Europe/Amsterdam"
[[clients]]
organisation = "ipo"
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
[roles.klant]
side = "client"
label = { nl = "Contactpersoon" }
mail = ["klant@ipo.example"]
[roles.team]
side = "supplier"
label = { nl = "Teamleider" }
mail = ["team@leverancier.example"]
[roles.baas]
side = "supplier"
label = { nl = "Directeur" }
mail = ["baas@leverancier.example"]
[roles.niemand]
side = "supplier"
label = { nl = "Niemand" }
[[ladders]]
id = "op"
types = ["incident"]
opens = [{ when = "decided", code = "niet-naar-wens" }]
[[ladders.levels]]
level = 1
title = { nl = "Team" }
client = ["klant"]
supplier = ["team", "niemand"]
raised_by = ["client", "supplier"]
climb = [{ when = "decided", code = "niet-opgelost" }]
[[ladders.levels]]
level = 2
title = { nl = "Directie" }
client = ["klant"]
supplier = ["baas"]
"#;

/// ESC-04: the roles of the level that was left are told as well.
async fn an_escalation_names_everybody_it_is_sent_to_and_whose_decision_it_was(desk: &Desk) {
    let added = desk.post("/v1/contracts", &json!({ "contract": LADDER })).await;
    assert_eq!(added.status, 201, "{}", added.body);
    desk.reaches("2026-03-03T08:00:00+01:00").await;
    let number = desk.registers(&incident_under("ladder")).await;
    let path = format!("/v1/tickets/{number}/escalations");
    let client = desk.token_of("ipo").await;
    let raised = desk.ask(Some(&client), "POST", &path, Some(&json!({ "code": "niet-naar-wens", "reason": "Nee." }))).await;
    assert_eq!(raised.status, 201, "{}", raised.body);
    let raised = desk.post(&path, &json!({ "code": "niet-opgelost", "reason": "Nog niet." })).await;
    assert_eq!(raised.status, 201, "{}", raised.body);
    desk.passes("PT1M").await;
    for (title, whose, told) in [
        ("niveau 1", "besluit van de opdrachtgever: niet naar wens", &["Contactpersoon (opdrachtgever)", "Teamleider (opdrachtnemer)"][..]),
        (
            "niveau 2",
            "besluit van de opdrachtnemer: niet opgelost",
            &["Contactpersoon (opdrachtgever)", "Teamleider (opdrachtnemer)", "Directeur (opdrachtnemer)"],
        ),
    ] {
        let mails: Vec<_> =
            desk.mails().into_iter().filter(|mail| mail.contains(&format!("Subject: [{number}] Escalatie naar {title}"))).collect();
        assert_eq!(mails.len(), told.len(), "each is told once");
        for mail in mails {
            assert!(mail.contains(&format!("Aanleiding: {whose}")), "{mail}");
            let listed: Vec<_> = mail.lines().filter_map(|line| line.strip_prefix("- ")).collect();
            assert_eq!(listed, told, "{title}");
        }
    }
}

async fn an_answer_is_signed_by_who_wrote_it_and_by_the_desk_once(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    let new = NewToken { name: "Bob de Boer".to_owned(), roles: vec![Role::AgentLine1], ..NewToken::default() };
    let bob = uurwerk::usecases::tokens::create(&desk.app, &new).await.expect("a token");
    let path = format!("/v1/tickets/{number}/messages");
    let written = desk.ask(Some(&bob), "POST", &path, Some(&json!({ "body": "Welke printer?", "visibility": "public" }))).await;
    assert_eq!(written.status, 201, "{}", written.body);
    assert_eq!(desk.post(&path, &json!({ "body": "Wij kijken.", "visibility": "public" })).await.status, 201);
    desk.passes("PT1M").await;
    let signature = |text: &str| {
        let mail = desk.mails().into_iter().find(|mail| mail.contains("To: anna@ipo.example") && mail.contains(text));
        let mail = mail.expect("a reply").replace("\r\n", "\n");
        mail.split_once("\n-- \n").or_else(|| mail.split_once("\n--=20\n")).map(|(_, rest)| rest.trim_end().to_owned())
    };
    assert_eq!(signature("Welke printer?").as_deref(), Some("Bob de Boer\nServicedesk"));
    assert_eq!(signature("Wij kijken.").as_deref(), Some("Servicedesk"), "the first token has no name of its own");
}

/// A name for whoever of the client answers, and none for a stranger.
async fn a_colleague_who_answers_for_the_first_time_has_a_name(desk: &Desk) {
    let number = desk.registers(&incident("p2")).await;
    let answers = async |from: &str| {
        let id = uuid::Uuid::new_v4();
        let mail = format!("From: {from}\nSubject: Re: [{number}] x\nMessage-ID: <{id}@x.example>\n\nHier ook.\n");
        desk.mail_arrives("servicedesk", &mail).await.body["outcome"].clone()
    };
    assert_eq!(answers("Cor Visser <cor@ipo.example>").await, "reply");
    assert_eq!(answers("dik@ipo.example").await, "reply");
    assert_eq!(answers("Cor <cor@ipo.example>").await, "reply");
    let written = desk.get(&format!("/v1/tickets/{number}/messages")).await.body["items"].clone();
    let names: Vec<_> = written.as_array().expect("messages").iter().map(|one| one["author"]["name"].clone()).collect();
    assert_eq!(names, ["Cor Visser", "dik@ipo.example", "Cor Visser"], "{written}");
    assert_eq!(answers("Vreemd <vreemd@elders.example>").await, "quarantined");
    let people = desk.get("/v1/people?organisation=ipo").await.body["items"].as_array().map(Vec::len);
    assert_eq!(people, Some(3), "Anna, Cor and Dik");
}

async fn no_address_is_taken_in_that_mail_cannot_be_sent_to(desk: &Desk) {
    for address in ["<a>@ipo.example,b", "x,victim@ipo.example", "a@ipo.example.", "jan..x@ipo.example"] {
        let mut ticket = incident("p2");
        ticket["requester"]["email"] = json!(address);
        let refused = desk.post("/v1/tickets", &ticket).await;
        let wrong = &refused.body["errors"][0];
        assert_eq!(
            (refused.status, &wrong["pointer"], &wrong["code"]),
            (400, &json!("/requester/email"), &json!("bad_format")),
            "{address}"
        );
        assert_eq!(refused.body["errors"].as_array().map(Vec::len), Some(1), "{}", refused.body);
        let new = NewToken {
            name: "x".to_owned(),
            organisation: Some("ipo".to_owned()),
            person: Some(address.to_owned()),
            roles: vec![Role::Requester],
            ..NewToken::default()
        };
        let refused = uurwerk::usecases::tokens::create(&desk.app, &new).await.expect_err("no address");
        let Error::Invalid(problems) = refused else { panic!("{refused:?}") };
        assert_eq!(problems.iter().map(|one| one.code).collect::<Vec<_>>(), [FieldCode::BadFormat], "{address}");
    }
    let sent = desk.mail_arrives("servicedesk", "From: jan..x@ipo.example\nSubject: x\nMessage-ID: <1@x.example>\n\ny\n").await;
    assert_eq!((&sent.body["outcome"], &sent.body["reason"]), (&json!("quarantined"), &json!("the message names no sender")));
}
