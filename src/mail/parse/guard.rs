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

/// With more boundaries than this, parts that were never ended stay so.
const UNENDED_CAP: usize = 50;

/// Ends every part that the message does not end itself: of one that was cut off, or made by a careless program, the rest belongs to its last
/// part (RFC 2046, section 5.1.2), and the parser takes it for none.
pub(super) fn ended(content: &[u8]) -> Cow<'_, [u8]> {
    let boundaries = boundaries(content);
    let (mut begun, mut over) = (vec![false; boundaries.len()], vec![false; boundaries.len()]);
    // Once through the message, whatever it names.
    let lines = content.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(b"--"));
    for line in lines.filter(|_| !boundaries.is_empty()) {
        for (at, boundary) in boundaries.iter().enumerate() {
            if let Some(rest) = line.strip_prefix(*boundary) {
                begun[at] = true;
                over[at] |= rest.starts_with(b"--");
            }
        }
    }
    let unended = boundaries.iter().enumerate().filter(|(at, _)| begun[*at] && !over[*at]);
    // What was begun last is ended first.
    let ends: Vec<u8> = unended.rev().flat_map(|(_, boundary)| [b"\r\n--", *boundary, b"--"].concat()).collect();
    if ends.is_empty() { Cow::Borrowed(content) } else { Cow::Owned([content, &ends, b"\r\n"].concat()) }
}

/// What separates the parts of each multipart, outermost first, as far as their headers name it on a line of ordinary length; none where there are more
/// than any message has.
fn boundaries(content: &[u8]) -> Vec<&[u8]> {
    const NAMED: &[u8] = b"boundary";
    const LONGEST: usize = 200;
    let mut found: Vec<&[u8]> = Vec::new();
    for (at, _) in content.iter().enumerate().filter(|(_, byte)| **byte == b'=') {
        if !content[..at].last_chunk::<8>().is_some_and(|word| word.eq_ignore_ascii_case(NAMED)) {
            continue;
        }
        let rest = &content[at + 1..];
        let rest = &rest[..rest.len().min(LONGEST)];
        let named = match rest.strip_prefix(b"\"") {
            Some(quoted) => quoted.split(|sign| matches!(sign, b'"' | b'\r' | b'\n')).next(),
            None => rest.split(|sign| matches!(sign, b';' | b' ' | b'\t' | b'\r' | b'\n')).next(),
        };
        let named = named.unwrap_or_default();
        if named.is_empty() || found.contains(&named) {
            continue;
        }
        if found.len() == UNENDED_CAP {
            return Vec::new();
        }
        found.push(named);
    }
    found
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

    /// How long it takes depends on how long the message is, and on nothing else.
    #[test]
    fn a_message_that_names_a_million_boundaries_is_gone_through_once() {
        let one = "Content-Type: multipart/mixed; boundary=x\n".repeat(200_000);
        let many = (0..200_000).map(|at| format!("Content-Type: multipart/mixed; boundary=x{at}\n")).collect::<Vec<_>>().concat();
        for raw in [one + "--y\n", many.clone() + "--x7\n", many.replace('\n', "") + "\n--x7\n"] {
            assert_eq!(ended(raw.as_bytes()), raw.as_bytes());
        }
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
