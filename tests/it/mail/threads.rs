//! Mail about a contract leaves from that contract's mailbox, and whatever mailbox an answer comes to, it finds its ticket.

use serde_json::json;

use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(
    what_the_desk_sends_comes_from_the_contracts_mailbox_and_its_answer_comes_back,
    an_answer_in_another_contracts_mailbox_finds_its_ticket_where_its_sender_takes_part_in_it,
    an_answer_on_a_closed_ticket_of_another_contract_follows_it_there,
    a_mail_in_the_wrong_mailbox_becomes_a_ticket_of_the_client_it_belongs_to,
    reminders_of_a_duty_come_from_the_contracts_mailbox,
    mail_09_whoever_answers_a_mail_of_the_desk_from_an_address_of_their_own_is_known_by_its_message_id,
);

const FIRST: &str =
    "From: Eva <eva@gemeente-voorbeeld.example>\nSubject: CRM traag\nMessage-ID: <a1@gemeente-voorbeeld.example>\n\nHet CRM is traag.\n";

/// The value of a header of a mail that was sent.
fn header<'m>(mail: &'m str, name: &str) -> Option<&'m str> {
    mail.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// The Message-ID of the confirmation that was sent to someone.
fn confirmation(desk: &Desk, to: &str) -> String {
    let mail = desk.mails().into_iter().find(|mail| header(mail, "To").is_some_and(|value| value.contains(to))).expect("a confirmation");
    header(&mail, "Message-ID").expect("a number").to_owned()
}

/// Case: the desk's own address is another contract's mailbox.
async fn what_the_desk_sends_comes_from_the_contracts_mailbox_and_its_answer_comes_back(desk: &Desk) {
    let more = [("UURWERK_MAILBOXES_CRM_ADDRESS", "CRM-hulp <crm@uurwerk.example>"), ("UURWERK_MAILBOXES_CRM_CONTRACT", "covide")];
    let desk = Desk::open_with(desk.on(), &more).await;
    desk.mail_arrives("support", FIRST).await;
    desk.mail_arrives("crm", &FIRST.replace("a1@", "b1@").replace("traag", "stuk").replace("eva@", "wim@")).await;
    let by_phone = json!({
        "type": "incident", "contract": "covide", "organisation": "stichting-proef", "title": "x", "description": "x", "channel": "phone",
        "requester": { "name": "Bea", "email": "bea@stichting-proef.example" }
    });
    desk.registers(&by_phone).await;
    desk.registers(&crate::support::incident("p3")).await;
    desk.passes("PT1M").await;
    let mails = desk.mails();
    for (to, from, reply_to) in [
        ("eva@gemeente-voorbeeld.example", "Servicedesk <support@uurwerk.example>", Some("Servicedesk <support@uurwerk.example>")),
        ("wim@gemeente-voorbeeld.example", "CRM-hulp <crm@uurwerk.example>", Some("CRM-hulp <crm@uurwerk.example>")),
        ("bea@stichting-proef.example", "CRM-hulp <crm@uurwerk.example>", Some("CRM-hulp <crm@uurwerk.example>")),
        ("anna@ipo.example", "Servicedesk <servicedesk@uurwerk.example>", Some("Servicedesk <servicedesk@uurwerk.example>")),
    ] {
        let mail = mails.iter().find(|mail| header(mail, "To").is_some_and(|value| value.contains(to))).expect("a confirmation");
        let seen = [header(mail, "From"), header(mail, "Reply-To")].map(|value| value.map(|value| value.replace('"', "")));
        assert_eq!(seen, [Some(from.to_owned()), reply_to.map(str::to_owned)], "{to}");
        assert!(header(mail, "Message-ID").is_some_and(|id| id.ends_with("@uurwerk.example>")), "{mail}");
    }
}

