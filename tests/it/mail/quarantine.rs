//! Mail that was kept aside (AMB-95): the desk sees it, and one call makes it a ticket.

use serde_json::json;
use uurwerk::auth::Caller;
use uurwerk::domain::contract::{Side, TicketType};
use uurwerk::domain::mail::{InboundFilter, OutboundFilter};
use uurwerk::domain::permission::{Principal, Rows};
use uurwerk::usecases::{Error, inbound, outbound};

use crate::on_both_databases;
use crate::support::{ADMIN, Desk};

on_both_databases!(
    a_strangers_mail_is_seen_by_the_desk_and_becomes_a_ticket_reported_when_it_came,
    what_is_not_kept_aside_stays_what_it_is,
    mail_10_a_persons_mail_through_a_group_is_heard_and_not_answered,
    a_machines_mail_is_kept_and_becomes_a_ticket_when_the_desk_makes_it_one,
    mails_are_listed_newest_first_a_page_at_a_time,
    mail_is_the_desks_to_read_whichever_door_asks,
    mail_07_a_mailbox_of_which_no_ticket_can_come_is_told_when_the_desk_starts,
);

const STRANGER: &str = "From: Vreemd <vreemd@elders.example>\nSubject: Printer stuk\nMessage-ID: <8@elders.example>\n\
    Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHij rookt.\n--b\nContent-Type: text/plain\n\
    Content-Disposition: attachment; filename=log.txt\n\nrook\n--b--\n";

/// MAIL-05, MAIL-07: it was reported when it came, so its clocks start then.
async fn a_strangers_mail_is_seen_by_the_desk_and_becomes_a_ticket_reported_when_it_came(desk: &Desk) {
    let came = desk.mail_arrives("servicedesk", STRANGER).await;
    assert_eq!(came.body["outcome"], "quarantined");
    let path = format!("/v1/inbound-messages/{}", came.body["id"].as_str().expect("an id"));
    desk.passes("PT2H").await;

    let waiting = desk.get("/v1/inbound-messages?outcome=quarantined").await;
    assert_eq!(waiting.body, json!({ "items": [came.body], "nextCursor": null }));
    assert_eq!((came.body["sender"].as_str(), came.body["subject"].as_str()), (Some("vreemd@elders.example"), Some("Printer stuk")));
    let content = desk.request("GET", &format!("{path}/content")).bearer_auth(ADMIN).send().await.expect("an answer");
    assert_eq!(content.text().await.expect("a mail"), STRANGER.replace('\n', "\r\n"));
    let client = desk.token_of("ipo").await;
    for path in ["/v1/inbound-messages", &path, &format!("{path}/content")] {
        assert_eq!(desk.ask(Some(&client), "GET", path, None).await.status, 403, "{path}");
    }

    let unknown = desk.post(&format!("{path}/tickets"), &json!({ "organisation": "nergens" })).await;
    assert_eq!((unknown.status, unknown.body["errors"][0]["pointer"].as_str()), (400, Some("/organisation")));
    let body = json!({ "organisation": "ipo" });
    let release = async || desk.send(Some(ADMIN), ("POST", &format!("{path}/tickets")), &[("idempotency-key", "r-1")], Some(&body)).await;
    let (made, again) = (release().await, release().await);
    assert_eq!((made.status, again.status), (201, 201), "{} {}", made.body, again.body);
    let number = made.body["number"].as_str().expect("a number");
    assert_eq!(again.body["number"], made.body["number"], "a repeat makes nothing new");
    assert_eq!((made.body["openedAt"].as_str(), made.body["channel"].as_str()), (Some("2026-03-02T07:00:00Z"), Some("email")));
    assert_eq!(
        (made.body["title"].as_str(), made.body["requester"]["email"].as_str()),
        (Some("Printer stuk"), Some("vreemd@elders.example"))
    );
    assert_eq!(desk.get(&format!("/v1/tickets/{number}/attachments")).await.body["items"][0]["name"], "log.txt");
    let seen = desk.get(&path).await;
    assert_eq!((seen.body["outcome"].as_str(), seen.body["ticket"].as_str()), (Some("ticket"), Some(number)));

    // Its sender hears of it, once, and goes on in the same thread.
    desk.passes("PT1M").await;
    let confirmations =
        desk.mails().into_iter().filter(|mail| mail.contains("To: vreemd@elders.example") || mail.contains("<vreemd@elders.example>"));
    let confirmations: Vec<_> = confirmations.collect();
    assert!(confirmations.len() == 1 && confirmations[0].contains("In-Reply-To: <8@elders.example>"), "{confirmations:?}");
    let reply = "From: vreemd@elders.example\nSubject: Re: Printer stuk\nIn-Reply-To: <8@elders.example>\nMessage-ID: <9@elders.example>\n\nNog steeds.\n";
    assert_eq!(desk.mail_arrives("servicedesk", reply).await.body["outcome"], "reply");
}

