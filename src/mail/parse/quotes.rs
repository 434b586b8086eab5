//! Finds what a person wrote in a reply: without the message they reply to, and without their signature.
//!
//! It knows the marks that Dutch, English, German and French mail programs use, and cuts at nothing that may be the writer's own: a row of
//! dashes, a few pasted headers, a line that begins with `>`. What was cut is marked, and the mail itself is kept.

/// Lines that "On … wrote:" may be wrapped over.
const INTRO_LINES: usize = 3;
/// Bytes of "On … wrote:" in all. A longer one is a sentence of the writer's.
const INTRO_CAP: usize = 400;

/// Lines above the message that is replied to.
const DIVIDERS: [&str; 4] = ["oorspronkelijk bericht", "original message", "ursprüngliche nachricht", "message d'origine"];
/// Lines above a forwarded message. What follows is kept: it is what the sender wants to report.
const FORWARDED: [&str; 5] =
    ["doorgestuurd bericht", "begin doorgestuurd bericht", "forwarded message", "begin forwarded message", "forwarded by"];
/// What phones add below a message.
const FOOTERS: [&str; 10] = [
    "von meinem iphone gesendet",
    "envoyé de mon ",
    "verzonden vanaf mijn ",
    "verstuurd vanaf mijn ",
    "verzonden met mijn ",
    "sent from my ",
    "get outlook for ",
    "outlook voor ios downloaden",
    "outlook voor android downloaden",
    "download outlook voor ",
];

const WEEKDAYS: [&str; 28] = [
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
];

/// Stands where something was cut.
pub const CUT: &str = "[…]";

/// All of `text` when nothing would be left. Where a quotation was cut, [`CUT`] stands below what is left; a signature is left out without it.
pub(super) fn trim(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept: Vec<&str> = Vec::new();
    // Only once something has said so is a line with `>` before it a quotation.
    let (mut at, mut quotes, mut is_cut) = (0, false, false);
    while let Some(line) = lines.get(at) {
        if is_forwarded(line) {
            kept.extend(&lines[at..]);
            break;
        }
        if *line == SIGNATURE {
            break;
        }
        if is_divider(line) || is_header_block(&lines[at..]) {
            is_cut = true;
            break;
        }
        if let Some(length) = intro(&lines[at..]) {
            (quotes, is_cut) = (true, true);
            // Quoted without `>`: nobody can tell where the quotation ends, so the rest goes.
            if !answers_below(&lines[at + length..]) {
                break;
            }
            at += length;
            continue;
        }
        if is_footer(line) {
            quotes = true;
        } else if quotes && line.trim_start().starts_with('>') {
            is_cut = true;
        } else {
            kept.push(line);
        }
        at += 1;
    }
    let own = tidy(&kept);
    match (own.is_empty(), is_cut) {
        (true, _) => text.to_owned(),
        (false, true) => format!("{own}\n\n{CUT}"),
        (false, false) => own,
    }
}

/// Joins the lines without blank lines at the ends, and without the rule that was drawn above what was cut off.
fn tidy(kept: &[&str]) -> String {
    let is_blank = |line: &&&str| line.trim().is_empty() || is_rule(line);
    let end = kept.len() - kept.iter().rev().take_while(is_blank).count();
    kept[..end].join("\n").trim_matches('\n').to_owned()
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    // Ten, as a shorter row of dashes may be the writer's own.
    line.len() >= 10 && line.chars().all(|c| "_-=*".contains(c))
}

/// With the space behind the dashes, which is what makes them the mark of a signature (RFC 3676). Two dashes alone are a line that people draw.
pub(super) const SIGNATURE: &str = "-- ";

fn is_footer(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    // A longer line is a sentence that happens to start so.
    line.len() < 80 && FOOTERS.iter().any(|footer| line.starts_with(footer))
}

fn is_forwarded(line: &str) -> bool {
    let words = line.trim().trim_matches(['-', ' ', ':']).to_lowercase();
    FORWARDED.contains(&words.as_str())
}

