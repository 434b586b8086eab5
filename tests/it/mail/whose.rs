//! Whose a mail is: its sender tells, never the mailbox, and where nobody can tell it waits (AMB-95).

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Answer, Desk};

on_both_databases!(
    a_clients_mailbox_opens_no_gate_to_strangers_and_takes_no_other_clients_mail,
    an_accepted_stranger_is_the_mailboxs_and_never_simply_the_first_clients,
    an_accepted_stranger_takes_part_in_what_they_reported_and_in_nothing_else,
    nobody_is_picked_for_a_mail_of_several_senders_nor_given_another_clients,
    an_address_of_the_desk_reports_nothing,
    a_person_is_known_by_one_client_and_by_no_more,
    who_is_known_under_another_contract_only_waits,
);

/// A desk on which the mailbox `support`, of the contract with two clients, is set as a test says.
async fn desk_with(desk: &Desk, organisation: Option<&str>, unknown_senders: &str) -> Desk {
    let mut settings = vec![("UURWERK_MAILBOXES_SUPPORT_UNKNOWN_SENDERS", unknown_senders)];
    settings.extend(organisation.map(|organisation| ("UURWERK_MAILBOXES_SUPPORT_ORGANISATION", organisation)));
    Desk::open_with(desk.on(), &settings).await
}

/// A mail in the mailbox of the contract with two clients.
async fn writes(desk: &Desk, from: &str) -> Answer {
    let number = uuid::Uuid::new_v4();
    desk.mail_arrives("support", &format!("From: {from}\nSubject: Vertrouwelijk\nMessage-ID: <{number}@x.example>\n\nNiet voor anderen.\n"))
        .await
}

/// What became of it, and whose it is.
async fn became(desk: &Desk, answer: &Answer) -> (String, Value) {
    let ticket = match answer.body["ticket"].as_str() {
        Some(number) => desk.get(&format!("/v1/tickets/{number}")).await.body["organisation"].clone(),
        None => Value::Null,
    };
    (answer.body["outcome"].as_str().unwrap_or_default().to_owned(), ticket)
}

async fn seen_by(desk: &Desk, organisation: &str) -> usize {
    let token = desk.token_of(organisation).await;
    desk.ask(Some(&token), "GET", "/v1/tickets", None).await.body["items"].as_array().map_or(0, Vec::len)
}

async fn a_clients_mailbox_opens_no_gate_to_strangers_and_takes_no_other_clients_mail(desk: &Desk) {
    let desk = desk_with(desk, Some("gemeente-voorbeeld"), "quarantine").await;
    let stranger = writes(&desk, "onbekend@elders.example").await;
    assert_eq!(became(&desk, &stranger).await, ("quarantined".to_owned(), Value::Null));
    let other = writes(&desk, "bea@stichting-proef.example").await;
    assert_eq!(became(&desk, &other).await, ("ticket".to_owned(), json!("stichting-proef")));
    let own = writes(&desk, "eva@gemeente-voorbeeld.example").await;
    assert_eq!(became(&desk, &own).await, ("ticket".to_owned(), json!("gemeente-voorbeeld")));
    assert_eq!((seen_by(&desk, "gemeente-voorbeeld").await, seen_by(&desk, "stichting-proef").await), (1, 1));
    desk.passes("PT1M").await;
    assert!(desk.mails().iter().all(|mail| !mail.contains("onbekend@elders.example")), "whoever waits hears nothing");
}

async fn an_accepted_stranger_is_the_mailboxs_and_never_simply_the_first_clients(desk: &Desk) {
    let nobodys = desk_with(desk, None, "accept").await;
    let stranger = writes(&nobodys, "bea@mail.stichting-proef.example").await;
    assert_eq!(became(&nobodys, &stranger).await, ("quarantined".to_owned(), Value::Null), "{}", stranger.body);
    assert_eq!(stranger.body["reason"], "the sender is not known, and the contract serves several clients");
    let desk = desk_with(desk, Some("stichting-proef"), "accept").await;
    let stranger = writes(&desk, "onbekend@elders.example").await;
    assert_eq!(became(&desk, &stranger).await, ("ticket".to_owned(), json!("stichting-proef")));
    let other = writes(&desk, "eva@gemeente-voorbeeld.example").await;
    assert_eq!(became(&desk, &other).await, ("ticket".to_owned(), json!("gemeente-voorbeeld")));
}

async fn an_accepted_stranger_takes_part_in_what_they_reported_and_in_nothing_else(desk: &Desk) {
    let desk = desk_with(desk, Some("stichting-proef"), "accept").await;
    let theirs = writes(&desk, "bea@stichting-proef.example").await.body["ticket"].as_str().expect("a ticket").to_owned();
    let own = writes(&desk, "onbekend@elders.example").await.body["ticket"].as_str().expect("a ticket").to_owned();
    let answers = async |number: &str| {
        let id = uuid::Uuid::new_v4();
        let mail = format!("From: onbekend@elders.example\nSubject: Re: [{number}] x\nMessage-ID: <{id}@x.example>\n\nKijk eens.\n");
        desk.mail_arrives("support", &mail).await.body
    };
    let on_own = answers(&own).await;
    assert_eq!((&on_own["outcome"], &on_own["ticket"]), (&json!("reply"), &json!(own)));
    let on_theirs = answers(&theirs).await;
    assert_eq!(on_theirs["outcome"], "ticket", "it is no answer on a ticket of somebody else: {on_theirs}");
    assert_ne!(on_theirs["ticket"], json!(theirs));
    let client = desk.token_of("stichting-proef").await;
    let naming = json!({ "type": "incident", "contract": "covide", "title": "x", "channel": "portal", "requester": { "name": "x", "email": "onbekend@elders.example" } });
    let refused = desk.ask(Some(&client), "POST", "/v1/tickets", Some(&naming)).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("unknown_requester")), "{}", refused.body);
}

