//! How the desk searches: runs of letters and digits, in lower case, without accents, and with letters such as ø, ł and ß written as the
//! plain ones that people type for them. A word asked matches the beginning of a word, so `print` finds `printerstoring`; in quotation marks
//! it matches whole words only.
//!
//! One or two characters begin a large part of all words, and looking those up would read most of the index. Asked alone, such a word
//! matches whole words only; beside a longer one, which narrows the search first, it matches beginnings like any other. There is no stemming,
//! and there are no stop words.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest word kept, in characters. Longer ones are cut, in a search too.
const LONGEST: usize = 100;
/// The shortest beginning of a word, in characters, that an index is asked for.
const SHORTEST: usize = 3;
/// Quotation marks.
const MARKS: [char; 4] = ['"', '\u{201c}', '\u{201d}', '\u{201e}'];

/// A word to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// Whether it matches whole words only, and not their beginnings.
    pub whole: bool,
}

impl Word {
    /// Whether an index can be asked for it.
    pub fn is_looked_up(&self) -> bool {
        self.whole || self.text.chars().nth(SHORTEST - 1).is_some()
    }
}

/// Words that are all to be found, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<Word>);

impl Words {
    /// What a reader typed; `None` when there is no word in it.
    pub fn asked(text: &str) -> Option<Self> {
        let parts: Vec<_> = text.split(MARKS).collect();
        let mut words: Vec<Word> = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            // A quotation mark that is never closed means nothing.
            let whole = at % 2 == 1 && at + 1 < parts.len();
            for text in parted(part) {
                match words.iter_mut().find(|word| word.text == text) {
                    Some(known) => known.whole |= whole,
                    None => words.push(Word { text, whole }),
                }
            }
        }
        let is_narrowed = words.iter().any(Word::is_looked_up);
        for word in &mut words {
            word.whole |= !is_narrowed;
        }
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether each of them is among the words of a text.
    pub fn are_in(&self, said: &[String]) -> bool {
        let is_said = |word: &Word| said.iter().any(|one| if word.whole { *one == word.text } else { one.starts_with(&word.text) });
        self.0.iter().all(is_said)
    }

    /// Those first that are likely to be rare: with a digit, and long.
    pub fn rarest_first(&self) -> Vec<&Word> {
        let mut words: Vec<_> = self.0.iter().collect();
        words.sort_by_key(|word| std::cmp::Reverse((word.text.contains(|sign: char| sign.is_ascii_digit()), word.text.chars().count())));
        words
    }
}

/// A text without capitals, accents, ligatures and letters such as ł and ß, which are written otherwise.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for sign in text.to_lowercase().nfkd().filter(|sign| !is_combining_mark(*sign)) {
        match instead(sign) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(sign),
        }
    }
    folded
}

/// What people type for letters that Unicode does not decompose. The step `m0028` of the migrations has the same list, for what was folded
/// before.
const fn instead(sign: char) -> Option<&'static str> {
    Some(match sign {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        _ => return None,
    })
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
        let table: [(&str, &[&str]); 11] = [
            ("Coördinatie café", &["coordinatie", "cafe"]),
            ("co\u{f6}rdinatie CO\u{4f}\u{308}RDINATIE", &["coordinatie", "coordinatie"]),
            ("\u{132}SSEL \u{133}s", &["ijssel", "ijs"]),
            ("INC-1001: auto's, 's nachts", &["inc", "1001", "auto", "s", "s", "nachts"]),
            ("anna@ipo.example", &["anna", "ipo", "example"]),
            ("\"*()^:' AND -", &["and"]),
            (" \u{0} ", &[]),
            ("Łukasz Œuvre ŒUVRE Ægir", &["lukasz", "oeuvre", "oeuvre", "aegir"]),
            ("Straße STRASSE STRA\u{1e9e}E", &["strasse", "strasse", "strasse"]),
            ("Ørsted \u{1fe}rsted O\u{338}rsted Đorđe Ðór Þór", &["orsted", "orsted", "orsted", "dorde", "dor", "thor"]),
            ("Kadıköy KADIKÖY İzmir Ħal Ŧ Ŋ", &["kadikoy", "kadikoy", "izmir", "hal", "t", "n"]),
        ];
        for (text, words) in table {
            assert_eq!(parted(text), words, "{text}");
        }
        assert_eq!(parted(&"\u{e9}".repeat(1000)), ["e".repeat(LONGEST)]);
    }

    #[test]
    fn a_word_is_meant_by_its_beginning_unless_it_stands_in_quotation_marks_or_is_too_short_to_be_looked_up() {
        let table: [(&str, &[(&str, bool)]); 10] = [
            ("print INC-1001", &[("print", false), ("inc", false), ("1001", false)]),
            ("\"print\" storing", &[("print", true), ("storing", false)]),
            ("\u{201e}zwart scherm\u{201d} pr", &[("zwart", true), ("scherm", true), ("pr", false)]),
            ("rookt \"print", &[("rookt", false), ("print", false)]),
            ("a\"b\"c\"d", &[("a", false), ("b", true), ("c", false), ("d", false)]),
            ("print \"print\" Print", &[("print", true)]),
            ("pr", &[("pr", true)]),
            ("ab cd", &[("ab", true), ("cd", true)]),
            ("\"ab\" c", &[("ab", true), ("c", false)]),
            ("coordinatie va", &[("coordinatie", false), ("va", false)]),
        ];
        for (text, expected) in table {
            let words = Words::asked(text).expect("words").0;
            assert_eq!(words.iter().map(|word| (word.text.as_str(), word.whole)).collect::<Vec<_>>(), expected, "{text}");
        }
        assert_eq!((Words::asked(" -- "), Words::asked("\"\"")), (None, None));
    }

    #[test]
    fn what_is_likely_to_be_rare_is_looked_up_first() {
        let words = Words::asked("op storing printer A12 INC-1001").expect("words");
        let first: Vec<_> = words.rarest_first().iter().map(|word| word.text.as_str()).collect();
        assert_eq!(first, ["1001", "a12", "storing", "printer", "inc", "op"]);
    }
}
