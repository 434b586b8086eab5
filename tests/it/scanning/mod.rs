//! Files and mails are held until a virus scanner has looked at them, and what is infected is given to nobody.

mod clamd;
mod liar;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::jobs;
use uurwerk::usecases::scans::{Scanned, scan_waiting};

use crate::on_both_databases;
use crate::support::{ADMIN, Answer, Desk, On, incident};
use clamd::{Clamd, LONGEST, MALWARE, NAME};
use liar::Fault;

on_both_databases!(
    a_file_is_held_until_nothing_was_found_in_it,
    an_infected_file_is_given_to_nobody_and_its_ticket_is_told_once,
    malware_in_a_mail_is_found_by_every_door_and_the_mail_is_given_to_nobody,
    what_is_too_large_for_the_scanner_is_shown_to_the_desk_alone,
    what_was_merged_is_told_where_it_goes_on_and_what_was_redacted_is_not_scanned,
    while_the_scanner_is_away_files_are_held_and_once_it_is_back_all_are_scanned,
    a_scanner_that_fails_on_one_file_holds_up_no_other,
);

/// The desk with a scanner.
async fn desk_with(on: On, scanner: &str) -> Desk {
    let told = [("UURWERK_ATTACHMENTS_SCANNER", scanner), ("UURWERK_MAIL_NOTICES", "balie@leverancier.example")];
    Desk::open_with(on, &told).await
}

async fn attach(desk: &Desk, number: &str, query: &str, bytes: impl Into<Vec<u8>>) -> String {
    let path = format!("/v1/tickets/{number}/attachments?name=brief.pdf{query}");
    let answer = desk.send_raw(&path, bytes.into(), &[("content-type", "application/octet-stream")]).await;
    assert_eq!((answer.status, &answer.body["scan"]), (201, &json!("unscanned")), "{}", answer.body);
    format!("/v1/tickets/{number}/attachments/{}", answer.body["id"].as_str().expect("an id"))
}

/// Status and code; for bytes the code is empty.
fn told(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["code"].as_str().unwrap_or_default())
}

async fn list(desk: &Desk, token: &str, number: &str) -> Vec<Value> {
    let answer = desk.ask(Some(token), "GET", &format!("/v1/tickets/{number}/attachments"), None).await;
    answer.body["items"].as_array().cloned().unwrap_or_default()
}

/// What the scanner made of a ticket's files.
async fn scans(desk: &Desk, number: &str) -> Vec<Value> {
    list(desk, ADMIN, number).await.iter().map(|one| one["scan"].clone()).collect()
}

async fn scan_all(desk: &Desk) -> usize {
    let mut settled = 0;
    loop {
        match scan_waiting(&desk.app).await.expect("the scanner works") {
            Scanned { settled: 0, failed: 0 } => return settled,
            done => settled += done.settled,
        }
    }
}

async fn count(desk: &Desk, number: &str, kind: &str) -> usize {
    desk.history(number).await.iter().filter(|event| event.0 == kind).count()
}

