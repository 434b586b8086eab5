//! Finds what a person wrote in a reply: without the message they reply to, and without their signature.
//!
//! It knows the marks that Dutch, English, German and French mail programs use, and cuts at nothing that may be the writer's own: a row of
//! dashes, a few pasted headers, a line that begins with `>`. What was cut is marked, and the mail itself is kept.

/// Lines that "On … wrote:" may be wrapped over.
const INTRO_LINES: usize = 3;
/// Words of one that names no address, and of the name behind its verb.
const INTRO_WORDS: usize = 14;
const NAME_WORDS: usize = 4;
/// Bytes of "On … wrote:" in all. A longer one is a sentence of the writer's.
const INTRO_CAP: usize = 400;

/// Lines above the message that is replied to.
const DIVIDERS: [&str; 10] = [
    "oorspronkelijk bericht",
    "origineel bericht",
    "oorspronkelijke afspraak",
    "original message",
    "original appointment",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d'origine",
    "message d’origine",
    "message original",
];
/// Lines above a forwarded message. What follows is kept: it is what the sender wants to report.
const FORWARDED: [&str; 10] = [
    "doorgestuurd bericht",
    "begin doorgestuurd bericht",
    "forwarded message",
    "begin forwarded message",
    "forwarded by",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht",
    "message transféré",
    "début du message transféré",
    "début du message réexpédié",
];
/// How the subject of a forwarded message begins.
const FORWARDS: [&str; 6] = ["fw:", "fwd:", "doorst:", "wg:", "tr:", "tr :"];
/// What phones add below a message, up to what they are.
const FOOTERS: [&str; 9] = [
    "verzonden vanaf ",
    "verstuurd vanaf ",
    "verzonden met ",
    "sent from ",
    "von meinem ",
    "gesendet von ",
    "envoyé de ",
    "envoyé depuis ",
    "get outlook for ",
];
/// What phones and their programs are.
const DEVICES: [&str; 14] = [
    "iphone",
    "ipad",
    "android",
    "samsung",
    "galaxy",
    "huawei",
    "smartphone",
    "mobiele telefoon",
    "mobiel apparaat",
    "my phone",
    "outlook",
    "blackberry",
    "yahoo mail",
    "proton mail",
];
/// Words of such a line; with more of them it is a sentence.
const FOOTER_WORDS: usize = 8;

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

/// All of `text` when nothing would be left, and when the message was forwarded. Where a quotation was cut, [`CUT`] stands below what is left; a
/// signature is left out without it.
pub(super) fn trim(subject: Option<&str>, text: &str) -> String {
    let is_forward = subject.map(str::to_lowercase).is_some_and(|subject| FORWARDS.iter().any(|begin| subject.starts_with(begin)));
    if is_forward {
        return text.to_owned();
    }
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
        if is_footer(line) && ends_after(&lines[at + 1..]) {
            quotes = true;
        } else if quotes && line.trim_start().starts_with('>') {
            is_cut = true;
        } else {
            kept.push(line);
        }
        at += 1;
    }
    if kept.len() == lines.len() {
        return text.to_owned();
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
    let is_one = FOOTERS.iter().any(|footer| line.starts_with(footer)) && DEVICES.iter().any(|device| line.contains(device));
    let is_link = line.starts_with("outlook voor ") || line.starts_with("download outlook ");
    (is_one || is_link) && line.split_whitespace().count() <= FOOTER_WORDS
}