async fn what_is_not_kept_aside_stays_what_it_is(desk: &Desk) {
    let known = desk.mail_arrives("servicedesk", "From: anna@ipo.example\nSubject: x\nMessage-ID: <1@ipo.example>\n\nHallo.\n").await;
    let path = format!("/v1/inbound-messages/{}/tickets", known.body["id"].as_str().expect("an id"));
    let refused = desk.post(&path, &json!({})).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (409, Some("not_quarantined")));
    assert_eq!(desk.rows("ticket").await, 1, "and nothing was made");
    let nobody = desk.post("/v1/inbound-messages/00000000-0000-0000-0000-000000000000/tickets", &json!({})).await;
    assert_eq!(nobody.status, 404);
}

async fn mail_10_a_persons_mail_through_a_group_is_heard_and_not_answered(desk: &Desk) {
    let marks =
        ["Precedence: list\nList-Id: <it-hulp.ipo.example>", "X-Auto-Response-Suppress: OOF", "List-Unsubscribe: <mailto:weg@ipo.example>"];
    for (at, mark) in marks.iter().enumerate() {
        let new =
            format!("From: anna@ipo.example\nSubject: Scanner kapot\nMessage-ID: <g{at}@ipo.example>\n{mark}\n\nDe scanner doet niets.\n");
        let made = desk.mail_arrives("servicedesk", &new).await.body;
        assert_eq!(made["outcome"], "ticket", "{mark}: {made}");
        let number = made["ticket"].as_str().expect("a ticket");
        let answer = format!("From: anna@ipo.example\nSubject: Re: [{number}] x\nMessage-ID: <a{at}@ipo.example>\n{mark}\n\nHet brandt!\n");
        let answered = desk.mail_arrives("servicedesk", &answer).await.body;
        assert_eq!((&answered["outcome"], &answered["ticket"]), (&json!("reply"), &json!(number)), "{mark}: {answered}");
        let stranger = new.replace("anna@ipo.example", "nieuws@elders.example").replace("Message-ID: <g", "Message-ID: <s");
        assert_eq!(desk.mail_arrives("servicedesk", &stranger).await.body["outcome"], "quarantined", "{mark}");
    }
    desk.passes("PT5M").await;
    let confirmed: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("To: anna@ipo.example")).collect();
    assert_eq!(confirmed, Vec::<String>::new());
}

async fn a_machines_mail_is_kept_and_becomes_a_ticket_when_the_desk_makes_it_one(desk: &Desk) {
    let away =
        "From: anna@ipo.example\nSubject: Ik ben er niet\nMessage-ID: <oo@ipo.example>\nAuto-Submitted: auto-replied\n\nTot maandag.\n";
    let kept = desk.mail_arrives("servicedesk", away).await.body;
    assert_eq!((&kept["outcome"], &kept["ticket"]), (&json!("automatic"), &json!(null)), "{kept}");
    let path = format!("/v1/inbound-messages/{}/tickets", kept["id"].as_str().expect("an id"));
    let made = desk.post(&path, &json!({})).await;
    assert_eq!((made.status, &made.body["title"]), (201, &json!("Ik ben er niet")), "{}", made.body);
    assert_eq!(desk.post(&path, &json!({})).await.status, 409, "once");
    desk.passes("PT5M").await;
    assert!(!desk.mails().iter().any(|mail| mail.contains("To: anna@ipo.example")), "a machine is never answered");
}

