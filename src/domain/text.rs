//! Whether a text shows anything, and how a refusal names what could be said instead.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Letters and a symbol that are drawn as nothing: the fillers of Hangul, and the empty Braille pattern.
const EMPTY: [char; 5] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{2800}'];

/// Whether a text shows anything: a letter, a digit, punctuation or a symbol. Spaces of any kind, control characters, zero-width
/// characters and accents without a letter do not.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(|sign| {
        let group = sign.general_category_group();
        let shows = matches!(
            group,
            GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number | GeneralCategoryGroup::Punctuation | GeneralCategoryGroup::Symbol
        );
        shows && !EMPTY.contains(&sign)
    })
}

/// Whether a sign ends the line it stands in, or turns around what follows it: a control character, a separator of lines or paragraphs, an
/// override of the direction of writing.
pub fn breaks_line(sign: char) -> bool {
    sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text can stand in a line, such as a title in the subject of a mail.
pub fn is_line(text: &str) -> bool {
    is_visible(text) && !text.chars().any(breaks_line)
}

/// Whether some sign of a text is not drawn, so that it looks like another text: zero-width and other format characters, variation
/// selectors, fillers.
pub fn has_invisible(text: &str) -> bool {
    text.chars().any(|sign| {
        let is_selector = matches!(sign, '\u{34f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180f}');
        sign.general_category() == GeneralCategory::Format || is_selector || EMPTY.contains(&sign)
    })
}

/// The allowed values, for the detail of a refusal.
pub fn one_of<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    named(values).map_or_else(|| "no value can be given here".to_owned(), |named| format!("must be one of {named}"))
}

/// Values in a row; `None` when there are none, so that no sentence ends before its list.
pub fn named<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // A contract may serve hundreds of organisations: a detail that lists them all helps nobody.
    const SHOWN: usize = 100;
    let values: Vec<_> = values.into_iter().collect();
    match values.len() {
        0 => None,
        1..=SHOWN => Some(values.join(", ")),
        all => Some(format!("{} and {} more", values[..SHOWN].join(", "), all - SHOWN)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_drawn_is_found_within_a_text() {
        for plain in ["glas", "Nood Één", "李", "e\u{301}"] {
            assert!(!has_invisible(plain), "{plain:?}");
        }
        for with in ["glas\u{200b}", "gl\u{ad}as", "glas\u{fe0f}", "gl\u{34f}as", "\u{202e}salg", "glas\u{3164}", "glas\u{e0041}"] {
            assert!(has_invisible(with), "{with:?}");
        }
    }

    #[test]
    fn a_line_is_ended_and_turned_around_by_no_sign_in_it() {
        for line in ["Printer op 2", "שלום 7", "日本", "👩\u{200d}💻", "a\u{200f}b"] {
            assert!(is_line(line), "{line:?}");
        }
        for broken in ["a\nb", "a\r\nBcc: b", "a\tb", "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "a\u{202e}b", "a\u{2066}b", " "] {
            assert!(!is_line(broken), "{broken:?}");
        }
    }

    #[test]
    fn a_text_is_seen_in_any_script_and_never_for_what_is_not_drawn() {
        for seen in ["a", "7", "?", "€", "é", "e\u{301}", "日本", "שלום", "👩\u{200d}💻", "\u{202e}a", "हिन्दी"] {
            assert!(is_visible(seen), "{seen:?}");
        }
        for unseen in [
            "",
            " \t\n",
            "\u{a0}\u{2003}\u{3000}",
            "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}",
            "\u{200e}\u{200f}\u{202e}\u{2066}\u{2069}",
            "\u{301}\u{20dd}",
            "\u{ad}\u{34f}\u{fe0f}",
            "\u{3164}\u{115f}\u{1160}\u{ffa0}\u{2800}",
            "\u{e0041}\u{7f}\u{85}",
        ] {
            assert!(!is_visible(unseen), "{unseen:?}");
        }
    }
}
