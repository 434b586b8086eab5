//! Takes the desk's own personal links out of a message before anything of it is kept: who answers such a mail quotes them, and whoever reads
//! that answer could decide in their name.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mail_parser::Encoding;

use super::{guard, transfer};

/// How the path of such a link begins, with its slashes as they are or as they stand in the address of another link.
const BEGINS: [&[u8]; 6] = [
    b"/portal/decisions/",
    b"%2Fportal%2Fdecisions%2F",
    b"%2fportal%2fdecisions%2f",
    b"%252Fportal%252Fdecisions%252F",
    b"%252fportal%252fdecisions%252f",
    b"-2Fportal-2Fdecisions-2F",
];
/// Stands where the rest was.
const INSTEAD: &[u8] = b"-";
/// Characters in a line of base64 (RFC 2045).
const LINE: usize = 76;

/// The message without them; as it is where it has none.
pub fn without_personal_links(raw: &[u8]) -> Cow<'_, [u8]> {
    cut_from_bytes(raw, Length::Any)
}

/// Whether what is left may be shorter: a package names the lengths of what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Any,
    Same,
}

fn cut_from_bytes(raw: &[u8], length: Length) -> Cow<'_, [u8]> {
    let decoded = in_base64(raw, length);
    match (cut(decoded.as_deref().unwrap_or(raw), length), decoded) {
        (Some(cut), _) => Cow::Owned(cut),
        (None, Some(decoded)) => Cow::Owned(decoded),
        (None, None) => Cow::Borrowed(raw),
    }
}

/// The message with every part in base64 that has such a link encoded anew without it; `None` where there is none.
fn in_base64(raw: &[u8], length: Length) -> Option<Vec<u8>> {
    // Where the bytes of the message stand in the raw one.
    let content = guard::without_envelope(raw);
    let before = raw.len() - content.len();
    let ended = guard::ended(content);
    let content = guard::encoded_closed(&ended);
    let message = guard::message(&content)?;
    // What a package holds may look like a part of a message and go on behind it.
    let encoded =
        message.parts.iter().filter(|part| part.encoding == Encoding::Base64 || length == Length::Any && transfer::is_spoilt(part));
    let mut anew: Vec<_> = encoded
        .filter_map(|part| {
            let place = part.offset_body as usize..part.offset_end as usize;
            // It may be a message itself.
            let length = if part.is_text() { Length::Any } else { Length::Same };
            let Cow::Owned(text) = cut_from_bytes(&transfer::from_base64(content.get(place.clone())?), length) else { return None };
            let text = BASE64_STANDARD.encode(text);
            let lines: Vec<_> = text.as_bytes().chunks(LINE).collect();
            Some((place, [lines.join(&b"\r\n"[..]), b"\r\n".to_vec()].concat()))
        })
        .collect();
    if anew.is_empty() {
        return None;
    }
    anew.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
    let mut message = raw.to_vec();
    for (place, text) in anew {
        message.splice(before + place.start..(before + place.end).min(message.len()), text);
    }
    Some(message)
}

/// A text without such links; `None` where it has none.
pub(super) fn cut_from(text: &str) -> Option<String> {
    cut(text.as_bytes(), Length::Any).map(|cut| String::from_utf8_lossy(&cut).into_owned())
}

/// Bytes without such links; `None` where they have none.
fn cut(text: &[u8], kept: Length) -> Option<Vec<u8>> {
    let (mut left, mut from) = (Vec::new(), 0);
    let mut at = 0;
    while at < text.len() {
        let Some(begin) = BEGINS.iter().find_map(|begin| begins(&text[at..], begin)) else {
            at += 1;
            continue;
        };
        let rest = at + begin;
        let length = link(&text[rest..]);
        left.extend_from_slice(&text[from..rest]);
        match kept {
            Length::Any if length == 0 => {}
            Length::Any => left.extend_from_slice(INSTEAD),
            Length::Same => left.extend(INSTEAD.repeat(length)),
        }
        (at, from) = (rest + length, rest + length);
    }
    (from > 0).then(|| [&left[..], &text[from..]].concat())
}

