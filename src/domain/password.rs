//! Which passwords are good enough.

use unicode_normalization::UnicodeNormalization;
use zxcvbn::{Score, zxcvbn};

use super::search::folded;

/// In characters; the settings may ask for more.
pub const SHORTEST: usize = 14;
/// In characters: nobody types more, and more only costs work.
pub const LONGEST: usize = 256;
/// Characters of a name that a password may contain by chance.
const CHANCE: usize = 3;

/// Why a password is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    #[error("a password has at least {0} characters")]
    TooShort(usize),
    #[error("a password has at most {LONGEST} characters")]
    TooLong,
    #[error("a password does not contain the name of its account")]
    ContainsName,
    #[error("this password is easily guessed: it is a common one, or made of words, names, dates or patterns that are")]
    Guessable,
}

/// A password in one form, however the keyboard made its accents.
pub fn normalised(password: &str) -> String {
    password.nfc().collect()
}

/// What is wrong with a password in its one form.
pub fn weak(password: &str, name: &str, shortest: usize) -> Option<Weak> {
    let length = password.chars().count();
    let (folded_name, shortest) = (folded(name), shortest.max(SHORTEST));
    if length < shortest {
        Some(Weak::TooShort(shortest))
    } else if length > LONGEST {
        Some(Weak::TooLong)
    } else if folded_name.chars().count() >= CHANCE && folded(password).contains(&folded_name) {
        Some(Weak::ContainsName)
    } else {
        let known: Vec<_> = name.split_whitespace().chain(["uurwerk", "servicedesk"]).collect();
        let is_guessable = zxcvbn(password, &known).score() < Score::Three || length_without_repeats(password) < shortest;
        (is_guessable || is_proverbial(password)).then_some(Weak::Guessable)
    }
}

/// Characters, of words and numbers that come back only those of the first time: whoever guesses tries a word twice as well.
fn length_without_repeats(password: &str) -> usize {
    let folded = folded(password);
    let kind = |sign: char| (sign.is_alphabetic(), sign.is_numeric());
    let (mut seen, mut length, mut rest) = (Vec::new(), 0, folded.as_str());
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|sign| kind(sign) != kind(first)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        if !seen.contains(&part) {
            seen.push(part);
            length += part.chars().count();
        }
        rest = after;
    }
    length
}

/// Whether it is the example of a good password that everybody knows, however its words are set apart.
fn is_proverbial(password: &str) -> bool {
    let joined: String = folded(password).chars().filter(|sign| !" -_.,".contains(*sign)).collect();
    joined == "correcthorsebatterystaple"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_fourteen_characters_and_is_not_easily_guessed() {
        let judged = |password: &str| weak(&normalised(password), "Noodtoegang", SHORTEST);
        for (password, expected) in [
            ("kort", Some(Weak::TooShort(14))),
            ("dertien teken", Some(Weak::TooShort(14))),
            ("ééééééééééééé", Some(Weak::TooShort(14))),
            ("passwordpassword", Some(Weak::Guessable)),
            ("aaaaaaaaaaaaaaaaaaaa", Some(Weak::Guessable)),
            ("12345678901234567890", Some(Weak::Guessable)),
            ("qwertyuiopasdfghjkl", Some(Weak::Guessable)),
            ("xK7-noodTOEgang-9vQz", Some(Weak::ContainsName)),
            ("correcthorsebatterystaple", Some(Weak::Guessable)),
            ("Correct-Horse Battery_Staple", Some(Weak::Guessable)),
            ("Welkom2026Welkom", Some(Weak::Guessable)),
            ("uurwerk-uurwerk", Some(Weak::Guessable)),
            ("groen-groen-groen-groen", Some(Weak::Guessable)),
            ("zevende-boot-klinkt-groen", None),
            ("ȧqŵöž łïkę-ñøț", None),
        ] {
            assert_eq!(judged(password), expected, "{password}");
        }
        assert_eq!(judged(&"zevende boot ".repeat(20)), Some(Weak::TooLong));
        assert_eq!(weak("zevende-boot-klinkt", "x", 20), Some(Weak::TooShort(20)));
    }

    #[test]
    fn accents_are_one_character_however_they_were_typed() {
        assert_eq!(normalised("e\u{301}e\u{301}"), normalised("éé"));
        assert_eq!(weak(&normalised(&"e\u{301}".repeat(13)), "x", SHORTEST), Some(Weak::TooShort(14)));
    }
}