/// "-----Oorspronkelijk bericht-----", with any number of dashes, at least two.
fn is_divider(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("--") && DIVIDERS.contains(&line.trim_matches(['-', ' ', ':']).to_lowercase().as_str())
}

/// "Van: … Verzonden: … Aan: … Onderwerp: …", which Outlook puts above the message that is replied to: a sender, and of the next four lines
/// one with the date and one more. Headers that somebody pasted seldom have all of those.
fn is_header_block(lines: &[&str]) -> bool {
    let starts = |line: &str, names: &[&str]| {
        let line = line.trim_start_matches(['*', ' ', '>']).to_lowercase();
        names.iter().any(|name| line.strip_prefix(name).is_some_and(|rest| rest.trim_start_matches('*').starts_with(':')))
    };
    let first = lines.first().is_some_and(|line| starts(line, &["van", "from", "von", "de"]));
    let dated = ["verzonden", "datum", "sent", "date", "gesendet", "envoyé"];
    let others = ["aan", "cc", "onderwerp", "to", "subject", "an", "betreff", "à", "objet"];
    let next: Vec<_> = lines.iter().skip(1).filter(|line| !line.trim().is_empty()).take(4).collect();
    let has = |names: &[&str]| next.iter().any(|line| starts(line, names));
    first && has(&dated) && has(&others)
}

/// How many lines "Op … schreef …:" takes up at the start of `lines`; none when they do not start with it.
fn intro(lines: &[&str]) -> Option<usize> {
    let mut joined = String::new();
    for (index, line) in lines.iter().take(INTRO_LINES).enumerate() {
        let line = line.trim().trim_start_matches('>').trim().to_lowercase();
        if line.is_empty() || index > 0 && (may_begin_intro(&line) || !may_begin_intro(&joined)) {
            return None;
        }
        joined.push_str(&line);
        if joined.len() > INTRO_CAP {
            return None;
        }
        if line.ends_with(':') {
            return is_intro(joined.trim_end_matches([':', ' ', '\u{a0}'])).then_some(index + 1);
        }
        joined.push(' ');
    }
    None
}

/// Only these may be wrapped: in "Jan schreef op …:" every earlier line would look like the start of one.
fn may_begin_intro(words: &str) -> bool {
    ["op ", "on ", "am ", "le "].iter().any(|first| words.starts_with(first))
}

/// Whether these words introduce a quotation: a verb of writing, with a date, a day of the week or an address.
fn is_intro(words: &str) -> bool {
    let dated = words.contains(|c: char| c.is_ascii_digit()) || WEEKDAYS.iter().any(|day| words.contains(day));
    let ends = [" schreef", " geschreven", " wrote", " schrieb", " geschrieben", " a écrit"].iter().any(|verb| words.ends_with(verb));
    let writes = ends || words.contains(" schreef") || words.contains(" schrieb ");
    let follows = words.contains(" schreef op ") || words.contains(" wrote on ") || words.contains(" schrieb am ");
    let named = words.contains('@') && ends;
    dated && (may_begin_intro(words) && writes || follows) || named
}