/// How long some words are at the start of a text, which quoted-printable may break in two anywhere.
fn begins(text: &[u8], words: &[u8]) -> Option<usize> {
    let mut at = 0;
    for sign in words {
        at += soft_break(&text[at..]);
        if text.get(at) != Some(sign) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// How long the rest of a link is.
fn link(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += soft_break(&text[at..]);
        match text.get(at) {
            Some(sign) if sign.is_ascii_alphanumeric() || b"/%_-".contains(sign) => at += 1,
            // A sign that quoted-printable has encoded.
            Some(b'=') if text.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) => at += 3,
            _ => return at,
        }
    }
}

/// `=` at the end of a line, which quoted-printable puts where it breaks one.
fn soft_break(text: &[u8]) -> usize {
    [&b"=\r\n"[..], b"=\n"].iter().find(|sign| text.starts_with(sign)).map_or(0, |sign| sign.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://desk.example/portal/decisions/solution/yes/6172b682-82d3-5e90-a12d-1c1c40e862e0/nBd4Bz2kTgX6cfOBV5s_hw";

    #[test]
    fn a_link_that_is_quoted_is_cut_however_it_is_written() {
        let plain = format!("Subject: Re\r\n\r\nNee.\r\n> {LINK}\r\n> dus\r\n");
        let broken = format!(
            "Subject: Re\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n> {}=\r\n{}\r\n",
            &LINK[..40],
            LINK[40..].replace('_', "=5F")
        );
        let wrapped = format!("Subject: Re\r\n\r\n<a href=\"https://veilig.example/?url={}&data=1\">x</a>\r\n", LINK.replace('/', "%2F"));
        let coded = BASE64_STANDARD.encode(format!("Nee.\r\n> {LINK}\r\n"));
        let coded = format!("Subject: Re\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{coded}\r\n");
        let own = format!("Subject: Verholpen\r\n\r\n{LINK}\r\n");
        let attached = format!(
            "Subject: Fw\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nZie bijlage.\r\n--b\r\n\
             Content-Type: application/octet-stream; name=x.eml\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
            BASE64_STANDARD.encode(own)
        );
        assert!(matches!(without_personal_links(attached.as_bytes()), Cow::Owned(_)));
        for raw in [plain, broken, wrapped, coded, attached] {
            let kept = without_personal_links(raw.as_bytes()).into_owned();
            let read = super::super::parse(&kept);
            for text in [String::from_utf8_lossy(&kept).into_owned(), read.text] {
                assert!(!text.contains("nBd4") && !text.contains("hw") && !text.contains("6172b682"), "{text}");
            }
            assert_eq!(without_personal_links(&kept), kept, "once is enough");
        }
    }

    #[test]
    fn what_can_be_read_has_no_link_however_it_was_encoded() {
        let entities = format!("Subject: x\r\nContent-Type: text/html\r\n\r\n<p>Zie {}</p>\r\n", LINK.replace('/', "&#x2F;"));
        let full = LINK.bytes().map(|byte| format!("={byte:02X}")).collect::<Vec<_>>().concat();
        let quoted = format!("Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nZie {full}\r\n");
        for raw in [entities, quoted] {
            let read = super::super::parse(&without_personal_links(raw.as_bytes())).without_personal_links();
            assert!(read.text.contains("Zie") && !read.text.contains("nBd4") && !read.reply_text.contains("nBd4"), "{}", read.text);
        }
    }

    #[test]
    fn what_has_no_link_stays_as_it_is() {
        for raw in [&b"Subject: x\r\n\r\nKijk op https://desk.example/portal/\r\n"[..], b"", b"\xff/portal/decision", b"="] {
            assert!(matches!(without_personal_links(raw), Cow::Borrowed(_)));
        }
        let own = b"Subject: x\r\n\r\nDe pagina /portal/decisions/ doet het niet.\r\n";
        assert_eq!(without_personal_links(own), &own[..]);
    }
}
