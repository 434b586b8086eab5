//! In which language the desk writes: that of the mailbox its mail leaves from, in its own words where it has them.

use serde_json::json;
use uurwerk::mail::parse::parse;

use crate::on_both_databases;
use crate::restricted::redact;
use crate::support::{Desk, incident};

on_both_databases!(
    a_prepared_text_has_its_values_in_the_language_of_the_tickets_mails,
    a_mailbox_in_english_writes_english_and_its_neighbour_stays_dutch,
    an_answer_to_an_english_mail_is_read_without_what_it_answers,
    the_page_behind_a_link_is_in_the_language_of_its_mail,
    who_may_not_have_it_registered_hears_so_in_the_language_of_the_mailbox,
    a_digest_is_in_the_language_of_what_it_tells_of,
    a_redacted_title_leaves_the_mails_in_whatever_words_they_told_it,
);

const ENGLISH: (&str, &str) = ("UURWERK_MAILBOXES_SERVICEDESK_LANGUAGE", "en");

/// The mails to an address as it reads them: subject and text.
fn read_by(desk: &Desk, address: &str) -> Vec<(String, String)> {
    let mails = desk.mails().into_iter().map(|mail| parse(mail.as_bytes()));
    let theirs = mails.filter(|mail| mail.to.iter().any(|to| to.email == address));
    theirs.map(|mail| (mail.subject.unwrap_or_default(), mail.text.replace("\r\n", "\n"))).collect()
}

/// The words that no mail in the other language has.
fn assert_is_english(text: &str) {
    assert!(text.contains("Dear Sir or Madam,") && text.contains("Kind regards,\nService desk"), "{text}");
    for dutch in ["Geachte", " de ", " het ", "melding", "Tijdstip", "Nummer:"] {
        assert!(!text.contains(dutch), "{dutch}: {text}");
    }
}

async fn a_mailbox_in_english_writes_english_and_its_neighbour_stays_dutch(desk: &Desk) {
    let desk = Desk::open_with(desk.on(), &[ENGLISH]).await;
    let mail = |from: &str| format!("From: {from}\nSubject: Printer\nMessage-ID: <{}@x.example>\n\nHelp.\n", uuid::Uuid::new_v4());
    for (mailbox, from) in [("servicedesk", "anna@ipo.example"), ("support", "eva@gemeente-voorbeeld.example")] {
        assert_eq!(desk.mail_arrives(mailbox, &mail(from)).await.body["outcome"], "ticket");
    }
    desk.passes("PT1M").await;
    let (subject, text) = read_by(&desk, "anna@ipo.example").pop().expect("a confirmation");
    assert!(subject.ends_with("] Received: Printer"), "{subject}");
    assert!(text.contains("Received:   2 March 2026, 08:00"), "{text}");
    assert_is_english(&text);
    let (subject, text) = read_by(&desk, "eva@gemeente-voorbeeld.example").pop().expect("a confirmation");
    assert!(subject.ends_with("] Ontvangen: Printer") && text.contains("Ontvangen:  02-03-2026 08:00"), "{subject} {text}");
    assert!(text.starts_with("Geachte heer, mevrouw,"), "{text}");
    // What comes by another way leaves from the same mailbox.
    let number = desk.registers(&incident("p3")).await;
    for (phase, expected) in [("in_progress", "Status: in progress: Mail hapert"), ("resolved", "Resolved: Mail hapert")] {
        assert_eq!(desk.moves(&number, phase).await.status, 201, "{phase}");
        desk.passes("PT1M").await;
        let (subject, text) = read_by(&desk, "anna@ipo.example").pop().expect("a mail");
        assert_eq!(subject, format!("[{number}] {expected}"));
        assert_is_english(&text);
    }
}

async fn an_answer_to_an_english_mail_is_read_without_what_it_answers(desk: &Desk) {
    let desk = Desk::open_with(desk.on(), &[ENGLISH]).await;
    let number = desk.registers(&incident("p3")).await;
    desk.passes("PT1M").await;
    let (subject, text) = read_by(&desk, "anna@ipo.example").pop().expect("a confirmation");
    let quoted = text.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n");
    let answer = format!(
        "From: anna@ipo.example\nSubject: Re: {subject}\nMessage-ID: <1@x.example>\n\nThe one on the left.\n\nOn Mon, 2 Mar 2026 at 08:01, Service desk <servicedesk@uurwerk.example> wrote:\n{quoted}\n"
    );
    let came = desk.mail_arrives("servicedesk", &answer).await;
    assert_eq!((&came.body["outcome"], &came.body["ticket"]), (&json!("reply"), &json!(number)), "{}", came.body);
    let messages = desk.get(&format!("/v1/tickets/{number}/messages")).await.body;
    let body = messages["items"].as_array().and_then(|all| all.last()).expect("a message")["body"].clone();
    assert!(body.as_str().is_some_and(|body| body.starts_with("The one on the left.") && !body.contains("Dear Sir")), "{body}");
}

async fn a_prepared_text_has_its_values_in_the_language_of_the_tickets_mails(desk: &Desk) {
    for (language, written) in [("en", "incident, registered, 2 March 2026, 08:00"), ("nl", "incident, geregistreerd, 02-03-2026 08:00")] {
        let desk = Desk::open_with(desk.on(), &[("UURWERK_MAILBOXES_SERVICEDESK_LANGUAGE", language)]).await;
        let number = desk.registers(&incident("p3")).await;
        let body = json!({ "title": "Stand", "body": "{{ticket.type}}, {{ticket.status}}, {{ticket.openedAt}}" });
        let reply = desk.post("/v1/canned-replies", &body).await;
        let id = reply.body["id"].as_str().unwrap_or_else(|| panic!("no text: {}", reply.body));
        let rendered = desk.get(&format!("/v1/tickets/{number}/canned-replies/{id}")).await.body;
        assert_eq!(rendered["body"], written, "{rendered}");
    }
}

