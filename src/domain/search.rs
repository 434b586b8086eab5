//! How the desk searches: runs of letters and digits, in lower case, without accents and ligatures.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest word kept, in characters. Longer ones are cut, in a search too.
const LONGEST: usize = 100;

/// Words to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub whole: Vec<String>,
    /// The last one, of which only the beginning has to match.
    pub begun: String,
}

impl Words {
    /// What a reader typed; `None` when there is no word in it.
    pub fn asked(text: &str) -> Option<Self> {
        let mut words = parted(text);
        let begun = words.pop()?;
        Some(Self { whole: words, begun })
    }
}

/// A text without capitals, accents and ligatures.
pub fn folded(text: &str) -> String {
    text.to_lowercase().nfkd().filter(|sign| !is_combining_mark(*sign)).collect()
}

/// The words of a text.
pub fn parted(text: &str) -> Vec<String> {
    let folded = folded(text);
    let words = folded.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(LONGEST).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_parted() {
        let table: [(&str, &[&str]); 7] = [
            ("Coördinatie café", &["coordinatie", "cafe"]),
            ("co\u{f6}rdinatie CO\u{4f}\u{308}RDINATIE", &["coordinatie", "coordinatie"]),
            ("\u{132}SSEL \u{133}s", &["ijssel", "ijs"]),
            ("INC-1001: auto's, 's nachts", &["inc", "1001", "auto", "s", "s", "nachts"]),
            ("anna@ipo.example", &["anna", "ipo", "example"]),
            ("\"*()^:' AND -", &["and"]),
            (" \u{0} ", &[]),
        ];
        for (text, words) in table {
            assert_eq!(parted(text), words, "{text}");
        }
        assert_eq!(Words::asked(" -- "), None);
        assert_eq!(parted(&"\u{e9}".repeat(1000)), ["e".repeat(LONGEST)]);
    }
}
