//! Redaction: what somebody wrote or attached is removed for good, such as a citizen's number in a mail. One person asks for it and
//! another approves; what remains is who, when, why, and what kind of thing it was.
//!
//! No history is rewritten by it: histories name texts and files by id, and only a reason stands in one, which keeps its place.

use std::collections::BTreeSet;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;

use uuid::Uuid;

use super::Instant;
use super::approval::{Approval, Ended, Required, Standing};
use super::search::parted;
use crate::words::closed_list;

closed_list! {
    /// What can be redacted.
    pub enum Redactable {
        Message = "message": "bericht", "message";
        Attachment = "attachment": "bijlage", "attachment";
        /// A version of a part of a ticket, such as a root cause analysis.
        Part = "part": "onderdeel", "part";
        /// The reason given with an event.
        Reason = "reason": "reden bij een gebeurtenis", "reason of an event";
        /// A ticket's title, description and motivation.
        Texts = "texts": "onderwerp en omschrijving", "title and description";
        /// What a ticket is called in other systems.
        References = "references": "verwijzingen naar andere systemen", "external references";
            /// The labels that the desk gave a ticket.
        Tags = "tags": "labels", "tags";
        /// What was done on a ticket, in words.
        WorkLog = "work_log": "vastgelegd werk", "record of work";
        /// What a response team is asked to do.
        ResponseTask = "response_task": "opdracht aan een responsteam", "task of a response team";
        /// A security signal's title and description.
        SignalTexts = "signal_texts": "onderwerp en omschrijving van een beveiligingssignaal", "title and description of a security signal";
        /// What was done about a security signal, or said about it.
        SignalNote = "signal_note": "reactie op of gesprek over een beveiligingssignaal", "response or discussion of a security signal";
        /// The copy of a mail, also of one that belongs to no ticket.
        Mail = "mail": "e-mail", "mail";
    }
}

impl Redactable {
    /// Whether tickets are found by words of it.
    pub const fn is_searched(self) -> bool {
        match self {
            Self::Message | Self::Part | Self::Reason | Self::Texts | Self::References | Self::WorkLog | Self::ResponseTask => true,
            Self::Attachment | Self::Tags | Self::Mail | Self::SignalTexts | Self::SignalNote => false,
        }
    }
}

/// What stands where something was.
pub const GONE: &str = "[verwijderd]";

/// One person asks for it, another approves.
pub const REQUIRED: Required = Required::TwoPersons;

#[derive(Debug, Clone, PartialEq)]
pub struct Redaction {
    pub id: Uuid,
    /// None for a mail that belongs to no ticket, and for a security signal.
    pub ticket_id: Option<Uuid>,
    pub organisation: Option<String>,
    pub what: Redactable,
    /// The message, file, version of a part, event or mail; the ticket or signal itself for its texts and references.
    pub target: Uuid,
    /// Whether the client sees what it is about.
    pub public: bool,
    pub reason: String,
    /// Who asked for it comes first.
    pub approvals: Vec<Approval>,
    pub asked_at: Instant,
    /// When it was approved, and what was to go was gone for every reader.
    pub done_at: Option<Instant>,
    /// That it was withdrawn or refused instead.
    pub ended: Option<Ended>,
}

impl Redaction {
    pub fn standing(&self) -> Standing {
        Standing::of(REQUIRED, &self.approvals, self.ended.as_ref())
    }
}

/// A text, to be found again wherever it was copied, whatever a mail program made of its lines and quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    words: Vec<String>,
    /// The words of each sentence.
    sentences: Vec<Vec<String>>,
}

/// A word with so many digits names somebody or something by itself: a citizen's number, a telephone number, an account.
const DIGITS: usize = 6;

/// Fewer words in a row stand in texts that quote nothing.
const QUOTED: usize = 4;

impl Copied {
    /// `None` when there is nothing in it that could be found.
    pub fn of(text: &str) -> Option<Self> {
        let words = parted(text);
        let sentences = text.split(['.', '!', '?', '\n']).map(parted).collect();
        (!words.is_empty()).then_some(Self { words, sentences })
    }