async fn the_page_behind_a_link_is_in_the_language_of_its_mail(desk: &Desk) {
    const BASE: &str = "https://servicedesk.example";
    for (language, asks, thanks) in [("en", "Is it resolved?", "Thank you"), ("nl", "Is het opgelost?", "Dank u wel")] {
        let settings = [("UURWERK_MAILBOXES_SERVICEDESK_LANGUAGE", language), ("UURWERK_HTTP_PUBLIC_URL", BASE)];
        let desk = Desk::open_with(desk.on(), &settings).await;
        let number = desk.registers(&incident("p3")).await;
        for phase in ["in_progress", "resolved"] {
            assert_eq!(desk.moves(&number, phase).await.status, 201, "{phase}");
        }
        desk.passes("PT1M").await;
        let (_, text) = read_by(&desk, "anna@ipo.example").pop().expect("a mail");
        let path = text.lines().find_map(|line| line.strip_prefix(BASE)).expect("a link").to_owned();
        let page = desk.request("GET", &path).send().await.expect("an answer").text().await.expect("a page");
        assert!(page.contains(&format!("<html lang=\"{language}\">")) && page.contains(asks), "{page}");
        let pressed = desk.request("POST", &path).header("content-type", "application/x-www-form-urlencoded").body("reason=");
        let page = pressed.send().await.expect("an answer").text().await.expect("a page");
        assert!(page.contains(thanks), "{page}");
    }
}

async fn who_may_not_have_it_registered_hears_so_in_the_language_of_the_mailbox(desk: &Desk) {
    let reserved = r#"
id = "reserved"
version = "1"
title = "Reserved"
effective_from = 2026-03-02
time_zone = "Europe/Amsterdam"
[[clients]]
organisation = "ipo"
mail_domains = ["ipo.example"]
[calendars.support]
hours = { mon-fri = ["08:00-17:00"] }
[roles.manager]
side = "client"
label = { nl = "Servicemanager", en = "Service manager" }
mail = ["manager@ipo.example"]
[[reserved]]
types = ["change_request"]
roles = ["manager"]
"#;
    let settings = "[mailboxes.changes]\naddress = \"changes@uurwerk.example\"\ncontract = \"reserved\"\ndefault_type = \"change_request\"\nlanguage = \"en\"\n";
    let desk = Desk::open_with_file(desk.on(), settings).await;
    let added = desk.post("/v1/contracts", &json!({ "contract": reserved })).await;
    assert_eq!(added.status, 201, "{}", added.body);
    desk.reaches("2026-03-03T08:00:00+01:00").await;
    let mail = "From: jan@ipo.example\nSubject: Firewall\nMessage-ID: <1@ipo.example>\n\nOpen port 80.\n";
    assert_eq!(desk.mail_arrives("changes", mail).await.body["outcome"], "quarantined");
    desk.passes("PT1M").await;
    let (subject, text) = read_by(&desk, "jan@ipo.example").pop().expect("an answer");
    assert_eq!(subject, "Not registered: Firewall");
    assert!(text.contains("can ask for this: change request.") && text.contains("- Service manager\n"), "{text}");
    assert_is_english(&text);
}

async fn a_digest_is_in_the_language_of_what_it_tells_of(desk: &Desk) {
    let desk = Desk::open_with(desk.on(), &[ENGLISH]).await;
    let number = desk.registers(&incident("p3")).await;
    for _ in 0..8 {
        for phase in ["in_progress", "on_hold"] {
            let moved = json!({ "to": phase, "reason": "Verder.", "cause": (phase == "on_hold").then_some("requester") });
            assert_eq!(desk.post(&format!("/v1/tickets/{number}/transitions"), &moved).await.status, 201, "{phase}");
        }
    }
    desk.passes("PT2H").await;
    let told = read_by(&desk, "anna@ipo.example");
    let (_, text) = told.iter().find(|(subject, _)| subject == "Overview of messages").unwrap_or_else(|| panic!("{told:?}"));
    assert!(text.contains(&format!("- {number}: status, ")) && text.contains(" times"), "{text}");
    assert_is_english(text);
}

/// In English, and in a subject of the desk's own that puts it in the middle.
async fn a_redacted_title_leaves_the_mails_in_whatever_words_they_told_it(desk: &Desk) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("en")).expect("a folder");
    let own = "About \"{{ ticket.title }}\": it is {{ to }}\n\nDear Sir or Madam,\n\n{{ ticket.title|upper }}\n";
    std::fs::write(folder.path().join("en/status.txt"), own).expect("a file");
    let own = ("UURWERK_MAIL_TEMPLATES", folder.path().to_str().expect("a path"));
    let desk = Desk::open_with(desk.on(), &[ENGLISH, own]).await;
    let mut ticket = incident("p3");
    ticket["title"] = json!("Qtitelwoordqx van Jansen");
    let number = desk.registers(&ticket).await;
    assert_eq!(desk.moves(&number, "in_progress").await.status, 201);
    desk.passes("PT1M").await;
    let told: Vec<_> = read_by(&desk, "anna@ipo.example").into_iter().map(|(subject, _)| subject).collect();
    let expected = ["Received: Qtitelwoordqx van Jansen", "About \"Qtitelwoordqx van Jansen\": it is in progress"];
    assert_eq!(told, expected.map(|subject| format!("[{number}] {subject}")));
    redact(&desk, &number, &json!({ "what": "texts", "reason": "Een naam." })).await;
    for left in ["Qtitelwoordqx", "QTITELWOORDQX"] {
        assert_eq!(desk.traces(left).await, Vec::<String>::new(), "{left}");
    }
}
