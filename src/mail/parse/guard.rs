//! Protects the MIME parser from hostile messages. A message holds what is nested in it, and is gone through and freed level by level: 300 kB can
//! hold ten thousand messages inside one another, which overflows the stack and kills the process. A stack overflow cannot be caught, so such
//! messages are recognised before parsing. A panic can be caught: it costs the body of that message, and no mail is lost.

use std::borrow::Cow;
use std::panic::catch_unwind;

use mail_parser::{Message, MessageParser};

/// With more headers than this that name a message or a digest, only the headers of the whole are read. Real mail has a handful; the stack holds
/// thousands.
const NESTING_CAP: usize = 500;

/// With more lines than this that are a MIME boundary, only the headers are read. Every part costs time and memory.
const BOUNDARY_CAP: usize = 20_000;

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

/// Types that hold messages.
const NESTING: [&[u8]; 3] = [b"rfc822", b"global", b"digest"];
/// Types that are a message, as long as [`CLOSED`].
const MESSAGES: [&[u8]; 2] = [b"rfc822", b"global"];
/// What a message that is not read is called.
pub(super) const CLOSED: &[u8; 6] = b"x-mail";
/// Ways to send a part as it is.
const PLAIN: [&[u8]; 3] = [b"7bit", b"8bit", b"binary"];

/// Ends every part that the message does not end itself: of one that was cut off, or made by a careless program, the rest belongs to its last
/// part (RFC 2046, section 5.1.2), and the parser takes it for none.
pub(super) fn ended(content: &[u8]) -> Cow<'_, [u8]> {
    let boundaries = boundaries(content).unwrap_or_default();
    let (mut begun, mut over) = (vec![false; boundaries.len()], vec![false; boundaries.len()]);
    // Once through the message, whatever it names.
    let lines = lines(content).filter_map(|(_, line)| line.strip_prefix(b"--"));
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

/// What separates the parts of each multipart, outermost first, as far as its header names it on a line of ordinary length; none where that is not
/// certain, or where there are more than any message has.
fn boundaries(content: &[u8]) -> Option<Vec<&[u8]>> {
    const NAMED: &[u8] = b"boundary";
    const LONGEST: usize = 200;
    let mut found: Vec<&[u8]> = Vec::new();
    let mut header = Header::default();
    for (_, line) in lines(content) {
        header.goes_on(line);
        for at in words(line, NAMED).filter(|_| header == Header::Type) {
            let rest = &line[at + NAMED.len()..];
            let rest = rest[..rest.len().min(LONGEST)].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
            let named = match rest.strip_prefix(b"\"") {
                Some(quoted) => quoted.split(|sign| matches!(sign, b'"' | b'\r')).next(),
                None => rest.split(|sign| matches!(sign, b';' | b' ' | b'\t' | b'\r')).next(),
            };
            let named = named.unwrap_or_default();
            // Written otherwise than it is meant.
            if named.contains(&b'\\') || named.starts_with(b"=?") {
                return None;
            }
            if named.is_empty() || found.contains(&named) {
                continue;
            }
            if found.len() == UNENDED_CAP {
                return None;
            }
            found.push(named);
        }
    }
    Some(found)
}

/// The head of a message, and what stands below it, unread.
pub(super) fn head(content: &[u8]) -> Option<(Message<'_>, &[u8])> {
    let message = MessageParser::default().parse_headers(content)?;
    let read = message.headers().iter().map(|header| header.offset_end as usize).max()?;
    // From the end of the last line of the head.
    let below = content.get(read.saturating_sub(1)..).unwrap_or_default();
    let blank = lines(below).skip(1).find(|(_, line)| line.trim_ascii().is_empty());
    let body = blank.and_then(|(at, line)| below.get(at + line.len() + 1..)).unwrap_or_default();
    Some((message, body))
}

/// The parsed message; only its headers when it looks hostile or the parser panics.
pub fn message(content: &[u8]) -> Option<Message<'_>> {
    let parser = MessageParser::default();
    if nests_too_deeply(content) || has_too_many_parts(content) || !encoded_messages(content).is_empty() {
        return parser.parse_headers(content);
    }
    catch_unwind(|| parser.parse(content)).unwrap_or_else(|_fault| parser.parse_headers(content))
}

/// Counts headers instead of reading the structure: cheap, and it needs no parser that could itself be attacked.
fn nests_too_deeply(content: &[u8]) -> bool {
    let mut header = Header::default();
    let nesting = lines(content).filter(|(_, line)| {
        header.goes_on(line);
        header == Header::Type && names_one(line, &NESTING)
    });
    nesting.take(NESTING_CAP + 1).count() > NESTING_CAP
}

/// Whether a header names one of some types.
pub(super) fn names_type(content: &[u8], types: &[&[u8]]) -> bool {
    let mut header = Header::default();
    lines(content).any(|(_, line)| {
        header.goes_on(line);
        header == Header::Type && names_one(line, types)
    })
}

fn has_too_many_parts(content: &[u8]) -> bool {
    let boundaries = boundaries(content);
    // With boundaries that are not known here, any line may be one.
    let is_one = |line: &[u8]| boundaries.as_ref().is_none_or(|all| all.iter().any(|boundary| line.starts_with(boundary)));
    let begun = lines(content).filter_map(|(_, line)| line.strip_prefix(b"--"));
    begun.filter(|line| is_one(line)).take(BOUNDARY_CAP + 1).count() > BOUNDARY_CAP
}