    /// Whether a text holds all of it in one piece, or one of its numbers: of a text that was quoted in part, it is the numbers that matter.
    pub fn is_in(&self, text: &str) -> bool {
        let others = parted(text);
        self.numbers().any(|number| others.contains(number)) || others.windows(self.words.len()).any(|part| part == self.words)
    }

    fn numbers(&self) -> impl Iterator<Item = &String> {
        self.words.iter().filter(|word| word.chars().filter(char::is_ascii_digit).count() >= DIGITS)
    }

    /// A text that quotes it, with [`GONE`] in place of the words that do: all of it, a sentence of it, or a number in it. `None` when none does.
    pub fn cut_from(&self, text: &str) -> Option<String> {
        let text: String = text.nfc().collect();
        let words = placed(&text);
        let mut quoting = BTreeSet::new();
        for sentence in std::iter::once(&self.words).chain(&self.sentences).filter(|words| words.len() >= QUOTED) {
            let is_copy = |at: &usize| words[*at..].iter().take(sentence.len()).map(|(word, _)| word).eq(sentence);
            quoting.extend((0..words.len()).filter(is_copy).flat_map(|at| at..at + sentence.len()));
        }
        let numbers: BTreeSet<_> = self.numbers().collect();
        quoting.extend((0..words.len()).filter(|at| numbers.contains(&words[*at].0)));
        if quoting.is_empty() {
            return None;
        }
        let (mut left, mut from, mut last) = (String::new(), 0, None);
        for at in quoting {
            let place = &words[at].1;
            // What stands between two words that go, goes with them.
            if last.is_none_or(|last| last + 1 != at) {
                left.push_str(&text[from..place.start]);
                left.push_str(GONE);
            }
            (from, last) = (place.end, Some(at));
        }
        Some(left + &text[from..])
    }
}

/// The words of a text, each with its place in it.
fn placed(text: &str) -> Vec<(String, Range<usize>)> {
    let mut words: Vec<(String, Range<usize>)> = Vec::new();
    let mut start = None;
    for (at, sign) in text.char_indices().chain([(text.len(), ' ')]) {
        match (sign.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.extend(parted(&text[from..at]).into_iter().map(|word| (word, from..at)));
                start = None;
            }
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_found_whatever_became_of_its_lines() {
        let text = Copied::of("Mijn nummer is 123456782.\nBel mij terug.").expect("words");
        for copy in [
            "Mijn nummer is 123456782.\r\nBel mij terug.",
            "> > Mijn nummer is\n> > 123456782. Bel mij\n> > terug.\nDat doen wij.",
            "Over 123456782 gesproken",
        ] {
            assert!(text.is_in(copy), "{copy}");
        }
        for other in ["Bel mij terug.", "Mijn nummer is 12345678.", ""] {
            assert!(!text.is_in(other), "{other}");
        }
        assert_eq!(Copied::of(" - "), None);
    }

    #[test]
    fn what_quotes_it_loses_the_words_that_do() {
        let text = Copied::of("Mijn nummer is 123456782.\nIk ben al weken ziek thuis. Bel mij terug.").expect("words");
        for (quoting, left) in [
            (
                "En?\n> Mijn nummer is 123456782.\n> Ik ben al weken\n> ziek thuis. Bel mij terug.\nGroet",
                Some("En?\n> [verwijderd].\nGroet"),
            ),
            ("Over 123456782.\nTot zo.\nNog eens: 123456782", Some("Over [verwijderd].\nTot zo.\nNog eens: [verwijderd]")),
            ("U schreef \"ik ben al weken ziek thuis\". Beterschap!", Some("U schreef \"[verwijderd]\". Beterschap!")),
            ("> Mijn nummer is 123456782.\nDat noteer ik.\n> Bel mij terug.", Some("> [verwijderd].\nDat noteer ik.\n> Bel mij terug.")),
            ("Bel mij terug.", None),
            ("", None),
        ] {
            assert_eq!(text.cut_from(quoting).as_deref(), left, "{quoting}");
        }
        assert_eq!(Copied::of("Dank u").expect("words").cut_from("Dank u wel"), None, "what everybody writes is nobody's words");
    }
}