async fn mails_are_listed_newest_first_a_page_at_a_time(desk: &Desk) {
    for at in 0..5 {
        let mail = format!("From: anna@ipo.example\nSubject: {at}\nMessage-ID: <{at}@ipo.example>\n\nHallo.\n");
        assert_eq!(desk.mail_arrives("servicedesk", &mail).await.status, 201);
        desk.passes("PT1S").await;
    }
    let (mut path, mut seen) = ("/v1/inbound-messages?mailbox=servicedesk&pageSize=2".to_owned(), Vec::new());
    loop {
        let page = desk.get(&path).await;
        seen.extend(
            page.body["items"].as_array().expect("mails").iter().map(|mail| mail["subject"].as_str().unwrap_or_default().to_owned()),
        );
        let Some(cursor) = page.body["nextCursor"].as_str() else { break };
        path = format!("/v1/inbound-messages?mailbox=servicedesk&pageSize=2&cursor={cursor}");
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"]);
    let wrong = desk.get("/v1/inbound-messages?outcome=weg&cursor=x&maibox=servicedesk").await;
    assert_eq!((wrong.status, wrong.body["errors"].as_array().map(Vec::len)), (400, Some(3)), "{}", wrong.body);
}

/// What the API refuses, a page that asks the same use case is refused too.
async fn mail_is_the_desks_to_read_whichever_door_asks(desk: &Desk) {
    let came = desk.mail_arrives("servicedesk", STRANGER).await;
    let id = came.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let client = Caller::new(Principal::any_of(Side::Client), Rows::Organisations(vec!["ipo".to_owned()]));
    let (app, filter) = (&desk.app, InboundFilter { limit: 10, ..InboundFilter::default() });
    assert!(matches!(inbound::read::list(app, &client, &filter).await, Err(Error::Forbidden { .. })));
    assert!(matches!(inbound::read::raw(app, &client, id).await, Err(Error::Forbidden { .. })));
    let sent = outbound::list(app, &client, None, OutboundFilter { limit: 10, ..OutboundFilter::default() }).await;
    assert!(matches!(sent, Err(Error::Forbidden { .. })));
    // A mail that is nobody's is in no organisation's scope either.
    let view = app.db.view(client.scope);
    assert!(uurwerk::store::inbound::find(&view, id).await.expect("a database").is_none());
}

async fn mail_07_a_mailbox_of_which_no_ticket_can_come_is_told_when_the_desk_starts(desk: &Desk) {
    assert_eq!(inbound::without_tickets(&desk.app).await.expect("a look"), []);
    let text =
        include_str!("../../../config/contracts/covide.toml").replacen("id = \"covide\"", "id = \"smal\"\nonly_types = [\"incident\"]", 1);
    let applied = desk.post("/v1/contracts", &json!({ "contract": text })).await;
    assert_eq!(applied.status, 201, "{}", applied.body);
    let door = desk
        .another_door_with(|settings| {
            let mailbox = settings.mailboxes.get_mut("servicedesk").expect("a mailbox");
            (mailbox.contract, mailbox.default_type) = ("smal".to_owned(), TicketType::ChangeRequest);
            "nergens".clone_into(&mut settings.mailboxes.get_mut("support").expect("a mailbox").contract);
        })
        .await;
    let told = inbound::without_tickets(&door.app).await.expect("a look");
    let expected = [
        ("servicedesk", "contract smal has no tickets of the type change_request".to_owned()),
        ("support", "there is no contract nergens".to_owned()),
    ];
    assert_eq!(told, expected);
}
