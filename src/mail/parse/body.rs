//! Finds the text a person would read in a message, and cleans it.

use std::borrow::Cow;

use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType, decoders};

use super::{TEXT_CAP, html};

/// The readable text of a message.
pub(super) struct Body {
    /// The text; empty when there is none.
    pub text: String,
    /// Whether it was longer than [`TEXT_CAP`].
    pub truncated: bool,
}

/// The text of a message: its plain parts, else its HTML as text.
pub(super) fn read(message: &Message<'_>) -> Body {
    let plain = joined(message, message.text_bodies());
    if plain.text.is_empty() { joined(message, message.html_bodies()) } else { plain }
}

/// The text of something without headers: all of it when it is text, nothing when it is not.
pub(super) fn bare(content: &[u8]) -> Body {
    let text = str::from_utf8(content).ok().filter(|text| !text.contains(|c: char| c.is_control() && !c.is_whitespace()));
    clean(text.unwrap_or_default())
}

fn joined<'m>(message: &'m Message<'m>, parts: impl Iterator<Item = &'m MessagePart<'m>>) -> Body {
    let texts: Vec<String> = parts.filter_map(|part| text(message, part)).map(|text| text.trim_matches(['\n', '\r']).to_owned()).collect();
    let full: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
    clean(&full.join("\n\n"))
}

fn text(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    match &part.body {
        PartType::Text(text) => Some(repaired(message, part, text).into_owned()),
        PartType::Html(html) => Some(html::to_text(&repaired(message, part, html))),
        _ => None,
    }
}

/// A text that is not in the alphabet it says, or says none, is read as Western European.
fn repaired<'t>(message: &Message<'_>, part: &MessagePart<'_>, text: &'t str) -> Cow<'t, str> {
    if !text.contains('\u{fffd}') || !may_be_mistaken(part) {
        return Cow::Borrowed(text);
    }
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let bytes = match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::QuotedPrintable => decoders::quoted_printable::quoted_printable_decode(raw),
        Encoding::Base64 => decoders::base64::base64_decode(raw),
    };
    let decode = decoders::charsets::map::charset_decoder(b"windows-1252");
    match (bytes, decode) {
        (Some(bytes), Some(decode)) if str::from_utf8(&bytes).is_err() => Cow::Owned(decode(&bytes)),
        _ => Cow::Borrowed(text),
    }
}

fn may_be_mistaken(part: &MessagePart<'_>) -> bool {
    let charset = part.content_type().and_then(|kind| kind.attribute("charset"));
    charset.is_none_or(|charset| {
        charset.to_ascii_lowercase().starts_with("utf-8") || decoders::charsets::map::charset_decoder(charset.as_bytes()).is_none()
    })
}

/// Line ends become `\n`, control characters and blanks at line ends go, no more than two empty lines follow each other.
fn clean(text: &str) -> Body {
    let mut kept = String::with_capacity(text.len().min(TEXT_CAP));
    let mut empty = 0;
    for line in text.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
        let line: String = line.chars().filter(|c| *c == '\t' || !(c.is_control() || *c == '\u{feff}')).collect();
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty > 2 {
            continue;
        }
        if kept.len() + line.len() + 1 > TEXT_CAP {
            let room = TEXT_CAP - kept.len();
            kept.push_str(&line[..line.floor_char_boundary(room)]);
            return Body { text: kept.trim_matches('\n').to_owned(), truncated: true };
        }
        kept.push_str(line);
        kept.push('\n');
    }
    Body { text: kept.trim_matches('\n').to_owned(), truncated: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cleaned() {
        assert_eq!(clean("\r\n  een \u{0}\u{7}\t\r\n\r\n\r\n\r\n\r\ntwee\rdrie\n").text, "  een\n\n\ntwee\ndrie");
    }

    #[test]
    fn text_is_cut_at_the_cap_between_characters() {
        let body = clean(&"ë".repeat(TEXT_CAP));
        assert!(body.truncated && body.text.len() <= TEXT_CAP);
        assert!(!clean("kort").truncated);
    }

    #[test]
    fn only_text_is_text() {
        assert_eq!(bare(b"zomaar tekst").text, "zomaar tekst");
        assert_eq!(bare(b"\x89PNG\x00\x01").text, "");
    }
}
