//! UTF-7 (RFC 2152), which old mail programs still write. `mail-parser` loses the sign behind a Base64 run, so it is read here.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

const NAMES: [&str; 5] = ["utf-7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "unicode-2-0-utf-7", "csutf7"];
/// The longest encoded word of RFC 2047 has 75 characters; some programs write longer ones.
const WORD_CAP: usize = 1000;

pub(super) fn is_name(charset: &str) -> bool {
    NAMES.iter().any(|name| charset.eq_ignore_ascii_case(name))
}

pub(super) fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(plus) = rest.iter().position(|byte| *byte == b'+') {
        text.push_str(&String::from_utf8_lossy(&rest[..plus]));
        rest = &rest[plus + 1..];
        let length = rest.iter().position(|byte| value(*byte).is_none()).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(length);
        let ended = behind.strip_prefix(b"-");
        if run.is_empty() {
            // `+-` is a plus; a plus alone is against the rules, and one as well.
            text.push('+');
        } else {
            push_run(&mut text, run);
        }
        rest = ended.unwrap_or(behind);
    }
    text.push_str(&String::from_utf8_lossy(rest));
    text
}

/// Appends a run of Base64 without padding, which is UTF-16. Bits that are left over are padding.
fn push_run(text: &mut String, run: &[u8]) {
    let (mut bits, mut count, mut units) = (0_u32, 0, Vec::new());
    for sextet in run.iter().filter_map(|byte| value(*byte)) {
        bits = (bits << 6 | u32::from(sextet)) & 0x003f_ffff;
        count += 6;
        if count >= 16 {
            count -= 16;
            units.push(u16::try_from(bits >> count & 0xffff).unwrap_or_default());
        }
    }
    text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

const fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// The message with encoded words in UTF-7 (RFC 2047) in its headers written in UTF-8 instead.
pub(super) fn without_words(content: &[u8]) -> Cow<'_, [u8]> {
    let end = [&b"\n\n"[..], b"\n\r\n"].iter().filter_map(|blank| find(content, blank)).min().unwrap_or(content.len());
    let (head, body) = content.split_at(end);
    let (mut anew, mut from, mut at) = (Vec::new(), 0, 0);
    while let Some(found) = find(&head[at..], b"=?") {
        let start = at + found;
        at = start + 2;
        if let Some((length, text)) = word(&head[at..]) {
            anew.extend_from_slice(&head[from..start]);
            anew.extend_from_slice(format!("=?utf-8?B?{}?=", BASE64_STANDARD.encode(text)).as_bytes());
            (at, from) = (at + length, at + length);
        }
    }
    if from == 0 { Cow::Borrowed(content) } else { Cow::Owned([&anew, &head[from..], body].concat()) }
}

/// The rest of an encoded word behind its `=?`, when it is one in UTF-7: its length and its text.
fn word(rest: &[u8]) -> Option<(usize, String)> {
    let rest = &rest[..rest.len().min(WORD_CAP)];
    let mut fields = rest.splitn(3, |byte| *byte == b'?');
    let (charset, encoding, content) = (fields.next()?, fields.next()?, fields.next()?);
    if !str::from_utf8(charset).is_ok_and(is_name) {
        return None;
    }
    let end = find(content, b"?=")?;
    let bytes = match encoding {
        b"B" | b"b" => base64_decode(&content[..end])?,
        b"Q" | b"q" => {
            let spaced: Vec<u8> = content[..end].iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
            quoted_printable_decode(&spaced)?
        }
        _ => return None,
    };
    Some((charset.len() + encoding.len() + 2 + end + 2, decode(&bytes)))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_7_reads_as_it_was_written() {
        for (written, read) in [
            ("Hi Mom -+Jjo--!", "Hi Mom -☺-!"),
            ("Prijs: +IKw 5 en +IKw- 6", "Prijs: € 5 en € 6"),
            ("een+AOs", "eenë"),
            ("1 +- 1 = 2", "1 + 1 = 2"),
            ("+2D3cXQ-", "👝"),
            ("+2D0-", "\u{fffd}"),
            ("a + b", "a + b"),
            ("+", "+"),
            ("", ""),
        ] {
            assert_eq!(decode(written.as_bytes()), read, "{written}");
        }
    }

    #[test]
    fn a_mail_in_utf_7_is_read() {
        for charset in ["utf-7", "UNICODE-1-1-UTF-7"] {
            let raw = format!(
                "From: =?{charset}?Q?Ren+AOk-_Jansen?= <rene@example.nl>\nSubject: =?{charset}?Q?Caf+AOk-_dicht?=\n\
                 Content-Type: text/plain; charset={charset}\n\nHet caf+AOk is dicht +ICY\n"
            );
            let read = super::super::parse(raw.as_bytes());
            let name = read.from.as_ref().and_then(|from| from.name.as_deref());
            assert_eq!((read.subject.as_deref(), name), (Some("Café dicht"), Some("René Jansen")), "{charset}");
            assert_eq!(read.text, "Het café is dicht …", "{charset}");
        }
    }
}
