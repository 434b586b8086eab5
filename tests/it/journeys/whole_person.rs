//! All that is somebody's, and nothing else: by every name and address they had, wherever they had a part, and whoever may see it.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::store;

use crate::on_both_databases;
use crate::support::{Answer, Desk, incident, incident_under};

on_both_databases!(
    what_was_mailed_at_a_former_address_is_exported_and_erased_with_the_person,
    an_address_that_somebody_else_has_now_leaves_each_their_own_mails,
    a_mail_that_comes_again_is_whose_it_was_when_it_first_came,
    a_hold_on_a_ticket_keeps_what_everybody_said_who_has_a_part_in_it,
    a_hold_keeps_who_signed_for_what_it_stands_on,
    a_hold_on_somebody_keeps_the_tickets_that_they_reported_whole,
    a_mail_from_a_former_address_is_kept_by_a_hold_on_its_sender,
    an_export_says_how_many_tickets_are_withheld_and_to_whom_they_are_open,
    the_name_of_an_erased_agent_leaves_every_letter_that_they_signed,
    a_leaver_of_the_desk_who_is_erased_stays_out_and_whoever_had_not_left_may_come_again,
);

async fn recorded(desk: &Desk, name: &str, email: &str) -> String {
    let made = desk.post("/v1/people", &json!({ "organisation": "ipo", "name": name, "email": email })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().expect("an id").to_owned()
}

async fn changes(desk: &Desk, person: &str, change: Value) {
    let changed = desk.patch(&format!("/v1/people/{person}"), &change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
}

async fn mails(desk: &Desk, from: &str, subject: &str) -> Answer {
    let id = uuid::Uuid::new_v4();
    let mail = format!("From: {from}\nTo: servicedesk@uurwerk.example\nSubject: {subject}\nMessage-ID: <{id}@x.example>\n\nHet hapert.\n");
    let came = desk.mail_arrives("servicedesk", &mail).await;
    assert_eq!(came.status, 201, "{}", came.body);
    came
}

async fn exported(desk: &Desk, token: &str, person: &str) -> Value {
    let answer = desk.ask(Some(token), "GET", &format!("/v1/people/{person}/export"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn count(document: &Value, section: &str) -> usize {
    document[section].as_array().map_or(0, Vec::len)
}

async fn erases(desk: &Desk, person: &str) -> Answer {
    desk.post("/v1/erasures", &json!({ "person": person, "reason": "Verzoek van de betrokkene." })).await
}

/// Places a hold; what it took to lift it again.
async fn holds(desk: &Desk, kind: &str, subject: &str) -> String {
    let placed = desk.post("/v1/legal-holds", &json!({ "kind": kind, "subject": subject, "reason": "Een geschil." })).await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    format!("/v1/legal-holds/{}/lifts", placed.body["id"].as_str().expect("an id"))
}

async fn lifts(desk: &Desk, lift: &str) {
    assert_eq!(desk.post(lift, &json!({ "reason": "Geschikt." })).await.status, 201);
}

async fn what_was_mailed_at_a_former_address_is_exported_and_erased_with_the_person(desk: &Desk) {
    let id = recorded(desk, "Wilma Meisjesnaam", "wilma.eerst@ipo.example").await;
    let came = mails(desk, "Wilma Meisjesnaam <wilma.eerst@ipo.example>", "Hapert").await;
    let number = came.body["ticket"].as_str().expect("a ticket").to_owned();
    assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": "wilma.eerst@ipo.example" })).await.status, 200);
    desk.passes("PT1H").await;
    let reply = json!({ "visibility": "public", "body": "Dank, Wilma Meisjesnaam (wilma.eerst@ipo.example)." });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/messages"), &reply).await.status, 201);
    desk.passes("PT1H").await;
    changes(desk, &id, json!({ "email": "wilma.toen@ipo.example" })).await;
    desk.passes("PT1H").await;
    changes(desk, &id, json!({ "name": "Wilma Nieuwnaam", "email": "wilma.nu@ipo.example" })).await;
    desk.passes("PT1H").await;
    // A colleague is told of it by the former name, and knows nothing of the change.
    let mut other = incident("p3");
    other["requester"] = json!({ "name": "Bea", "email": "bea@ipo.example" });
    let other = desk.registers(&other).await;
    let told = json!({ "visibility": "public", "body": "Vraag het Wilma Meisjesnaam." });
    assert_eq!(desk.post(&format!("/v1/tickets/{other}/messages"), &told).await.status, 201);
    desk.passes("PT1H").await;

    let document = exported(desk, crate::support::ADMIN, &id).await;
    let formerly: Vec<_> =
        document["person"]["formerly"].as_array().expect("a list").iter().map(|one| (&one["name"], &one["email"])).collect();
    let (maiden, first, then) = (json!("Wilma Meisjesnaam"), json!("wilma.eerst@ipo.example"), json!("wilma.toen@ipo.example"));
    assert_eq!(formerly, [(&maiden, &first), (&maiden, &then)]);
    assert_eq!((count(&document, "mailsIn"), count(&document, "mailsOut")), (1, 2), "{document}");

    let erased = erases(desk, &id).await;
    assert_eq!(
        (erased.status, &erased.body["inboundMails"], &erased.body["outboundMails"]),
        (201, &json!(1), &json!(2)),
        "{}",
        erased.body
    );
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.body["assignee"], "verwijderde persoon");
    // What the desk wrote itself on a ticket is redacted apart, and found until then.
    let is_left = |column: &String| ["message.body", "ticket_search.words"].contains(&column.as_str());
    for text in ["wilma.eerst@", "wilma.toen@", "wilma.nu@", "Meisjesnaam", "Nieuwnaam"] {
        let left = desk.holding(text).await;
        assert!(left.iter().all(is_left), "{text}: {left:?}");
    }
    assert_eq!(desk.rows("former_identity").await, 0);
    let rebuilt = uurwerk::usecases::rebuild::rebuild(&desk.app, false).await.expect("compared");
    assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
}

async fn an_address_that_somebody_else_has_now_leaves_each_their_own_mails(desk: &Desk) {
    let first = recorded(desk, "Eerste Houder", "balie.noord@ipo.example").await;
    mails(desk, "Eerste Houder <balie.noord@ipo.example>", "Van de eerste").await;
    desk.passes("PT1H").await;
    changes(desk, &first, json!({ "email": "eerste@ipo.example" })).await;
    desk.passes("PT1H").await;
    let second = recorded(desk, "Tweede Houder", "balie.noord@ipo.example").await;
    mails(desk, "Tweede Houder <balie.noord@ipo.example>", "Van de tweede").await;
    desk.passes("PT1H").await;
    for (person, own, others) in [(&first, "Van de eerste", "Van de tweede"), (&second, "Van de tweede", "Van de eerste")] {
        let document = exported(desk, crate::support::ADMIN, person).await;
        assert_eq!((count(&document, "mailsIn"), count(&document, "mailsOut")), (1, 1), "{document}");
        let text = document.to_string();
        assert!(text.contains(own) && !text.contains(others), "{document}");
    }
    assert_eq!(erases(desk, &second).await.body["inboundMails"], json!(1));
    let kept = exported(desk, crate::support::ADMIN, &first).await;
    assert_eq!((count(&kept, "mailsIn"), count(&kept, "mailsOut")), (1, 1), "{kept}");
    assert_eq!(erases(desk, &first).await.body["inboundMails"], json!(1));
    assert_eq!(desk.holding("balie.noord@").await, Vec::<String>::new());
}

async fn a_mail_that_comes_again_is_whose_it_was_when_it_first_came(desk: &Desk) {
    let first = recorded(desk, "Jan Oud", "jan.oud@ipo.example").await;
    let mail = "From: Jan Oud <jan.oud@ipo.example>\nSubject: Onderwerp\nMessage-ID: <m1@ipo.example>\n\nInhoud van Jan.\n";
    assert_eq!(desk.mail_arrives("servicedesk", mail).await.body["outcome"], "ticket");
    desk.passes("PT10M").await;
    changes(desk, &first, json!({ "email": "jan.nieuw@ipo.example" })).await;
    desk.passes("PT10M").await;
    let second = recorded(desk, "Piet Nieuw", "jan.oud@ipo.example").await;
    desk.passes("PT10M").await;
    let again = desk.mail_arrives("servicedesk", mail).await.body;
    assert_eq!(again["outcome"], "duplicate", "{again}");
    let officer = desk.token(None, &[Role::PrivacyOfficer]).await;
    assert!(!exported(desk, &officer, &second).await.to_string().contains("Inhoud van Jan"));
    assert_eq!(erases(desk, &first).await.status, 201);
    let kept = desk.get(&format!("/v1/inbound-messages/{}/content", again["id"].as_str().expect("an id"))).await;
    assert_ne!(kept.status, 200, "{}", kept.body);
}

async fn a_hold_on_a_ticket_keeps_what_everybody_said_who_has_a_part_in_it(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let mailed = recorded(desk, "Mailt Mee", "mailt@ipo.example").await;
    mails(desk, "Mailt Mee <mailt@ipo.example>", &format!("Re: [{number}] Mail hapert")).await;
    desk.passes("PT1M").await;
    changes(desk, &mailed, json!({ "email": "mailt.nu@ipo.example" })).await;
    let wrote = desk.person(Some("ipo"), "Schrijft Mee", "schrijft@ipo.example", &[Role::Approver]).await;
    let agent = desk.person(None, "Wendy Werkt", "wendy@leverancier.example", &[Role::AgentLine1]).await;
    for (token, visibility) in [(&wrote, "public"), (&agent, "internal")] {
        let said = json!({ "visibility": visibility, "body": "Ik zeg iets." });
        assert_eq!(desk.ask(Some(token), "POST", &format!("/v1/tickets/{number}/messages"), Some(&said)).await.status, 201);
    }
    desk.account("Had Inhanden", "had@leverancier.example").await;
    for assignee in ["Had Inhanden", "iemand anders"] {
        assert_eq!(desk.patch(&format!("/v1/tickets/{number}"), &json!({ "assignee": assignee })).await.status, 200);
    }
    let id = async |email: &str| {
        let found = desk.get(&format!("/v1/people?text={email}")).await.body["items"][0]["id"].as_str().map(str::to_owned);
        found.expect("a person")
    };
    let outsider = recorded(desk, "Bea Buiten", "bea@ipo.example").await;
    let partakers = [
        id("anna@ipo.example").await,
        mailed,
        id("schrijft@ipo.example").await,
        desk.account_with("wendy@leverancier.example").await.to_string(),
        desk.account_with("had@leverancier.example").await.to_string(),
    ];
    for (kind, subject) in [("ticket", number.as_str()), ("contract", "dap-example")] {
        let lift = holds(desk, kind, subject).await;
        for person in &partakers {
            let refused = erases(desk, person).await;
            assert_eq!((refused.status, &refused.body["code"]), (409, &json!("legal_hold")), "{kind} {person}: {}", refused.body);
        }
        lifts(desk, &lift).await;
    }
    holds(desk, "ticket", &desk.registers(&incident("p3")).await).await;
    assert_eq!(erases(desk, &outsider).await.status, 201, "whoever has no part in it is erased");
    for person in &partakers[1..] {
        assert_eq!(erases(desk, person).await.status, 201, "and so is who has none in what is held now");
    }
}

async fn a_hold_keeps_who_signed_for_what_it_stands_on(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let signed = desk.person(Some("ipo"), "Tekent Altijd", "tekent@ipo.example", &[Role::Approver]).await;
    let asked = desk.person(Some("ipo"), "Vraagt Altijd", "vraagt@ipo.example", &[Role::Approver]).await;
    let amendment = json!({ "calendar": "support", "date": "2026-03-02", "change": "closed", "reason": "Storm." });
    let amendment = desk.post("/v1/contracts/dap-example/calendar-amendments", &amendment).await;
    let path = format!("/v1/contracts/dap-example/calendar-amendments/{}/approvals", amendment.body["id"].as_str().expect("an id"));
    let approved = desk.ask(Some(&signed), "POST", &path, Some(&json!({ "side": "client" }))).await;
    assert_eq!(approved.status, 201, "{}", approved.body);
    let redaction = json!({ "what": "texts", "reason": "Een naam." });
    let redaction = desk.ask(Some(&asked), "POST", &format!("/v1/tickets/{number}/redactions"), Some(&redaction)).await;
    assert_eq!(redaction.status, 201, "{}", redaction.body);
    for (kind, subject, address) in [("contract", "dap-example", "tekent@ipo.example"), ("ticket", number.as_str(), "vraagt@ipo.example")] {
        let person = desk.get(&format!("/v1/people?text={address}")).await.body["items"][0]["id"].as_str().expect("an id").to_owned();
        let lift = holds(desk, kind, subject).await;
        let refused = erases(desk, &person).await;
        assert_eq!((refused.status, &refused.body["code"]), (409, &json!("legal_hold")), "{address}: {}", refused.body);
        lifts(desk, &lift).await;
        assert_eq!(erases(desk, &person).await.status, 201, "{address}");
    }
}

async fn a_hold_on_somebody_keeps_the_tickets_that_they_reported_whole(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let anna = desk.get(&format!("/v1/tickets/{number}")).await.body["requester"]["id"].as_str().expect("an id").to_owned();
    let mailed = recorded(desk, "Mailt Mee", "mailt@ipo.example").await;
    let came = mails(desk, "Mailt Mee <mailt@ipo.example>", &format!("Re: [{number}] Mail hapert")).await;
    let lift = holds(desk, "person", &anna).await;
    assert_eq!(erases(desk, &mailed).await.body["code"], "legal_hold");
    // Nor is their mail redacted by itself, by however many.
    let pia = desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await;
    let path = format!("/v1/inbound-messages/{}/redactions", came.body["id"].as_str().expect("an id"));
    let asked = desk.ask(Some(&pia), "POST", &path, Some(&json!({ "reason": "Te veel gezegd." }))).await;
    assert_eq!((asked.status, &asked.body["code"]), (409, &json!("legal_hold")), "{}", asked.body);
    lifts(desk, &lift).await;
    assert_eq!(erases(desk, &mailed).await.status, 201);
}

async fn a_mail_from_a_former_address_is_kept_by_a_hold_on_its_sender(desk: &Desk) {
    let id = recorded(desk, "Wilma Was", "wilma.eerst@ipo.example").await;
    let came = mails(desk, "Wilma Was <wilma.eerst@ipo.example>", "Hapert").await;
    desk.passes("PT1H").await;
    changes(desk, &id, json!({ "email": "wilma.nu@ipo.example" })).await;
    // The ticket is somebody else's by now, and the mail still hers.
    let number = came.body["ticket"].as_str().expect("a ticket");
    let given = "UPDATE ticket SET requester_id = NULL";
    assert_eq!(desk.behind().await.execute_unprepared(given).await.expect("rows").rows_affected(), 1, "{number}");
    holds(desk, "person", &id).await;
    let pia = desk.person(None, "Pia Vos", "pia@leverancier.example", &[Role::PrivacyOfficer]).await;
    let path = format!("/v1/inbound-messages/{}/redactions", came.body["id"].as_str().expect("an id"));
    let asked = desk.ask(Some(&pia), "POST", &path, Some(&json!({ "reason": "Te veel gezegd." }))).await;
    assert_eq!((asked.status, &asked.body["code"]), (409, &json!("legal_hold")), "{}", asked.body);
}

async fn an_export_says_how_many_tickets_are_withheld_and_to_whom_they_are_open(desk: &Desk) {
    let flagged = |flags: &[&str]| {
        let mut ticket = incident("p3");
        ticket["flags"] = json!(flags);
        if flags.contains(&"security") {
            ticket["securityAspects"] = json!(["confidentiality"]);
        }
        ticket
    };
    let mut numbers = Vec::new();
    for flags in [&[][..], &["privacy"], &["security"], &["security", "confidential"]] {
        numbers.push(desk.registers(&flagged(flags)).await);
    }
    // On one she only wrote.
    let mut others = flagged(&["security"]);
    others["requester"] = json!({ "name": "Bea", "email": "bea@ipo.example" });
    let other = desk.registers(&others).await;
    let anna = desk.person(Some("ipo"), "Anna de Boer", "anna@ipo.example", &[Role::ClientSecurityOfficer]).await;
    let said = json!({ "visibility": "public", "body": "Ik ook." });
    assert_eq!(desk.ask(Some(&anna), "POST", &format!("/v1/tickets/{other}/messages"), Some(&said)).await.status, 201);
    let id = desk.get("/v1/people?text=anna@ipo.example").await.body["items"][0]["id"].as_str().expect("an id").to_owned();

    let officer = desk.token(None, &[Role::PrivacyOfficer]).await;
    let seen = exported(desk, &officer, &id).await;
    assert_eq!((count(&seen, "tickets"), count(&seen, "messages")), (2, 0), "{seen}");
    assert_eq!(
        seen["withheld"],
        json!([{ "tickets": 2, "openTo": ["security_officer"] }, { "tickets": 1, "openTo": ["security_officer", "service_manager"] }]),
        "{seen}"
    );
    assert!(!numbers[2..].iter().chain([&other]).any(|number| seen.to_string().contains(number)), "{seen}");
    // Whoever has the role that is named too exports everything.
    let both = desk.token(None, &[Role::PrivacyOfficer, Role::SecurityOfficer]).await;
    let whole = exported(desk, &both, &id).await;
    assert_eq!((&whole["withheld"], count(&whole, "tickets"), count(&whole, "messages")), (&json!([]), 4, 1), "{whole}");
}

async fn the_name_of_an_erased_agent_leaves_every_letter_that_they_signed(desk: &Desk) {
    // As it is known to their provider, with two spaces; a letter has one.
    let agent = desk.person(None, "Wendy  Uniekwerkt", "wendy@leverancier.example", &[Role::AgentLine1]).await;
    let mut foreign = incident_under("covide");
    foreign["priority"] = json!("high");
    (foreign["organisation"], foreign["requester"]) =
        (json!("gemeente-voorbeeld"), json!({ "name": "Eva", "email": "eva@gemeente-voorbeeld.example" }));
    for ticket in [incident("p3"), foreign] {
        let number = desk.registers(&ticket).await;
        let said = json!({ "visibility": "public", "body": "Wij kijken." });
        assert_eq!(desk.ask(Some(&agent), "POST", &format!("/v1/tickets/{number}/messages"), Some(&said)).await.status, 201);
    }
    desk.passes("PT1H").await;
    assert!(desk.holding("Uniekwerkt").await.contains(&"outbound_mail.body".to_owned()), "a letter is signed");
    let id = desk.account_with("wendy@leverancier.example").await.to_string();
    let erased = erases(desk, &id).await;
    assert_eq!(erased.status, 201, "{}", erased.body);
    assert_eq!(desk.holding("Uniekwerkt").await, Vec::<String>::new());
    let sent = desk.get("/v1/outbound-messages?pageSize=100").await.body["items"].to_string();
    assert!(!sent.contains("Wendy"), "{sent}");
}

async fn a_leaver_of_the_desk_who_is_erased_stays_out_and_whoever_had_not_left_may_come_again(desk: &Desk) {
    const ISSUER: &str = "https://login.leverancier.example";
    for (email, leaves) in [("lea@leverancier.example", true), ("bas@leverancier.example", false)] {
        let token = desk.person(None, "Kanarie Vogel", email, &[Role::AgentLine1]).await;
        let id = desk.account_with(email).await.to_string();
        if leaves {
            changes(desk, &id, json!({ "isActive": false })).await;
        }
        let erased = erases(desk, &id).await;
        assert_eq!(erased.status, 201, "{}", erased.body);
        assert_eq!(desk.ask(Some(&token), "GET", "/v1/tickets", None).await.status, 401);
        let known = store::accounts::find(&desk.app.all(), ISSUER, email).await.expect("read");
        assert_eq!(known.map(|account| account.is_blocked), leaves.then_some(true), "{email}");
        let back = desk.patch(&format!("/v1/people/{id}"), &json!({ "isActive": true })).await;
        assert_eq!((back.status, &back.body["code"]), (409, &json!("person_erased")), "{}", back.body);
        for text in ["Kanarie", email] {
            assert_eq!(desk.traces(text).await, Vec::<String>::new(), "{text}");
        }
    }
}
