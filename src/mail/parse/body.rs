//! Decodes the text of a part, and cleans it.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::{ContentType, Message, MessagePart, MimeHeaders};

use super::transfer::{self, bytes};
use super::{TEXT_CAP, html, quotes, utf7};

pub(super) struct Body {
    /// Empty when there is none.
    pub text: String,
    /// Whether it was longer than [`TEXT_CAP`].
    pub truncated: bool,
}

/// Whether a text was encoded so badly that the parser takes it for a file.
pub(super) fn is_spoilt_text(part: &MessagePart<'_>) -> bool {
    let is_text = part.content_type().is_none_or(|kind| kind.ctype() == "text" && matches!(kind.subtype(), Some("plain" | "html")));
    is_text
        && transfer::is_spoilt(part)
        && part.attachment_name().is_none()
        && part.content_disposition().is_none_or(ContentType::is_inline)
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

/// The text of a part in the charset that it is written in, whatever its label says. UTF-8 labelled as a single-byte charset, and Windows-1252
/// labelled as UTF-8 or not at all, are common among Dutch senders; a page of HTML may say itself what it is written in.
pub(super) fn decoded<'t>(message: &Message<'_>, part: &MessagePart<'_>, text: &'t str) -> Cow<'t, str> {
    let charset = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default().trim().to_ascii_lowercase();
    if transfer::is_spoilt(part) {
        let bytes = bytes(message, part).unwrap_or_default();
        let decode = charset_decoder(charset.as_bytes()).filter(|_| str::from_utf8(&bytes).is_err());
        return decode.map_or_else(|| String::from_utf8_lossy(&bytes).into_owned(), |decode| decode(&bytes)).into();
    }
    let decoded = if utf7::is_name(&charset) {
        bytes(message, part).map(|bytes| utf7::decode(&bytes))
    } else if is_single_byte(&charset) {
        // Text in a single-byte charset is hardly ever valid UTF-8 by accident, so valid UTF-8 means that the label is wrong.
        if text.is_ascii() { None } else { bytes(message, part).and_then(|bytes| String::from_utf8(bytes).ok()) }
    } else if let Some(decoded) = charset.is_empty().then(|| as_declared(message, part)).flatten() {
        Some(decoded)
    } else if is_mostly_broken(text) && (charset.starts_with("utf-8") || charset_decoder(charset.as_bytes()).is_none()) {
        charset_decoder(b"windows-1252").zip(bytes(message, part)).map(|(decode, bytes)| decode(&bytes))
    } else {
        None
    };
    decoded.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// A page of HTML in the charset that it names, unless it is UTF-8 all the same.
fn as_declared(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    if !part.is_text_html() {
        return None;
    }
    let bytes = bytes(message, part)?;
    let charset = html::charset(&bytes)?;
    // Of UTF-16 the name itself could not have been read.
    let decode = charset_decoder(charset.as_bytes()).filter(|_| !charset.starts_with("utf"))?;
    // Japanese mail is written in ASCII bytes.
    (charset.starts_with("iso-2022") || str::from_utf8(&bytes).is_err()).then(|| decode(&bytes))
}

fn is_single_byte(charset: &str) -> bool {
    ["iso-8859-", "windows-125", "us-ascii", "latin"].iter().any(|family| charset.starts_with(family))
}

/// Whether most of the non-ASCII characters could not be decoded. A few bad characters in good UTF-8 are no reason to decode it otherwise.
fn is_mostly_broken(text: &str) -> bool {
    let broken = text.chars().filter(|c| *c == '\u{fffd}').count();
    broken > 0 && 2 * broken > text.chars().filter(|c| !c.is_ascii()).count()
}

/// Normalises line ends to `\n`, removes control characters and trailing blanks, and keeps at most two empty lines in a row.
pub(super) fn clean(text: &str) -> Body {
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
