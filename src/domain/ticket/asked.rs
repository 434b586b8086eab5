//! Whether a mail's subject asks for a priority that has to be phoned (MAIL-06, INC-03).
//!
//! Nothing is decided by it: the confirmation tells its reader to phone. So in doubt a subject asks for it, and what it plainly does not
//! mean is left out: a denial, or a place or thing of that name.

use super::prioritise::needs_phone_contact;
use crate::domain::contract::{Contract, Priority, TicketType};

/// Before a number, they mean a priority.
const PRIORITY: [&str; 3] = ["prio", "prioriteit", "priority"];
/// A word before that denies it.
const DENIALS: [&str; 4] = ["geen", "zonder", "no", "nooit"];
/// Two words before that deny it; `niet` alone ends many a complaint.
const LONG_DENIALS: [[&str; 2]; 4] = [["geen", "echte"], ["niet", "een"], ["not", "a"], ["niet", "als"]];
/// How the names of places and things end that have such a letter and number.
const THINGS: [&str; 17] = [
    "pad", "weg", "straat", "route", "plaats", "terrein", "garage", "perron", "poort", "ingang", "paal", "vak", "kamer", "zaal", "lokaal",
    "gebouw", "printer",
];
/// What follows it in the name of a thing, as in the P1 port of a smart meter.
const PARTS: [&str; 5] = ["poort", "port", "meter", "kabel", "aansluiting"];

/// The phoned priority of a type that a subject asks for.
pub fn phoned_priority<'a>(contract: &'a Contract, kind: TicketType, subject: &str) -> Option<&'a Priority> {
    let of_type = contract.priorities.iter().filter(|priority| priority.types.contains(&kind));
    let mut phoned = of_type.filter(|priority| needs_phone_contact(contract, kind, &priority.code));
    let subject = subject.to_lowercase();
    let words = words(&subject);
    phoned.find(|priority| asks_for(&words, priority))
}

struct Word<'a> {
    text: &'a str,
    /// Whether it goes on from the word before, with no more than a blank or a hyphen between.
    joined: bool,
}

fn words(subject: &str) -> Vec<Word<'_>> {
    let mut joined = false;
    let mut words = Vec::new();
    // Each piece is a word and the sign after it; a piece of a sign alone separates.
    for piece in subject.split_inclusive(|sign: char| !sign.is_alphanumeric()) {
        let text = piece.trim_end_matches(|sign: char| !sign.is_alphanumeric());
        let sign = &piece[text.len()..];
        if text.is_empty() {
            joined &= sign.trim().is_empty();
            continue;
        }
        words.push(Word { text, joined });
        joined = sign.trim().is_empty() || sign == "-";
    }
    words
}

fn asks_for(words: &[Word<'_>], priority: &Priority) -> bool {
    let code = priority.code.to_lowercase();
    let label = priority.label.nl.to_lowercase();
    let number = code.trim_start_matches(char::is_alphabetic);
    let number = if number.is_empty() { priority.rank.to_string() } else { number.to_owned() };
    (0..words.len()).any(|at| {
        let (word, next) = (words[at].text, words.get(at + 1).map(|next| next.text));
        if PRIORITY.contains(&word) {
            return next == Some(&number) && !is_denied(words, at);
        }
        let in_full = PRIORITY.iter().any(|named| word.strip_prefix(named) == Some(&number));
        let by_name = (word == code || word == label) && !names_a_thing(words, at);
        (in_full || by_name) && !is_denied(words, at)
    })
}

/// The word before, where the one at this place goes on from it.
fn before<'a>(words: &[Word<'a>], at: usize) -> Option<&'a str> {
    words[at].joined.then(|| at.checked_sub(1).map(|before| words[before].text)).flatten()
}

fn is_denied(words: &[Word<'_>], at: usize) -> bool {
    let Some(one) = before(words, at) else { return false };
    let two = before(words, at - 1);
    DENIALS.contains(&one) || two.is_some_and(|two| LONG_DENIALS.contains(&[two, one]))
}

fn names_a_thing(words: &[Word<'_>], at: usize) -> bool {
    let next = words.get(at + 1).filter(|next| next.joined);
    before(words, at).is_some_and(|before| THINGS.iter().any(|thing| before.ends_with(thing)))
        || next.is_some_and(|next| PARTS.iter().any(|part| next.text.starts_with(part)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contract::{Label, Motivation, Workaround};

    #[test]
    fn a_subject_asks_for_a_priority_in_its_own_words() {
        let label = Label { nl: "P1".to_owned(), en: "P1".to_owned() };
        let (motivation, workaround) = (Motivation::Optional, Workaround::Optional);
        let p1 =
            Priority { code: "p1".to_owned(), rank: 1, label, definition: None, motivation, workaround, types: vec![TicketType::Incident] };
        let asks = |subject: &str| asks_for(&words(&subject.to_lowercase()), &p1);
        for subject in [
            "P1",
            "[p1] alles ligt stil",
            "Re: Storing P1!",
            "Mail werkt niet P1",
            "Geen netwerk: P1",
            "Prio 1",
            "PRIO-1 storing",
            "prio1",
            "Prioriteit 1",
            "prioriteit: 1",
            "priority 1",
            "Fietspad dicht, P1",
        ] {
            assert!(asks(subject), "{subject}");
        }
        for subject in [
            "",
            "P10",
            "P12 en XP1",
            "prio 10",
            "prio 2",
            "geen P1",
            "dit is geen prio 1",
            "niet een P1",
            "geen echte p1",
            "Fietspad P1",
            "lamp parkeerplaats P1 stuk",
            "slimme meter P1-poort",
            "prioriteitenlijst 1",
        ] {
            assert!(!asks(subject), "{subject}");
        }
    }
}