/// Whether what follows is quoted with `>`, so that more of the reply may follow the quotation.
fn answers_below(lines: &[&str]) -> bool {
    lines.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| line.trim_start().starts_with('>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_just_now_is_kept() {
        for (text, own) in [
            ("Het werkt.", "Het werkt."),
            ("Het werkt.\n\nOp ma 5 jan 2026 om 10:15 schreef Jan <jan@example.nl>:\n\n> Werkt het?\n> Jan", "Het werkt.\n\n[…]"),
            ("Het werkt.\n\nOp ma 5 jan 2026 om 10:15 schreef Jan Jansen\n<jan@example.nl>:\nWerkt het?\nJan", "Het werkt.\n\n[…]"),
            ("Het werkt.\n\nOp 5 jan. 2026 heeft Jan <jan@example.nl> het volgende geschreven:\n\nWerkt het?", "Het werkt.\n\n[…]"),
            ("Het werkt.\nJan Jansen schreef op 5-1-2026 om 10:15:\n> Werkt het?", "Het werkt.\n\n[…]"),
            ("It works.\n\nOn Mon, Jan 5, 2026 at 10:15 AM Jan <jan@example.nl> wrote:\n> Does it?", "It works.\n\n[…]"),
            ("Op 5-1-2026 10:15 schreef Jan:\n> Werkt het?\nJa.\n> En de printer?\nOok.", "Ja.\nOok.\n\n[…]"),
            ("Ja.\n\n-----Oorspronkelijk bericht-----\nVan: Jan\nWerkt het?", "Ja.\n\n[…]"),
            ("Yes.\n----- Original Message -----\nFrom: Jan", "Yes.\n\n[…]"),
            (
                "Ja.\n\n________________________________\nVan: Jan <jan@example.nl>\nVerzonden: maandag 5 januari\nAan: Desk\nOnderwerp: x\n\nWerkt het?",
                "Ja.\n\n[…]",
            ),
            ("Yes.\n\n*From:* Jan\n*Sent:* Monday\n*To:* Desk\n\nDoes it?", "Yes.\n\n[…]"),
            ("Ja.\n\nGroet, Jan\n-- \nJan Jansen\nAfdeling ICT", "Ja.\n\nGroet, Jan"),
            ("Ja.\n\nVerzonden vanaf mijn iPhone\n\n> Werkt het?", "Ja.\n\n[…]"),
            (
                "Ter info.\n\n---------- Forwarded message ---------\nFrom: Jan\nDate: 5-1\nSubject: x\n\nStuk",
                "Ter info.\n\n---------- Forwarded message ---------\nFrom: Jan\nDate: 5-1\nSubject: x\n\nStuk",
            ),
            ("Van: mij mag het.\nDank.", "Van: mij mag het.\nDank."),
            ("Het werkt.\n\nOp maandag schreef Jan:\n> Werkt het?", "Het werkt.\n\n[…]"),
            ("Op kamer 3 werkt het.\nOp 5-1-2026 schreef Jan:\n> Werkt het?", "Op kamer 3 werkt het.\n\n[…]"),
            ("Es geht.\n\nAm 05.01.26 um 10:15 schrieb Jan <jan@example.nl>:\n> Geht es?", "Es geht.\n\n[…]"),
            ("Ça marche.\n\nLe 5 janv. 2026 à 10:15, Jan <jan@example.nl> a écrit :\n> Ça marche ?", "Ça marche.\n\n[…]"),
            ("Ja.\n-----Ursprüngliche Nachricht-----\nVon: Jan", "Ja.\n\n[…]"),
            ("Ja.\n\nVon: Jan\nGesendet: Montag\nAn: Desk\nBetreff: x\n\nGeht es?", "Ja.\n\n[…]"),
            // The writer's own, whatever it looks like.
            (
                "Hier de gegevens:\n--\nNaam: P. de Wit\nIngang: 9 maart\n--\nGraag voor vrijdag.",
                "Hier de gegevens:\n--\nNaam: P. de Wit\nIngang: 9 maart\n--\nGraag voor vrijdag.",
            ),
            (
                "Mijn mail kwam terug:\n\nVan: anna@ipo.example\nAan: klant@derde.example\nOnderwerp: offerte\n\n550 mailbox unavailable.",
                "Mijn mail kwam terug:\n\nVan: anna@ipo.example\nAan: klant@derde.example\nOnderwerp: offerte\n\n550 mailbox unavailable.",
            ),
            ("Ik typ:\n\n> format c:\n\nen dan gebeurt dit.", "Ik typ:\n\n> format c:\n\nen dan gebeurt dit."),
            ("Op verzoek schreef ik dit op:\neen lijst", "Op verzoek schreef ik dit op:\neen lijst"),
            ("> alleen een aanhaling", "> alleen een aanhaling"),
            ("-- \nalleen een ondertekening", "-- \nalleen een ondertekening"),
            ("", ""),
        ] {
            assert_eq!(trim(text), own, "{text}");
        }
    }
}
