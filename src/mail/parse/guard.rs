//! Protects the MIME parser from hostile messages. The parser recurses as deeply as a message is nested: 300 kB can hold ten thousand
//! messages inside one another, which overflows the stack and kills the process. A stack overflow cannot be caught, so such messages are
//! recognised before parsing. A panic can be caught: it costs the body of that message, and no mail is lost.

use std::borrow::Cow;
use std::panic::catch_unwind;

use mail_parser::{Message, MessageParser};

/// With more nested messages or digests than this, only the headers are read. Real mail has a handful; the stack holds thousands.
const NESTING_CAP: usize = 200;

/// With more lines than this that could be a MIME boundary, only the headers are read. Every part costs time and memory.
const BOUNDARY_CAP: usize = 50_000;

/// Skips a byte order mark, blank lines and an mbox "From " line.
pub fn without_envelope(raw: &[u8]) -> &[u8] {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw).trim_ascii_start();
    if raw.starts_with(b"From ") || raw.starts_with(b">From ") {
        raw.iter().position(|byte| *byte == b'\n').and_then(|end| raw.get(end + 1..)).unwrap_or_default()
    } else {
        raw
    }
}

/// With more parts than this that were never ended, they stay so.
const UNENDED_CAP: usize = 50;

/// Ends every part that the message does not end itself: of one that was cut off, or made by a careless program, the rest belongs to its last
/// part (RFC 2046, section 5.1.2), and the parser takes it for none.
pub(super) fn ended(content: &[u8]) -> Cow<'_, [u8]> {
    let unended: Vec<_> = boundaries(content).into_iter().filter(|boundary| !is_ended(content, boundary)).collect();
    if unended.is_empty() || unended.len() > UNENDED_CAP {
        return Cow::Borrowed(content);
    }
    // What was begun last is ended first.
    let ends = unended.into_iter().rev().flat_map(|boundary| [b"\r\n--", boundary, b"--"].concat());
    Cow::Owned(content.iter().copied().chain(ends).chain(*b"\r\n").collect())
}

/// What separates the parts of each multipart, outermost first, as far as their headers name it on a line of ordinary length.
fn boundaries(content: &[u8]) -> Vec<&[u8]> {
    const NAMED: &[u8] = b"boundary=";
    const LONGEST: usize = 200;
    let mut found: Vec<&[u8]> = Vec::new();
    for (at, _) in content.windows(NAMED.len()).enumerate().filter(|(_, word)| word.eq_ignore_ascii_case(NAMED)) {
        let rest = &content[at + NAMED.len()..];
        let rest = &rest[..rest.len().min(LONGEST)];
        let named = match rest.strip_prefix(b"\"") {
            Some(quoted) => quoted.split(|sign| matches!(sign, b'"' | b'\r' | b'\n')).next(),
            None => rest.split(|sign| matches!(sign, b';' | b' ' | b'\t' | b'\r' | b'\n')).next(),
        };
        let named = named.unwrap_or_default();
        if !named.is_empty() && found.len() <= UNENDED_CAP && !found.contains(&named) && is_begun(content, named) {
            found.push(named);
        }
    }
    found
}

fn is_begun(content: &[u8], boundary: &[u8]) -> bool {
    has_line(content, &[b"--", boundary].concat())
}

fn is_ended(content: &[u8], boundary: &[u8]) -> bool {
    has_line(content, &[b"--", boundary, b"--"].concat())
}

fn has_line(content: &[u8], begin: &[u8]) -> bool {
    content.split(|byte| *byte == b'\n').any(|line| line.starts_with(begin))
}

/// The parsed message; only its headers when it looks hostile or the parser panics.
pub fn message(content: &[u8]) -> Option<Message<'_>> {
    let parser = MessageParser::default();
    if nests_too_deeply(content) || has_too_many_parts(content) {
        return parser.parse_headers(content);
    }
    catch_unwind(|| parser.parse(content)).unwrap_or_else(|_fault| parser.parse_headers(content))
}

// Counts words instead of reading the structure: cheap, and it needs no parser that could itself be attacked.
fn nests_too_deeply(content: &[u8]) -> bool {
    let nestings = content.windows(6).filter(|word| [b"rfc822", b"global", b"digest"].iter().any(|kind| word.eq_ignore_ascii_case(*kind)));
    nestings.take(NESTING_CAP + 1).count() > NESTING_CAP
}

fn has_too_many_parts(content: &[u8]) -> bool {
    content.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"--")).take(BOUNDARY_CAP + 1).count() > BOUNDARY_CAP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_line_and_blanks_are_skipped() {
        for (raw, rest) in [
            (&b"From jan@example.nl Mon Jan  5 10:00:00 2026\nSubject: x\n"[..], &b"Subject: x\n"[..]),
            (b"\xef\xbb\xbf\r\n\r\nSubject: x\n", b"Subject: x\n"),
            (b"From: jan@example.nl\n", b"From: jan@example.nl\n"),
            (b"From nowhere", b""),
            (b"", b""),
        ] {
            assert_eq!(without_envelope(raw), rest);
        }
    }

    #[test]
    fn the_last_part_of_a_message_that_was_cut_off_ends_with_it() {
        let whole = b"Content-Type: multipart/mixed; boundary=\"a b\"\n\n--a b\nContent-Type: multipart/alternative;\n boundary=c\n\n--c\n\nHallo.\n--c--\n--a b--\n";
        assert_eq!(ended(whole), &whole[..]);
        let text = |raw: &[u8]| super::super::parse(raw).text;
        for cut in [&whole[..whole.len() - 8], &whole[..whole.len() - 14]] {
            assert_ne!(ended(cut), cut);
            assert_eq!((text(cut), text(whole)), ("Hallo.".to_owned(), "Hallo.".to_owned()), "{}", String::from_utf8_lossy(cut));
        }
        let file = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHallo.\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\n%PDF";
        let read = super::super::parse(file);
        assert_eq!((read.text.as_str(), read.attachments.len(), read.attachments[0].name.as_str()), ("Hallo.", 1, "a.pdf"));
    }

    #[test]
    fn ten_thousand_messages_in_one_are_not_followed() {
        for nest in
            ["Content-Type:message/rfc822\n\n", "Content-Type:multipart/digest;boundary=x\n\n--x\n\n", "Content-Type: Message/GLOBAL\n\n"]
        {
            let raw = format!("Subject: diep\n{}", nest.repeat(20_000));
            assert_eq!(super::super::parse(raw.as_bytes()).subject.as_deref(), Some("diep"));
        }
    }

    #[test]
    fn a_million_parts_are_not_followed() {
        let raw = format!("Subject: breed\nContent-Type: multipart/mixed; boundary=x\n\n{}", "--x\n\n".repeat(1_000_000));
        assert_eq!(super::super::parse(raw.as_bytes()).subject.as_deref(), Some("breed"));
    }

    /// Found by mutating real mails: a broken part around two nested messages meets a debug assertion of mail-parser 0.11.9.
    #[test]
    fn a_fault_in_the_parser_costs_the_body_at_most() {
        let raw = b"Subject: breuk\nContent-Type:multipart/;boundary=b\n\n--bContent-Type:message/rfc822\nt\n\n1\nContent-Type:message/rfc822\n\n\n--b--";
        assert_eq!(super::super::parse(raw).subject.as_deref(), Some("breuk"));
    }
}