async fn a_file_is_held_until_nothing_was_found_in_it(desk: &Desk) {
    let before = desk.registers(&incident("p3")).await;
    let path = format!("/v1/tickets/{before}/attachments?name=a.txt");
    let kept = desk.send_raw(&path, b"a".into(), &[("content-type", "application/octet-stream")]).await;
    assert_eq!(kept.body["scan"], Value::Null, "without a scanner");
    let keys = tempfile::tempdir().expect("a folder");
    let key = keys.path().join("keys");
    std::fs::write(&key, format!("{}\n", "5a".repeat(32))).expect("a key");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");
    let clamd = Clamd::shared();
    for (scanner, sealed) in [(clamd.address(), None), (clamd.socket(), Some(&key))] {
        let sealed = sealed.map(|key| ("UURWERK_FILES_KEY_FILE", key.to_str().expect("text")));
        let settings: Vec<_> = sealed.into_iter().chain([("UURWERK_ATTACHMENTS_SCANNER", &*scanner)]).collect();
        let desk = Desk::open_with(desk.on(), &settings).await;
        let number = desk.registers(&incident("p3")).await;
        let bytes: Vec<u8> = (0..700_000_u32).map(|at| at.to_le_bytes()[1]).collect();
        let path = attach(&desk, &number, "", bytes.clone()).await;
        let client = desk.token_of("ipo").await;
        for token in [ADMIN, &client] {
            let held = desk.ask(Some(token), "GET", &path, None).await;
            assert_eq!((told(&held), held.headers["retry-after"].to_str().ok()), ((409, "file_unscanned"), Some("5")));
            let part = desk.send(Some(token), ("GET", &path), &[("range", "bytes=0-1")], None).await;
            assert_eq!(told(&part), (409, "file_unscanned"));
            assert_eq!(list(&desk, token, &number).await[0]["scan"], "unscanned");
        }
        assert_eq!((scan_all(&desk).await, scans(&desk, &number).await), (1, vec![json!("clean")]));
        let back = desk.request("GET", &path).bearer_auth(&client).send().await.expect("an answer");
        assert_eq!((back.status().as_u16(), back.bytes().await.expect("bytes") == bytes), (200, true));
        assert_eq!((count(&desk, &number, "ticket.file_infected").await, scan_all(&desk).await), (0, 0));
    }
}

async fn an_infected_file_is_given_to_nobody_and_its_ticket_is_told_once(desk: &Desk) {
    let desk = desk_with(desk.on(), &Clamd::shared().address()).await;
    let number = desk.registers(&incident("p3")).await;
    let other = desk.registers(&incident("p3")).await;
    let public = attach(&desk, &number, "", format!("%PDF {MALWARE} einde")).await;
    let internal = attach(&desk, &other, "&visibility=internal", MALWARE).await;
    // Several processes at once.
    let (second, third) = (desk.another_process().await, desk.another_process().await);
    let done = futures_util::future::join3(scan_waiting(&desk.app), scan_waiting(&second), scan_waiting(&third)).await;
    assert!(done.0.is_ok() && done.1.is_ok() && done.2.is_ok(), "{done:?}");
    assert_eq!(scan_all(&desk).await, 0);
    let officer = desk.token(None, &[Role::SecurityOfficer]).await;
    let client = desk.token_of("ipo").await;
    for token in [ADMIN, &officer, &client] {
        let refused = desk.ask(Some(token), "GET", &public, None).await;
        assert_eq!(told(&refused), (403, "file_infected"), "{}", refused.body);
        assert_eq!(list(&desk, token, &number).await[0]["scan"], "infected");
    }
    assert_eq!(told(&desk.get(&internal).await), (403, "file_infected"));
    assert_eq!(told(&desk.ask(Some(&client), "GET", &internal, None).await), (404, "not_found"));
    for (ticket, file, visibility) in [(&number, &public, "public"), (&other, &internal, "internal")] {
        let events: Vec<_> = desk.events(ticket).await.into_iter().filter(|event| event["type"] == "ticket.file_infected").collect();
        let id = file.rsplit('/').next().expect("an id");
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["data"], json!({ "attachment": id, "visibility": visibility, "found": NAME }));
        let shown = desk.get(&format!("/v1/tickets/{ticket}")).await.body;
        assert_eq!(shown["needsAttention"], true);
        let messages = desk.get(&format!("/v1/tickets/{ticket}/messages")).await.body["items"].clone();
        let notes: Vec<_> = messages.as_array().expect("messages").iter().filter(|one| one["visibility"] == "internal").collect();
        assert_eq!(notes.len(), 1);
        assert!(notes[0]["body"].as_str().is_some_and(|body| body.contains(NAME)), "{}", notes[0]);
        let seen = desk.ask(Some(&client), "GET", &format!("/v1/tickets/{ticket}/events"), None).await.body["items"].clone();
        let is_told = seen.as_array().expect("events").iter().any(|event| event["type"] == "ticket.file_infected");
        assert_eq!(is_told, visibility == "public");
    }
    jobs::work_off(&desk.app).await.expect("work");
    let mails: Vec<_> = desk.mails().into_iter().filter(|mail| mail.contains("Malware gevonden")).collect();
    assert_eq!(mails.len(), 2, "the desk is mailed of each");
    let lines = desk.trail("action=findMalware").await;
    assert_eq!(lines.len(), 2, "{lines:?}");
}