async fn an_answer_in_another_contracts_mailbox_finds_its_ticket_where_its_sender_takes_part_in_it(desk: &Desk) {
    let first = desk.mail_arrives("support", FIRST).await;
    let number = first.body["ticket"].as_str().expect("a ticket").to_owned();
    desk.passes("PT1M").await;
    let ours = confirmation(desk, "eva@");
    let answers = [
        ("eva@gemeente-voorbeeld.example", format!("Subject: Re: ja\nIn-Reply-To: {ours}"), "reply"),
        ("eva@gemeente-voorbeeld.example", "Subject: Re: ja\nReferences: <a1@gemeente-voorbeeld.example>".to_owned(), "reply"),
        ("wim@gemeente-voorbeeld.example", format!("Subject: Re: [{number}] CRM traag"), "reply"),
        // Strangers prove nothing by a number, and other clients nothing by a mail that they were not sent.
        ("vreemd@elders.example", format!("Subject: Re: [{number}] CRM traag"), "quarantined"),
        ("bea@stichting-proef.example", format!("Subject: Re: [{number}] CRM traag\nIn-Reply-To: {ours}"), "quarantined"),
        ("anna@ipo.example", format!("Subject: Re: [{number}] CRM traag\nIn-Reply-To: {ours}"), "ticket"),
    ];
    for (at, (from, headers, outcome)) in answers.iter().enumerate() {
        let answer =
            desk.mail_arrives("servicedesk", &format!("From: {from}\nMessage-ID: <{at}@x>\n{headers}\n\nNu ligt het plat.\n")).await;
        assert_eq!(answer.body["outcome"], *outcome, "{from} {headers}: {}", answer.body);
        assert_eq!(answer.body["ticket"] == number, *outcome == "reply", "{from} {headers}: {}", answer.body);
    }
    let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await;
    assert_eq!(messages.body["items"].as_array().map(Vec::len), Some(3));
    // What the desk then writes still leaves from where the ticket came in.
    desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "public", "body": "Wij kijken ernaar." })).await;
    desk.passes("PT1M").await;
    let reply = desk.mails().into_iter().find(|mail| mail.contains("Wij kijken ernaar.")).expect("a reply");
    assert!(header(&reply, "From").is_some_and(|from| from.contains("support@uurwerk.example")), "{reply}");
}

async fn an_answer_on_a_closed_ticket_of_another_contract_follows_it_there(desk: &Desk) {
    let first = desk.mail_arrives("support", FIRST).await;
    let number = first.body["ticket"].as_str().expect("a ticket").to_owned();
    assert_eq!(desk.moves(&number, "cancelled").await.status, 201);
    let late = format!("From: eva@gemeente-voorbeeld.example\nMessage-ID: <2@x>\nSubject: Re: [{number}] CRM traag\n\nToch nog.\n");
    let late = desk.mail_arrives("servicedesk", &late).await;
    assert_eq!(late.body["outcome"], "ticket", "{}", late.body);
    let followed = desk.get(&format!("/v1/tickets/{}", late.body["ticket"].as_str().expect("a ticket"))).await.body;
    assert_eq!((&followed["contract"], &followed["organisation"]), (&json!("covide"), &json!("gemeente-voorbeeld")));
}

async fn a_mail_in_the_wrong_mailbox_becomes_a_ticket_of_the_client_it_belongs_to(desk: &Desk) {
    let came = desk.mail_arrives("servicedesk", FIRST).await;
    assert_eq!(came.body["outcome"], "quarantined", "{}", came.body);
    let path = format!("/v1/inbound-messages/{}/tickets", came.body["id"].as_str().expect("an id"));
    for (body, pointer) in [
        (json!({ "organisation": "gemeente-voorbeeld" }), "/organisation"),
        (json!({ "organisation": "ipo", "contract": "covide" }), "/organisation"),
        (json!({ "contract": "nergens" }), "/contract"),
    ] {
        let refused = desk.post(&path, &body).await;
        assert_eq!((refused.status, refused.body["errors"][0]["pointer"].as_str()), (400, Some(pointer)), "{}", refused.body);
    }
    // Under that contract the sender's address tells whose it is.
    let made = desk.post(&path, &json!({ "contract": "covide" })).await;
    assert_eq!((made.status, &made.body["contract"], &made.body["organisation"]), (201, &json!("covide"), &json!("gemeente-voorbeeld")));
    desk.passes("PT1M").await;
    let confirmation = desk.mails().into_iter().find(|mail| mail.contains("eva@")).expect("a confirmation");
    assert!(header(&confirmation, "From").is_some_and(|from| from.contains("support@uurwerk.example")), "{confirmation}");
    let answer =
        "From: eva@gemeente-voorbeeld.example\nMessage-ID: <a2@x>\nIn-Reply-To: <a1@gemeente-voorbeeld.example>\nSubject: Re\n\nEn?\n";
    assert_eq!(desk.mail_arrives("support", answer).await.body["ticket"], made.body["number"]);
}

