//! Rules that every message keeps, and a snapshot of all of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;
use crate::mail::triage::subject_tag;

fn samples(language: Language) -> Vec<Sample> {
    let of = |listed: &Entry| listed.samples(&Templates::default(), language);
    REGISTRY.iter().flat_map(|listed| of(listed).unwrap_or_else(|broken| panic!("{}: {broken}", listed.kind))).collect()
}

fn all_samples() -> impl Iterator<Item = Sample> {
    Language::ALL.into_iter().flat_map(samples)
}

fn write<M: Message>(language: Language, message: &M) -> Outgoing {
    Templates::default().write(language, message).expect("a message")
}

/// The words of a mail, in small letters, without those of its links.
fn words(Outgoing { subject, body, .. }: &Outgoing) -> BTreeSet<String> {
    let lines = body.lines().filter(|line| !line.starts_with("https://"));
    let text = lines.fold(subject.clone(), |text, line| text + " " + line).to_lowercase();
    text.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')).map(ToOwned::to_owned).collect()
}

#[test]
fn every_kind_of_message_is_listed_once_and_every_sample_has_a_name_of_its_own() {
    let kinds: BTreeSet<_> = REGISTRY.iter().map(|listed| listed.kind).collect();
    assert_eq!(kinds, MailKind::ALL.into());
    let by_language = Language::ALL.map(samples);
    assert_eq!(by_language[0].len(), by_language[1].len());
    for samples in by_language {
        let names: BTreeSet<_> = samples.iter().map(|sample| &sample.name).collect();
        assert_eq!(names.len(), samples.len(), "{names:?}");
        assert!(names.iter().all(|name| name.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-')));
    }
}

#[test]
fn a_subject_is_one_line_and_leads_an_answer_back_to_its_ticket() {
    for Sample { name, outgoing } in all_samples() {
        assert!(!outgoing.subject.contains(char::is_control) && outgoing.subject.len() < 200, "{name}: {}", outgoing.subject);
        let of_no_ticket = [
            MailKind::ObligationReminder,
            MailKind::ObligationLate,
            MailKind::Restricted,
            MailKind::EscalationWithheld,
            MailKind::RoleUncovered,
            MailKind::RoleReview,
            MailKind::Digest,
        ];
        // Of a calamity on a ticket that few may see, no number is told.
        let is_of_a_ticket =
            !of_no_ticket.contains(&outgoing.kind) && !["calamiteit-vertrouwelijk", "calamity-confidential"].contains(&&*name);
        assert_eq!(subject_tag(&outgoing.subject), is_of_a_ticket.then_some(("INC", 1001)), "{name}");
        assert_eq!(outgoing.subject.starts_with("[INC-1001] "), is_of_a_ticket, "{name}");
    }
}

#[test]
fn a_body_is_signed_by_the_desk_and_has_nothing_left_of_its_template() {
    for Sample { name, outgoing: Outgoing { body, .. } } in all_samples() {
        assert!(
            ["Servicedesk Voorbeeld", "Example Service Desk"].iter().any(|desk| body.ends_with(&format!("\n{desk}\n"))),
            "{name}: {body}"
        );
        for left in ["{{", "{%", "\n\n\n", "\r", "none", "undefined"] {
            assert!(!body.contains(left), "{name} has {left:?}: {body}");
        }
        let signature = "-- ";
        assert!(body.lines().all(|line| line == signature || line == line.trim_end()), "{name} has spaces at the end of a line: {body}");
    }
}

/// TKT-13: Dutch, unless the mailbox is for people who read English.
#[test]
fn tkt_13_every_mail_is_in_one_language() {
    const DUTCH: [&str; 26] = [
        "de", "het", "een", "u", "uw", "wij", "is", "van", "deze", "dat", "niet", "met", "voor", "aan", "naar", "wordt", "heeft", "en",
        "bij", "geen", "melding", "ja", "nee", "tijdstip", "geachte", "op",
    ];
    // What both languages have.
    const SHARED: [&str; 3] = ["is", "met", "op"];
    const ENGLISH: [&str; 18] = [
        "the", "you", "your", "and", "with", "has", "been", "for", "from", "this", "not", "please", "to", "by", "ticket", "yes", "no",
        "dear",
    ];
    for language in Language::ALL {
        let (own, other) = language.of((&DUTCH[..], &ENGLISH[..]), (&ENGLISH[..], &DUTCH[..]));
        for Sample { name, outgoing } in samples(language) {
            let words = words(&outgoing);
            assert!(own.iter().any(|word| words.contains(*word)), "{name}: {}", outgoing.body);
            let is_foreign = |word: &&String| other.contains(&word.as_str()) && !SHARED.contains(&word.as_str()) || word.contains('_');
            let foreign: Vec<_> = words.iter().filter(is_foreign).collect();
            // A Dutch mail of somebody without a ticket calls it that, too.
            let foreign: Vec<_> = foreign.into_iter().filter(|word| language == Language::English || *word != "ticket").collect();
            assert!(foreign.is_empty(), "{name}: {foreign:?}: {}", outgoing.body);
        }
    }
}

/// "05-01-2026" is the fifth of January to some, and the first of May to others.
#[test]
fn a_date_is_written_so_that_its_readers_take_it_for_no_other() {
    let confirmation = Confirmation::samples(Language::English).swap_remove(0).1;
    for (language, received) in
        [(Language::Dutch, "Ontvangen:  05-01-2026 10:15\n"), (Language::English, "Received:   5 January 2026, 10:15\n")]
    {
        let body = write(language, &confirmation).body;
        assert!(body.contains(received), "{body}");
    }
    for Sample { name, outgoing } in samples(Language::English) {
        let is_dutch_date = |word: &str| matches!(word.as_bytes(), [_, _, b'-', _, _, b'-', _, _, _, _]);
        assert!(!outgoing.body.split_whitespace().any(is_dutch_date), "{name}: {}", outgoing.body);
    }
}

#[test]
fn a_title_can_break_neither_the_subject_nor_the_tag_nor_a_line_of_the_letter() {
    let mut confirmation = Confirmation::samples(Language::Dutch).swap_remove(0).1;
    confirmation.ticket.title = "x\r\nBcc: iedereen@example.nl [INC-9]".into();
    let sent = write(Language::Dutch, &confirmation);
    assert_eq!(sent.subject, "[INC-1001] Ontvangen: x Bcc: iedereen@example.nl [INC-9]");
    assert_eq!(subject_tag(&sent.subject), Some(("INC", 1001)));
    assert!(sent.body.contains("\nOnderwerp:  x Bcc: iedereen@example.nl [INC-9]\n"), "{}", sent.body);
}

#[test]
fn what_a_person_wrote_is_no_template() {
    let mut reply = Reply::samples(Language::Dutch).swap_remove(0).1;
    reply.text = "{{ desk }} {% if %}".into();
    for language in Language::ALL {
        assert!(write(language, &reply).body.starts_with("{{ desk }} {% if %}\n"));
    }
}

#[test]
fn each_type_has_its_own_word_for_done() {
    let words = crate::domain::contract::TicketType::ALL.map(|kind| serde_json::json!(DoneWord(kind)));
    assert_eq!(
        words.each_ref().map(|word| &word["nl"]),
        ["verholpen", "verholpen", "uitgevoerd", "beantwoord", "uitgewerkt", "doorgevoerd"]
    );
    assert_eq!(words.each_ref().map(|word| &word["en"]), ["resolved", "resolved", "fulfilled", "answered", "worked out", "implemented"]);
}

#[test]
fn the_messages_are_these() {
    for (language, snapshot) in [(Language::Dutch, "messages"), (Language::English, "messages-en")] {
        let mut page = String::new();
        for Sample { name, outgoing } in samples(language) {
            let auto = outgoing.auto.header().unwrap_or("-");
            let _ = write!(page, "═══ {name} · Auto-Submitted: {auto}\n{}\n\n{}\n", outgoing.subject, outgoing.body);
        }
        let mut one_page = insta::Settings::clone_current();
        one_page.set_snapshot_path("samples");
        one_page.set_prepend_module_to_snapshot(false);
        one_page.set_omit_expression(true);
        one_page.bind(|| insta::assert_snapshot!(snapshot, page));
    }
}

/// Types have names of an agreement's own, of either gender, and with whatever letter in front.
#[test]
fn no_mail_gives_the_name_of_a_type_an_article_that_may_be_the_wrong_one() {
    let articles = ["de", "het", "dit", "dat", "deze", "die", "ons", "onze", "ieder", "iedere", "elk", "elke", "welk", "welke", "a", "an"];
    for Entry { kind, dutch, english, .. } in REGISTRY {
        for template in [dutch.subject, dutch.body, english.subject, english.body] {
            for (place, _) in template.match_indices("{{ ticket.kind }}") {
                let word = template[..place].split_whitespace().next_back().unwrap_or_default().to_lowercase();
                assert!(!articles.contains(&word.as_str()), "{kind}: {word} {{{{ ticket.kind }}}}");
            }
        }
    }
}

#[test]
fn no_mail_tells_a_reader_how_a_program_would_do_it() {
    for Sample { name, outgoing } in all_samples() {
        for path in ["/v1/", "POST ", "PATCH ", "GET "] {
            assert!(!outgoing.body.contains(path), "{name} has {path}: {}", outgoing.body);
        }
    }
}

#[test]
fn an_amount_is_written_as_its_readers_write_it() {
    for (amount, dutch, english) in [
        ("0", "€ 0,00", "€0.00"),
        ("899.95", "€ 899,95", "€899.95"),
        ("1250.5", "€ 1.250,50", "€1,250.50"),
        ("123456789012", "€ 123.456.789.012,00", "€123,456,789,012.00"),
    ] {
        assert_eq!(serde_json::json!(Euros::from(amount)), serde_json::json!({ "nl": dutch, "en": english }));
    }
}

fn queued(outgoing: &Outgoing) -> Outbound {
    Outbound {
        id: uuid::Uuid::nil(),
        ticket_id: None,
        organisation: String::new(),
        event_id: uuid::Uuid::nil(),
        template: outgoing.kind.to_string(),
        recipient: String::new(),
        subject: outgoing.subject.clone(),
        body: outgoing.body.clone(),
        auto: String::new(),
        message_id: String::new(),
        in_reply_to: None,
        attempts: 0,
        created_at: crate::domain::Instant::MIN,
        queued_at: crate::domain::Instant::MIN,
        mailbox: None,
    }
}

/// A redaction of the title looks for it wherever it was copied.
#[test]
fn the_title_that_a_mail_tells_is_read_back_in_either_language() {
    let title = |language| TicketFacts::sample(language).title;
    for language in Language::ALL {
        let title = serde_json::json!(title(language));
        for Sample { name, outgoing } in samples(language) {
            let mail = queued(&outgoing);
            let is_confidential = ["calamiteit-vertrouwelijk", "calamity-confidential"].contains(&&*name);
            let tells = outgoing.body.contains(title.as_str().expect("a text")) || outgoing.kind == MailKind::Reply;
            assert_eq!(may_tell_title(&mail), tells || is_confidential, "{name}");
            if !is_confidential {
                assert_eq!(title_in(&mail), title.as_str().filter(|_| tells), "{name}: {}", outgoing.subject);
            }
        }
    }
    let colons = |template: Template| template.subject.matches(": ").count();
    assert!(REGISTRY.iter().all(|listed| colons(listed.dutch) == colons(listed.english)));
}

/// What is taken out with a title is more than what is known to tell it.
#[test]
fn a_mail_in_words_of_its_own_is_taken_to_tell_the_title() {
    let solved = write(Language::Dutch, &Solved::samples(Language::Dutch).swap_remove(0).1);
    let of = |kind: &str, subject: &str| Outbound { template: kind.to_owned(), subject: subject.to_owned(), ..queued(&solved) };
    assert!(may_tell_title(&of("solved", "[INC-1001] Klaar met uw printer")));
    assert!(may_tell_title(&of("of-a-former-release", "Iets")), "nobody knows what that told");
    assert!(!may_tell_title(&of("flag-set", "[INC-1001] Gemarkeerd: privacy")));
}

/// A folder with templates of a desk's own.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

fn own(files: &[(&str, &str)]) -> Result<Templates, Vec<String>> {
    let folder = folder(files);
    let within = |problem: String| problem.replace(&format!("{}/", folder.path().display()), "");
    Templates::open(Some(folder.path())).map_err(|problems| problems.into_iter().map(within).collect())
}

#[test]
fn what_is_written_out_reads_as_what_is_built_in() {
    let files = files().expect("files");
    assert_eq!(files.len(), 2 * (REGISTRY.len() + parts::SHARED.len()));
    let named: Vec<_> = files.iter().map(|(path, text)| (path.to_str().expect("a name"), text.as_str())).collect();
    let own = own(&named).unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")));
    for language in Language::ALL {
        let samples: Vec<_> = samples(language);
        let theirs = REGISTRY.iter().flat_map(|listed| listed.samples(&own, language).expect("samples"));
        for (ours, theirs) in samples.iter().zip(theirs) {
            assert_eq!(ours, &theirs);
        }
    }
    let confirmation = &files.iter().find(|(path, _)| path.ends_with("en/confirmation.txt")).expect("a file").1;
    for told in [
        "confirmation (bevestiging)\n",
        "  answer_by                5 January 2026, 14:15; may be absent\n",
        "  by_mail                  false | true\n",
        "  ticket.number            INC-1001\n",
        "#}\nReceived: {{ ticket.title }}\n\n{% extends 'letter' %}\n",
    ] {
        assert!(confirmation.contains(told), "{told}: {confirmation}");
    }
    let solved = &files.iter().find(|(path, _)| path.ends_with("en/solved.txt")).expect("a file").1;
    for told in [
        "  grounds.decided.by       Anna Baker; may be absent\n",
        "  grounds.ended            a list\n",
        "  grounds.ended[].clock    resolution time\n",
    ] {
        assert!(solved.contains(told), "{told}: {solved}");
    }
}

#[test]
fn a_desk_says_it_in_its_own_words_where_it_has_them() {
    let own = own(&[
        ("nl/confirmation.txt", "{# Van ons #}\r\nBinnen: {{ ticket.title }}\r\n\r\nDag!\r\n{{ ticket.number }}\r\n\r\n"),
        ("nl/solved.txt", "Klaar\n\n{{ solution }}{% if grounds.decided %} Besloten door {{ grounds.decided.by }}.{% endif %}\n"),
        ("en/parts/letter.txt", "Hello,\n\n{% block text %}{% endblock %}\n\nThe desk\n"),
        (".git/config", "x"),
    ]);
    let own = own.unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")));
    let usual = |language| Confirmation::samples(language).swap_remove(0).1;
    let dutch = own.write(Language::Dutch, &usual(Language::Dutch)).expect("a message");
    assert_eq!(dutch.subject, "[INC-1001] Binnen: Printer op de tweede verdieping doet het niet", "the number is put in front by itself");
    assert_eq!(dutch.body, "Dag!\nINC-1001\n");
    let english = own.write(Language::English, &usual(Language::English)).expect("a message").body;
    assert!(english.starts_with("Hello,\n\nWe have received") && english.ends_with("\n\nThe desk\n"), "{english}");
    let mut solved = Solved::samples(Language::Dutch).swap_remove(0).1;
    solved.grounds.decided = Some(DecidedFacts::sample(Language::Dutch));
    let solved = own.write(Language::Dutch, &solved).expect("a message");
    assert_eq!(solved.body, "De printer heeft een nieuwe trommel. Besloten door Anna de Boer.\n", "what no sample has");
    let offer = Offer::samples(Language::Dutch).swap_remove(0).1;
    assert_eq!(
        own.write(Language::Dutch, &offer).expect("a message"),
        write(Language::Dutch, &offer),
        "a message without a file is as it was"
    );
}

#[test]
fn what_is_wrong_with_templates_is_told_at_once_and_where() {
    let wrong = own(&[
        ("nl/bevestiging.txt", "Ontvangen\n\nDag\n"),
        ("de/confirmation.txt", "Empfangen\n\nTag\n"),
        ("nl/parts/brief.txt", "x"),
        ("nl/confirmation.txt", "{# Van\nons #}\nOntvangen: {{ ticket.titel }}\n\nDag\n\n{% if phoned %}{{ nummer }}{% endif %}\n"),
        ("nl/status.txt", "Status: {{ to }}\nzonder lege regel\n"),
        ("nl/solved.txt", "\nKlaar\n"),
        ("nl/reply.txt", "{# zonder einde\n"),
        ("en/solved.txt", "Done: {{ ticket.title }}\n\nHello\n{% if links %}\n{{ links }\n{% endif %}\n"),
        ("en/confirmation.txt", "Received\n\nCall us on {{ phone }}\n"),
        ("en/digest.txt", "Digest\n\n{% include '/etc/passwd' %}\n"),
        ("en/parts/links.txt", "{{ links.maybe }}\n"),
        ("en/merged.txt", "Merged\n\n{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}\n"),
        ("en/offer.txt", "{{ '' }}\n\nHello {{ ticket }}\n"),
    ]);
    let problems = wrong.err().expect("problems");
    let page = problems.join("\n");
    for expected in [
        "mail.templates: de: is not known here",
        "mail.templates: nl/bevestiging.txt: is no message of the desk",
        "mail.templates: nl/parts/brief.txt: is nothing that messages share; they share letter,",
        "mail.templates: nl/confirmation.txt, line 3: there is no ticket.titel in this message",
        "mail.templates: nl/confirmation.txt, line 7: there is no nummer in this message",
        "mail.templates: nl/status.txt, line 2: an empty line must stand below the subject",
        "mail.templates: nl/solved.txt, line 1: the subject is missing",
        "mail.templates: nl/reply.txt, line 1: the comment does not end",
        "mail.templates: en/solved.txt, line 5: syntax error",
        "mail.templates: en/confirmation.txt, line 3: invalid operation: the value is absent here",
        "mail.templates: en/digest.txt, line 3: template not found",
        "mail.templates: en/parts/links.txt, line 1: there is no links.maybe in this message",
        "mail.templates: en/merged.txt, line 3: engine ran out of fuel",
        "mail.templates: en/offer.txt, line 3: invalid operation: the value has fields of its own",
    ] {
        assert!(page.contains(expected), "{expected}:\n{page}");
    }
    assert!(problems.iter().all(|problem| problem.lines().count() == 1), "{page}");
    let nowhere = Templates::open(Some(std::path::Path::new("/nowhere/at/all"))).err().expect("a problem");
    assert!(nowhere.len() == 1 && nowhere[0].starts_with("mail.templates: /nowhere/at/all: cannot be read"), "{nowhere:?}");
}

/// Of what no sample has, nobody knew before.
#[test]
fn a_template_that_fails_on_a_real_message_loses_no_mail() {
    let failing = "{% if ticket.title == 'Printer' %}{{ 1 / 0 }}{% endif %}Ontvangen: {{ ticket.title }}\n\nDag\n";
    let endless = "Klaar: {{ ticket.title }}\n\n{% for word in solution|list %}{% for other in solution|list %}{{ ticket.title }}{% endfor %}{% endfor %}\n";
    let own = own(&[("nl/confirmation.txt", failing), ("nl/solved.txt", endless)]);
    let own = own.unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")));
    let mut confirmation = Confirmation::samples(Language::Dutch).swap_remove(0).1;
    assert_eq!(own.write(Language::Dutch, &confirmation).expect("a message").body, "Dag\n");
    confirmation.ticket.title = "Printer".into();
    assert_eq!(own.write(Language::Dutch, &confirmation).expect("a message"), write(Language::Dutch, &confirmation));
    let mut solved = Solved::samples(Language::Dutch).swap_remove(0).1;
    assert_ne!(own.write(Language::Dutch, &solved).expect("a message"), write(Language::Dutch, &solved));
    solved.solution = "zeer lang ".repeat(300).as_str().into();
    assert_eq!(own.write(Language::Dutch, &solved).expect("a message"), write(Language::Dutch, &solved));
}

/// A template of the desk's own is held to more than a built-in one; the built-in ones keep to that as well.
#[test]
fn no_built_in_template_prints_what_is_absent() {
    for language in Language::ALL {
        let strict = templates::bounded(templates::all_built_in(language).expect("templates"));
        for entry in REGISTRY {
            for (special, letter) in (entry.samples)(language).expect("samples") {
                let strictly = templates::rendered_within_bounds(&strict, &letter).unwrap_or_else(|wrong| panic!("{special}: {wrong}"));
                assert_eq!(Ok(strictly), Templates::default().show(&letter), "{} {special}", entry.kind);
            }
        }
    }
}
