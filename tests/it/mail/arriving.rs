//! Awkward mails through a running desk: each ends as a ticket, a reply or a clear refusal, and every one is kept.

use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    every_awkward_mail_ends_as_something_and_none_is_lost,
    a_stranger_does_not_join_a_ticket_by_quoting_its_number,
    a_mail_delivered_many_times_at_once_is_one_ticket,
    mail_05_a_mail_that_was_fetched_late_was_reported_when_it_came_into_its_mailbox,
    mail_05_an_answer_that_was_fetched_late_ends_the_waiting_when_it_came,
    a_mail_of_before_its_contract_began_can_be_made_a_ticket_of_its_first_day,
);

/// What arrives, and what becomes of it (MAIL-10).
const TABLE: [(&[u8], &str); 16] = [
    (b"From: Anna <anna@ipo.example>\nSubject: Gewoon\nMessage-ID: <1@ipo.example>\n\nHallo.\n", "ticket"),
    (b"From: Anna <anna@ipo.example>\nSubject: Gewoon\nMessage-ID: <1@ipo.example>\n\nHallo.\n", "duplicate"),
    (b"From: anna@ipo.example\n\nZonder onderwerp en zonder nummer.\n", "ticket"),
    (b"From: anna@ipo.example\nSubject: =?utf-8?q?Caf=C3=A9_dicht?=\nMessage-ID: <2@ipo.example>\nContent-Type: text/html\n\n<p>Het <b>caf&eacute;</b> is dicht.</p>", "ticket"),
    (b"From: anna@ipo.example\nSubject: Kapotte tekens\nMessage-ID: <3@ipo.example>\nContent-Type: text/plain; charset=x-bestaat-niet\n\n\xff\xfe\x00\x80", "ticket"),
    (b"From: anna@ipo.example\nSubject: Geen grens\nMessage-ID: <4@ipo.example>\nContent-Type: multipart/mixed; boundary=weg\n\nniets hiervan is een deel\n", "ticket"),
    (b"From - Mon Mar  2 08:00:00 2026\nFrom: anna@ipo.example\nSubject: Uit een mbox\nMessage-ID: <5@ipo.example>\n\nHallo.\n", "ticket"),
    (b"From: anna@ipo.example\nSubject: Alleen koppen\nMessage-ID: <6@ipo.example>\n", "ticket"),
    (b"From: anna@ipo.example\nSubject: Re: Gewoon\nIn-Reply-To: <1@ipo.example>\nMessage-ID: <7@ipo.example>\n\nNog iets.\n\nOp ma 2 mrt schreef Servicedesk:\n> Hallo.\n", "reply"),
    (b"From: vreemd@elders.example\nSubject: Onbekend\nMessage-ID: <8@elders.example>\n\nHallo.\n", "quarantined"),
    (b"Subject: Van niemand\nMessage-ID: <9@elders.example>\n\nHallo.\n", "quarantined"),
    (b"From: anna@ipo.example\nSubject: Afwezig\nAuto-Submitted: auto-replied\nIn-Reply-To: <1@ipo.example>\nMessage-ID: <10@ipo.example>\n\nIk ben er niet.\n", "automatic"),
    (b"From: MAILER-DAEMON@elders.example\nReturn-Path: <>\nSubject: Undelivered\nMessage-ID: <11@elders.example>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nNot delivered.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; elders.example\n\nFinal-Recipient: rfc822; x@elders.example\nAction: failed\nStatus: 5.1.1\n--b--\n", "automatic"),
    (b"", "refused"),
    (b"\x00\x01\x02\x03", "refused"),
    (b"\x00\x01\x02\x03", "refused"),
];

