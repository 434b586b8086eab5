//! Rules that every message keeps, and a snapshot of all of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;
use crate::mail::triage::subject_tag;

fn samples() -> Vec<Sample> {
    REGISTRY.iter().flat_map(|listed| listed.samples().unwrap_or_else(|broken| panic!("{}: {broken}", listed.kind))).collect()
}

#[test]
fn every_kind_of_message_is_listed_once_and_every_sample_has_a_name_of_its_own() {
    let kinds: BTreeSet<_> = REGISTRY.iter().map(|listed| listed.kind).collect();
    assert_eq!(kinds, MailKind::ALL.into());
    let samples = samples();
    let names: BTreeSet<_> = samples.iter().map(|sample| &sample.name).collect();
    assert_eq!(names.len(), samples.len(), "{names:?}");
    assert!(names.iter().all(|name| name.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-')));
}

#[test]
fn a_subject_is_one_line_and_leads_an_answer_back_to_its_ticket() {
    for Sample { name, outgoing } in samples() {
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
        let is_of_a_ticket = !of_no_ticket.contains(&outgoing.kind) && name != "calamiteit-vertrouwelijk";
        assert_eq!(subject_tag(&outgoing.subject), is_of_a_ticket.then_some(("INC", 1001)), "{name}");
        assert_eq!(outgoing.subject.starts_with("[INC-1001] "), is_of_a_ticket, "{name}");
    }
}

#[test]
fn a_body_is_signed_by_the_desk_and_has_nothing_left_of_its_template() {
    for Sample { name, outgoing: Outgoing { body, .. } } in samples() {
        assert!(body.ends_with(&format!("\n{}\n", parts::SAMPLE_DESK)), "{name}: {body}");
        for left in ["{{", "{%", "\n\n\n", "\r", "none", "undefined"] {
            assert!(!body.contains(left), "{name} has {left:?}: {body}");
        }
        let signature = "-- ";
        assert!(body.lines().all(|line| line == signature || line == line.trim_end()), "{name} has spaces at the end of a line: {body}");
    }
}

#[test]
fn tkt_13_every_mail_is_in_dutch() {
    let english = ["the", "you", "your", "and", "with", "has", "been", "for", "from", "this", "not", "please"];
    let dutch = ["de", "het", "een", "u", "uw", "wij", "is", "van", "deze", "dat"];
    for Sample { name, outgoing: Outgoing { subject, body, .. } } in samples() {
        let text = format!("{subject} {body}").to_lowercase();
        let words: BTreeSet<_> = text.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')).collect();
        assert!(dutch.iter().any(|word| words.contains(word)), "{name}: {body}");
        let foreign: Vec<_> = words.iter().filter(|word| english.contains(word) || word.contains('_')).collect();
        assert!(foreign.is_empty(), "{name}: {foreign:?}: {body}");
    }
}

#[test]
fn a_title_can_break_neither_the_subject_nor_the_tag_nor_a_line_of_the_letter() {
    let mut confirmation = Confirmation::samples().swap_remove(0).1;
    confirmation.ticket.title = "x\r\nBcc: iedereen@example.nl [INC-9]".into();
    let sent = write(&confirmation).expect("a message");
    assert_eq!(sent.subject, "[INC-1001] Ontvangen: x Bcc: iedereen@example.nl [INC-9]");
    assert_eq!(subject_tag(&sent.subject), Some(("INC", 1001)));
    assert!(sent.body.contains("\nOnderwerp:  x Bcc: iedereen@example.nl [INC-9]\n"), "{}", sent.body);
}

#[test]
fn what_a_person_wrote_is_no_template() {
    let mut reply = Reply::samples().swap_remove(0).1;
    reply.text = "{{ desk }} {% if %}".into();
    assert!(write(&reply).expect("a message").body.starts_with("{{ desk }} {% if %}\n"));
}

#[test]
fn each_type_has_its_own_word_for_done() {
    let words = crate::domain::contract::TicketType::ALL.map(|kind| serde_json::json!(DoneWord(kind)));
    assert_eq!(words, ["verholpen", "verholpen", "uitgevoerd", "beantwoord", "uitgewerkt", "doorgevoerd"]);
}

#[test]
fn the_messages_are_these() {
    let mut page = String::new();
    for Sample { name, outgoing } in samples() {
        let auto = outgoing.auto.header().unwrap_or("-");
        let _ = write!(page, "═══ {name} · Auto-Submitted: {auto}\n{}\n\n{}\n", outgoing.subject, outgoing.body);
    }
    let mut one_page = insta::Settings::clone_current();
    one_page.set_snapshot_path("samples");
    one_page.set_prepend_module_to_snapshot(false);
    one_page.set_omit_expression(true);
    one_page.bind(|| insta::assert_snapshot!("messages", page));
}

/// Types have names of an agreement's own, of either gender.
#[test]
fn no_mail_gives_the_name_of_a_type_an_article_that_may_be_the_wrong_one() {
    let articles = ["de", "het", "dit", "dat", "deze", "die", "ons", "onze", "ieder", "iedere", "elk", "elke", "welk", "welke"];
    for Entry { kind, subject, body, .. } in REGISTRY {
        for template in [subject, body] {
            for (place, _) in template.match_indices("{{ ticket.kind }}") {
                let word = template[..place].split_whitespace().next_back().unwrap_or_default().to_lowercase();
                assert!(!articles.contains(&word.as_str()), "{kind}: {word} {{{{ ticket.kind }}}}");
            }
        }
    }
}

#[test]
fn no_mail_tells_a_reader_how_a_program_would_do_it() {
    for Sample { name, outgoing } in samples() {
        for path in ["/v1/", "POST ", "PATCH ", "GET "] {
            assert!(!outgoing.body.contains(path), "{name} has {path}: {}", outgoing.body);
        }
    }
}

#[test]
fn an_amount_is_written_as_people_here_write_it() {
    for (amount, written) in [("0", "€ 0,00"), ("899.95", "€ 899,95"), ("1250.5", "€ 1.250,50"), ("123456789012", "€ 123.456.789.012,00")]
    {
        assert_eq!(serde_json::json!(Euros::from(amount)), written);
    }
}