/// The message, with each message in it that is encoded named as a file ([`CLOSED`]). The parser would decode it and read what no check here has
/// seen; RFC 2046 forbids it.
pub(super) fn encoded_closed(content: &[u8]) -> Cow<'_, [u8]> {
    let places = encoded_messages(content);
    if places.is_empty() {
        return Cow::Borrowed(content);
    }
    let mut closed = content.to_vec();
    for place in places {
        closed[place..place + CLOSED.len()].copy_from_slice(CLOSED);
    }
    Cow::Owned(closed)
}

/// Where the type of each encoded message is named.
fn encoded_messages(content: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut header = Header::default();
    // Of the part whose head is read; none outside a head.
    let mut head = Some(Head::default());
    for (at, line) in lines(content) {
        if line.starts_with(b"--") {
            head = Some(Head::default());
        } else if line.trim_ascii().is_empty() {
            let ended = head.take().unwrap_or_else(|| Head { says_something: true, ..Head::default() });
            if ended.is_encoded {
                places.extend(ended.messages);
            } else if !ended.messages.is_empty() || !ended.says_something {
                // Next is the head of the message in it; a part of a digest has none before that.
                head = Some(Head::default());
            }
        } else if let Some(head) = &mut head {
            head.says_something = true;
            header.goes_on(line);
            match header {
                Header::Type => head.messages.extend(MESSAGES.iter().flat_map(|kind| words(line, kind)).map(|place| at + place)),
                Header::Encoding => head.is_encoded |= !PLAIN.iter().any(|plain| words(line, plain).next().is_some()),
                Header::Other => {}
            }
        }
    }
    places
}

/// What is read of the head of a part.
#[derive(Default)]
struct Head {
    says_something: bool,
    is_encoded: bool,
    /// Where its type names a message.
    messages: Vec<usize>,
}

/// Which header a line belongs to.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Header {
    Type,
    Encoding,
    #[default]
    Other,
}

impl Header {
    /// A line that begins with a blank goes on with the header before it.
    fn goes_on(&mut self, line: &[u8]) {
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            let is = |name: &[u8]| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            *self = match () {
                () if is(b"content-type") => Self::Type,
                () if is(b"content-transfer-encoding") => Self::Encoding,
                () => Self::Other,
            };
        }
    }
}

/// Each line with where it begins.
pub(super) fn lines(content: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut next = 0;
    content.split(|byte| *byte == b'\n').map(move |line| {
        let at = next;
        next += line.len() + 1;
        (at, line)
    })
}

fn names_one(line: &[u8], types: &[&[u8]]) -> bool {
    types.iter().any(|kind| words(line, kind).next().is_some())
}

/// Where a word stands in a line, in whatever case.
fn words<'l>(line: &'l [u8], word: &'l [u8]) -> impl Iterator<Item = usize> + 'l {
    line.windows(word.len()).enumerate().filter(|(_, found)| found.eq_ignore_ascii_case(word)).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

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
    fn what_only_looks_nested_is_read() {
        let log = "Fout bij message/rfc822, global, digest.\n--\n".repeat(30_000);
        let raw = format!(
            "Subject: log\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nZie de log.\n--x\nContent-Disposition: attachment; filename=a.log\n\n{log}\n--x--\n"
        );
        let read = super::super::parse(raw.as_bytes());
        assert_eq!((read.text.as_str(), read.attachments.len()), ("Zie de log.", 1));
    }

    #[test]
    fn a_message_that_is_encoded_is_a_file_however_deep_it_goes() {
        let deep = format!("Subject: diep\n{}\nx", "Content-Type:message/rfc822\n\n".repeat(20_000));
        let encoded = BASE64_STANDARD.encode(&deep);
        let head = |encoding: &str| format!("CONTENT-TYPE:\n Message/RFC822; name=x.eml\nContent-Transfer-Encoding: {encoding}\n\n");
        let whole =
            |inner: &str| format!("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nZie bijlage.\n--b\n{inner}\n--b--\n");
        let one = whole(&(head("base64") + &encoded));
        let quoted = whole(&(head("=?utf-8?q?quoted-printable?=") + &deep.replace("rfc822", "=72fc822")));
        let within = whole(&format!("Content-Type: message/rfc822\n\n{}{encoded}", head("base64")));
        let digest = whole(&format!("Content-Type: multipart/digest; boundary=d\n\n--d\n\n{}{encoded}\n--d--\n", head("base64")));
        let alone = format!("Subject: x\n{}{encoded}", head("base64"));
        for raw in [&one, &quoted, &within, &digest, &alone] {
            let read = super::super::parse(raw.as_bytes());
            assert_eq!((read.subject.as_deref(), read.attachments.len()), (Some("x"), 1), "{}", &raw[..200]);
        }
        let read = super::super::parse(one.as_bytes());
        let file = &read.attachments[0];
        assert_eq!((file.name.as_str(), file.media_type.as_str(), file.size), ("x.eml", "message/rfc822", deep.len()));
        let plain = whole("Content-Type: message/rfc822\n\nSubject: binnen\n\nHallo");
        assert_eq!(encoded_closed(plain.as_bytes()), plain.as_bytes());
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