/// MAIL-05; conventions: the mailbox's own time of arrival, where it is known.
async fn mail_05_a_mail_that_was_fetched_late_was_reported_when_it_came_into_its_mailbox(desk: &Desk) {
    let stamp = uurwerk::usecases::Stamp::command("receiveMail", desk.app.time.now());
    for (at, arrived, opened) in [
        (1, "2026-02-27T16:30:00+01:00", "2026-02-27T15:30:00Z"),
        (2, "2026-03-02T07:59:30+01:00", "2026-03-02T07:00:00Z"),
        // A server whose clock is fast.
        (3, "2026-03-02T09:00:00+01:00", "2026-03-02T07:00:00Z"),
    ] {
        let raw = format!("From: anna@ipo.example\r\nSubject: Traag\r\nMessage-ID: <{at}@ipo.example>\r\n\r\nTraag {at}.\r\n");
        let arrived = Some(arrived.parse().expect("an instant"));
        let taken = uurwerk::usecases::inbound::receive(&desk.app, &stamp, "servicedesk", raw.as_bytes().to_vec().into(), arrived)
            .await
            .expect("a mail");
        let number = taken.ticket.expect("a ticket").reference();
        let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
        assert_eq!(ticket["openedAt"], opened, "{ticket}");
    }
    let clock = desk.clock("INC-1001", "response").await;
    assert_eq!(clock["startedAt"], "2026-02-27T15:30:00Z", "the weekend is the desk's, not the client's: {clock}");
}

/// The hours in which nobody fetched it are no hours of waiting for the client.
async fn mail_05_an_answer_that_was_fetched_late_ends_the_waiting_when_it_came(desk: &Desk) {
    let stamp = |desk: &Desk| uurwerk::usecases::Stamp::command("receiveMail", desk.app.time.now());
    let number = desk.registers(&incident("p2")).await;
    desk.moves(&number, "in_progress").await;
    desk.passes("PT1H").await;
    let hold = serde_json::json!({ "to": "on_hold", "reason": "Welke printer?", "cause": "requester" });
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &hold).await.status, 201);
    desk.passes("PT3H").await;
    let answer = |id: &str, from: &str| {
        format!("From: {from}\r\nSubject: Re: [{number}] Printer\r\nMessage-ID: <{id}@ipo.example>\r\n\r\nDe grote ({id}).\r\n")
    };
    let arrived = Some("2026-03-02T10:00:00+01:00".parse().expect("an instant"));
    let raw = answer("1", "anna@ipo.example");
    let taken = uurwerk::usecases::inbound::receive(&desk.app, &stamp(desk), "servicedesk", raw.as_bytes().to_vec().into(), arrived).await;
    assert!(taken.expect("a mail").ticket.is_some());
    // One from before the ticket waited answers nothing that was asked since, and somebody has to look at it.
    assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &hold).await.status, 201);
    let raw = answer("2", "anna@ipo.example");
    let early = Some("2026-03-02T08:30:00+01:00".parse().expect("an instant"));
    uurwerk::usecases::inbound::receive(&desk.app, &stamp(desk), "servicedesk", raw.as_bytes().to_vec().into(), early)
        .await
        .expect("a mail");
    let events = desk.get(&format!("/v1/tickets/{number}/events")).await.body["items"].clone();
    let events = events.as_array().expect("events").iter().map(|event| (event["type"].as_str(), event["occurredAt"].as_str()));
    let late: Vec<_> =
        events.filter(|(kind, _)| matches!(kind, Some("ticket.message_received" | "ticket.resumed" | "ticket.held"))).collect();
    let at = |kind, at| (Some(kind), Some(at));
    assert_eq!(
        late,
        [
            at("ticket.held", "2026-03-02T08:00:00Z"),
            at("ticket.message_received", "2026-03-02T09:00:00Z"),
            at("ticket.resumed", "2026-03-02T09:00:00Z"),
            at("ticket.held", "2026-03-02T11:00:00Z"),
            at("ticket.message_received", "2026-03-02T11:00:00Z"),
        ]
    );
    let ticket = desk.get(&format!("/v1/tickets/{number}")).await.body;
    assert_eq!((&ticket["phase"], &ticket["needsAttention"]), (&serde_json::json!("on_hold"), &serde_json::json!(true)), "{ticket}");
}

