//! What is read from awkward mails: a file of the corpus in, its facts out (MAIL-10).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use uurwerk::mail::parse::{Parsed, attachment_contents, parse};

/// What a file of the corpus says.
struct Case {
    file: &'static str,
    from: &'static str,
    subject: &'static str,
    /// The first words of the text.
    text: &'static str,
    automatic: bool,
    /// The status of the delivery it reports on.
    bounce: &'static str,
}

const fn case(file: &'static str, from: &'static str, subject: &'static str, text: &'static str) -> Case {
    Case { file, from, subject, text, automatic: false, bounce: "" }
}

const fn machine(file: &'static str, from: &'static str, subject: &'static str, text: &'static str, bounce: &'static str) -> Case {
    Case { file, from, subject, text, automatic: true, bounce }
}

const ANNA: &str = "anna@klant.example";

const CASES: [Case; 28] = [
    case(
        "alternative",
        ANNA,
        "Wachtwoord vergeten",
        "Ik ben mijn wachtwoord kwijt, kunt u het opnieuw instellen? Dat is gebruiker avries.",
    ),
    case("attachment", ANNA, "Foutmelding bij het opslaan", "Zie de schermafdruk in de bijlage."),
    case("binary-junk", "", "", ""),
    machine("bounce-delayed", "MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender", "Your message could", "4.2.2"),
    machine("bounce-permanent", "MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender", "Your message could", "5.1.1"),
    case("broken-boundary", ANNA, "Grens kwijt", "--een-andere-grens\nContent-Type: text/plain\n\nDe tekst staat achter een grens"),
    case("crlf-english", ANNA, "VPN drops every hour", "The VPN drops every hour since the update.\n\nOn Mon"),
    case("empty-subject", ANNA, "", "Het onderwerp is leeg, de vraag niet"),
    case("filename-rfc2231", ANNA, "Overzicht", "Het overzicht staat in de bijlage."),
    case("html-only", ANNA, "Nieuwe laptop", "Wij hebben twee laptops nodig – prijs tot € 900.\n\n- een voor Bert\n- een voor Cor"),
    case("iso-8859-1", ANNA, "Café in de hal", "De kassa in het café geeft een storing; één medewerker heeft géén toegang."),
    case("mailing-list", "nieuws@lijsten.example", "[beheerders] Maandbericht januari", "Dit is het maandbericht."),
    case("mbox-from-line", ANNA, "Uit een mbox-bestand", "De eerste regel is geen kop."),
    case("nested-message", ANNA, "Fwd: klacht van een bezoeker", "Deze klacht kwam vanmorgen binnen."),
    case("no-from", "", "Lift staat stil", "De lift in gebouw B staat stil."),
    case("no-message-id", ANNA, "Zonder nummer", "Dit bericht heeft geen Message-ID."),
    case("nul-bytes", ANNA, "Nullen", "Er staan nullen en een bel in deze tekst."),
    case("only-headers", ANNA, "Alleen koppen", ""),
    machine("out-of-office", ANNA, "Automatisch antwoord: [INC-12] Printer", "Ik ben afwezig tot en met 16 januari.", ""),
    case("plain", ANNA, "Printer op de tweede verdieping doet het niet", "Goedemorgen,\n\nDe printer naast de koffiehoek"),
    case("reply-by-tag", ANNA, "[INC-12] nog een vraag", "Kan de monteur ook naar de scanner kijken?"),
    case("reply-outlook-html", ANNA, "RE: [INC-12] Status: in behandeling", "Dank, ik wacht op de monteur."),
    case("reply-with-quote", ANNA, "Re: [INC-12] Ontvangen: Printer", "Na het vervangen van de toner is het probleem gebleven."),
    case("stranger-quoting-a-tag", "iemand@vreemd.example", "Re: [INC-12] Printer", "Stuur mij graag de hele geschiedenis"),
    case(
        "subject-rfc2047",
        ANNA,
        "Storing: e-mail blijft in de wachtrij, reünie van maandag geraakt",
        "Het onderwerp is midden in een letter",
    ),
    case("two-froms", ANNA, "Wie schreef dit", "Twee afzenders, dus geen."),
    case("unknown-charset", ANNA, "Onbekend alfabet", "Dit is één woord in een onbekend alfabet."),
    case("wrong-charset", ANNA, "Tekens kloppen niet", "Deze tekst is UTF-8 maar zegt iets anders: coördinatie, €, reünie."),
];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mail/corpus")
}

fn raw(file: &str) -> Vec<u8> {
    std::fs::read(corpus().join(file).with_extension("eml")).expect("a file of the corpus")
}