/// Whether nothing of the writer's own follows: the end, or what is quoted.
fn ends_after(lines: &[&str]) -> bool {
    let Some(next) = lines.iter().position(|line| !line.trim().is_empty() && !is_rule(line)) else { return true };
    let (line, rest) = (lines[next], &lines[next..]);
    line.trim_start().starts_with('>')
        || line == SIGNATURE
        || is_footer(line)
        || is_divider(line)
        || is_header_block(rest)
        || intro(rest).is_some()
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
        // French has a blank before the colon.
        names.iter().any(|name| line.strip_prefix(name).is_some_and(|rest| rest.trim_start_matches(['*', ' ', '\u{a0}']).starts_with(':')))
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
            let words = joined.trim_end_matches([':', ' ', '\u{a0}']);
            let is_one = is_intro(words) && (answers_below(&lines[index + 1..]) || is_certain(words));
            return is_one.then_some(index + 1);
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

/// Whether a mail program wrote these words, whatever follows: they name an address, or a year and a time of day with hardly more than a name.
/// "Op maandag schreef de monteur in het logboek:" is somebody's own sentence.
fn is_certain(words: &str) -> bool {
    let is_number = |word: &str, length: usize| word.len() == length && word.bytes().all(|byte| byte.is_ascii_digit());
    let has_year = words.split(|sign: char| !sign.is_alphanumeric()).any(|word| is_number(word, 4));
    let mut times = words.split_whitespace().filter_map(|word| word.split_once(':'));
    let has_time = times.any(|(hour, _)| is_number(hour, 1) || is_number(hour, 2));
    let behind = words.rsplit_once(" schreef ").or_else(|| words.rsplit_once(" schrieb ")).map_or("", |(_, behind)| behind);
    let names_somebody = behind.split_whitespace().count() <= NAME_WORDS && words.split_whitespace().count() <= INTRO_WORDS;
    words.contains('@') || has_year && has_time && names_somebody
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
            ("Oui.\n\nDe : Jan <jan@example.nl>\nEnvoyé : lundi 5 janvier 2026\nÀ : Desk\nObjet : x\n\nÇa marche ?", "Oui.\n\n[…]"),
            ("Oui.\n\n*De\u{a0}:* Jan\n*Envoyé\u{a0}:* lundi\n*À\u{a0}:* Desk\n*Objet\u{a0}:* x\n\nÇa marche ?", "Oui.\n\n[…]"),
            ("Oui.\n-------- Message d’origine --------\nDe : Jan", "Oui.\n\n[…]"),
            ("Ja.\n\nOp 5 jan 2026 om 10:15 schreef Jan Jansen:\n\nWerkt het?", "Ja.\n\n[…]"),
            ("Ja.\n\nGesendet von Outlook für Android\n\nVon: Jan\nGesendet: Montag\nAn: Desk\nBetreff: x\n\nGeht es?", "Ja.\n\n[…]"),
            ("Ja.\n\nSent from my Galaxy", "Ja."),
            (
                "Bitte prüfen.\n\nAnfang der weitergeleiteten Nachricht:\n\nVon: Jan\nDatum: 5. Januar\nAn: Desk\n\nKaputt",
                "Bitte prüfen.\n\nAnfang der weitergeleiteten Nachricht:\n\nVon: Jan\nDatum: 5. Januar\nAn: Desk\n\nKaputt",
            ),
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
            (
                "Op maandag 5 januari schreef de monteur in het logboek:\nriem vervangen",
                "Op maandag 5 januari schreef de monteur in het logboek:\nriem vervangen",
            ),
            (
                "Op 5 januari 2026 om 10:15 schreef de printer in het logboek:\nvastgelopen",
                "Op 5 januari 2026 om 10:15 schreef de printer in het logboek:\nvastgelopen",
            ),
            ("Verzonden vanaf mijn huisadres.\nMorgen is het er.", "Verzonden vanaf mijn huisadres.\nMorgen is het er."),
            (
                "Verzonden vanaf mijn iPhone\nstaat er steeds onder, kan dat weg?",
                "Verzonden vanaf mijn iPhone\nstaat er steeds onder, kan dat weg?",
            ),
            ("Zie boven.\n--------------------", "Zie boven.\n--------------------"),
            ("Let op: de printer.\n-----\nEn de scanner:\nook stuk.", "Let op: de printer.\n-----\nEn de scanner:\nook stuk."),
            ("> alleen een aanhaling", "> alleen een aanhaling"),
            ("-- \nalleen een ondertekening", "-- \nalleen een ondertekening"),
            ("", ""),
        ] {
            assert_eq!(trim(None, text), own, "{text}");
        }
    }

    #[test]
    fn what_was_forwarded_is_kept_whole() {
        let text = "Wie pakt dit op?\n\nVan: Jan\nVerzonden: maandag\nAan: Anna\nOnderwerp: x\n\nDe lift staat stil.";
        for subject in ["FW: lift", "Doorst: lift", "WG: Lift", "TR : lift"] {
            assert_eq!(trim(Some(subject), text), text, "{subject}");
        }
        assert_eq!(trim(Some("RE: FW: lift"), text), "Wie pakt dit op?\n\n[…]");
    }
}