/// On 31 December nobody had promised anything yet.
async fn a_mail_of_before_its_contract_began_can_be_made_a_ticket_of_its_first_day(desk: &Desk) {
    let stamp = uurwerk::usecases::Stamp::command("receiveMail", desk.app.time.now());
    let raw = b"From: anna@ipo.example\r\nSubject: Printer\r\nMessage-ID: <1@ipo.example>\r\n\r\nKapot.\r\n";
    let arrived = Some("2019-12-31T16:30:00+01:00".parse().expect("an instant"));
    let taken = uurwerk::usecases::inbound::receive(&desk.app, &stamp, "servicedesk", raw.to_vec().into(), arrived).await.expect("a mail");
    assert_eq!((taken.mail.outcome.as_str(), taken.ticket.is_none()), ("quarantined", true));
    let made = desk.post(&format!("/v1/inbound-messages/{}/tickets", taken.mail.id), &serde_json::json!({})).await;
    let began = desk.get("/v1/contracts/dap-example").await.body["effectiveDate"].clone();
    assert_eq!(made.status, 201, "{}", made.body);
    let opened: chrono::DateTime<chrono::FixedOffset> = made.body["openedAt"].as_str().and_then(|at| at.parse().ok()).expect("an instant");
    let first = opened.with_timezone(&chrono_tz::Europe::Amsterdam);
    assert_eq!(first.format("%Y-%m-%d %H:%M").to_string(), format!("{} 00:00", began.as_str().expect("a date")));
}

async fn every_awkward_mail_ends_as_something_and_none_is_lost(desk: &Desk) {
    for (at, (raw, outcome)) in TABLE.iter().enumerate() {
        let answer =
            desk.send_raw("/v1/inbound-messages?mailbox=servicedesk", raw.to_vec(), &[("content-type", "application/octet-stream")]).await;
        assert_eq!((answer.status, answer.body["outcome"].as_str()), (201, Some(*outcome)), "mail {at}: {}", answer.body);
    }
    let kept = uurwerk::store::inbound::count(&desk.app.all()).await.expect("a count");
    assert_eq!(kept, TABLE.len() as u64);
    assert_eq!(desk.ask(Some(ADMIN), "DELETE", "/v1/inbound-messages", None).await.status, 405);
    assert_eq!(
        desk.send_raw("/v1/inbound-messages?mailbox=nergens", Vec::new(), &[("content-type", "application/octet-stream")]).await.status,
        404
    );
    // MAIL-10: an automatic message is never confirmed, and a person's once.
    desk.passes("PT5M").await;
    let confirmations = desk.mails().into_iter().filter(|mail| mail.contains("auto-replied")).count();
    assert_eq!(confirmations, TABLE.iter().filter(|(_, outcome)| *outcome == "ticket").count());
}

/// MAIL-09.
async fn a_stranger_does_not_join_a_ticket_by_quoting_its_number(desk: &Desk) {
    let first = desk.mail_arrives("servicedesk", "From: anna@ipo.example\nSubject: Printer\nMessage-ID: <1@ipo.example>\n\nKapot.\n").await;
    let number = first.body["ticket"].as_str().expect("a ticket").to_owned();
    let mail = |from: &str, id: &str| format!("From: {from}\nSubject: Re: [{number}] Printer\nMessage-ID: <{id}>\n\nIk ook.\n");
    assert_eq!(desk.mail_arrives("servicedesk", &mail("vreemd@elders.example", "2@elders.example")).await.body["outcome"], "quarantined");
    let colleague = desk.mail_arrives("servicedesk", &mail("bert@ipo.example", "3@ipo.example")).await;
    assert_eq!((colleague.body["outcome"].as_str(), colleague.body["ticket"].as_str()), (Some("reply"), Some(number.as_str())));
    let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await;
    assert_eq!(messages.body["items"].as_array().map(Vec::len), Some(1));
}

/// MAIL-04, also into two mailboxes of one contract.
async fn a_mail_delivered_many_times_at_once_is_one_ticket(desk: &Desk) {
    let mail = "From: anna@ipo.example\nSubject: Printer\nMessage-ID: <1@ipo.example>\n\nKapot.\n";
    let answers = futures_util::future::join_all((0..8).map(|_| desk.mail_arrives("servicedesk", mail))).await;
    let outcomes = |wanted: &str| answers.iter().filter(|answer| answer.body["outcome"] == wanted).count();
    assert_eq!((outcomes("ticket"), outcomes("duplicate")), (1, 7), "{answers:?}");
    let tickets = desk.get("/v1/tickets").await;
    assert_eq!(tickets.body["items"].as_array().map(Vec::len), Some(1));
}