fn mail(file: &str) -> Parsed {
    parse(&raw(file))
}

#[test]
fn every_mail_of_the_corpus_reads_as_it_should() {
    for case in &CASES {
        let mail = mail(case.file);
        let from = mail.from.as_ref().map_or("", |from| from.email.as_str());
        let status = mail.bounce.as_ref().and_then(|bounce| bounce.status.as_deref()).unwrap_or_default();
        assert_eq!((from, mail.subject.as_deref().unwrap_or_default()), (case.from, case.subject), "{}", case.file);
        assert!(mail.text.starts_with(case.text) && (!case.text.is_empty() || mail.text.is_empty()), "{}: {:?}", case.file, mail.text);
        assert_eq!((mail.automatic.is_some(), status), (case.automatic, case.bounce), "{}: {:?}", case.file, mail.automatic);
    }
}

#[test]
fn every_file_of_the_corpus_has_its_case() {
    let files = std::fs::read_dir(corpus()).expect("the corpus").map(|entry| entry.expect("a file").path());
    let files: BTreeSet<String> = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    assert_eq!(files, CASES.iter().map(|case| case.file.to_owned()).collect());
}

#[test]
fn attachments_keep_their_names_and_content() {
    let named = |file: &str| mail(file).attachments.into_iter().map(|it| (it.name, it.media_type, it.size)).collect::<Vec<_>>();
    let one = |name: &str, kind: &str, size: usize| vec![(name.to_owned(), kind.to_owned(), size)];
    assert_eq!(named("attachment"), one("schermafdruk.pdf", "application/pdf", 25));
    assert_eq!(named("filename-rfc2231"), one("financiële coördinatie.csv", "text/csv", 20));
    assert_eq!(named("broken-boundary"), Vec::new());
    let nested = mail("nested-message").attachments;
    assert_eq!(nested.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["De website is traag.eml"]);
    assert_eq!(attachment_contents(&raw("attachment")), [b"%PDF-1.4 verzonnen inhoud"]);
}

#[test]
fn an_answer_is_read_without_what_it_answers() {
    for (file, own) in [
        ("reply-with-quote", "Na het vervangen van de toner is het probleem gebleven.\n\n[…]"),
        ("reply-outlook-html", "Dank, ik wacht op de monteur.\n\n[…]"),
        ("crlf-english", "The VPN drops every hour since the update.\n\n[…]"),
    ] {
        let mail = mail(file);
        assert_eq!(mail.reply_text, own, "{file}");
        assert!(mail.text.len() > own.len(), "{file} keeps the full text");
    }
    let plain = mail("plain");
    assert!(plain.reply_text.ends_with("Groet,\nAnna") && plain.text.ends_with("Afdeling Inkoop"));
}

#[test]
fn an_answer_names_its_ancestors_the_newest_first() {
    assert_eq!(mail("reply-with-quote").ancestors(), ["inc-12.confirmation@leverancier.example", "plain@klant.example"]);
}

#[test]
fn a_report_names_the_message_that_did_not_arrive() {
    for (file, original, recipient, permanent) in [
        ("bounce-permanent", "inc-12.confirmation@leverancier.example", "vertrokken@klant.example", true),
        ("bounce-delayed", "inc-12.status@leverancier.example", "vol@klant.example", false),
    ] {
        let bounce = mail(file).bounce.expect("a bounce");
        assert_eq!((bounce.original_message_id.as_deref(), bounce.recipient.as_deref()), (Some(original), Some(recipient)));
        assert_eq!(bounce.permanent, permanent, "{file}");
    }
}

#[test]
fn more_than_one_sender_is_nobody() {
    assert!(mail("two-froms").several_senders);
    assert!(!mail("plain").several_senders);
}

#[test]
fn two_deliveries_of_one_mail_are_the_same_mail() {
    let first = mail("plain");
    let text = String::from_utf8(raw("plain")).expect("text");
    let relayed = format!("Return-Path: <anna@klant.example>\nReceived: from mx.example\n{text}").replace('\n', "\r\n");
    let second = parse(relayed.as_bytes());
    assert_ne!(first.digest, second.digest);
    assert_eq!(first.content_digest, second.content_digest);
    let other = parse(text.replace("lege vellen", "zwarte vellen").as_bytes());
    assert_ne!(first.content_digest, other.content_digest);
}

#[test]
fn no_prefix_of_any_mail_makes_it_fail() {
    for case in &CASES {
        let raw = raw(case.file);
        for end in 0..raw.len() {
            let _read = parse(&raw[..end]);
        }
    }
}