async fn nobody_is_picked_for_a_mail_of_several_senders_nor_given_another_clients(desk: &Desk) {
    let desk = desk_with(desk, None, "quarantine").await;
    let several = "From: eva@gemeente-voorbeeld.example, x@elders.example\nSubject: x\n\ny\n";
    let several = desk.mail_arrives("servicedesk", several).await;
    let release = format!("/v1/inbound-messages/{}/tickets", several.body["id"].as_str().expect("an id"));
    let refused = desk.post(&release, &json!({})).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("not_the_senders")), "{}", refused.body);

    let two = writes(&desk, "bea@stichting-proef.example, eva@gemeente-voorbeeld.example").await;
    assert_eq!(two.body["outcome"], "quarantined");
    let release = format!("/v1/inbound-messages/{}/tickets", two.body["id"].as_str().expect("an id"));
    let refused = desk.post(&release, &json!({})).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (400, &json!("/organisation")), "{}", refused.body);

    let foreign = desk.mail_arrives("servicedesk", "From: eva@gemeente-voorbeeld.example\nSubject: x\n\ny\n").await;
    assert_eq!(foreign.body["outcome"], "quarantined");
    let release = format!("/v1/inbound-messages/{}/tickets", foreign.body["id"].as_str().expect("an id"));
    for to in [json!({ "organisation": "ipo" }), json!({ "contract": "dap-example" }), json!({})] {
        let refused = desk.post(&release, &to).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!("not_the_senders")), "{to}: {}", refused.body);
    }
    let theirs = desk.post(&release, &json!({ "contract": "covide" })).await;
    assert_eq!((theirs.status, &theirs.body["organisation"]), (201, &json!("gemeente-voorbeeld")), "{}", theirs.body);
}

async fn an_address_of_the_desk_reports_nothing(desk: &Desk) {
    let desk = desk_with(desk, Some("stichting-proef"), "accept").await;
    let own = writes(&desk, "Servicedesk@uurwerk.example").await;
    assert_eq!((&own.body["outcome"], &own.body["ticket"]), (&json!("quarantined"), &Value::Null), "{}", own.body);
    desk.passes("PT1M").await;
    assert!(desk.mails().is_empty(), "the desk writes to nobody, least of all to itself");
}

/// Makes somebody known to a client of the contract: the desk registers a ticket of theirs.
async fn makes_known(desk: &Desk, organisation: &str, email: &str) {
    let ticket = json!({
        "type": "incident", "contract": "covide", "title": "x", "description": "x", "channel": "portal",
        "organisation": organisation, "requester": { "name": "Iemand", "email": email }
    });
    let made = desk.post("/v1/tickets", &ticket).await;
    assert_eq!(made.status, 201, "{}", made.body);
}

async fn a_person_is_known_by_one_client_and_by_no_more(desk: &Desk) {
    makes_known(desk, "stichting-proef", "Jan@thuis.example").await;
    let known = writes(desk, "jan@thuis.example").await;
    assert_eq!(became(desk, &known).await, ("ticket".to_owned(), json!("stichting-proef")));
    makes_known(desk, "gemeente-voorbeeld", "jan@thuis.example").await;
    let of_two = writes(desk, "jan@thuis.example").await;
    assert_eq!(became(desk, &of_two).await, ("quarantined".to_owned(), Value::Null), "{}", of_two.body);
    // Whoever is named as one client's with an address of another's waits.
    makes_known(desk, "stichting-proef", "eva@gemeente-voorbeeld.example").await;
    let claimed = writes(desk, "eva@gemeente-voorbeeld.example").await;
    assert_eq!(became(desk, &claimed).await, ("quarantined".to_owned(), Value::Null), "{}", claimed.body);
    assert_eq!(claimed.body["reason"], "the sender's address is known with one client, and its domain is another's");
    makes_known(desk, "gemeente-voorbeeld", "eva@gemeente-voorbeeld.example").await;
    let of_two = writes(desk, "eva@gemeente-voorbeeld.example").await;
    assert_eq!(became(desk, &of_two).await, ("ticket".to_owned(), json!("gemeente-voorbeeld")), "then the domain tells");
}

async fn who_is_known_under_another_contract_only_waits(desk: &Desk) {
    let desk = desk_with(desk, Some("gemeente-voorbeeld"), "accept").await;
    let by_domain = writes(&desk, "anna@ipo.example").await;
    assert_eq!(became(&desk, &by_domain).await, ("quarantined".to_owned(), Value::Null));
    assert_eq!(by_domain.body["reason"], "the sender is known under another contract");
    let ticket = json!({
        "type": "incident", "contract": "dap-example", "title": "x", "description": "x", "channel": "portal",
        "requester": { "name": "Iemand", "email": "bert@thuis.example" }
    });
    desk.registers(&ticket).await;
    let as_a_person = writes(&desk, "bert@thuis.example").await;
    let release = format!("/v1/inbound-messages/{}/tickets", as_a_person.body["id"].as_str().expect("an id"));
    let unnamed = desk.post(&release, &json!({})).await;
    assert_eq!((unnamed.status, &unnamed.body["errors"][0]["code"]), (400, &json!("not_the_senders")), "{}", unnamed.body);
    assert_eq!(became(&desk, &as_a_person).await, ("quarantined".to_owned(), Value::Null), "{}", as_a_person.body);
    assert_eq!(
        desk.mail_arrives("servicedesk", "From: bert@thuis.example\nSubject: x\nMessage-ID: <1@x>\n\nx\n").await.body["outcome"],
        "ticket"
    );
}