async fn reminders_of_a_duty_come_from_the_contracts_mailbox(desk: &Desk) {
    let elsewhere = Desk::open_with(desk.on(), &[("UURWERK_MAIL_FROM", "Bureau <bureau@elders.example>")]).await;
    elsewhere.passes("P40D").await;
    // The duties of one agreement that has a mailbox, and of one that has none.
    for (clause, address) in [("DAP", "servicedesk@uurwerk.example"), ("BLG", "bureau@elders.example")] {
        let of = |mail: &String| mail.contains("Herinnering:") && mail.contains(&format!("Bron:         {clause}"));
        let reminders: Vec<_> = elsewhere.mails().into_iter().filter(of).collect();
        assert!(!reminders.is_empty(), "{clause}");
        for reminder in reminders {
            assert_eq!(header(&reminder, "From"), Some(format!("Bureau <{address}>").as_str()), "{reminder}");
        }
    }
}

/// MAIL-09, MAIL-11; what only looks like a Message-ID of the desk shows nothing.
async fn mail_09_whoever_answers_a_mail_of_the_desk_from_an_address_of_their_own_is_known_by_its_message_id(desk: &Desk) {
    let number = desk.registers(&crate::support::incident("p3")).await;
    desk.passes("PT1M").await;
    let id = confirmation(desk, "anna@ipo.example");
    let (local, domain) =
        id.trim_matches(['<', '>']).split_once('@').map(|(local, domain)| (local.to_owned(), domain.to_owned())).expect("an id");
    let (bare, _) = local.split_once('.').expect("a signature");
    let answers = async |at: u8, from: &str, to: &str| {
        let mail =
            format!("From: {from}\nSubject: Re: hapert\nMessage-ID: <{at}@thuis.example>\nIn-Reply-To: <{to}>\n\nNog steeds {at}.\n");
        desk.mail_arrives("servicedesk", &mail).await.body
    };
    for (at, forged) in [format!("{bare}@{domain}"), format!("{bare}.AAAAAAAAAAAAAAAAAAAAAA@{domain}")].iter().enumerate() {
        let came = answers(u8::try_from(at).expect("few"), "anna.de.boer@thuis.example", forged).await;
        assert_eq!((&came["outcome"], &came["ticket"]), (&json!("quarantined"), &json!(null)), "{forged}: {came}");
    }
    let came = answers(7, "anna.de.boer@thuis.example", &format!("{local}@{domain}")).await;
    assert_eq!((&came["outcome"], &came["ticket"]), (&json!("reply"), &json!(number)), "{came}");
    // What the desk writes to a role, on whichever side, is not answered in the client's name.
    let to_role = confirmation(desk, "functioneel.beheer.ka@ipo.example");
    let came = answers(6, "teamleider@elders.example", to_role.trim_matches(['<', '>'])).await;
    assert_eq!(came["outcome"], "quarantined", "{came}");
    // A stranger adds to what is open, and gets no ticket of their own in the client's name.
    assert_eq!(desk.moves(&number, "cancelled").await.status, 201);
    let late = answers(9, "anna.de.boer@thuis.example", &format!("{local}@{domain}")).await;
    assert_eq!(late["outcome"], "quarantined", "{late}");
    // The desk's own address is nobody who was written to.
    let own = answers(8, "servicedesk@uurwerk.example", &format!("{local}@{domain}")).await;
    assert_ne!(own["outcome"], "reply", "{own}");
}
