//! Protects the MIME parser from hostile messages. The parser recurses as deeply as a message is nested: 300 kB can hold ten thousand
//! messages inside one another, which overflows the stack and kills the process. A stack overflow cannot be caught, so such messages are
//! recognised before parsing. A panic can be caught: it costs the body of that message, and no mail is lost.

use std::panic::catch_unwind;

use mail_parser::{Message, MessageParser};

/// With more nested messages or digests than this, only the headers are read. Real mail has a handful; the stack holds thousands.
const NESTING_CAP: usize = 200;

/// With more lines than this that could be a MIME boundary, only the headers are read. Every part costs time and memory.
const BOUNDARY_CAP: usize = 50_000;

/// Skips a byte order mark, blank lines and an mbox "From " line.
pub(super) fn without_envelope(raw: &[u8]) -> &[u8] {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw).trim_ascii_start();
    if raw.starts_with(b"From ") || raw.starts_with(b">From ") {
        raw.iter().position(|byte| *byte == b'\n').and_then(|end| raw.get(end + 1..)).unwrap_or_default()
    } else {
        raw
    }
}

/// The parsed message; only its headers when it looks hostile or the parser panics.
pub(super) fn message(content: &[u8]) -> Option<Message<'_>> {
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