/// A mail with a file, as base64.
fn mail(id: &str, from: &str, file: &str) -> String {
    format!(
        "From: {from}\nSubject: Rapport\nMessage-ID: <{id}>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=grens\n\n\
         --grens\nContent-Type: text/plain\n\nZie bijlage.\n--grens\nContent-Type: application/pdf; name=\"een.pdf\"\n\
         Content-Disposition: attachment; filename=\"een.pdf\"\nContent-Transfer-Encoding: base64\n\n{file}\n--grens--\n"
    )
}

async fn malware_in_a_mail_is_found_by_every_door_and_the_mail_is_given_to_nobody(desk: &Desk) {
    let desk = desk_with(desk.on(), &Clamd::shared().address()).await;
    // The text that is taken for malware, in base64.
    let infected = "VVVSV0VSSy1QUk9FRi1CRVNNRVQ=";
    let mails = [
        ("ticket", mail("1@ipo.example", "anna@ipo.example", infected)),
        ("duplicate", mail("1@ipo.example", "anna@ipo.example", infected)),
        ("quarantined", mail("2@elders.example", "vreemd@elders.example", infected)),
        ("ticket", mail("3@ipo.example", "anna@ipo.example", "RWVu")),
    ];
    let mut came = Vec::new();
    for (outcome, mail) in &mails {
        let answer = desk.mail_arrives("servicedesk", mail).await.body;
        assert_eq!((&answer["outcome"], &answer["scan"]), (&json!(outcome), &json!("unscanned")), "{answer}");
        let path = format!("/v1/inbound-messages/{}", answer["id"].as_str().expect("an id"));
        let held = desk.get(&format!("{path}/content")).await;
        assert_eq!((told(&held), held.headers.contains_key("retry-after")), ((409, "file_unscanned"), true));
        came.push((path, answer));
    }
    assert_eq!(scan_all(&desk).await, 6, "two files and four mails");
    for (at, (path, _)) in came.iter().enumerate() {
        let (scan, answered) = if at == 3 { ("clean", (200, "")) } else { ("infected", (403, "file_infected")) };
        assert_eq!(desk.get(path).await.body["scan"], scan);
        assert_eq!(told(&desk.get(&format!("{path}/content")).await), answered, "{path}");
    }
    let number = |at: usize| came[at].1["ticket"].as_str().expect("a ticket").to_owned();
    assert_eq!((scans(&desk, &number(0)).await, scans(&desk, &number(3)).await), (vec![json!("infected")], vec![json!("clean")]));
    assert_eq!((count(&desk, &number(0), "ticket.file_infected").await, count(&desk, &number(3), "ticket.file_infected").await), (1, 0));
    // Of one without files, its ticket is told.
    let bare = "From: anna@ipo.example\nSubject: Zie\nMessage-ID: <4@ipo.example>\n\nUURWERK-PROEF-BESMET\n";
    let bare = desk.mail_arrives("servicedesk", bare).await.body["ticket"].as_str().expect("a ticket").to_owned();
    assert_eq!(scan_all(&desk).await, 1);
    let notes = desk.get(&format!("/v1/tickets/{bare}/messages")).await.body["items"].to_string();
    assert_eq!(notes.matches("In een e-mail bij deze melding is malware gevonden").count(), 1, "{notes}");
    // What the desk makes a ticket of is scanned as well.
    let made = desk.post(&format!("{}/tickets", came[2].0), &json!({ "organisation": "ipo" })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.body["number"].as_str().expect("a number").to_owned();
    assert_eq!((scans(&desk, &made).await, scan_all(&desk).await), (vec![json!("unscanned")], 1));
    assert_eq!(scans(&desk, &made).await, [json!("infected")]);
}

async fn what_is_too_large_for_the_scanner_is_shown_to_the_desk_alone(desk: &Desk) {
    let clamd = Clamd::shared();
    for scanner in [clamd.address(), clamd.socket()] {
        let desk = desk_with(desk.on(), &scanner).await;
        let number = desk.registers(&incident("p3")).await;
        let path = attach(&desk, &number, "", vec![b'x'; 3 * LONGEST]).await;
        let (fits, client) = (attach(&desk, &number, "", vec![b'x'; LONGEST - 1]).await, desk.token_of("ipo").await);
        assert_eq!((scan_all(&desk).await, scans(&desk, &number).await), (2, vec![json!("unscannable"), json!("clean")]));
        assert_eq!((told(&desk.get(&path).await), told(&desk.get(&fits).await)), ((200, ""), (200, "")));
        assert_eq!(told(&desk.ask(Some(&client), "GET", &path, None).await), (403, "file_unscannable"));
        assert_eq!(told(&desk.ask(Some(&client), "GET", &fits, None).await), (200, ""));
    }
}

async fn what_was_merged_is_told_where_it_goes_on_and_what_was_redacted_is_not_scanned(desk: &Desk) {
    let desk = desk_with(desk.on(), &Clamd::shared().address()).await;
    let (number, into) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    let (_, redacted) = (attach(&desk, &number, "", MALWARE).await, attach(&desk, &into, "", MALWARE).await);
    let merged = desk.post(&format!("/v1/tickets/{number}/merges"), &json!({ "into": into, "reason": "Twee keer gemeld." })).await;
    assert_eq!(merged.status, 201, "{}", merged.body);
    let asks = desk.person(None, "Olga", "olga@leverancier.example", &[Role::SecurityOfficer]).await;
    let approves = desk.person(None, "Sem", "sem@leverancier.example", &[Role::ServiceManager]).await;
    let wanted = json!({ "what": "attachment", "target": redacted.rsplit('/').next(), "reason": "Het verkeerde bestand." });
    let asked = desk.ask(Some(&asks), "POST", &format!("/v1/tickets/{into}/redactions"), Some(&wanted)).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let approval = format!("/v1/tickets/{into}/redactions/{}/approvals", asked.body["id"].as_str().expect("an id"));
    let done = desk.ask(Some(&approves), "POST", &approval, None).await;
    assert_eq!(done.status, 201, "{}", done.body);
    assert_eq!(scan_all(&desk).await, 1);
    assert_eq!((count(&desk, &number, "ticket.file_infected").await, count(&desk, &into, "ticket.file_infected").await), (0, 1));
    let shown: Vec<_> = scans(&desk, &into).await;
    assert!(shown.contains(&json!("infected")) && shown.contains(&Value::Null), "{shown:?}");
    assert_eq!(told(&desk.get(&redacted).await), (410, "redacted"));
}

/// Until something is so, for half a minute and more.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}")
}

