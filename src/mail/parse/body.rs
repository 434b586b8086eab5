//! Finds the text a person would read in a message, and cleans it.

use std::borrow::Cow;

use mail_parser::decoders::{base64::base64_decode, charsets::map::charset_decoder, quoted_printable::quoted_printable_decode};
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

use super::{TEXT_CAP, html, quotes};

pub(super) struct Body {
    /// Empty when there is none.
    pub text: String,
    /// Whether it was longer than [`TEXT_CAP`].
    pub truncated: bool,
}

/// The plain text parts; without those, the HTML parts as text; without those, the content of a broken multipart.
pub(super) fn read(message: &Message<'_>) -> Body {
    let plain = joined(message, message.text_bodies());
    if !plain.text.is_empty() {
        return plain;
    }
    let html = joined(message, message.html_bodies());
    if html.text.is_empty() { joined(message, message.attachments().filter(|part| is_broken_multipart(part))) } else { html }
}

/// Whether a part claims to be multipart but could not be split, because its boundary is missing or wrong. Its content is the message
/// text then, and not an attachment, which is how the parser shows it.
pub(super) fn is_broken_multipart(part: &MessagePart<'_>) -> bool {
    part.is_text() && part.content_type().is_some_and(|kind| kind.ctype() == "multipart")
}

/// For input without headers: all of it when it is text, nothing when it is binary.
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

/// Decodes a text again when its charset label is wrong: UTF-8 labelled as a single-byte charset, or Windows-1252 labelled as UTF-8 or not
/// at all. Both are common among Dutch senders.
fn repaired<'t>(message: &Message<'_>, part: &MessagePart<'_>, text: &'t str) -> Cow<'t, str> {
    let charset = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default().to_ascii_lowercase();
    let repaired = if is_single_byte(&charset) {
        // Text in a single-byte charset is hardly ever valid UTF-8 by accident, so valid UTF-8 means that the label is wrong.
        if text.is_ascii() { None } else { bytes(message, part).and_then(|bytes| String::from_utf8(bytes).ok()) }
    } else if is_mostly_broken(text) && (charset.starts_with("utf-8") || charset_decoder(charset.as_bytes()).is_none()) {
        charset_decoder(b"windows-1252").zip(bytes(message, part)).map(|(decode, bytes)| decode(&bytes))
    } else {
        None
    };
    repaired.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn is_single_byte(charset: &str) -> bool {
    ["iso-8859-", "windows-125", "us-ascii", "latin"].iter().any(|family| charset.starts_with(family))
}

/// Whether most of the non-ASCII characters could not be decoded. A few bad characters in good UTF-8 are no reason to decode it otherwise.
fn is_mostly_broken(text: &str) -> bool {
    let broken = text.chars().filter(|c| *c == '\u{fffd}').count();
    broken > 0 && 2 * broken > text.chars().filter(|c| !c.is_ascii()).count()
}

/// The bytes of a part, transfer encoding undone, charset not yet applied.
fn bytes(message: &Message<'_>, part: &MessagePart<'_>) -> Option<Vec<u8>> {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize)?;
    match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
        Encoding::Base64 => base64_decode(raw),
    }
}

/// Normalises line ends to `\n`, removes control characters and trailing blanks, and keeps at most two empty lines in a row.
fn clean(text: &str) -> Body {
    let mut kept = String::with_capacity(text.len().min(TEXT_CAP));
    let mut empty = 0;
    for line in text.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
        let line: String = line.chars().filter(|c| *c == '\t' || !(c.is_control() || *c == '\u{feff}')).collect();
        // Without its blank it would not be the mark of a signature any more.
        let line = if line == quotes::SIGNATURE { line.as_str() } else { line.trim_end() };
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
