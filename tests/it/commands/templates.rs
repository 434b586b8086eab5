//! The desk's own texts of its mails: written out, tried before the desk starts, and used.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::{Place, SANDBOX, by_command};
use crate::support::{On, incident};

by_command!(
    every_template_is_written_out_once_and_reads_as_what_is_built_in,
    what_is_wrong_with_templates_is_told_at_once_and_keeps_the_desk_from_starting,
    a_language_that_the_desk_does_not_have_is_told_with_those_it_has,
    mails_are_in_the_desks_own_words_and_none_is_lost_over_a_template,
);

const OWN: &str = "UURWERK_MAIL_TEMPLATES";

/// Writes files into a folder of the place.
fn written(place: &Place, folder: &str, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = place.folder.path().join(folder).join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
}

async fn every_template_is_written_out_once_and_reads_as_what_is_built_in(place: &Place) {
    let named = place.does(&["mail", "templates", "texts"]);
    for name in ["texts/nl/confirmation.txt", "texts/en/solved.txt", "texts/nl/parts/letter.txt"] {
        assert!(named.lines().any(|line| line == name), "{named}");
    }
    let read = |name: &str| std::fs::read_to_string(place.folder.path().join(name)).expect("a file");
    let confirmation = read("texts/en/confirmation.txt");
    assert!(confirmation.starts_with("{#\nconfirmation (bevestiging)\n") && confirmation.contains("\n  answer_by "), "{confirmation}");
    // The same again overwrites nothing, nor does it write the one that is gone.
    written(place, "texts", &[("nl/solved.txt", "Klaar\n\nDag\n")]);
    std::fs::remove_file(place.folder.path().join("texts/nl/reply.txt")).expect("it goes");
    let again = place.run(&["mail", "templates", "texts"], &[]);
    assert_eq!((again.code, again.out.as_str()), (Some(1), ""), "{again:?}");
    assert_eq!(again.err.lines().count(), named.lines().count() - 1, "{again:?}");
    assert!(again.err.contains("texts/nl/solved.txt: is there already\n"), "{again:?}");
    assert_eq!(read("texts/nl/solved.txt"), "Klaar\n\nDag\n");
    assert!(!place.folder.path().join("texts/nl/reply.txt").exists());
    // As they were written, they change nothing.
    place.does(&["mail", "templates", "whole"]);
    place.does(&["mail", "preview", "usual"]);
    let checked = place.run(&["check"], &[(OWN, "whole")]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let shown = place.run(&["mail", "preview", "own"], &[(OWN, "whole")]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    for name in shown.out.lines() {
        assert_eq!(read(name), read(&name.replacen("own", "usual", 1)), "{name}");
    }
    let shown = place.run(&["mail", "preview", "changed"], &[(OWN, "texts")]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(read("changed/nl/oplossing.eml").contains("Subject: [INC-1001] Klaar\r\n"));
    assert_eq!(read("changed/en/solution.eml"), read("usual/en/solution.eml"));
}

async fn what_is_wrong_with_templates_is_told_at_once_and_keeps_the_desk_from_starting(place: &Place) {
    let broken = [
        ("nl/confirmation.txt", "Ontvangen: {{ ticket.titel }}\n\nDag\n"),
        ("en/solved.txt", "Done\n\nHello\n{% if links %}\n"),
        ("nl/status.txt", "Status: {{ to }}\nDag\n"),
        ("nl/oplossing.txt", "Klaar\n\nDag\n"),
        ("fr/status.txt", "x\n\ny\n"),
    ];
    written(place, "texts", &broken);
    place.prepared();
    let serve = || place.run(&["serve"], &[(OWN, "texts")]);
    let preview = || place.run(&["mail", "preview", "shown"], &[(OWN, "texts")]);
    for (command, ran) in [("check", place.run(&["check"], &[(OWN, "texts")])), ("serve", serve()), ("preview", preview())] {
        assert_eq!(ran.code, Some(1), "{command}: {ran:?}");
        for told in [
            "mail.templates: texts/nl/confirmation.txt, line 1: there is no ticket.titel in this message",
            "mail.templates: texts/en/solved.txt, line ",
            "mail.templates: texts/nl/status.txt, line 2: an empty line must stand below the subject",
            "mail.templates: texts/nl/oplossing.txt: is no message of the desk",
            "mail.templates: texts/fr: is not known here",
        ] {
            assert!(ran.err.contains(told), "{command}: {told}: {ran:?}");
        }
        assert!(!ran.err.contains("panicked"), "{ran:?}");
    }
    assert!(!place.folder.path().join("shown").exists(), "nothing is shown that would not be sent");
    if place.on == On::Sqlite {
        assert!(!place.folder.path().join("kept").exists(), "no database is made");
    }
    let nowhere = place.run(&["check"], &[(OWN, "nowhere")]);
    assert!(nowhere.code == Some(1) && nowhere.err.contains("mail.templates: nowhere: cannot be read"), "{nowhere:?}");
    let as_file = place.run(&["check"], &[("UURWERK_MAIL_TEMPLATES_FILE", "texts")]);
    assert!(as_file.code == Some(1) && as_file.err.contains("write UURWERK_MAIL_TEMPLATES=PATH"), "{as_file:?}");
}

async fn a_language_that_the_desk_does_not_have_is_told_with_those_it_has(place: &Place) {
    let settings = "[mailboxes.servicedesk]\nlanguage = \"fr\"\n[mailboxes.support]\nlanguage = \"Engels\"\n[mail]\ntransport = \"duif\"\n";
    written(place, ".", &[("desk.toml", settings)]);
    let ran = place.run(&["check", "--config", "desk.toml"], &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for key in ["mailboxes.servicedesk.language", "mailboxes.support.language"] {
        assert!(ran.err.contains(&format!("settings: {key} (desk.toml): must be one of \"nl\", \"en\"")), "{ran:?}");
    }
    assert!(ran.err.contains("mail.transport"), "all problems at once: {ran:?}");
    let shown = place.run(&["check"], &[("UURWERK_MAILBOXES_SUPPORT_LANGUAGE", "en")]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let languages: Vec<_> = shown.out.lines().filter(|line| line.starts_with("language = ")).collect();
    assert_eq!(languages, ["language = \"nl\"", "language = \"en\""]);
}

/// Waits for a mail about a ticket of a kind.
async fn mail_of(folder: &Path, number: &str, kind: &str) -> String {
    for _ in 0..3000 {
        let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        let mut named = entries.filter(|file| file.file_name().to_string_lossy().contains(&format!("Z-{number}-{kind}-")));
        if let Some(mail) = named.find(|file| file.path().extension().is_some_and(|kind| kind == "eml")) {
            return std::fs::read_to_string(mail.path()).expect("a mail").replace("\r\n", "\n");
        }
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no {kind} of {number}");
}

async fn mails_are_in_the_desks_own_words_and_none_is_lost_over_a_template(place: &Place) {
    let confirmation = "{# Of our own. #}\nBinnen: {{ ticket.title }}\n\nDag! Het nummer is {{ ticket.number }}.\n{% if ticket.title == 'Qgeheimqx' %}{{ 1 / 0 }}{% endif %}\n";
    written(place, "texts", &[("nl/confirmation.txt", confirmation)]);
    let variables = [&SANDBOX[..], &[(OWN, "texts")]].concat();
    let desk = place.prepared().serves(&variables).await;
    let registers = async |title: &str| {
        let mut ticket = incident("p3");
        ticket["title"] = json!(title);
        desk.post("/v1/tickets", &ticket).await["number"].as_str().expect("a number").to_owned()
    };
    let (usual, failing) = (registers("Printer").await, registers("Qgeheimqx").await);
    desk.post("/v1/sandbox/advances", &json!({ "by": "PT1M" })).await;
    let mail = mail_of(&place.mails(), &usual, "bevestiging").await;
    assert!(mail.contains(&format!("Subject: [{usual}] Binnen: Printer\n")), "{mail}");
    assert!(mail.contains(&format!("\n\nDag! Het nummer is {usual}.\n")), "{mail}");
    let mail = mail_of(&place.mails(), &failing, "bevestiging").await;
    assert!(mail.contains(&format!("Subject: [{failing}] Ontvangen: Qgeheimqx\n")) && mail.contains("Geachte heer, mevrouw,"), "{mail}");
    let ran = desk.stops();
    let warned: Vec<_> = ran.err.lines().filter(|line| line.contains("the built-in text is sent in its place")).collect();
    assert!(!warned.is_empty() && warned.iter().all(|line| line.contains("confirmation")), "{}", ran.err);
    assert!(!ran.err.contains("Qgeheimqx"), "a log tells nothing of a ticket: {}", ran.err);
}