async fn while_the_scanner_is_away_files_are_held_and_once_it_is_back_all_are_scanned(desk: &Desk) {
    let mut clamd = Clamd::prepared();
    let desk = &desk_with(desk.on(), &clamd.address()).await;
    let number = &desk.registers(&incident("p3")).await;
    let first = attach(desk, number, "", "een").await;
    let working = actix_web::rt::spawn(jobs::run(Arc::clone(&desk.app)));
    until("the desk says that it has no scanner", async || {
        let ready = desk.ask(None, "GET", "/readyz", None).await;
        (ready.status, &ready.body["status"], &ready.body["unusable"]) == (200, &json!("impaired"), &json!(["scanner"]))
    })
    .await;
    let second = attach(desk, number, "", MALWARE).await;
    assert_eq!((told(&desk.get(&first).await), told(&desk.get(&second).await)), ((409, "file_unscanned"), (409, "file_unscanned")));
    clamd.starts();
    let all = [json!("clean"), json!("infected")];
    until("what waited is scanned", async || scans(desk, number).await == all).await;
    assert_eq!(desk.ask(None, "GET", "/readyz", None).await.body["status"], "ok");
    clamd.stops();
    let third = attach(desk, number, "", "drie").await;
    until("it is away again", async || desk.ask(None, "GET", "/readyz", None).await.body["status"] == "impaired").await;
    assert_eq!(told(&desk.get(&third).await), (409, "file_unscanned"));
    clamd.starts();
    until("the last one is scanned", async || scans(desk, number).await.last() == Some(&json!("clean"))).await;
    assert_eq!(count(desk, number, "ticket.file_infected").await, 1);
    desk.app.stop();
    working.await.expect("the workers end");
}

async fn a_scanner_that_fails_on_one_file_holds_up_no_other(desk: &Desk) {
    for fault in [Fault::Hangs, Fault::HalfAnAnswer, Fault::HangsUp, Fault::Answers("stream: Can't allocate memory ERROR\0")] {
        let settings = [("UURWERK_ATTACHMENTS_SCANNER", &*liar::opens(fault, "gif")), ("UURWERK_ATTACHMENTS_SCANNER_TIMEOUT_SECONDS", "1")];
        let desk = Desk::open_with(desk.on(), &settings).await;
        let number = desk.registers(&incident("p3")).await;
        attach(&desk, &number, "", "vol gif").await;
        attach(&desk, &number, "", "schoon").await;
        let passes = [Scanned { settled: 1, failed: 1 }, Scanned { settled: 0, failed: 1 }, Scanned { settled: 1, failed: 0 }];
        for (at, pass) in passes.into_iter().enumerate() {
            assert_eq!(scan_waiting(&desk.app).await.ok(), Some(pass), "{fault:?} in pass {at}");
        }
        assert_eq!(scans(&desk, &number).await, [json!("unscannable"), json!("clean")], "{fault:?}");
    }
}

#[actix_web::test]
async fn what_is_no_scanner_releases_nothing() {
    let faults = [
        Fault::Hangs,
        Fault::HangsUp,
        Fault::BreaksOff,
        Fault::HalfAnAnswer,
        Fault::Answers("HTTP/1.1 200 OK\r\n\r\nstream: OK\0"),
        Fault::Answers("\u{fffd}\0"),
        Fault::Answers("\0"),
        Fault::Answers("stream: Alles FOUND\0"),
    ];
    for fault in faults {
        let settings = [("UURWERK_ATTACHMENTS_SCANNER", &*liar::opens(fault, "")), ("UURWERK_ATTACHMENTS_SCANNER_TIMEOUT_SECONDS", "1")];
        let desk = Desk::open_with(On::Sqlite, &settings).await;
        let number = desk.registers(&incident("p3")).await;
        // More than fits between the two, so that the desk is still sending when it is hung up on.
        let path = attach(&desk, &number, "", vec![b'x'; 20 * LONGEST]).await;
        let scanner = desk.app.scanner.as_ref().expect("a scanner");
        // As the worker does before the first file.
        assert!(!scanner.works().await, "{fault:?}");
        for _ in 0..4 {
            assert!(scan_waiting(&desk.app).await.is_err(), "{fault:?}");
        }
        assert_eq!(told(&desk.get(&path).await), (409, "file_unscanned"), "{fault:?}");
        assert_eq!((scanner.is_usable(), scans(&desk, &number).await), (false, vec![json!("unscanned")]), "{fault:?}");
    }
}

#[actix_web::test]
async fn an_answer_from_before_the_end_of_a_file_is_none() {
    let scanner = liar::opens(Fault::AnswersEarly("stream: OK\0"), "");
    let desk = Desk::open_with(On::Sqlite, &[("UURWERK_ATTACHMENTS_SCANNER", &scanner)]).await;
    let number = desk.registers(&incident("p3")).await;
    attach(&desk, &number, "", vec![b'x'; 20 * LONGEST]).await;
    // A harmless text may be there before it hangs up, or may not: then it is no scanner at all.
    for _ in 0..4 {
        drop(scan_waiting(&desk.app).await);
    }
    let made_of_it = scans(&desk, &number).await;
    assert!([[json!("unscanned")], [json!("unscannable")]].iter().any(|may| made_of_it == *may), "{made_of_it:?}");
}
